# shellcheck shell=bash disable=SC2034
# Installs missing Debian packages. It upgrades nothing and starts no service.

# The packages needed to build, and the servers that tests and `run` start (openssl creates their certificates).
BUILD_PACKAGES=(libpq-dev libhiredis-dev libcurl4-openssl-dev)
SERVER_PACKAGES=(postgresql postgresql-contrib redis-server python3-aiosmtpd openssl)
# For schemathesis and axe-core (from PyPI), the browser tests of the dashboard, and Prometheus.
TEST_PACKAGES=(python3-venv python3-pip chromium chromium-driver prometheus)

# Checks for the program and not for the package, so that a PostgreSQL or Redis from another source is accepted.
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
    command -v apt-get >/dev/null || die "please install: ${missing[*]} (apt-get is missing)"

    say "Installing ${missing[*]}"
    install_quietly "${missing[@]}" || die "could not install: ${missing[*]}"
    for package in "${missing[@]}"; do
        is_present "$package" || die "$package is installed but not usable"
    done
}

# A subshell under a lock: the policy file that keeps new services from starting is always removed again.
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
    # This fails if the package lists are outdated; only then fetch new ones.
    if ! "${install[@]}" </dev/null >&2; then
        as_root apt-get -o DPkg::Lock::Timeout=300 update -q </dev/null >&2 || exit 1
        "${install[@]}" </dev/null >&2 || exit 1
    fi
    keep_services_off "$@"
)

# Disables the system services of newly installed packages: the scripts start private servers.
keep_services_off() { # package...
    local package
    [[ -d /run/systemd/system ]] || return 0
    for package in "$@"; do
        case $package in
            postgresql | redis-server | prometheus) as_root systemctl disable --now --quiet "$package" || true ;;
        esac
    done
}
