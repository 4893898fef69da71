# shellcheck shell=bash disable=SC2034
# Schemathesis, which checks a running server against its OpenAPI description. From PyPI, with all its packages pinned.

# Sets `SCHEMATHESIS` to the program. If PyPI cannot be reached, sets it to nothing and prints a message. It is kept with
# the build products, one folder per list of packages.
ensure_schemathesis() {
    local list=$REPOSITORY/Tests/Schemathesis/requirements.txt folder
    folder=$REPOSITORY/.build/schemathesis-$(sha256sum "$list" | cut -c 1-12)
    SCHEMATHESIS=$folder/bin/schemathesis
    [[ -e $folder/complete ]] && return 0
    rm -rf "$folder"
    say "Fetching schemathesis"
    # Wheels only: no code of a package runs before the tests do. Two minutes are enough with a working network.
    if python3 -m venv "$folder" >&2 &&
        run_job timeout 120 "$folder/bin/pip" install --quiet --disable-pip-version-check --retries 1 \
            --only-binary :all: --no-deps --requirement "$list" >&2; then
        touch "$folder/complete"
    else
        rm -rf "$folder"
        SCHEMATHESIS=
        say "${0##*/}: schemathesis could not be fetched, its test is SKIPPED"
    fi
}
