"""Whole pilots with made-up answers, for what is said of them."""

from __future__ import annotations

import numpy as np

from service.learn.pilot.figures import assess, correct
from service.learn.pilot.findings import DataFinding, Weight
from service.learn.pilot.owner import Owner
from service.learn.pilot.results import Attempt, LeftOut, Pilot, Point, Spent, Tried
from service.learn.pilot.ways import Answers, Kind

N = 1_500


def tried(name: str, kind: Kind, skill: float, *, n: int = N, p99: float = 5.0, owner: Owner | None = None) -> Tried:
    """Right the more often the surer it is; `skill` of 0 to 1 says how much."""
    said = owner or Owner()
    rng = np.random.default_rng(7)  # the same requests are hard for every way
    ease = rng.random(n)
    right = ease < skill
    confidence = np.clip(np.where(right, 0.75 + ease / 8, 0.6 - ease / 4) + rng.normal(0, 0.05, n), 0.01, 0.99)
    labels = ["a" if each < n // 2 else "b" for each in range(n)]
    other = {"a": "b", "b": "a"}
    chosen = tuple(label if hit else other[label] for label, hit in zip(labels, right, strict=True))
    answers = Answers(chosen, confidence)
    spent = Spent(teach_seconds=3.0, p50_ms=2.0, p99_ms=p99, size_mb=30.0, peak_mb=200.0)
    figures = assess(labels, answers, said.alphas, said.delta)
    return Tried(name, kind, f"what {name} is", Attempt(answers, spent, 1_000), figures, correct(labels, answers))


def made(*ways: Tried, owner: Owner | None = None, warnings: int = 0, points: tuple[Point, ...] = ()) -> Pilot:
    """A pilot of these ways."""
    n = ways[0].figures.requests
    return Pilot(
        title="Pilot: requests.csv",
        facts={"file": "requests.csv", "examples": "5,000 requests with 2 labels"},
        owner=owner or Owner(),
        findings=tuple(DataFinding("duplicates", Weight.WARNING, f"warning {each}") for each in range(warnings)),
        ways=ways,
        curve=points,
        outlook=None,
        left_out=(LeftOut("encoder tuned by LoRA, joined", "the time was over"),),
        labels=tuple("a" if each < n // 2 else "b" for each in range(n)),
        texts=tuple(f"request <{each}>" for each in range(n)),
    )
