# shellcheck shell=bash disable=SC2034
# What every script shares. Sourced, never run: the caller has set `-euo pipefail`.

REPOSITORY=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
LOCAL=$REPOSITORY/.local

# A user's own libpq settings would lead our commands to the user's servers.
unset PGHOST PGHOSTADDR PGPORT PGDATABASE PGUSER PGPASSWORD PGPASSFILE PGSERVICE PGSERVICEFILE PGOPTIONS PGDATA PGAPPNAME
unset PGSSLMODE PGTARGETSESSIONATTRS PGCLIENTENCODING

say() { printf '%s\n' "$*" >&2; }

# Ends the script with status 1 and one line that says why.
die() {
    say "${0##*/}: $*"
    exit 1
}

is_root() { [[ $(id -u) == 0 ]]; }

as_root() {
    if is_root; then
        "$@"
    elif command -v sudo >/dev/null; then
        sudo "$@"
    else
        die "needs root for: $* (no sudo here)"
    fi
}

require_swift() {
    command -v swift >/dev/null ||
        die "Swift is not on PATH; install the toolchain (6.2 or later) by the instructions on swift.org/install"
}

# Whether the process is there and not merely waiting to be reaped.
is_alive() {
    local state
    state=$(sed -n 's/^State:[[:space:]]*\(.\).*/\1/p' "/proc/$1/status" 2>/dev/null) || return 1
    [[ -n $state && $state != Z && $state != X ]]
}

# Asks a process to end and waits; after `seconds` it is killed.
stop_process() { # pid [seconds]
    local pid=$1 tries=$((${2:-12} * 20))
    kill -TERM "$pid" 2>/dev/null || return 0
    while is_alive "$pid" && ((tries-- > 0)); do sleep 0.05; done
    if is_alive "$pid"; then
        say "process $pid does not end; killing it"
        kill -KILL "$pid" 2>/dev/null || true
    fi
}

# When a process began, in ticks since the machine did: with the pid it names a process for good.
began_at() { # pid
    sed 's/^.*) //' "/proc/$1/stat" 2>/dev/null | cut -d ' ' -f 20
}

# The job that runs now, or empty; see run_job.
job=

# Runs a command as a job of its own group, so that a signal to the script is acted on at once and not when the command
# has ended. The terminal's Ctrl-C reaches the script alone; its trap calls end_job.
run_job() {
    local status=0
    set -m
    "$@" </dev/null &
    job=$!
    set +m
    wait "$job" || status=$?
    job=
    return "$status"
}

end_job() {
    local tries=100
    [[ -n $job ]] || return 0
    kill -TERM -- "-$job" 2>/dev/null || return 0
    while is_alive "$job" && ((tries-- > 0)); do sleep 0.05; done
    kill -KILL -- "-$job" 2>/dev/null || true
}

# Processes that belong to a temporary directory: by working directory, arguments or environment.
# Servers leave their parents and even their sessions, so parenthood does not find them.
processes_of() { # directory
    local entry pid
    for entry in /proc/[0-9]*; do
        pid=${entry#/proc/}
        [[ $pid == "$$" || $pid == "$BASHPID" ]] && continue
        if [[ $(readlink "$entry/cwd" 2>/dev/null) == "$1"* ]] ||
            grep -qsF -- "$1" "$entry/cmdline" "$entry/environ" 2>/dev/null; then
            printf '%s\n' "$pid"
        fi
    done
}

# Ends what of a temporary directory still runs, at once and together.
stop_processes_of() { # directory
    local pid tries=60 pids
    pids=$(processes_of "$1")
    for pid in $pids; do
        # PostgreSQL takes TERM as a wish to wait for its clients.
        if grep -qsx postgres "/proc/$pid/comm"; then kill -INT "$pid" || true; else kill -TERM "$pid" || true; fi
    done 2>/dev/null
    while [[ -n $pids ]] && ((tries-- > 0)); do
        sleep 0.05
        pids=$(processes_of "$1")
    done
    for pid in $pids; do kill -KILL "$pid" 2>/dev/null || true; done
}

is_port_taken() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
