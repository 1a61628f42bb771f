"""A candidate in shadow says what it would have decided, and has no say."""

from __future__ import annotations

import json

import pytest

from service.domain.access import ROLES, Principal
from service.domain.types import Outcome
from service.errors import Conflict
from service.store import models, shadows
from service.usecases import shadow
from service.usecases.claim_case import claim_next
from service.usecases.make_decision import Ask, decide
from service.usecases.resolve_case import Resolution, resolve
from service.usecases.shadow_report import Compared, report_on, shadow_report, worse_slices
from tests.unit.service.usecases.model_desk import CALLER, OLGA, SHOP, ask, candidate

RITA = Principal("k9", "Rita", ROLES["reviewer"])


def compared(label="a", other="a", truth=None, *, alone=False, other_alone=False, channel="app", waited=None):
    return Compared({"channel": channel}, tuple(label), tuple(other), alone, other_alone, truth, False, waited)


def test_it_speaks_of_what_was_decided_since_it_was_trained(shop):
    """And of nothing before: that may be what it learned from."""
    ask(shop, 3)
    model = candidate(shop)
    shadow.start(shop, OLGA, model)
    ask(shop, 4)
    assert shadow.follow(shop, limit=3) == 3
    assert shadow.follow(shop, limit=3) == 1
    assert shadow.follow(shop) == 0
    report = shadow_report(shop, model)
    assert report["decisions"] == 4
    assert report["agreement"] is not None
    assert report["automation"]["before"] is not None


def test_a_model_that_left_the_shadow_says_no_more(shop):
    """And one that answers does not go into it."""
    with shop.store.read() as connection:
        first = models.answering(connection, SHOP)
    assert first is not None
    with pytest.raises(Conflict, match="active") as refused:
        shadow.start(shop, OLGA, first.id)
    assert refused.value.remedy == "train one: signoff model train shop"
    model = candidate(shop)
    shadow.start(shop, OLGA, model)
    ask(shop, 2)
    shop.store.commit(lambda connection: models.move(connection, model, models.STATES, {"state": models.REJECTED}))
    assert shadow.follow(shop) == 0
    with shop.store.read() as connection:
        assert shadows.count(connection, model) == 0


def test_reviewers_tell_who_was_right(shop):
    """Of the same requests, by what a person decided, with the time that its case took."""
    model = candidate(shop)
    shadow.start(shop, OLGA, model)
    ask(shop, 3)
    held = decide(shop, CALLER, Ask(SHOP, "The pigeons on your roof have opinions about my overdraft."))
    assert held.status == 202
    claimed = claim_next(shop, RITA, SHOP)
    assert claimed is not None
    resolve(shop, RITA, claimed["case"], claimed["token"], Resolution(("repair",), "other", note="They say so."))
    shadow.catch_up(shop, model)
    report = shadow_report(shop, model)
    assert (report["decisions"], report["overturns"]["reviewed"]) == (4, 1)
    assert report["handling"]["median_seconds"] >= 0


def test_the_report_counts_what_would_change():
    """Automation then and after, who would have been asked, and what reviewers say of both."""
    found = [
        compared(alone=True, other_alone=True),
        compared(alone=True, other_alone=False),
        compared(label="b", truth=("a",), other_alone=True, waited=7_200.0),
        compared(other="b", truth=("a",), waited=600.0),
    ]
    report = report_on(found)
    assert report["decisions"] == 4
    assert report["agreement"] == 0.5
    assert report["automation"] == {"before": 0.5, "after": 0.5}
    assert (report["escalated"], report["released"]) == (1, 1)
    assert report["overturns"]["wrong"] == {"before": 1, "after": 1}
    assert report["overturns"]["automatic_wrong"]["after"] == {"wrong": 0, "of": 1}
    assert report["handling"] == {
        "median_seconds": 3_900.0,
        "spared_hours": 2.0,
        "added_hours": round(3_900 / 3_600, 3),
    }


def test_an_overturned_outcome_is_wrong_with_the_right_label(shop):
    """Deciding as the label settles is right; deciding otherwise makes the label wrong for whoever gave it."""
    model = candidate(shop)
    shadow.start(shop, OLGA, model)
    said = []
    for text, outcome in (("The pigeons ate my overdraft.", None), ("Nobody told the pigeons.", Outcome.BLOCK)):
        held = decide(shop, CALLER, Ask(SHOP, text))
        assert held.status == 202
        claimed = claim_next(shop, RITA, SHOP)
        assert claimed is not None
        given = json.loads(held.body)["labels"][0]["label"]
        resolve(
            shop, RITA, claimed["case"], claimed["token"], Resolution((given,), "other", outcome, note="They say so.")
        )
        shadow.catch_up(shop, model)
        said.append(shadow_report(shop, model)["overturns"]["wrong"]["before"])
    assert said == [0, 1]


def test_nothing_compared_is_no_figure():
    """Rather than a share of nothing."""
    report = report_on([])
    assert report["agreement"] is None
    assert report["handling"]["median_seconds"] is None
    assert worse_slices(report) == []


def test_of_several_labels_all_count():
    """Half of what a request is about is wrong, as in a certificate; the order does not matter. So for slices too."""
    half = [compared(label="ba", other="a", truth=("a", "b"), channel="letter") for _ in range(30)]
    same = [compared(label="ab", other="ba", truth=("b", "a")) for _ in range(30)]
    report = report_on([*half, *same])
    assert report["agreement"] == 0.5
    assert report["overturns"]["wrong"] == {"before": 0, "after": 30}
    assert any(each.startswith("channel letter (0 → 30 of 30") for each in worse_slices(report))


def test_a_slice_that_fares_worse_is_named():
    """A model better on the whole may be worse for some: that refuses promotion."""
    app = [compared(label="b", other="a", truth=("a",)) for _ in range(60)]
    letters = [compared(label="a", other="b", truth=("a",), channel="letter") for _ in range(25)]
    calm = [compared(truth=("a",), channel="letter") for _ in range(10)]
    named = worse_slices(report_on([*app, *letters, *calm]))
    assert len(named) == 1
    assert named[0].startswith("channel letter (0 → 25 of 35")
