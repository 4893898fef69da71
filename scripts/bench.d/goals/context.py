"""What every measurement needs: the servers, the built programs, the length of a measurement."""

import os
import pathlib
import subprocess
import sys


class Failed(Exception):
    """A benchmark cannot continue; the text has the reason."""


def say(text):
    print(text, file=sys.stderr, flush=True)


class Context:
    def __init__(self, options):
        environment = os.environ
        self.repository = pathlib.Path(environment["REPOSITORY"])
        self.folder = pathlib.Path(environment["BENCH_FOLDER"])
        self.data = pathlib.Path(environment["BENCH_DATA"])
        self.postgres = pathlib.Path(environment["POSTGRES_BIN"])
        self.products = pathlib.Path(environment["BENCH_PRODUCTS"])
        self.tools = pathlib.Path(environment["BENCH_TOOLS"])
        self.scripts = pathlib.Path(environment["BENCH_SQL"])
        self.redis_url = environment["REDIS_URL"]
        self.settings = environment["BENCH_SETTINGS"]
        self.postmaster = int((self.data / "postmaster.pid").read_text().split()[0])
        self.redis = int((self.folder / "redis.pid").read_text())
        self.options = options
        self.rounds = options.rounds
        self.seconds = options.seconds
        # Pids whose processor time counts as the service's.
        self.servers = []

    def url(self, database):
        return f"postgresql:///{database}?host={self.folder}/socket&user=postgres"

    def psql(self, database, *arguments, **variables):
        command = [self.postgres / "psql", "-XAtq", "-v", "ON_ERROR_STOP=1", "-d", self.url(database)]
        for name, value in variables.items():
            command += ["-v", f"{name}={value}"]
        return run(command + list(arguments)).strip()

    def sql(self, database, text):
        return self.psql(database, "-c", text)

    def program(self, name, *arguments, database=None):
        """Runs one of our programs to completion and returns its output."""
        environment = dict(os.environ, REDIS_URL=self.redis_url)
        if database:
            environment["DATABASE_URL"] = self.url(database)
        return run([self.products / name, *arguments], cwd=self.repository, env=environment)


def run(command, **options):
    done = subprocess.run(
        [str(part) for part in command], stdin=subprocess.DEVNULL, capture_output=True, text=True, **options)
    if done.returncode != 0:
        # Standard output has the error, standard error the progress.
        words = done.stdout.strip().splitlines()[:3] + done.stderr.strip().splitlines()[-3:]
        raise Failed(f"{pathlib.Path(str(command[0])).name} ended with {done.returncode}: {' / '.join(words)}")
    return done.stdout
