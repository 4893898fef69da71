# shellcheck shell=bash disable=SC2034
# Installs what is missing from Debian's packages, and nothing else: no upgrade, no service started.

# The packages without which nothing of ours builds, and the servers that tests and `run` start (certificates for them
# are made with openssl).
BUILD_PACKAGES=(libpq-dev libhiredis-dev libcurl4-openssl-dev)
SERVER_PACKAGES=(postgresql postgresql-contrib redis-server python3-aiosmtpd openssl)
# For schemathesis and axe-core, which come from PyPI, a browser to see the dashboard, and a Prometheus to scrape.
TEST_PACKAGES=(python3-venv python3-pip chromium chromium-driver prometheus)

# By what a package is for, so that a PostgreSQL or Redis from elsewhere will do.
is_present() { # package
    case $1 in
        postgresql) find_postgres_bin >/dev/null ;;
        postgresql-contrib) compgen -G '/usr/share/postgresql/*/extension/pg_trgm.control' >/dev/null ;;
        redis-server | shellcheck | wrk | curl | openssl | chromium | prometheus) command -v "$1" >/dev/null ;;
        chromium-driver) command -v chromedriver >/dev/null ;;
        python3-pip) /usr/bin/python3 -m pip --version >/dev/null 2>&1 ;;
        *) [[ $(dpkg-query -W -f='${db:Status-Status}' "$1" 2>/dev/null) == installed ]] ;;
    esac
}

ensure_packages() { # package...
    local package missing=()
    for package in "$@"; do
        is_present "$package" || missing+=("$package")
    done
    ((${#missing[@]} == 0)) && return 0
    command -v apt-get >/dev/null || die "please install: ${missing[*]} (no apt-get here)"

    say "Installing ${missing[*]}"
    install_quietly "${missing[@]}" || die "could not install: ${missing[*]}"
    for package in "${missing[@]}"; do
        is_present "$package" || die "$package is installed but not usable"
    done
}

# One subshell under one lock: the policy file that keeps new services from starting is taken away again in any case.
install_quietly() ( # package...
    exec 8</var/lib/dpkg
    flock 8
    policy=/usr/sbin/policy-rc.d
    if [[ ! -e $policy ]]; then
        trap 'as_root rm -f "$policy"' EXIT
        printf '#!/bin/sh\nexit 101\n' | as_root tee "$policy" >/dev/null
        as_root chmod 755 "$policy"
    fi
    install=(as_root env DEBIAN_FRONTEND=noninteractive apt-get -o DPkg::Lock::Timeout=300
        install -y -q --no-install-recommends --no-upgrade "$@")
    # Old package lists name files that are gone: fetch new ones only then.
    if ! "${install[@]}" </dev/null >&2; then
        as_root apt-get -o DPkg::Lock::Timeout=300 update -q </dev/null >&2 || exit 1
        "${install[@]}" </dev/null >&2 || exit 1
    fi
    keep_services_off "$@"
)

# The system's own servers of packages that were not there before: ours are private, these need not run.
keep_services_off() { # package...
    local package
    [[ -d /run/systemd/system ]] || return 0
    for package in "$@"; do
        case $package in
            postgresql | redis-server | prometheus) as_root systemctl disable --now --quiet "$package" || true ;;
        esac
    done
}
