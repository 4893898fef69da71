"""Writes beside pgbench's scripts, with and without an idempotency key, and at two processes."""

import loads
from goal import Goal, alternate, part
from service import RECORDS

CLIENTS = {"pgbench, 8 clients": 8, "pgbench, 32 clients": 32}
PGBENCH = tuple(CLIENTS)


def pgbench_sides(world, script, items=RECORDS):
    return {side: world.pgbench(script, clients, items) for side, clients in CLIENTS.items()}


def measure_both(world, script, sides, items=RECORDS):
    baseline = list(pgbench_sides(world, script, items).items())
    ours = list(sides.items())
    return alternate(world.context, dict(baseline[:1] + ours[:1] + baseline[1:] + ours[1:]))


def against_pgbench(world, found, work, script, number):
    """Each of our sides is a row of its own."""
    return [
        Goal(work.format(side), script, True, number).result(world.context, part(found, side), part(found, *PGBENCH))
        for side in found if side not in PGBENCH
    ]


def reserve(world):
    sides = {f"{count} connections": world.wrk("reserve", world.all_ids, count) for count in (64, 128)}
    world.reserved = measure_both(world, "reserve.sql", sides)
    return against_pgbench(world, world.reserved, "reserve, 1 item, uniform, {}", "reserve.sql", 2.0)


def hot(world):
    sides = {"128 connections": world.wrk("reserve", world.hot_id)}
    found = measure_both(world, "reserve.sql", sides, items=1)
    return against_pgbench(world, found, "reserve, one hot record, {}", "reserve.sql", 8.0)


def reserve5(world):
    sides = {"128 connections": world.wrk("reserve5", world.all_ids)}
    found = measure_both(world, "reserve5.sql", sides)
    return against_pgbench(world, found, "reserve, 5 items, uniform, {}", "reserve5.sql", 2.0)


def movement(kind):
    def measure(world):
        sides = {"128 connections": world.wrk(kind)}
        found = measure_both(world, f"{kind}.sql", sides)
        return against_pgbench(world, found, kind + ", {}", f"{kind}.sql", 1.5)

    return measure


def idempotency(world):
    sides = {
        "without a key": world.wrk("reserve", world.all_ids),
        "with an Idempotency-Key": world.wrk("reserve-once", world.all_ids),
    }
    found = alternate(world.context, sides)
    goal = Goal("reserve with an Idempotency-Key, 128 connections", "without one", True, 0.8)
    return [goal.result(world.context, part(found, "with an Idempotency-Key"), part(found, "without a key"))]


def two_processes(world):
    first = world.server
    second = world.inventory.start()
    results = []
    try:
        for name, file, number in (("uniform", world.all_ids, 0.9), ("one hot record", world.hot_id, 0.75)):
            sides = {
                "one process": lambda file=file: loads.wrk(world.context, [first], "reserve", file),
                "two processes": lambda file=file: loads.wrk(world.context, [first, second], "reserve", file),
            }
            found = alternate(world.context, sides)
            goal = Goal(f"reserve at two API processes, {name}, 128 connections", "at one", True, number)
            results.append(goal.result(world.context, part(found, "two processes"), part(found, "one process")))
    finally:
        world.inventory.running.remove(second)
        second.stop()
    return results
