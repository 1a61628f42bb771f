"""How long the law takes: rules on 2 kB of text, one thread, personal data included, and beside other engines.

    python -m bench.rules [--data DIR] [--quick]

Texts are everyday banking messages joined to 2,000 characters, each asked once a round and never cached. Time runs
from the raw text to the ruling. Packs are generated (`bench.rule_pack`): a tenth of the rules on attributes alone,
the others on phrases, regexes and personal data, about one in a hundred hit. Ends with one line of JSON.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import random
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from rich.table import Table

from bench.data import DEFAULT_DATA, read_messages
from bench.rule_pack import ATTRIBUTES, DECIDE, RULES, Mix, attributes_of, write_packs
from bench.rule_peers import compare
from bench.screen import say
from rules.compile import compile_rules
from rules.evaluate import evaluate
from rules.model import Attribute, AttributeType
from rules.normalize import normalize
from rules.reading.reader import pack_files, read_pack
from rules.ruleset import RuleSet
from rules.schema import AttributeSchema
from rules.testing import run_tests

NOW = datetime(2026, 6, 1, tzinfo=UTC)
LENGTH = 2_000  #: characters of a text
SIZES = (100, 1_000, 10_000)
SCHEMA = AttributeSchema(
    tuple(Attribute(name, AttributeType(one["type"]), tuple(one.get("values", ()))) for name, one in ATTRIBUTES.items())
)


@dataclass(frozen=True, slots=True)
class Speed:
    """One pack on all texts."""

    rules: int
    hits: float  #: rules that matched a text, on average
    p50_ms: float
    p99_ms: float
    reload_s: float  #: from the files to a set that has passed its tests


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.rules", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA, help="folder of test data")
    parser.add_argument("--quick", action="store_true", help="at most 50 s: fewer texts and rounds")
    asked = parser.parse_args(arguments)
    stay_on_one_core()
    texts = request_texts(asked.data, 150 if asked.quick else 600)
    rounds = 2 if asked.quick else 5
    by_hits = {size: measure(size, RULES, texts, rounds) for size in SIZES}
    by_rules = [measure(size, DECIDE, texts, rounds) for size in SIZES]
    show("one rule in a hundred hits", list(by_hits.values()))
    show("22 rules are on everyday words, whatever the size: what more rules cost that do not hit", by_rules)
    few = texts[: 60 if asked.quick else 200]
    compared = compare(few, [attributes_of(n) for n in range(len(few))], NOW, rounds)
    figures = {
        "p50_ms_1000": round(by_hits[1_000].p50_ms, 4),
        "p99_ms_1000": round(by_hits[1_000].p99_ms, 4),
        "p99_ms_10000": round(by_hits[10_000].p99_ms, 4),
        "reload_1000_s": round(by_hits[1_000].reload_s, 3),
        "best_peer": compared.best,
        "best_peer_ratio": compared.ratio,
        "answers_equal": compared.equal,
        "p50_ms": {str(size): round(speed.p50_ms, 4) for size, speed in by_hits.items()},
        "p50_ms_same_hits": {str(speed.rules): round(speed.p50_ms, 4) for speed in by_rules},
        "reload_10000_s": round(by_hits[10_000].reload_s, 3),
    }
    print(json.dumps(figures))


def stay_on_one_core() -> None:
    """One thread is claimed, so one core is used."""
    if hasattr(os, "sched_setaffinity"):
        os.sched_setaffinity(0, sorted(os.sched_getaffinity(0))[-1:])


def request_texts(data: Path, count: int) -> list[str]:
    """Everyday messages of BANKING77's test set, joined to texts of 2,000 characters, no two alike."""
    messages = sorted({message.text.strip() for message in read_messages(data / "banking77" / "test.csv.gz")})
    draw = random.Random(3)
    return [_joined(messages, draw) for _ in range(count)]


def _joined(messages: Sequence[str], draw: random.Random) -> str:
    text = ""
    while len(text) < LENGTH:
        text += draw.choice(messages) + " "
    return text[:LENGTH]


def measure(size: int, mix: Mix, texts: Sequence[str], rounds: int) -> Speed:
    """Load a pack from its files as a reload does, then ask it every text, each round anew."""
    with tempfile.TemporaryDirectory() as scratch:
        folders = write_packs(Path(scratch), size, mix)
        loaded = sorted((reload(folders) for _ in range(3 if size <= 1_000 else 1)), key=lambda took: took[0])
    reload_s, ruleset = loaded[len(loaded) // 2]
    asked = [(text, attributes_of(place)) for place, text in enumerate(texts)]
    gc.collect()
    gc.freeze()  # as the server does once its releases are open
    hits = sum(len(evaluate(ruleset, normalize(text), values, NOW).matched) for text, values in asked)
    milliseconds = []
    for _ in range(rounds):
        for text, values in asked:
            begun = time.perf_counter()
            evaluate(ruleset, normalize(text), values, NOW)
            milliseconds.append(1e3 * (time.perf_counter() - begun))
    milliseconds.sort()
    return Speed(
        rules=size,
        hits=hits / len(asked),
        p50_ms=milliseconds[len(milliseconds) // 2],
        p99_ms=milliseconds[int(0.99 * len(milliseconds))],
        reload_s=reload_s,
    )


def reload(folders: Sequence[Path]) -> tuple[float, RuleSet]:
    """Seconds from the files to a rule set that holds its own tests, and the rule set."""
    begun = time.perf_counter()
    ruleset = compile_rules([read_pack(pack_files(folder)) for folder in folders], SCHEMA)
    failed = [result for result in run_tests(ruleset) if not result.passed]
    took = time.perf_counter() - begun
    if failed:
        raise RuntimeError(f"the generated pack fails {len(failed)} of its own tests, first {failed[0]}")
    return took, ruleset


def show(title: str, speeds: Sequence[Speed]) -> None:
    table = Table(title=title)
    for column in ("rules", "hits a text", "p50 ms", "p99 ms", "reload s"):
        table.add_column(column, justify="right")
    for speed in speeds:
        figures = (f"{speed.hits:.1f}", f"{speed.p50_ms:.3f}", f"{speed.p99_ms:.3f}", f"{speed.reload_s:.2f}")
        table.add_row(f"{speed.rules:,}", *figures)
    say.print(table)


if __name__ == "__main__":
    main()
