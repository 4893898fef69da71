# shellcheck shell=bash disable=SC2034
# Functions for all scripts. This file is sourced; the caller has set `-euo pipefail`.

REPOSITORY=$(cd "$(dirname "${BASH_SOURCE[0]}")/../.." && pwd -P)
LOCAL=$REPOSITORY/.local

# The user's libpq settings would point our commands at the user's servers.
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
        die "needs root for: $* (sudo is missing)"
    fi
}

require_swift() {
    command -v swift >/dev/null ||
        die "Swift is not on PATH; install the toolchain (6.3 or later) from swift.org/install"
}

# Whether the process runs; a zombie that waits to be reaped does not count.
is_alive() {
    local state
    state=$(sed -n 's/^State:[[:space:]]*\(.\).*/\1/p' "/proc/$1/status" 2>/dev/null) || return 1
    [[ -n $state && $state != Z && $state != X ]]
}

# Sends SIGTERM to a process and waits for it; after `seconds` it is killed.
stop_process() { # pid [seconds]
    local pid=$1 tries=$((${2:-12} * 20))
    kill -TERM "$pid" 2>/dev/null || return 0
    while is_alive "$pid" && ((tries-- > 0)); do sleep 0.05; done
    if is_alive "$pid"; then
        say "process $pid does not end; killing it"
        kill -KILL "$pid" 2>/dev/null || true
    fi
}

# Start time of a process, in ticks since boot. Together with the pid it identifies a process.
began_at() { # pid
    sed 's/^.*) //' "/proc/$1/stat" 2>/dev/null | cut -d ' ' -f 20
}

# Pid of the running job, or empty; see run_job.
job=

# Runs a command as a job in its own process group, so that the script handles a signal at once and not after the command
# has ended. The terminal's Ctrl-C reaches only the script, whose trap calls end_job.
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

# Prints the pids that belong to a temporary directory, by working directory, arguments or environment. Servers detach from
# their parents and sessions, so parent pids do not find them.
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

# Ends all processes of a temporary directory at the same time.
stop_processes_of() { # directory
    local pid tries=60 pids
    pids=$(processes_of "$1")
    for pid in $pids; do
        # On SIGTERM PostgreSQL would wait for its clients.
        if grep -qsx postgres "/proc/$pid/comm"; then kill -INT "$pid" || true; else kill -TERM "$pid" || true; fi
    done 2>/dev/null
    while [[ -n $pids ]] && ((tries-- > 0)); do
        sleep 0.05
        pids=$(processes_of "$1")
    done
    for pid in $pids; do kill -KILL "$pid" 2>/dev/null || true; done
}

is_port_taken() { (exec 3<>"/dev/tcp/127.0.0.1/$1") 2>/dev/null; }
