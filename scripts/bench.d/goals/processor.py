"""Processor time by group of processes."""

import os
import time

TICKS = os.sysconf("SC_CLK_TCK")
GROUPS = ["service", "PostgreSQL", "Redis", "load generator"]


def stat(pid):
    """Parent pid, then user and system time of a process and of its reaped children, in seconds."""
    try:
        with open(f"/proc/{pid}/stat", encoding="utf-8", errors="replace") as file:
            fields = file.read().rpartition(")")[2].split()
    except OSError:
        return None
    user, system, gone_user, gone_system = (int(field) / TICKS for field in fields[11:15])
    return int(fields[1]), user, system, gone_user, gone_system


def times(context):
    """User and system time of each group so far, in seconds."""
    service = [0.0, 0.0]
    for pid in context.servers:
        add(service, stat(pid), with_gone=False)
    postgres = [0.0, 0.0]
    # The postmaster's child times include the sessions that have ended.
    add(postgres, stat(context.postmaster), with_gone=True)
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            found = stat(entry)
            if found and found[0] == context.postmaster:
                add(postgres, found, with_gone=False)
    redis = [0.0, 0.0]
    add(redis, stat(context.redis), with_gone=False)
    # Load generators are children of this process and have ended by now.
    own = os.times()
    return {
        "service": service, "PostgreSQL": postgres, "Redis": redis,
        "load generator": [own.children_user, own.children_system],
    }


def add(sums, found, with_gone):
    if found:
        sums[0] += found[1] + (found[3] if with_gone else 0)
        sums[1] += found[2] + (found[4] if with_gone else 0)


def a_request(before, after, requests):
    """Microseconds of user and system time per request, by group."""
    return {
        group: [(after[group][i] - before[group][i]) / max(requests, 1) * 1e6 for i in (0, 1)] for group in GROUPS
    }


def settle(context, limit):
    """Waits until the servers are idle, so that neither side pays for background work of the other.

    Returns after `limit` seconds in any case."""
    end = time.monotonic() + limit
    while time.monotonic() < end:
        before = times(context)
        time.sleep(0.1)
        after = times(context)
        busy = sum(sum(after[group]) - sum(before[group]) for group in ("service", "PostgreSQL", "Redis"))
        if busy <= 0.02:
            return
