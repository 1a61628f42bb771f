"""The report."""

from __future__ import annotations

import json
import re

from service.learn.pilot.advice import advise
from service.learn.pilot.owner import QUESTIONS, Owner
from service.learn.pilot.report import to_html, to_json
from service.learn.pilot.results import Point
from service.learn.pilot.ways import Kind
from tests.unit.service.learn.pilot.pilots import made, tried

OWNER = Owner(answers={"problem": "Card <questions> only."})
CURVE = tuple(
    Point("joined", each, n, 0.8, 0.0, share) for each, n, share in ((5, 10, 0.2), (50, 100, 0.5), (None, 1_000, 0.8))
)
PILOT = made(
    tried("words", Kind.SCRATCH, 0.8), tried("joined", Kind.JOINED, 0.93), owner=OWNER, warnings=1, points=CURVE
)


def test_the_page_needs_nothing_else_and_runs_nothing() -> None:
    """No script, nothing fetched; texts from elsewhere are escaped."""
    page = to_html(PILOT, advise(PILOT))
    assert "<script" not in page
    assert not re.findall(r"""(?:src|href)=|url\(|@import""", page)
    assert "Card &lt;questions&gt; only." in page
    assert "request &lt;" in page


def test_the_page_says_what_to_do_and_quotes_the_owner() -> None:
    """Verdict first; all seven questions with what was found; every way with its figures; what was left out."""
    advice = advise(PILOT)
    page = to_html(PILOT, advice)
    assert page.index(advice.headline) < page.index("All ways of deciding")
    assert all(question.words in page for question in QUESTIONS)
    assert page.count("Not answered in pilot.yaml") == 6
    assert "encoder tuned by LoRA" in page
    assert "warning 0" in page
    assert page.count("<svg viewBox") >= 5


def test_every_drawn_number_is_finite() -> None:
    """A plot with nothing to show must not break the others."""
    nothing = made(tried("words", Kind.SCRATCH, 0.0, n=20))
    for pilot in (PILOT, nothing):
        page = to_html(pilot, advise(pilot))
        assert "nan" not in re.sub(r"[a-z]{4,}", "", page)
        assert "inf" not in re.findall(r'(?:x|y|d|width)="([^"]*)"', page)


def test_the_same_figures_as_plain_values() -> None:
    """JSON with every way, its shares at each error, its costs and labels."""
    values = json.loads(json.dumps(to_json(PILOT, advise(PILOT))))
    assert [way["name"] for way in values["ways"]] == ["words", "joined"]
    shares = values["ways"][1]["figures"]["automation"]
    assert [each["alpha"] for each in shares] == [0.01, 0.02, 0.05]
    assert values["ways"][1]["price"]["total"] < values["people_alone"]["review"]
    assert values["advice"]["way"] == "joined"
    assert len(values["questions"]) == 7
