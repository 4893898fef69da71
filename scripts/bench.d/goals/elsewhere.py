"""Goals that other scripts measure, on servers of their own."""

import json
import re

from context import Failed, run
from goal import Goal
from samples import Sample


def script(world, name, *arguments):
    context = world.context
    return run([context.repository / "scripts" / name, "--products", context.products, *arguments])


def row(output, beginning):
    """The first number of the table's row that begins so."""
    found = re.search(rf"^\| {re.escape(beginning)}[^|]*\| ([\d.]+) ", output, re.M)
    if not found:
        raise Failed(f"no row {beginning!r} in: {output[-500:]}")
    return {beginning: [Sample(value=float(found[1]))]}


def sweep(world):
    output = script(world, "bench-sweep", "--rounds", world.context.rounds)
    goal = Goal("expiry sweep of 100,000 reservations", "one bare SQL statement", False, 3, "s", "value")
    result = goal.result(
        world.context, row(output, "inventory-sweeper --once"), row(output, "one bare SQL statement"))
    return [dict(result, rounds=world.context.rounds)]


def importing(world):
    output = script(world, "bench-import", "--rounds", world.context.rounds)
    theirs = row(output, "set-based SQL script")
    results = []
    for way in ("POST /import/stock", "inventoryctl import"):
        goal = Goal(
            f"import of 100,000 stock rows, {way}", "one set-based SQL script", False, 1.5, "s", "value")
        results.append(dict(goal.result(world.context, row(output, way), theirs), rounds=world.context.rounds))
    return results


def lists(world):
    """The worst of the lists and reports, by p50; the document of bench-reports has each of them."""
    records = world.context.options.records
    output = script(world, "bench-reports", "--records", records, "--json", "--keep-docs")
    cases = json.loads(output.splitlines()[-1])["cases"]
    # The dashboard has goals of its own.
    cases = [case for case in cases if not case["name"].startswith("dashboard")]
    results = []
    for case in sorted(cases, key=lambda case: case["p50_ms"][1] / max(case["p50_ms"][0], 0.1), reverse=True)[:3]:
        goal = Goal(
            f"{case['name']}, {records:,} records (of {len(cases)} lists and reports, by p50)", "on 10,000", False, 2,
            "ms", "value")
        results.append(goal.result(
            world.context, {f"{records:,} records": [Sample(value=case["p50_ms"][1])]},
            {"10,000 records": [Sample(value=max(case["p50_ms"][0], 0.1))]}))
    return results
