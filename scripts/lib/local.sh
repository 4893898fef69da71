# shellcheck shell=bash disable=SC2034
# What `run` keeps under .local/, shared with `stop`.
#   postgres/   the database (or a link to it)    redis/   logs of Redis    mail/   emails    state/   pids, logs, the lock

LOCAL_STATE=$LOCAL/state
LOCAL_REDIS=$LOCAL/redis
LOCAL_POSTGRES=$LOCAL/postgres
LOCAL_MAIL=$LOCAL/mail

# The clone may lie where the servers' user cannot go: the data is then under /var/tmp, linked from .local.
prepare_local() {
    mkdir -p "$LOCAL_STATE" "$LOCAL_REDIS" "$LOCAL_MAIL"
    if [[ -L $LOCAL_POSTGRES && ! -d $LOCAL_POSTGRES ]]; then rm "$LOCAL_POSTGRES"; fi
    if [[ ! -e $LOCAL_POSTGRES ]]; then
        if as_server test -x "$LOCAL"; then
            make_server_folder "$LOCAL_POSTGRES"
        else
            local elsewhere
            elsewhere=$(mktemp -d /var/tmp/inventory-data.XXXXXX)
            make_server_folder "$elsewhere"
            ln -s "$elsewhere" "$LOCAL_POSTGRES"
        fi
    fi
    # A link's own path may be out of reach, its goal is not.
    POSTGRES_DATA=$(readlink -f "$LOCAL_POSTGRES")
}

# Takes the data away, wherever it is.
reset_local() {
    if [[ -L $LOCAL_POSTGRES ]]; then
        local elsewhere
        elsewhere=$(readlink -f "$LOCAL_POSTGRES")
        [[ $elsewhere == /var/tmp/inventory-data.* ]] && rm -rf "$elsewhere"
    fi
    rm -rf "$LOCAL_POSTGRES" "$LOCAL_REDIS" "$LOCAL_MAIL" "$LOCAL_STATE/demo-loaded"
}

# Ends everything that a run has started, in order: programs, Redis, PostgreSQL. Also what a killed run left behind.
stop_local() {
    local programs=("${PROGRAMS[@]}") index sockets
    for ((index = ${#programs[@]} - 1; index >= 0; index--)); do
        stop_program "${programs[index]}" "$LOCAL_STATE"
    done
    stop_mailbox "$LOCAL_MAIL"
    stop_redis "$LOCAL_REDIS"
    if [[ -e $LOCAL_POSTGRES ]]; then stop_postgres "$(readlink -f "$LOCAL_POSTGRES")"; fi
    if sockets=$(cat "$LOCAL_STATE/sockets" 2>/dev/null) && [[ $sockets == /tmp/inventory-run.* ]]; then
        rm -rf "$sockets"
    fi
    rm -f "$LOCAL_STATE/sockets" "$LOCAL_STATE/ready" "$LOCAL_STATE/run.pid"
}

# Holds the lock of this clone's run on file descriptor 9 for as long as this process lives.
take_lock() {
    mkdir -p "$LOCAL_STATE"
    exec 9>>"$LOCAL_STATE/lock"
    flock -n 9
}
