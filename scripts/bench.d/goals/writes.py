"""Writes: compared with pgbench's scripts, with and without an idempotency key, and at two processes."""

import loads
from goal import Goal, alternate, part
from service import RECORDS

CLIENTS = {"pgbench, 8 clients": 8, "pgbench, 32 clients": 32}
PGBENCH = tuple(CLIENTS)


def pgbench_sides(fixture, script, items=RECORDS):
    return {side: fixture.pgbench(script, clients, items) for side, clients in CLIENTS.items()}


def measure_both(fixture, script, sides, items=RECORDS):
    baseline = list(pgbench_sides(fixture, script, items).items())
    ours = list(sides.items())
    return alternate(fixture.context, dict(baseline[:1] + ours[:1] + baseline[1:] + ours[1:]))


def against_pgbench(fixture, found, work, script, number):
    """One result per side of ours."""
    return [
        Goal(work.format(side), script, True, number).result(fixture.context, part(found, side), part(found, *PGBENCH))
        for side in found if side not in PGBENCH
    ]


def reserve(fixture):
    sides = {f"{count} connections": fixture.wrk("reserve", fixture.all_ids, count) for count in (64, 128)}
    fixture.reserved = measure_both(fixture, "reserve.sql", sides)
    return against_pgbench(fixture, fixture.reserved, "reserve, 1 item, uniform, {}", "reserve.sql", 2.0)


def hot(fixture):
    sides = {"128 connections": fixture.wrk("reserve", fixture.hot_id)}
    found = measure_both(fixture, "reserve.sql", sides, items=1)
    return against_pgbench(fixture, found, "reserve, one hot record, {}", "reserve.sql", 8.0)


def reserve5(fixture):
    sides = {"128 connections": fixture.wrk("reserve5", fixture.all_ids)}
    found = measure_both(fixture, "reserve5.sql", sides)
    return against_pgbench(fixture, found, "reserve, 5 items, uniform, {}", "reserve5.sql", 2.0)


def movement(kind):
    def measure(fixture):
        sides = {"128 connections": fixture.wrk(kind)}
        found = measure_both(fixture, f"{kind}.sql", sides)
        return against_pgbench(fixture, found, kind + ", {}", f"{kind}.sql", 1.5)

    return measure


def idempotency(fixture):
    sides = {
        "without a key": fixture.wrk("reserve", fixture.all_ids),
        "with an Idempotency-Key": fixture.wrk("reserve-once", fixture.all_ids),
    }
    found = alternate(fixture.context, sides)
    goal = Goal("reserve with an Idempotency-Key, 128 connections", "without a key", True, 0.8)
    return [goal.result(fixture.context, part(found, "with an Idempotency-Key"), part(found, "without a key"))]


def two_processes(fixture):
    first = fixture.server
    second = fixture.inventory.start()
    results = []
    try:
        for name, file, number in (("uniform", fixture.all_ids, 0.9), ("one hot record", fixture.hot_id, 0.75)):
            sides = {
                "one process": lambda file=file: loads.wrk(fixture.context, [first], "reserve", file),
                "two processes": lambda file=file: loads.wrk(fixture.context, [first, second], "reserve", file),
            }
            found = alternate(fixture.context, sides)
            goal = Goal(f"reserve at two API processes, {name}, 128 connections", "at one process", True, number)
            results.append(goal.result(fixture.context, part(found, "two processes"), part(found, "one process")))
    finally:
        fixture.inventory.running.remove(second)
        second.stop()
    return results
