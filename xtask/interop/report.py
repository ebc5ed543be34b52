"""One line per check, as `cargo xtask interop` reads it."""

import asyncio
import inspect
import json
import traceback
import urllib.request


def check(name, body):
    """Runs `body` (a function or a coroutine function) and says how it went."""
    try:
        outcome = body()
        if inspect.isawaitable(outcome):
            asyncio.run(outcome)
    except Exception as error:  # every failure of a check is a result
        where = traceback.extract_tb(error.__traceback__)[-1]
        why = f"{type(error).__name__}: {error} ({where.name}:{where.lineno})"
        print(f"not ok - python {name}: {' '.join(why.split())}", flush=True)
    else:
        print(f"ok - python {name}", flush=True)


def equal(left, right):
    if left != right:
        raise AssertionError(f"{left!r} is not {right!r}")


def truth(value, what):
    if not value:
        raise AssertionError(what)


class Control:
    """The emulator's own routes."""

    def __init__(self, base):
        self.base = base

    def call(self, path, body=None):
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(f"{self.base}/__emulator/{path}", data=data)
        with urllib.request.urlopen(request) as answer:
            return json.load(answer)

    def delays(self, queue_ms=0, run_ms=0, ahead=0):
        self.call("delays", {"queue_ms": queue_ms, "run_ms": run_ms, "queue_ahead": ahead})

    def fault(self, route, fault, times=1):
        self.call("faults", {"route": route, "fault": fault, "times": times})

    def requests(self, route):
        return [r for r in self.call("requests") if r["route"] == route]

    def jobs(self):
        return self.call("stats")["jobs_created"]


def fetch(url):
    with urllib.request.urlopen(url) as answer:
        return answer.read(), answer.headers
