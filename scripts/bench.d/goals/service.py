"""The measured servers, and the service's database."""

import http.client
import io
import os
import random
import re
import socket
import subprocess
import time

from context import Failed, say

# load.lua has the same numbers.
PRODUCTS, WAREHOUSES = 2_500, 4
RECORDS = PRODUCTS * WAREHOUSES


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Server:
    """One server process on its own port."""

    def __init__(self, context, program, arguments, environment, path, key=None):
        self.context, self.path, self.key = context, path, key
        self.port = free_port()
        log = open(context.folder / f"{program.name}.log", "ab")
        began = time.monotonic()
        self.process = subprocess.Popen(
            [str(program)] + [argument.replace("PORT", str(self.port)) for argument in arguments],
            cwd=context.repository, stdin=subprocess.DEVNULL, stdout=log, stderr=log,
            # The terminal's Ctrl-C must reach only this process, which stops its servers.
            start_new_session=True,
            env=dict(os.environ, **environment, HTTP_PORT=str(self.port)))
        log.close()
        context.servers.append(self.process.pid)
        self.start_seconds = self.await_answer(began)

    def await_answer(self, began):
        """Polls until the first 200, and returns the seconds that it took."""
        while time.monotonic() - began < 60:
            if self.process.poll() is not None:
                break
            try:
                if self.get(self.path)[0] == 200:
                    return time.monotonic() - began
            except OSError:
                pass
            time.sleep(0.001)
        self.stop()
        raise Failed(f"{self.process.args[0]} does not get ready; its log is in {self.context.folder}")

    def request(self, method, path, body=None, kind="application/json"):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=600)
        try:
            headers = {"Authorization": f"Bearer {self.key}"} if self.key else {}
            connection.request(method, path, body, headers | ({"Content-Type": kind} if body is not None else {}))
            answer = connection.getresponse()
            return answer.status, answer.read()
        finally:
            connection.close()

    def get(self, path):
        return self.request("GET", path)

    def key_environment(self):
        return {"API_KEY": self.key} if self.key else {}

    def statuses(self):
        """Number of answers so far, by status; empty for a server without metrics."""
        if not self.key:
            return {}
        sums = {}
        text = self.get("/metrics")[1].decode()
        for status, count in re.findall(
                r'^http_request_duration_seconds_count\{[^}]*status="(\d+)"[^}]*\} ([\d.e+]+)', text, re.M):
            sums[status] = sums.get(status, 0) + int(float(count))
        return sums

    def errors_since(self, before, seen):
        """Answers other than 2xx; `seen` is the load generator's own count of errors."""
        after = self.statuses()
        errors = {
            status: count - before.get(status, 0) for status, count in after.items()
            if not status.startswith("2") and count > before.get(status, 0)
        }
        return errors or ({"4xx or 5xx": seen} if seen else {})

    def memory(self):
        """Current resident memory in megabytes."""
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as file:
            return int(re.search(r"^VmRSS:\s+(\d+) kB", file.read(), re.M)[1]) / 1024

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(15)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        if self.process.pid in self.context.servers:
            self.context.servers.remove(self.process.pid)


class Inventory:
    """A migrated database with an API key, and the API processes that use it."""

    def __init__(self, context, database, redis_database=0):
        self.context, self.database, self.running = context, database, []
        # Each database uses its own Redis database.
        self.redis_url = context.redis_url.replace("db=0", f"db={redis_database}")
        context.sql("postgres", f"CREATE DATABASE {database}")
        context.program("inventoryctl", "migrate", database=database)
        self.key = context.program(
            "inventoryctl", "keys", "create", "--name", "bench", "--scope", "admin", database=database
        ).splitlines()[-1]

    def start(self, path="/health/ready"):
        server = Server(
            self.context, self.context.products / "inventory-api", [],
            {
                "DATABASE_URL": self.context.url(self.database), "REDIS_URL": self.redis_url,
                "AUTH_MODE": "keys", "HTTP_HOST": "127.0.0.1",
            },
            path=path, key=self.key)
        self.running.append(server)
        return server

    def stop(self):
        while self.running:
            self.running.pop().stop()

    def import_table(self, server, name, rows):
        text = io.StringIO()
        for row in rows:
            text.write(",".join(str(cell) for cell in row) + "\n")
        status, answer = server.request("POST", f"/api/v1/import/{name}", text.getvalue().encode(), "text/csv")
        if status != 200:
            raise Failed(f"the import of {name} was answered {status}: {answer[:300]!r}")

    def seed(self, server):
        """Creates each product in each warehouse, with more units than a run can sell."""
        say(f"Seeding {RECORDS} records")
        self.import_table(server, "products", [("sku", "name", "base_price")] + [
            (f"B{product}", f"Bench {product}", "1.00") for product in range(PRODUCTS)])
        self.import_table(server, "warehouses", [("code", "name")] + [
            (f"W{warehouse}", f"Bench {warehouse}") for warehouse in range(WAREHOUSES)])
        self.import_table(
            server, "stock", [("sku", "warehouse_code", "quantity_on_hand", "reorder_point", "reorder_quantity")] + [
                (f"B{product}", f"W{warehouse}", 1_000_000_000_000, 10, 50)
                for product in range(PRODUCTS) for warehouse in range(WAREHOUSES)])
        self.context.sql(self.database, "VACUUM ANALYZE")

    def record_ids(self):
        """Writes a file with all record ids, and one with a single id."""
        ids = self.context.sql(self.database, "SELECT id FROM inventory").split()
        random.shuffle(ids)
        everything = self.context.folder / f"{self.database}.ids"
        everything.write_text("\n".join(ids) + "\n")
        hot = self.context.folder / f"{self.database}-hot.ids"
        hot.write_text(ids[0] + "\n")
        return everything, hot

    def audit(self):
        """Returns the `ok` line, or raises Failed with the first violation."""
        return self.context.program("inventoryctl", "audit", database=self.database).splitlines()[0]
