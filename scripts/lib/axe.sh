# shellcheck shell=bash
# axe-core, by which tests look for violations of accessibility rules. It is fetched when it is first needed and kept beside
# the build's products; it is no part of this repository.

# A PyPI package that ships it, and the file's hash.
AXE_PACKAGE=axe-playwright-python==0.1.8
AXE_HASH=84494fec757e4710dc751c8d7a636e457f4532f08f85c86dc9070133fbff53bc

# Prints where the file is.
ensure_axe() { # folder to keep it in
    local file=$1/axe.min.js
    if ! has_hash "$file"; then
        say "Fetching axe-core"
        fetch_axe "$1" || die "could not fetch $AXE_PACKAGE"
        has_hash "$file" || die "$AXE_PACKAGE holds another axe-core than expected"
    fi
    echo "$file"
}

has_hash() { # file
    [[ -f $1 ]] && sha256sum "$1" | grep -q "^$AXE_HASH "
}

fetch_axe() ( # folder
    mkdir -p "$1"
    download=$(mktemp -d)
    trap 'rm -rf "$download"' EXIT
    /usr/bin/python3 -m pip download --quiet --disable-pip-version-check --no-deps --only-binary :all: \
        --dest "$download" "$AXE_PACKAGE" >&2 || exit 1
    cd "$download" && /usr/bin/python3 -m zipfile -e ./*.whl . && mv axe_playwright_python/axe.min.js "$1/"
)
