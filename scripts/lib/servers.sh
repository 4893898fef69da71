# shellcheck shell=bash
# Private PostgreSQL and Redis servers: own folders, Unix sockets only, nothing of the system's is touched.

# The folder with the newest PostgreSQL's programs.
find_postgres_bin() {
    local folder
    folder=$(compgen -G '/usr/lib/postgresql/*/bin/postgres' | sort -V | tail -n 1) || true
    if [[ -z $folder ]]; then
        folder=$(command -v postgres) || return 1
        folder=$(readlink -f "$folder")
    fi
    dirname "$folder"
}

# PostgreSQL refuses to run as root. Empty when we are somebody else anyway.
server_user() {
    if ! is_root; then
        return 0
    elif id postgres >/dev/null 2>&1; then
        echo postgres
    else
        echo nobody
    fi
}

# Runs a command as the servers' user, from a folder that every user can enter.
as_server() (
    cd /
    export LC_ALL=C.UTF-8
    if [[ -n $SERVER_USER ]]; then
        exec runuser -u "$SERVER_USER" -- "$@"
    else
        exec "$@"
    fi
)

# Call once before anything below.
find_servers() {
    POSTGRES_BIN=$(find_postgres_bin) || die "PostgreSQL's programs are not to be found"
    REDIS_SERVER=$(command -v redis-server) || die "redis-server is not to be found"
    SERVER_USER=$(server_user)
}

# A folder of the servers' user that nobody else can enter; whoever gets in there is trusted by the servers.
make_server_folder() { # folder
    mkdir -p "$1"
    chmod 700 "$1"
    if [[ -n $SERVER_USER ]]; then chown "$SERVER_USER" "$1"; fi
}

# A path of a Unix socket has 107 bytes at most, so sockets live in /tmp wherever the clone is.
make_socket_folder() { # prefix
    local folder
    folder=$(mktemp -d "/tmp/$1.XXXXXX")
    make_server_folder "$folder"
    printf '%s\n' "$folder"
}

# Prints a connection URL for the superuser.
postgres_url() { # socket folder, database
    printf 'postgresql:///%s?host=%s&user=postgres\n' "$2" "$1"
}

# Starts a PostgreSQL, made first if it is not there. The log is beside the data.
start_postgres() { # data folder, socket folder, setting=value...
    local data=$1 sockets=$2 log options setting
    shift 2
    # Connections come by a socket in a folder of mode 0700, which is the guard; hence trust.
    if ! as_server test -e "$data/PG_VERSION"; then
        as_server "$POSTGRES_BIN/initdb" -D "$data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 >/dev/null ||
            die "initdb failed in $data"
    fi
    log=$data/server.log
    options="-c listen_addresses='' -c unix_socket_directories=$sockets -c port=5432"
    for setting in "$@"; do options+=" -c $setting"; done
    # The lock of `run` must not live on in a server.
    if ! as_server "$POSTGRES_BIN/pg_ctl" start -D "$data" -l "$log" -w -t 60 -s -o "$options" 9>&- </dev/null; then
        as_server tail -n 20 "$log" >&2 || true
        die "PostgreSQL does not start"
    fi
}

# Quiet when none runs there.
stop_postgres() { # data folder
    as_server test -e "$1/postmaster.pid" || return 0
    as_server "$POSTGRES_BIN/pg_ctl" stop -D "$1" -m fast -w -t 60 -s ||
        as_server "$POSTGRES_BIN/pg_ctl" stop -D "$1" -m immediate -w -t 30 -s || true
}

# Starts a Redis that holds leases and cache entries: nothing that needs to be on disk. Its pid goes to `redis.pid`.
start_redis() { # working folder, socket
    local tries=200
    rm -f "$1/redis.pid"
    "$REDIS_SERVER" --port 0 --unixsocket "$2" --unixsocketperm 700 --dir "$1" --pidfile "$1/redis.pid" \
        --logfile "$1/redis.log" --save '' --appendonly no --daemonize yes --set-proc-title no 9>&- </dev/null >/dev/null
    until [[ -S $2 && -s $1/redis.pid ]]; do
        ((tries-- > 0)) || die "Redis does not start; its log is $1/redis.log"
        sleep 0.05
    done
}

stop_redis() { # working folder
    local pid
    pid=$(cat "$1/redis.pid" 2>/dev/null) || return 0
    # A number left behind by a killed server may be somebody else's by now.
    if grep -qsF redis "/proc/$pid/comm" && [[ $(readlink "/proc/$pid/cwd") == $(readlink -f "$1") ]]; then
        stop_process "$pid" 10
    fi
    rm -f "$1/redis.pid"
}

# Starts a mail server that keeps what it gets in a Maildir and passes nothing on, and prints its URL. Debian's aiosmtpd,
# hence Debian's Python.
start_mailbox() { # working folder
    local port tries=200
    rm -f "$1/mailbox.pid"
    for port in $(seq 2525 2625); do is_port_taken "$port" || break; done
    (cd "$1" && exec /usr/bin/python3 -m aiosmtpd --nosetuid --listen "127.0.0.1:$port" \
        --class aiosmtpd.handlers.Mailbox "$1/mailbox" 9>&- </dev/null >>"$1/mailbox.log" 2>&1) &
    echo $! >"$1/mailbox.pid"
    until is_port_taken "$port"; do
        if ((tries-- == 0)) || ! is_alive "$(cat "$1/mailbox.pid")"; then
            die "the mailbox does not start; its log is $1/mailbox.log"
        fi
        sleep 0.05
    done
    echo "smtp://127.0.0.1:$port"
}

# Shows a mailbox in a browser, and prints where.
start_mailbox_page() { # working folder
    local port tries=200
    rm -f "$1/page.pid"
    for port in $(seq 8025 8125); do is_port_taken "$port" || break; done
    (cd "$1" && exec /usr/bin/python3 "$REPOSITORY/scripts/lib/mailbox-page.py" "$1/mailbox" "$port" \
        9>&- </dev/null >>"$1/page.log" 2>&1) &
    echo $! >"$1/page.pid"
    until is_port_taken "$port"; do
        if ((tries-- == 0)) || ! is_alive "$(cat "$1/page.pid")"; then
            die "the mailbox's page does not start; its log is $1/page.log"
        fi
        sleep 0.05
    done
    echo "http://127.0.0.1:$port/"
}

# Both of them, if they run.
stop_mailbox() { # working folder
    stop_mail_program "$1" mailbox aiosmtpd
    stop_mail_program "$1" page mailbox-page.py
}

stop_mail_program() { # working folder, name of the pid's file, part of the command line
    local pid
    pid=$(cat "$1/$2.pid" 2>/dev/null) || return 0
    # A number left behind by a killed server may be somebody else's by now.
    if grep -qsF "$3" "/proc/$pid/cmdline" && [[ $(readlink "/proc/$pid/cwd") == $(readlink -f "$1") ]]; then
        stop_process "$pid" 5
    fi
    rm -f "$1/$2.pid"
}

free_port() {
    local port
    for port in $(shuf -i 20000-29999 -n 50); do
        if ! is_port_taken "$port"; then
            echo "$port"
            return
        fi
    done
    die "no free port"
}
