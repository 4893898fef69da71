"""The process itself: how soon it answers, and what it takes of memory."""

import threading
import time

import loads
from context import say
from goal import Goal, alternate
from samples import Sample


def start(world):
    def measure():
        server = world.inventory.start("/health/ready")
        world.inventory.running.remove(server)
        server.stop()
        return Sample(value=server.start_seconds * 1000)

    world.server  # so that the database is there
    found = alternate(world.context, {"start": measure})
    goal = Goal("start of inventory-api to its first answer", "–", False, 300, "ms", "value", is_ratio=False)
    return [goal.result(world.context, found, {})]


def memory(world):
    """One load, ten minutes without options: what is in memory after a tenth of it, and at its end."""
    context, seconds = world.context, world.context.options.memory_seconds
    world.server  # so that it does not count as a part of the load
    world.inventory.stop()
    server = world.inventory.start()
    samples = []
    loads.prepare(context)
    load = threading.Thread(target=lambda: samples.append(
        loads.wrk(context, [server], "reserve", world.all_ids, seconds=seconds, is_measured=False)))
    load.start()
    time.sleep(seconds / 10)
    early = Sample(value=server.memory())
    say(f"  {early.value:.1f} MB after {seconds / 10:.0f} s")
    load.join()
    late = Sample(value=server.memory(), errors=samples[0].errors if samples else {"the load failed": 1})
    say(f"  {late.value:.1f} MB after {seconds} s; {samples[0].rate if samples else 0:.0f}/s")
    ours = {f"after {seconds} s": [late]}
    return [
        Goal("memory of inventory-api under load, 128 connections", f"itself after {seconds / 10:.0f} s", False, 1.1, "MB",
             "value").result(context, ours, {f"after {seconds / 10:.0f} s": [early]}),
        Goal("memory of inventory-api under load, 128 connections", "–", False, 200, "MB", "value",
             is_ratio=False).result(context, ours, {}),
    ]
