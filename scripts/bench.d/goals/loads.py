"""The load generators: wrk, pgbench and our open-loop one."""

import glob
import json
import os
import pathlib
import re
import subprocess

import processor
from context import Failed, run
from samples import Sample

HERE = pathlib.Path(__file__).resolve().parent


class UsedUp(Failed):
    """The load generator ran out of orders to confirm or release."""


def prepare(context):
    """Call before each measurement of either side."""
    context.sql("postgres", "CHECKPOINT")
    processor.settle(context, limit=1 if context.options.quick else 15)


def percentile(ordered, part):
    return ordered[max(0, min(len(ordered) - 1, round(len(ordered) * part) - 1))] if ordered else 0.0


# --- wrk ---


def wrk(context, servers, kind, file=None, connections=128, seconds=None, is_measured=True):
    """Sends requests of one kind in a closed loop. Several servers share the connections."""
    if is_measured:
        prepare(context)
    statuses = [server.statuses() for server in servers]
    before = processor.times(context)
    # One server gets two threads, two servers one each, so that the generator costs the same.
    threads = max(1, 2 // len(servers))
    running = []
    for server in servers:
        command = [
            "wrk", "-t", threads, "-c", connections // len(servers), "-d", f"{seconds or context.seconds}s",
            "--timeout", "10s", "-s", HERE.parent / "load.lua", f"http://127.0.0.1:{server.port}", "--", kind,
        ]
        command += [file] if file else []
        running.append(subprocess.Popen(
            [str(part) for part in command], stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, env=dict(os.environ, **server.key_environment())))
    outputs = [process.communicate()[0] for process in running]
    after = processor.times(context)
    sample, requests = Sample(), 0
    for server, status, output in zip(servers, statuses, outputs):
        found = re.search(r"^RESULT (\S+) (\S+) (\S+) (\d+) (\d+) (\d+) (\d+)$", output, re.M)
        if not found:
            raise Failed(f"wrk gave no result: {output.strip()[-300:]}")
        if found[7] == "1":
            raise UsedUp("too few orders")
        sample.rate += float(found[1])
        # The slower of two servers counts.
        sample.p50 = max(sample.p50, float(found[2]))
        sample.p99 = max(sample.p99, float(found[3]))
        requests += int(found[6])
        add(sample.errors, server.errors_since(status, seen=int(found[4])))
        if int(found[5]):
            add(sample.errors, {"broken connections or timeouts": int(found[5])})
    sample.processor = processor.a_request(before, after, requests)
    return sample


def add(errors, more):
    for name, count in more.items():
        errors[name] = errors.get(name, 0) + count


# --- pgbench ---


def pgbench(context, database, script, clients, items, rate=None):
    """Runs one of the baseline's scripts. With a rate, send times are fixed in advance and latencies start from them."""
    prepare(context)
    prefix = context.folder / "pgbench.log"
    for old in glob.glob(f"{prefix}*"):
        os.remove(old)
    command = [
        context.postgres / "pgbench", "-n", "-M", "prepared", "-j", 2, "-c", clients, "-T", context.seconds,
        "-D", f"items={items}", "-f", context.scripts / script, "-l", f"--log-prefix={prefix}",
    ]
    # Only a tenth is logged, so that writing the log does not lower the rate.
    command += [f"--rate={rate:.0f}"] if rate else ["--sampling-rate=0.1"]
    before = processor.times(context)
    output = run(command + [context.url(database)])
    after = processor.times(context)
    sample = Sample(rate=float(re.search(r"^tps = ([\d.]+)", output, re.M)[1]))
    failed = re.search(r"^number of failed transactions: (\d+)", output, re.M)
    if failed and int(failed[1]):
        sample.errors["failed transactions"] = int(failed[1])
    latencies = []
    for name in glob.glob(f"{prefix}*"):
        with open(name, encoding="ascii") as file:
            latencies += [int(line.split()[2]) / 1000 for line in file]
    latencies.sort()
    sample.p50, sample.p99 = percentile(latencies, 0.5), percentile(latencies, 0.99)
    requests = int(re.search(r"transactions actually processed: (\d+)", output)[1])
    sample.processor = processor.a_request(before, after, requests)
    return sample


# --- Ours ---


def open_loop(context, server, file, rate, connections=128):
    """Reserves at times fixed in advance, independent of the server. Latencies start from these times."""
    prepare(context)
    before = processor.times(context)
    output = run(
        [
            context.tools / "open-loop", "--port", server.port, "--rate", f"{rate:.0f}", "--seconds", context.seconds,
            "--connections", connections, "--path", "/api/v1/reservations", "--ids", file, "--body",
            '{"order_id":"{uuid}","items":[{"inventory_id":"{id}","quantity":1}],"ttl":600}',
        ],
        env=dict(os.environ, **server.key_environment()))
    after = processor.times(context)
    found = json.loads(output)
    errors = dict(found["errors"])
    for name in ("unanswered", "broken"):
        if found[name]:
            errors[name] = found[name]
    return Sample(
        rate=found["rate"], p50=found["p50"], p99=found["p99"], errors=errors,
        processor=processor.a_request(before, after, found["answered"]))
