"""What a look makes of figures: every promise by itself, no alarm by chance, no attribute that names people."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import pytest

from rules.model import Attribute, AttributeType
from service.domain.types import Autonomy, Guarantee, Label, LabelGroup, Outcome, QueuePolicy, Workflow
from service.usecases.live_error import RULES, live_errors
from service.usecases.traffic_sample import Sample, Seen
from service.usecases.watch_report import Both, report_on

LABELS = tuple(Label(name, name, Outcome.ALLOW, Autonomy.AUTO) for name in ("scam", "hours", "fees"))
POLICY = Workflow(
    name="w",
    title="",
    packs=("p",),
    collections=("c",),
    attributes=(
        Attribute("language", AttributeType.STRING),
        Attribute("account", AttributeType.STRING),
        Attribute("segment", AttributeType.STRING, values=("retail", "business")),
        Attribute("minor", AttributeType.BOOLEAN),
    ),
    labels=LABELS,
    guarantee=Guarantee(0.1, 0.1),
    queue=QueuePolicy("q"),
)
ORDINARY = Seen("dec_1", None, {}, ("hours",), 0.95, 5.0, 0.8, alone=True, blocked=False)


def seen(number: int, **parts: Any) -> list[Seen]:
    return [dataclasses.replace(ORDINARY, **parts) for _ in range(number)]


def checked(number: int, label: str, truth: str, probability: float = 0.1, **parts: Any) -> list[Seen]:
    return seen(number, labels=(label,), truth=(truth,), probability=probability, **parts)


def both(before: list[Seen], now: list[Seen]) -> Both:
    nothing = np.zeros((0, 4), dtype=np.float32)
    return Both(Sample(tuple(before), "those before"), Sample(tuple(now), "those now"), nothing, nothing, [])


def kinds(before: list[Seen], now: list[Seen]) -> list[str]:
    return [alarm.kind for alarm in report_on(POLICY, both(before, now))[1]]


def test_another_outcome_with_the_same_label_is_wrong():
    """As a certificate counts it, so that live error and promise speak of the same."""
    right, otherwise = checked(30, "hours", "hours"), checked(10, "hours", "hours", overruled=True)
    (promise, _) = live_errors(POLICY, [*right, *otherwise])
    assert (promise.estimate.checked, promise.estimate.wrong) == (40, 10)


def test_each_promise_is_measured_by_itself():
    """A group with an alpha of its own, those in no group, and what rules blocked."""
    guarantee = Guarantee(0.3, 0.1, (LabelGroup("fraud", ("scam",), 0.02),))
    policy = dataclasses.replace(POLICY, guarantee=guarantee)
    blocked = {"labels": (), "confidence": None, "alone": False, "blocked": True, "probability": 0.1}
    found = {
        each.group: each
        for each in live_errors(
            policy,
            [
                *checked(60, "scam", "scam"),
                *checked(15, "scam", "hours"),
                *checked(20, "hours", "hours"),
                *checked(5, "fees", "hours"),
                *checked(9, "hours", "fees", alone=False),
                *seen(8, probability=0.1),
                *seen(30),
                *seen(6, truth=("hours",), allowed=True, **blocked),
                *seen(14, truth=("scam",), **blocked),
            ],
        )
    }
    assert [*found] == ["fraud", "", RULES]
    assert (found["fraud"].estimate.checked, found["fraud"].estimate.wrong, found["fraud"].broken) == (75, 15, True)
    assert (found[""].estimate.checked, found[""].estimate.wrong, found[""].broken) == (25, 5, False)
    assert found[""].waiting == 8
    assert found[RULES].estimate.rate == pytest.approx(0.3)
    assert not found[RULES].broken


def test_what_is_drawn_with_another_probability_stands_for_others():
    """One in a hundred drawn counts ten times as much as one in ten."""
    (promise, _) = live_errors(POLICY, [*checked(90, "hours", "hours"), *checked(10, "hours", "fees", 0.01)])
    assert promise.estimate.rate == pytest.approx(1000 / 1900)


def test_the_more_looks_there_were_the_more_an_alarm_takes():
    """Twenty wrong of a hundred where ten are promised: broken at the first look, chance at the hundredth; what is
    shown as found is the same."""
    found = [*checked(80, "hours", "hours"), *checked(20, "hours", "fees")]
    (first, _), (late, _) = live_errors(POLICY, found), live_errors(POLICY, found, look=100)
    assert (first.broken, late.broken) == (True, False)
    assert first.at_least > 0.1 > late.at_least
    assert first.estimate == late.estimate
    report, (alarm, *_) = report_on(POLICY, both(seen(50), found))
    assert (report["look"], alarm.kind) == (1, "live_error")
    assert f"at least {first.at_least:.1%} are, however often one looks" in alarm.says


def test_nothing_checked_breaks_no_promise():
    """And no figure is made up."""
    assert kinds(seen(50), seen(50)) == []
    report, _ = report_on(POLICY, both(seen(50), seen(50, probability=0.1)))
    assert (report["live_error"][0]["checked"], report["live_error"][0]["waiting"]) == (0, 50)
    report, _ = report_on(POLICY, both([], []))
    assert (report["automation"], report["expected_error"]) == (
        {"before": None, "now": None},
        {"before": None, "now": None},
    )


def test_confidences_that_promise_too_little_alarm():
    """Where they promised enough before; a model that was always too careful alarms nobody."""
    before, now = seen(200, confidence=0.99), seen(400, confidence=0.8)
    assert "expected_error" in kinds(before, now)
    assert "expected_error" not in kinds(seen(200, confidence=0.8), now)
    assert "expected_error" not in kinds(before, seen(20, confidence=0.8))


def test_a_shift_alarms_when_it_is_far_and_no_chance():
    """Other labels, another energy; among few requests nothing is said."""
    random = np.random.default_rng(0)

    def drawn(number: int, energy: float, label: str = "hours") -> list[Seen]:
        return [
            dataclasses.replace(ORDINARY, energy=float(e), labels=(label,)) for e in random.normal(energy, 1, number)
        ]

    before = drawn(300, 5.0)
    assert kinds(before, drawn(300, 5.0)) == []
    assert kinds(before, drawn(300, 3.0)) == ["drift"]
    assert kinds(before, [*drawn(200, 5.0), *drawn(100, 5.0, "scam")]) == ["drift"]
    assert kinds(before, drawn(39, 0.0)) == []
    _, (alarm,) = report_on(POLICY, both(before, drawn(300, 3.0)))
    assert "stability index of top similarity" not in alarm.says
    assert "stability index of energy" in alarm.says
    assert 0.5 < alarm.seen["share"] < 0.9  # the gap of two normal distributions, two apart: 0.68


def test_ordinary_traffic_does_not_alarm():
    """Not in a hundred looks at traffic of one kind, with a tenth of it checked and one error in fifty."""
    random = np.random.default_rng(1)

    def traffic(number: int) -> list[Seen]:
        return [
            dataclasses.replace(
                ORDINARY,
                confidence=float(c),
                energy=float(e),
                labels=("hours" if n % 3 else "fees",),
                attributes={"segment": "retail" if n % 2 else "business"},
                probability=0.1 if n % 10 == 0 else None,
                truth=None if n % 10 else (("hours" if n % 3 else "fees") if n % 500 else "scam",),
            )
            for n, (c, e) in enumerate(zip(random.beta(30, 1, number), random.normal(5, 1, number), strict=True))
        ]

    before = traffic(300)
    assert [kind for _ in range(100) for kind in kinds(before, traffic(500))] == []


def test_slices_are_of_attributes_that_name_nobody():
    """Declared words, yes or no, and texts of few values; an account number is no kind of request."""
    now = [
        dataclasses.replace(
            ORDINARY,
            attributes={
                "language": "en" if n % 3 else "fr",
                "account": f"A{n % 13}",
                "segment": "retail",
                "minor": n < 90,
            },
            alone=n % 3 > 0,
        )
        for n in range(390)
    ]
    report, alarms = report_on(POLICY, both(seen(50), now))
    found = {(each["attribute"], each["value"]): each for each in report["slices"]["reviews"]}
    assert set(found) == {("language", "en"), ("language", "fr"), ("minor", "yes"), ("minor", "no")}
    assert found["language", "fr"]["worse"]
    assert not found["minor", "yes"]["worse"]
    assert alarms == ()


def test_a_slice_with_more_errors_alarms():
    """Beside the rest, corrected for all that were looked at."""
    fine = checked(150, "hours", "hours", attributes={"segment": "retail"})
    bad = checked(12, "hours", "fees", attributes={"segment": "business"})
    good = checked(18, "hours", "hours", attributes={"segment": "business"})
    report, alarms = report_on(POLICY, both(seen(50), [*fine, *bad, *good]))
    assert [alarm.kind for alarm in alarms] == ["slices"]
    assert alarms[0].seen == {"share": 0.4, "hits": 12, "of": 30}
    assert alarms[0].usual == {"share": 0.0, "hits": 0, "of": 150}
    assert report["slices"]["errors"][0]["worse"]
