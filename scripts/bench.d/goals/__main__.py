"""Measures the performance goals on the servers that scripts/bench has started, and prints and writes tables."""

import argparse
import json
import signal
import sys

import latency
import machine
import orders
import other_scripts
import process
import reads
import report
import size
import writes
from context import Context, Failed, say
from fixture import Fixture

BENCHMARKS = {
    "reserve": writes.reserve,
    "hot": writes.hot,
    "reserve5": writes.reserve5,
    "confirm": orders.resolving("confirm"),
    "release": orders.resolving("release"),
    "receive": writes.movement("receive"),
    "ship": writes.movement("ship"),
    "transfer": writes.movement("transfer"),
    "idempotency": writes.idempotency,
    "two": writes.two_processes,
    "p99": latency.p99,
    "get": reads.record,
    "availability": reads.availability,
    "start": process.start,
    "memory": process.memory,
    "size": size.reserve,
    "lists": other_scripts.lists,
    "sweep": other_scripts.sweep,
    "import": other_scripts.importing,
}
# These take under three minutes.
QUICK = ["reserve", "hot", "reserve5", "confirm", "idempotency", "p99", "get", "start"]


def positive(text):
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("a whole number from 1")
    return number


def options():
    parser = argparse.ArgumentParser(prog="scripts/bench", description="Measures the performance goals.")
    parser.add_argument("--quick", action="store_true", help="three rounds of two seconds; only: " + ", ".join(QUICK))
    parser.add_argument("--rounds", type=positive, help="number of rounds (default: 5, quick: 3)")
    parser.add_argument("--seconds", type=positive, help="length of one measurement (default: 8, quick: 2)")
    parser.add_argument("--only", metavar="NAME[,NAME]", help="measure only these, of: " + ", ".join(BENCHMARKS))
    parser.add_argument("--records", type=positive, default=1_000_000, help="size of the large database (1,000,000)")
    parser.add_argument("--memory-seconds", type=positive, default=600, help="length of the memory measurement (600)")
    parser.add_argument("--json", action="store_true", help="print all figures as one line of JSON on standard output")
    parser.add_argument("--keep-docs", action="store_true", help="write no document")
    # scripts/bench checks the options with this before it builds.
    parser.add_argument("--check", action="store_true", help=argparse.SUPPRESS)
    found = parser.parse_args()
    found.rounds = found.rounds or (3 if found.quick else 5)
    found.seconds = found.seconds or (2 if found.quick else 8)
    found.names = found.only.split(",") if found.only else (QUICK if found.quick else list(BENCHMARKS))
    # report-fill.sql needs a multiple of 20, and an import accepts at most a million rows.
    if found.records % 20 or found.records > 1_000_000:
        parser.error("--records takes a multiple of 20, 1,000,000 at most")
    for name in found.names:
        if name not in BENCHMARKS:
            parser.error(f"--only: no benchmark {name!r}")
    return found


def main():
    chosen = options()
    if chosen.check:
        return 0
    context = Context(chosen)
    fixture = Fixture(context)
    # Turned into an exception, so that `finally` stops the servers.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    results, failures = {}, []
    try:
        for name in chosen.names:
            say(f"{name}")
            try:
                results[name] = BENCHMARKS[name](fixture)
            except Failed as failure:
                say(f"  failed: {failure}")
                failures.append(f"{name}: {failure}")
        audits = audit(fixture, failures)
    finally:
        fixture.stop()
    show(context, results, audits, failures)
    return 1 if failures else 0


def audit(fixture, failures):
    say("Auditing")
    lines = []
    for inventory in fixture.databases:
        try:
            lines.append(inventory.audit())
        except Failed as failure:
            failures.append(f"audit of {inventory.database}: {failure}")
    return lines


def show(context, results, audits, failures):
    rows = [row for name in BENCHMARKS for row in results.get(name, [])]
    if context.options.json:
        print(json.dumps({"rows": rows, "audit": audits, "failures": failures}))
    else:
        print(report.goals_table(rows), "", report.processor_table(rows), "", sep="\n")
        for line in audits:
            print(f"audit: {line}")
    for failure in failures:
        say(f"FAILED {failure}")
    if not context.options.keep_docs and results:
        write(context, results, audits)


def write(context, results, audits):
    """Writes the whole table; a run with --only replaces its own rows. A quick run writes quick.md."""
    folder = context.repository / "docs/benchmarks"
    command = "./scripts/bench" + (" --quick" if context.options.quick else "")
    if not context.options.quick:
        kept = folder / "goals.json"
        if kept.exists():
            results = json.loads(kept.read_text())["benchmarks"] | results
        kept.write_text(json.dumps({"benchmarks": results}, indent=1, ensure_ascii=False) + "\n")
    rows = [row for name in BENCHMARKS for row in results.get(name, [])]
    path = folder / ("quick.md" if context.options.quick else "goals.md")
    path.write_text(report.document(rows, command, machine.describe(context), audits))
    say(f"Wrote {path.relative_to(context.repository)}")


sys.exit(main())
