# shellcheck shell=bash
# Private PostgreSQL, Redis and mail servers with their own folders; PostgreSQL and Redis use Unix sockets only. The
# system's servers are not touched.

# Prints the folder with the programs of the newest PostgreSQL.
find_postgres_bin() {
    local folder
    folder=$(compgen -G '/usr/lib/postgresql/*/bin/postgres' | sort -V | tail -n 1) || true
    if [[ -z $folder ]]; then
        folder=$(command -v postgres) || return 1
        folder=$(readlink -f "$folder")
    fi
    dirname "$folder"
}

# PostgreSQL refuses to run as root, so root needs another user. Prints nothing for other users.
server_user() {
    if ! is_root; then
        return 0
    elif id postgres >/dev/null 2>&1; then
        echo postgres
    else
        echo nobody
    fi
}

# Runs a command as the servers' user, in a folder that every user can enter.
as_server() (
    cd /
    export LC_ALL=C.UTF-8
    if [[ -n $SERVER_USER ]]; then
        exec runuser -u "$SERVER_USER" -- "$@"
    else
        exec "$@"
    fi
)

# Call this before the functions below.
find_servers() {
    POSTGRES_BIN=$(find_postgres_bin) || die "PostgreSQL's programs were not found"
    REDIS_SERVER=$(command -v redis-server) || die "redis-server was not found"
    SERVER_USER=$(server_user)
}

# Makes a folder that only the servers' user can enter. The servers trust every client that reaches a socket in it.
make_server_folder() { # folder
    mkdir -p "$1"
    chmod 700 "$1"
    if [[ -n $SERVER_USER ]]; then chown "$SERVER_USER" "$1"; fi
}

# The path of a Unix socket has at most 107 bytes, so sockets are in /tmp and not in the clone.
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

# Starts a PostgreSQL, after initdb if there is no data. The log is in the data folder.
start_postgres() { # data folder, socket folder, setting=value...
    local data=$1 sockets=$2 log options setting
    shift 2
    # The socket's folder has mode 0700, so `trust` is safe.
    if ! as_server test -e "$data/PG_VERSION"; then
        as_server "$POSTGRES_BIN/initdb" -D "$data" -U postgres -A trust -E UTF8 --locale=C.UTF-8 >/dev/null ||
            die "initdb failed in $data"
    fi
    log=$data/server.log
    options="-c listen_addresses='' -c unix_socket_directories=$sockets -c port=5432"
    for setting in "$@"; do options+=" -c $setting"; done
    # The server must not inherit the lock of `run` (descriptor 9).
    if ! as_server "$POSTGRES_BIN/pg_ctl" start -D "$data" -l "$log" -w -t 60 -s -o "$options" 9>&- </dev/null; then
        as_server tail -n 20 "$log" >&2 || true
        die "PostgreSQL did not start"
    fi
}

# Does nothing if none runs there.
stop_postgres() { # data folder
    as_server test -e "$1/postmaster.pid" || return 0
    as_server "$POSTGRES_BIN/pg_ctl" stop -D "$1" -m fast -w -t 60 -s ||
        as_server "$POSTGRES_BIN/pg_ctl" stop -D "$1" -m immediate -w -t 30 -s || true
}

# Starts a Redis without persistence, since it only holds leases and cache entries. Its pid goes to `redis.pid`.
start_redis() { # working folder, socket
    local tries=200
    rm -f "$1/redis.pid"
    "$REDIS_SERVER" --port 0 --unixsocket "$2" --unixsocketperm 700 --dir "$1" --pidfile "$1/redis.pid" \
        --logfile "$1/redis.log" --save '' --appendonly no --daemonize yes --set-proc-title no 9>&- </dev/null >/dev/null
    until [[ -S $2 && -s $1/redis.pid ]]; do
        ((tries-- > 0)) || die "Redis did not start; its log is $1/redis.log"
        sleep 0.05
    done
}

stop_redis() { # working folder
    local pid
    pid=$(cat "$1/redis.pid" 2>/dev/null) || return 0
    # After a kill another process may have this pid by now.
    if grep -qsF redis "/proc/$pid/comm" && [[ $(readlink "/proc/$pid/cwd") == $(readlink -f "$1") ]]; then
        stop_process "$pid" 10
    fi
    rm -f "$1/redis.pid"
}

# Starts a mail server that stores emails in a Maildir and forwards none, and prints its URL. It needs Debian's Python for
# Debian's aiosmtpd.
start_mailbox() { # working folder
    local port tries=200
    rm -f "$1/mailbox.pid"
    for port in $(seq 2525 2625); do is_port_taken "$port" || break; done
    (cd "$1" && exec /usr/bin/python3 -m aiosmtpd --nosetuid --listen "127.0.0.1:$port" \
        --class aiosmtpd.handlers.Mailbox "$1/mailbox" 9>&- </dev/null >>"$1/mailbox.log" 2>&1) &
    echo $! >"$1/mailbox.pid"
    until is_port_taken "$port"; do
        if ((tries-- == 0)) || ! is_alive "$(cat "$1/mailbox.pid")"; then
            die "the mailbox did not start; its log is $1/mailbox.log"
        fi
        sleep 0.05
    done
    echo "smtp://127.0.0.1:$port"
}

# Starts a web page that shows the mailbox, and prints its URL.
start_mailbox_page() { # working folder
    local port tries=200
    rm -f "$1/page.pid"
    for port in $(seq 8025 8125); do is_port_taken "$port" || break; done
    (cd "$1" && exec /usr/bin/python3 "$REPOSITORY/scripts/lib/mailbox-page.py" "$1/mailbox" "$port" \
        9>&- </dev/null >>"$1/page.log" 2>&1) &
    echo $! >"$1/page.pid"
    until is_port_taken "$port"; do
        if ((tries-- == 0)) || ! is_alive "$(cat "$1/page.pid")"; then
            die "the mailbox page did not start; its log is $1/page.log"
        fi
        sleep 0.05
    done
    echo "http://127.0.0.1:$port/"
}

# Stops the mail server and its page, if they run.
stop_mailbox() { # working folder
    stop_mail_program "$1" mailbox aiosmtpd
    stop_mail_program "$1" page mailbox-page.py
}

stop_mail_program() { # working folder, name of the pid file, part of the command line
    local pid
    pid=$(cat "$1/$2.pid" 2>/dev/null) || return 0
    # After a kill another process may have this pid by now.
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
