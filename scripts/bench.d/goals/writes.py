"""Writes beside pgbench's scripts, with and without an idempotency key, and at two processes."""

import loads
from goal import Goal, alternate, part
from service import RECORDS

PGBENCH = ("pgbench, 8 clients", "pgbench, 32 clients")


def pgbench_sides(world, script, items=RECORDS):
    return {PGBENCH[0]: world.pgbench(script, 8, items), PGBENCH[1]: world.pgbench(script, 32, items)}


def against_pgbench(world, work, script, number, sides, items=RECORDS):
    """Each of our sides is a row of its own."""
    baseline = pgbench_sides(world, script, items)
    # pgbench's runs and ours in turn.
    order = dict(list(baseline.items())[:1] + list(sides.items())[:1] + list(baseline.items())[1:]
                 + list(sides.items())[1:])
    found = alternate(world.context, order)
    return [
        Goal(work.format(side), script, True, number).result(world.context, part(found, side), part(found, *PGBENCH))
        for side in sides
    ]


def reserve(world):
    sides = {f"{count} connections": world.wrk("reserve", world.all_ids, count) for count in (64, 128)}
    return against_pgbench(world, "reserve, 1 item, uniform, {}", "reserve.sql", 2.0, sides)


def hot(world):
    sides = {"128 connections": world.wrk("reserve", world.hot_id)}
    return against_pgbench(world, "reserve, one hot record, {}", "reserve.sql", 8.0, sides, items=1)


def reserve5(world):
    sides = {"128 connections": world.wrk("reserve5", world.all_ids)}
    return against_pgbench(world, "reserve, 5 items, uniform, {}", "reserve5.sql", 2.0, sides)


def movement(kind):
    def measure(world):
        sides = {"128 connections": world.wrk(kind)}
        return against_pgbench(world, kind + ", {}", f"{kind}.sql", 1.5, sides)

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
