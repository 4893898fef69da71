"""Cached reads, compared with a Hummingbird route that returns a constant of the same size."""

import loads
from goal import Goal, alternate, part


def against_constant(fixture, kind, file, path, work, number):
    fixture.need("constant-route")
    size = len(fixture.server.get(path)[1])
    constant = fixture.constant(size)
    target = fixture.context.folder / "constant.path"
    target.write_text("/constant\n")
    try:
        # Warms up the cache with every record, and the constant route too.
        for server, name, names in ((fixture.server, kind, file), (constant, "path", target)):
            loads.wrk(fixture.context, [server], name, names, seconds=fixture.context.seconds, is_measured=False)
        found = alternate(fixture.context, {
            "from the cache": fixture.wrk(kind, file),
            "constant route": lambda: loads.wrk(fixture.context, [constant], "path", target),
        })
    finally:
        constant.stop()
    goal = Goal(f"{work}, 128 connections", f"a constant of {size} bytes from Hummingbird", True, number)
    return goal.result(fixture.context, part(found, "from the cache"), part(found, "constant route"))


def record(fixture):
    some = fixture.hot_id.read_text().strip()
    return [against_constant(fixture, "get", fixture.all_ids, f"/api/v1/inventory/{some}", "GET /inventory/{id}", 0.7)]


def availability(fixture):
    path = "/api/v1/availability?" + "&".join(f"sku=B{1000 + number}" for number in range(10))
    return [against_constant(
        fixture, "availability", None, path, "GET /availability of 10 SKUs in 4 warehouses", 0.4)]
