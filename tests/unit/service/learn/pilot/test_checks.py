"""What is said of the data before anything is learned from it."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np

from service.learn.pilot.checks import Expected, check
from service.learn.pilot.division import Division, Labelled, Part, divide
from service.learn.pilot.findings import DataFinding, Weight, by_kind
from service.learn.pilot.leaks import near_twins
from tests.unit.service.learn.pilot.world import requests

TODAY = Expected(today=date(2026, 11, 21), alpha=0.05, delta=0.1)


def found(examples: list[Labelled], expected: Expected = TODAY, test: int = 0) -> dict[str, DataFinding]:
    return dict(by_kind(check(examples, divide(examples, test), expected)))


def test_sound_data_give_no_warning() -> None:
    """Plenty of dated, owned, distinct requests: there is nothing to warn of."""
    assert not [each for each in found(requests(100)).values() if each.weight is Weight.WARNING]


def test_contradictions_are_counted_with_the_error_they_force() -> None:
    """Two texts carry two labels each: whoever decides by the text alone is wrong at least twice."""
    examples = requests(50)
    torn = [replace(each, label="fees" if each.label != "fees" else "statement") for each in examples[:2]]
    finding = found([*examples, *torn])["contradictory_labels"]
    assert finding.words.startswith("2 texts carry more than one label")
    assert "wrong in at least 2 of 202" in finding.words
    assert examples[0].text in finding.samples[0]


def test_repeated_requests_and_leaks_are_told_apart() -> None:
    """Repeats in one file are a note; repeats of a test file are a warning, and were not learned from."""
    examples = requests(50)
    assert found([*examples, examples[0]])["duplicates"].words.startswith("1 request repeats")
    leaking = found([*examples, *requests(10, seed=3), examples[1]], test=1)
    assert leaking["leakage"].weight is Weight.WARNING


def test_rare_labels_and_skew() -> None:
    """A label with two examples is named; one that is nearly everything makes accuracy a poor guide."""
    examples = [*requests(100), *(Labelled(1, f"odd one {place}", "rare") for place in range(2))]
    assert found(examples)["rare_labels"].samples == ("rare: 2",)
    most = [*requests(3), *(Labelled(1, f"my card is lost {place} times", "card_lost") for place in range(200))]
    assert "card_lost has 203 of 212" in found(most)["class_skew"].words


def test_labels_that_only_the_test_file_has() -> None:
    """Whatever learns is wrong there, and the figures would hide why."""
    lost = [each for each in requests(20) if each.label == "fees"]
    others = [each for each in requests(50, seed=2) if each.label != "fees"]
    finding = found([*others, *lost], test=len(lost))["labels_never_seen"]
    assert finding.words.startswith("20 held-out requests have one of 1 label")
    assert finding.samples == ("fees",)


def test_too_few_cases_are_said_with_how_many_are_missing() -> None:
    """A promise of 1 % cannot be had from 40 requests, whatever learns."""
    finding = found(requests(10), replace(TODAY, alpha=0.01))["too_few_cases"]
    assert "40 requests are held out" in finding.words
    assert "label at least" in finding.words


def test_age_and_ownership() -> None:
    """Old requests, requests without a date, and labels that nobody answers for."""
    examples = requests(50)
    old = [replace(each, day=date(2021, 1, 1)) for each in examples]
    assert found(old)["out_of_date"].weight is Weight.WARNING
    assert "undated" in found([replace(each, day=None) for each in examples])
    unowned = [replace(each, owner="") for each in examples]
    assert "unowned" in found(unowned)
    assert "unowned" not in found(unowned, replace(TODAY, owner="claims"))
    assert "1 of 200 requests name nobody" in " ".join(
        each.words for each in found([replace(examples[0], owner=""), *examples[1:]]).values()
    )


def test_an_attribute_that_gives_the_label_away() -> None:
    """A column filled in by whoever decided looks like a miracle; a number of its own for each request does not."""
    examples = requests(50)
    team = [
        replace(each, attributes={"team": each.label[:2], "ticket": str(place)}) for place, each in enumerate(examples)
    ]
    finding = found(team)["telling_attribute"]
    assert "The attribute team alone" in finding.words
    plain = [replace(each, attributes={"channel": ("app", "phone")[place % 2]}) for place, each in enumerate(examples)]
    assert "telling_attribute" not in found(plain)


def test_a_label_that_stands_in_its_own_text() -> None:
    """As when somebody pasted the ticket's category into its subject."""
    examples = [replace(each, text=f"[{each.label}] {each.text}") for each in requests(50)]
    assert found(examples)["label_in_text"].weight is Weight.WARNING


def test_near_twins_are_counted() -> None:
    """Held-out requests that say nearly the same as a known one make every figure too good."""
    rng = np.random.default_rng(0)
    rows = rng.normal(size=(40, 16)).astype(np.float32)
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    part = Part(np.arange(20), np.arange(20, 40))
    assert near_twins(rows, Division((part,), "halves")) is None
    rows[20:30] = rows[:10]
    twins = near_twins(rows, Division((part,), "halves"))
    assert twins is not None
    assert twins.words.startswith("50% of the held-out requests")
