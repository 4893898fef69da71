# shellcheck shell=bash disable=SC2034
# axe-core, with which tests check accessibility rules. It is fetched when first needed and kept with the build products; it
# is not part of this repository.

# A PyPI package that contains it, and the file's hash.
AXE_PACKAGE=axe-playwright-python==0.1.8
AXE_HASH=84494fec757e4710dc751c8d7a636e457f4532f08f85c86dc9070133fbff53bc

# Sets `AXE` to the file. If PyPI cannot be reached, sets it to nothing and prints a message.
ensure_axe() {
    AXE=$REPOSITORY/.build/axe/axe.min.js
    is_expected_axe && return 0
    say "Fetching axe-core"
    if run_job fetch_axe "${AXE%/*}" && is_expected_axe; then return 0; fi
    rm -f "$AXE"
    AXE=
    say "${0##*/}: axe-core could not be fetched, its test is SKIPPED"
}

is_expected_axe() { [[ -f $AXE ]] && sha256sum "$AXE" | grep -q "^$AXE_HASH "; }

fetch_axe() ( # folder
    download=$(mktemp -d)
    trap 'rm -rf "$download"' EXIT
    # Wheels only: no code of the package runs. Two minutes are enough with a working network.
    timeout 120 /usr/bin/python3 -m pip download --quiet --disable-pip-version-check --retries 1 --no-deps \
        --only-binary :all: --dest "$download" "$AXE_PACKAGE" >&2 || exit 1
    mkdir -p "$1"
    cd "$download" && /usr/bin/python3 -m zipfile -e ./*.whl . && mv axe_playwright_python/axe.min.js "$1/"
)
