from __future__ import annotations

import json
from pathlib import Path

import pytest

from bench import pii as bench
from bench.pii_samples import Sample


def test_score_counts_exact_spans_only():
    """A span one character short is both a miss and a false find."""
    text = "write to jane@example.org"
    exact, short = Sample(text, (("email", 9, 25),)), Sample(text, (("email", 9, 24),))
    tally = bench.score("x", [exact, short], ["email"]).scores["email"]
    assert (tally.right, tally.missed, tally.wrong) == (1, 1, 1)
    assert (tally.recall, tally.precision) == (0.5, 0.5)


def test_figures_promised(data: Path, capsys: pytest.CaptureFixture[str]):
    """On the test data the last line is JSON, and each kind reaches what is promised of it."""
    bench.main(["--data", str(data), "--quick"])
    figures = json.loads(capsys.readouterr().out.splitlines()[-1])
    for kind, recall, precision in (
        ("email", 0.97, 0.97),
        ("card", 0.97, 0.97),
        ("iban", 0.97, 0.97),
        ("ip", 0.97, 0.97),
        ("phone", 0.85, 0.80),
    ):
        assert figures[kind]["recall"] >= recall
        assert figures[kind]["precision"] >= precision
    assert figures["banking77"]["false_alarms"] == 0
