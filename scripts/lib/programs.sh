# shellcheck shell=bash
# The programs that `run` starts.

# In the order of their start; they stop in the reverse order. A program's settings are in settings_of.
PROGRAMS=(inventory-api inventory-sweeper inventory-mailer)

# Prints those that exist in this package.
known_programs() {
    local program
    for program in "${PROGRAMS[@]}"; do
        if [[ -d $REPOSITORY/Apps/$program ]]; then printf '%s\n' "$program"; fi
    done
}

# Sets the array `environment` to NAME=value settings of a program.
settings_of() { # program
    environment=("DATABASE_URL=$DATABASE_URL")
    case $1 in
        inventory-api)
            environment+=("REDIS_URL=$REDIS_URL" AUTH_MODE=off HTTP_HOST=127.0.0.1 "HTTP_PORT=$HTTP_PORT")
            if [[ -n ${MAILBOX_URL-} ]]; then environment+=("DASHBOARD_MAILBOX_URL=$MAILBOX_URL"); fi
            ;;
        inventory-sweeper) environment+=("REDIS_URL=$REDIS_URL" METRICS_PORT=0) ;;
        inventory-mailer)
            environment+=(
                "SMTP_URL=$SMTP_URL" "ALERT_FROM=${ALERT_FROM:-stock@inventory.example}"
                "ALERT_TO=${ALERT_TO:-procurement@inventory.example}" METRICS_PORT=0
            )
            ;;
    esac
}

# Programs start in the repository's folder, where they find the migrations. Each has its own process group, so that the
# terminal's Ctrl-C does not reach it: the script stops them in order.
start_program() { # program, folder of products, folder of pids and logs
    local program=$1 environment
    settings_of "$program"
    set -m
    (
        cd "$REPOSITORY" || exit
        exec env "${environment[@]}" "$2/$program" 9>&- </dev/null >>"$3/$program.log" 2>&1
    ) &
    echo "$! $(began_at $!)" >"$3/$program.pid"
    set +m
}

# Prints the program's pid if it still runs. The start time is compared, since another process may have the pid by now.
program_pid() { # program, folder of pids
    local pid began
    [[ -e $2/$1.pid ]] && read -r pid began <"$2/$1.pid" || return 1
    is_alive "$pid" && [[ $(began_at "$pid") == "$began" ]] && echo "$pid"
}

# Prints the metrics URL of a program that was started with METRICS_PORT=0, from its log.
status_page_of() { # program, folder of pids and logs
    local port
    port=$(sed -nE 's/.* status page .*port=([0-9]+).*/\1/p' "$2/$1.log" 2>/dev/null | tail -n 1)
    echo "http://127.0.0.1:${port:-?}/metrics"
}

stop_program() { # program, folder of pids
    local pid
    if pid=$(program_pid "$1" "$2"); then stop_process "$pid" 15; fi
    rm -f "$2/$1.pid"
}
