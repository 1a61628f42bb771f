"""How many decisions a second, how soon, in how much memory: the whole way of a request, over real HTTP.

    python -m bench.decide [--data DIR] [--quick] [--peers]

SciFact's 5,183 documents, BANKING77's labels with its test messages as requests (distinct texts in random order),
1,000 generated rules of every kind, durable SQLite. Server and client share the same two cores; the client is wrk.
The cache of texts is off. Ends with one line of JSON.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.table import Table

from bench import cache
from bench.data import DEFAULT_DATA, read_messages, write_lines
from bench.decide_home import FULL, SAMPLE, WORKFLOW, Size, environment, make_home, name_of
from bench.load import Load, NoClient, Target, run_load
from bench.peers import measure_peers
from bench.rule_pack import attributes_of
from bench.screen import say
from bench.server import free_port, serving
from bench.usage import Memory, PeakMemory, processor_seconds

KEYS = ("rps_1", "rps_16", "p50_ms_1", "p99_ms_1", "p99_ms_16", "rss_mb", "ready_s", "errors")
CORES = 2
CLIENTS = (1, 16)
MOST_BLOCKED = 0.01  #: a blocked request skips the encoder and would flatter the figures
QUICK_MAKING_S = 28.0  #: of the 50 s that `--quick` has, what making a sample may take


@dataclass(frozen=True, slots=True)
class Pace:
    """How long the load lasts, in seconds."""

    warm_up: int
    each: int


FULL_PACE, QUICK_PACE = Pace(5, 20), Pace(2, 6)


@dataclass(frozen=True, slots=True)
class Measured:
    """One server under one light client."""

    ready_s: float
    peak: Memory
    loads: tuple[Load, ...]
    processor_ms: tuple[float, ...]  #: the server's processor time for one request, a load each


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.decide", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA, help="folder of test data")
    parser.add_argument("--quick", action="store_true", help="at most 50 s; a sample where nothing is made yet")
    parser.add_argument("--peers", action="store_true", help="also txtai and Haystack, started for real")
    asked = parser.parse_args(arguments)
    share_two_cores()
    try:
        figures = run(asked.data, quick=asked.quick, peers=asked.peers and not asked.quick)
    except NoClient as missing:
        figures = no_figures(str(missing))
    except subprocess.TimeoutExpired:
        figures = no_figures("a sample could not be made within --quick's time; run once without --quick")
    print(json.dumps(figures))


def no_figures(why: str) -> dict[str, object]:
    say.print(f"no figures: {why}")
    return dict.fromkeys(KEYS)


def share_two_cores() -> None:
    """Server and client get the same two cores, on a larger machine too."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[:CORES])


def run(data: Path, *, quick: bool, peers: bool) -> dict[str, object]:
    """Make what is missing, measure, print the tables, return the figures."""
    size = SAMPLE if quick and not cache.is_made(name_of(data, FULL)) else FULL
    if size is SAMPLE:
        say.print(f"nothing is made yet, so --quick measures a sample: {size}")
    until = time.monotonic() + QUICK_MAKING_S if quick else None
    made = cache.made(name_of(data, size), lambda folder: make_home(data, size, folder, until))
    texts = request_texts(data, size)
    ours = measure(made, texts, QUICK_PACE if quick else FULL_PACE)
    show(ours, size)
    figures = figures_of(ours)
    return figures | measure_peers(data, texts, ours.loads) if peers else figures


def request_texts(data: Path, size: Size) -> list[str]:
    """BANKING77's test messages, each once, in random order."""
    texts = sorted({message.text for message in size.keep(read_messages(data / "banking77" / "test.csv.gz"))})
    random.Random(11).shuffle(texts)
    return texts


def measure(made: Path, texts: Sequence[str], pace: Pace) -> Measured:
    """Serve from a copy of the home folder, so that every run begins with the same database."""
    with tempfile.TemporaryDirectory(prefix="run-", dir=cache.CACHE) as scratch:
        home, requests = Path(scratch) / "home", Path(scratch) / "requests.jsonl"
        shutil.copytree(made / "home", home)
        asks = ({"workflow": WORKFLOW, "text": text, "attributes": attributes_of(n)} for n, text in enumerate(texts))
        write_lines(requests, asks)
        port = free_port()
        command = [sys.executable, "-m", "service", "serve", "--port", str(port)]
        settings = environment(home, {"SIGNOFF_ENCODER_CACHE": "0"})
        with serving(command, port, "/readyz", cache.CACHE / "decide.log", environment=settings) as server:
            key = (made / "key").read_text(encoding="utf-8")
            target = Target(server.url, "/v1/decisions", requests, key=key)
            run_load(target, 4, pace.warm_up)
            loads, processor_ms = [], []
            with PeakMemory(server.pid) as memory:
                for clients in CLIENTS:
                    before = processor_seconds(server.pid)
                    loads.append(run_load(target, clients, pace.each))
                    spent = processor_seconds(server.pid) - before
                    processor_ms.append(1e3 * spent / max(1, loads[-1].requests))
            return Measured(server.ready_s, memory.peak, tuple(loads), tuple(processor_ms))


def show(ours: Measured, size: Size) -> None:
    table = Table(title=f"signoff: {size}, {CORES} cores shared with the client")
    for column in ("clients", "requests", "a second", "p50 ms", "p99 ms", "max ms", "errors", "CPU ms", "client CPU"):
        table.add_column(column, justify="right")
    for load, processor_ms in zip(ours.loads, ours.processor_ms, strict=True):
        figures = (f"{load.rps:.1f}", f"{load.p50_ms:.2f}", f"{load.p99_ms:.2f}", f"{load.max_ms:.1f}")
        spent = (f"{processor_ms:.2f}", f"{load.client_cores:.1%}")
        table.add_row(str(load.clients), str(load.requests), *figures, str(load.errors), *spent)
    say.print(table)
    say.print("CPU ms: the server's processor time for one request. client CPU: the client's share of one core.")
    say.print(f"ready after {ours.ready_s:.1f} s")
    say.print(f"memory: {ours.peak.total:.0f} MiB at its peak, {ours.peak.mapped:.0f} of it mapped files")
    show_answers(ours.loads[-1])


def show_answers(load: Load) -> None:
    total = sum(load.said.values()) or 1
    say.print("answers: " + ", ".join(f"{what} {n / total:.1%}" for what, n in load.said.items()))
    blocked = sum(n for what, n in load.said.items() if what.startswith("block by rules")) / total
    if blocked > MOST_BLOCKED:
        say.print(f"[bold]{blocked:.1%} are blocked by rules and skip the encoder: these figures flatter[/]")


def figures_of(ours: Measured) -> dict[str, object]:
    one, many = ours.loads
    values = (one.rps, many.rps, one.p50_ms, one.p99_ms, many.p99_ms, ours.peak.total, ours.ready_s)
    return {
        **{name: round(value, 3) for name, value in zip(KEYS, values, strict=False)},
        "errors": one.errors + many.errors,
        "p50_ms_16": round(many.p50_ms, 3),
        "processor_ms_1": round(ours.processor_ms[0], 3),
        "processor_ms_16": round(ours.processor_ms[1], 3),
        "mapped_mb": round(ours.peak.mapped, 1),
        "client_cores_16": round(many.client_cores, 3),
        "answers_16": dict(many.said),
    }


if __name__ == "__main__":
    main()
