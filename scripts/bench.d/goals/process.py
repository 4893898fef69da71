"""Start time and memory of the process."""

import threading
import time

import loads
from context import say
from goal import Goal, alternate
from samples import Sample


def start(fixture):
    def measure():
        server = fixture.inventory.start("/health/ready")
        fixture.inventory.running.remove(server)
        server.stop()
        return Sample(value=server.start_seconds * 1000)

    fixture.server  # creates the database
    found = alternate(fixture.context, {"start": measure})
    goal = Goal("start of inventory-api until its first answer", "–", False, 300, "ms", "value", is_ratio=False)
    return [goal.result(fixture.context, found, {})]


def memory(fixture):
    """Resident memory after a tenth of one load and at its end; the load lasts ten minutes by default."""
    context, seconds = fixture.context, fixture.context.options.memory_seconds
    fixture.server  # creates and seeds the database before the measurement
    fixture.inventory.stop()
    server = fixture.inventory.start()
    samples = []
    loads.prepare(context)
    load = threading.Thread(target=lambda: samples.append(
        loads.wrk(context, [server], "reserve", fixture.all_ids, seconds=seconds, is_measured=False)))
    load.start()
    time.sleep(seconds / 10)
    early = Sample(value=server.memory())
    say(f"  {early.value:.1f} MB after {seconds / 10:.0f} s")
    load.join()
    late = Sample(value=server.memory(), errors=samples[0].errors if samples else {"the load failed": 1})
    say(f"  {late.value:.1f} MB after {seconds} s; {samples[0].rate if samples else 0:.0f}/s")
    ours = {f"after {seconds} s": [late]}
    return [
        Goal("memory of inventory-api under load, 128 connections", f"the same after {seconds / 10:.0f} s", False, 1.1, "MB",
             "value").result(context, ours, {f"after {seconds / 10:.0f} s": [early]}),
        Goal("memory of inventory-api under load, 128 connections", "–", False, 200, "MB", "value",
             is_ratio=False).result(context, ours, {}),
    ]
