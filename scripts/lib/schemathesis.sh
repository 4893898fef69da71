# shellcheck shell=bash disable=SC2034
# Schemathesis, which holds a running server against its description. From PyPI, every package of it pinned.

# Sets `SCHEMATHESIS` to the program, or to nothing, and then says so, when PyPI is not to be reached. It is kept among the
# build products, one folder for each list of packages.
ensure_schemathesis() {
    local list=$REPOSITORY/Tests/Schemathesis/requirements.txt folder
    folder=$REPOSITORY/.build/schemathesis-$(sha256sum "$list" | cut -c 1-12)
    SCHEMATHESIS=$folder/bin/schemathesis
    [[ -e $folder/complete ]] && return 0
    rm -rf "$folder"
    say "Fetching schemathesis"
    # Wheels only: nothing of a package runs before the tests do. Two minutes are plenty where there is a network.
    if python3 -m venv "$folder" >&2 &&
        run_job timeout 120 "$folder/bin/pip" install --quiet --disable-pip-version-check --retries 1 \
            --only-binary :all: --no-deps --requirement "$list" >&2; then
        touch "$folder/complete"
    else
        rm -rf "$folder"
        SCHEMATHESIS=
        say "${0##*/}: schemathesis cannot be had, its test is LEFT OUT"
    fi
}
