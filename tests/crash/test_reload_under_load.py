"""Reloading while requests come in: nobody is turned away, nobody is judged by two halves of different rule sets."""

from __future__ import annotations

import threading
import time
from pathlib import Path
from typing import Any, Self

import httpx
import pytest

from tests import house as instance

TEXT = "I was charged twice for the same card payment, number {n}."
RULE = """\
- id: edition-{half}
  title: One half of an edition
  status: enforce
  severity: low
  effect: flag
  reason_code: ED-{edition}
  reason: edition {edition}
  citation: [none]
  when: {{any: [matched('edition_{half}')]}}
  tests:
    - {{name: hit, text: charged twice, expect: match}}
    - {{name: miss, text: nothing, expect: no_match}}
"""
MATCHERS = """
  edition_first: {phrases: [charged twice]}
  edition_second: {phrases: [charged twice]}
"""
HALVES = ("first", "second")


def write_edition(pack: Path, edition: int) -> None:
    """Both halves of an edition, each in a file of its own, put in place as an editor does: write aside, rename."""
    for half in HALVES:
        aside = pack / f".{half}.draft"
        aside.write_text(RULE.format(half=half, edition=edition), encoding="utf-8")
        aside.replace(pack / f"edition-{half}.rule.yaml")


def editions(answer: dict[str, Any]) -> set[str]:
    found = answer["rules"]["findings"]
    return {finding["reason_code"] for finding in found if finding["rule"].startswith("edition-")}


class Load:
    """Clients that ask without pause and keep what went wrong."""

    def __init__(self, server: instance.LiveServer, clients: int) -> None:
        self.asked = 0
        self.failed: list[str] = []
        self.mixed: list[set[str]] = []
        self._stop = threading.Event()
        self._lock = threading.Lock()
        self._threads = [threading.Thread(target=self._ask, args=(server,)) for _ in range(clients)]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join(30)

    def _ask(self, server: instance.LiveServer) -> None:
        headers = {"Authorization": f"Bearer {server.keys.operations}"}
        with httpx.Client(base_url=server.url, headers=headers, timeout=30) as client:
            while not self._stop.is_set():
                body = {"workflow": "retail-banking", "text": TEXT.format(n=self.asked)}
                answer = client.post("/v1/decisions", json=body)
                with self._lock:
                    self.asked += 1
                    if answer.status_code not in (200, 202):
                        self.failed.append(f"{answer.status_code} {answer.text[:200]}")
                    elif len(seen := editions(answer.json())) != 1:
                        self.mixed.append(seen)


def reload_many(server: instance.LiveServer, times: int) -> float:
    """Reload `times` editions one after the other while clients ask; the slowest reload in seconds."""
    pack = server.home / "packs" / "retail-banking"
    headers = {"Authorization": f"Bearer {server.keys.operations}"}
    slowest = 0.0
    with httpx.Client(base_url=server.url, headers=headers, timeout=60) as operations, Load(server, 3) as load:
        for edition in range(1, times + 1):
            write_edition(pack, edition)
            begun = time.perf_counter()
            done = operations.post("/v1/rules/reload")
            slowest = max(slowest, time.perf_counter() - begun)
            assert done.status_code == 200, done.text
            assert done.json()["changed"], done.text
            assert done.json()["left_behind"] == []
    assert load.failed == []
    assert load.mixed == []
    assert load.asked > times
    return slowest


@pytest.fixture
def edited(home: Path) -> Path:
    """A home whose pack has an edition 0 in two halves."""
    pack = home / "packs" / "retail-banking"
    manifest = (pack / "pack.yaml").read_text(encoding="utf-8")
    (pack / "pack.yaml").write_text(manifest.replace("\nmatchers:\n", f"\nmatchers:{MATCHERS}", 1), encoding="utf-8")
    write_edition(pack, 0)
    return home


def test_reloads_under_load_fail_and_mix_nothing(edited: Path, tmp_path: Path):
    """Ten reloads of one process: every answer comes, and from one edition."""
    with instance.serving(edited, tmp_path, knows=False) as server:
        reload_many(server, 10)


@pytest.mark.slow
@pytest.mark.parametrize("workers", [1, 2])
def test_200_reloads_under_load_fail_and_mix_nothing(edited, tmp_path, workers, record_testsuite_property):
    """Two hundred reloads, in one process and in two."""
    with instance.serving(edited, tmp_path, workers=workers) as server:
        record_testsuite_property(f"slowest_reload_s_{workers}", reload_many(server, 200))
