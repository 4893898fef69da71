"""Describes the machine and the servers of a run."""

import os
import re
import shutil

from context import run


def first(pattern, text):
    found = re.search(pattern, text, re.M)
    return found[1].strip() if found else "?"


def describe(context):
    with open("/proc/cpuinfo", encoding="utf-8") as file:
        model = first(r"^model name\s*:(.*)$", file.read())
    with open("/proc/meminfo", encoding="utf-8") as file:
        memory = int(first(r"^MemTotal:\s+(\d+)", file.read())) / 1048576
    postgres = run([context.postgres / "postgres", "--version"]).strip().replace("postgres (PostgreSQL)", "PostgreSQL")
    redis = first(r"v=([\d.]+)", run(["redis-server", "--version"]))
    swift = first(r"(Swift version [\d.]+)", run(["swift", "--version"])) if shutil.which("swift") else "Swift"
    return [
        f"{os.cpu_count()} cores ({model}), {memory:.0f} GiB of memory; servers and load generators share it",
        f"{postgres}, Redis {redis}, {swift} (release build); wrk, pgbench: 2 threads each",
        f"PostgreSQL: `{context.settings}`",
        f"inventory-api: one process, `AUTH_MODE=keys` with a key in every request, Redis on, log level "
        f"{os.environ.get('LOG_LEVEL', 'info')} into a file, defaults for all other settings",
    ]
