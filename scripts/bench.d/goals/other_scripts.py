"""Goals measured by other scripts, which start their own servers."""

import json
import re

from context import Failed, run
from goal import Goal
from samples import Sample


def script(fixture, name, *arguments):
    context = fixture.context
    return run([context.repository / "scripts" / name, "--products", context.products, *arguments])


def row(output, beginning):
    """The first number in the table row that starts with `beginning`."""
    found = re.search(rf"^\| {re.escape(beginning)}[^|]*\| ([\d.]+) ", output, re.M)
    if not found:
        raise Failed(f"no row {beginning!r} in: {output[-500:]}")
    return {beginning: [Sample(value=float(found[1]))]}


def sweep(fixture):
    output = script(fixture, "bench-sweep", "--rounds", fixture.context.rounds)
    goal = Goal("expiry sweep of 100,000 reservations", "one bare SQL statement", False, 3, "s", "value")
    result = goal.result(
        fixture.context, row(output, "inventory-sweeper --once"), row(output, "one bare SQL statement"))
    return [dict(result, rounds=fixture.context.rounds)]


def importing(fixture):
    output = script(fixture, "bench-import", "--rounds", fixture.context.rounds)
    theirs = row(output, "set-based SQL script")
    results = []
    for way in ("POST /import/stock", "inventoryctl import"):
        goal = Goal(
            f"import of 100,000 stock rows, {way}", "one set-based SQL script", False, 1.5, "s", "value")
        results.append(dict(goal.result(fixture.context, row(output, way), theirs), rounds=fixture.context.rounds))
    return results


def lists(fixture):
    """The three lists and reports whose p50 grows most; docs/benchmarks/reports.md has all of them."""
    records = fixture.context.options.records
    output = script(fixture, "bench-reports", "--records", records, "--json", "--keep-docs")
    cases = json.loads(output.splitlines()[-1])["cases"]
    # The dashboard has its own goals.
    cases = [case for case in cases if not case["name"].startswith("dashboard")]
    results = []
    for case in sorted(cases, key=lambda case: case["p50_ms"][1] / max(case["p50_ms"][0], 0.1), reverse=True)[:3]:
        goal = Goal(
            f"{case['name']}, {records:,} records (of {len(cases)} lists and reports, by p50)", "on 10,000 records", False, 2,
            "ms", "value")
        results.append(goal.result(
            fixture.context, {f"{records:,} records": [Sample(value=case["p50_ms"][1])]},
            {"10,000 records": [Sample(value=max(case["p50_ms"][0], 0.1))]}))
    return results
