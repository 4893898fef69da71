# shellcheck shell=bash disable=SC2034
# The files of `run` under .local/, shared with `stop`.
#   postgres/   the database (or a link to it)    redis/   logs of Redis    mail/   emails    state/   pids, logs, the lock

LOCAL_STATE=$LOCAL/state
LOCAL_REDIS=$LOCAL/redis
LOCAL_POSTGRES=$LOCAL/postgres
LOCAL_MAIL=$LOCAL/mail

# If the servers' user cannot enter the clone's folder, the data is under /var/tmp and linked from .local.
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
    # The servers' user may not reach the link, but it can reach its target.
    POSTGRES_DATA=$(readlink -f "$LOCAL_POSTGRES")
}

# Deletes the data, wherever it is.
reset_local() {
    if [[ -L $LOCAL_POSTGRES ]]; then
        local elsewhere
        elsewhere=$(readlink -f "$LOCAL_POSTGRES")
        [[ $elsewhere == /var/tmp/inventory-data.* ]] && rm -rf "$elsewhere"
    fi
    rm -rf "$LOCAL_POSTGRES" "$LOCAL_REDIS" "$LOCAL_MAIL" "$LOCAL_STATE/demo-loaded"
}

# Stops everything that a run has started, also leftovers of a killed run: programs, then Redis, then PostgreSQL.
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

# Takes the lock of this clone's run on file descriptor 9, until this process ends.
take_lock() {
    mkdir -p "$LOCAL_STATE"
    exec 9>>"$LOCAL_STATE/lock"
    flock -n 9
}
