"""Reads from the cache beside a Hummingbird route that returns a constant of the same size."""

import loads
from goal import Goal, alternate, part


def beside_constant(world, kind, file, path, work, number):
    world.need("constant-route")
    size = len(world.server.get(path)[1])
    constant = world.constant(size)
    target = world.context.folder / "constant.path"
    target.write_text("/constant\n")
    try:
        # Every record once, so that the cache has it; the constant route has its warm-up too.
        for server, name, names in ((world.server, kind, file), (constant, "path", target)):
            loads.wrk(world.context, [server], name, names, seconds=world.context.seconds, is_measured=False)
        found = alternate(world.context, {
            "from the cache": world.wrk(kind, file),
            "constant route": lambda: loads.wrk(world.context, [constant], "path", target),
        })
    finally:
        constant.stop()
    goal = Goal(f"{work}, 128 connections", f"a constant of {size} bytes by Hummingbird", True, number)
    return goal.result(world.context, part(found, "from the cache"), part(found, "constant route"))


def record(world):
    some = world.hot_id.read_text().strip()
    return [beside_constant(world, "get", world.all_ids, f"/api/v1/inventory/{some}", "GET /inventory/{id}", 0.7)]


def availability(world):
    path = "/api/v1/availability?" + "&".join(f"sku=B{1000 + number}" for number in range(10))
    return [beside_constant(
        world, "availability", None, path, "GET /availability of 10 SKUs in 4 warehouses", 0.4)]
