"""Load from one light client, wrk, so that as little as possible of the shared cores goes to asking."""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

SCRIPT = Path(__file__).with_name("wrk.lua")


class NoClient(Exception):
    """wrk is not installed (Debian and Ubuntu: apt-get install wrk)."""

    def __str__(self) -> str:
        return self.__doc__ or ""


@dataclass(frozen=True, slots=True)
class Target:
    """Where requests go, and the file that holds one a line."""

    url: str  #: scheme, host and port
    path: str
    requests: Path
    method: str = "POST"
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Load:
    """What one run measured."""

    clients: int
    requests: int
    rps: float
    p50_ms: float
    p99_ms: float
    max_ms: float
    errors: int  #: connections refused or broken, timeouts, and answers above 399
    said: Mapping[str, int]  #: what the answers said -> how often
    client_cores: float  #: processor time of the client per second


def run_load(target: Target, clients: int, seconds: int) -> Load:
    """Ask with `clients` connections at once for so many seconds, each asking again as soon as it is answered."""
    wrk = shutil.which("wrk")
    if wrk is None:
        raise NoClient
    command = [wrk, "-t1", f"-c{clients}", f"-d{seconds}s", "--timeout", "10s", "-s", str(SCRIPT), target.url]
    command += ["--", str(target.requests), target.method, target.path]
    before, start = _children_seconds(), time.monotonic()
    environment = {**os.environ, **({"BENCH_KEY": target.key} if target.key else {})}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    took = time.monotonic() - start
    if done.returncode:
        raise RuntimeError(f"wrk failed: {done.stderr or done.stdout}")
    found = json.loads(done.stdout.strip().splitlines()[-1])
    return Load(
        clients=clients,
        requests=found["requests"],
        rps=found["requests"] / found["seconds"],
        p50_ms=found["p50_ms"],
        p99_ms=found["p99_ms"],
        max_ms=found["max_ms"],
        errors=found["errors"],
        said=dict(sorted(found["said"].items(), key=lambda entry: -entry[1])),
        client_cores=(_children_seconds() - before) / took,
    )


def _children_seconds() -> float:
    """Processor time of every child that has ended."""
    used = resource.getrusage(resource.RUSAGE_CHILDREN)
    return used.ru_utime + used.ru_stime
