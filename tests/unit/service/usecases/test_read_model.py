"""What is told of models."""

from __future__ import annotations

import pytest

from service.errors import NotFound
from service.usecases.read_model import page, simulated, view
from tests.unit.service.usecases.model_desk import SHOP, ask, candidate


def test_the_list_goes_on_from_its_cursor(shop):
    """Newest first, of one workflow or all."""
    model = candidate(shop)
    first = page(shop, workflow=SHOP, limit=1)
    assert [each["id"] for each in first["items"]] == [model]
    rest = page(shop, workflow=SHOP, after=first["next"], limit=1)
    assert [each["state"] for each in rest["items"]] == ["active"]
    assert rest["next"] is None
    assert {each["workflow"] for each in page(shop)["items"]} == {SHOP, "retail-banking"}
    assert [each["id"] for each in page(shop, workflow=SHOP, state="candidate")["items"]] == [model]


def test_a_looser_promise_automates_no_less(shop):
    """And the figures a day are of the requests a day."""
    model = page(shop, workflow=SHOP)["items"][0]["id"]
    rows = simulated(shop, model, (0.05, 0.3, 0.6), per_day=200)["rows"]
    shares = [row["automation"] for row in rows]
    assert shares == sorted(shares)
    assert rows[-1]["certified"]
    assert rows[-1]["reviews_per_day"] == pytest.approx(200 * (1 - shares[-1]), abs=0.5)
    assert not rows[0]["certified"]
    assert rows[0]["reviews_per_day"] == 200


def test_the_week_says_how_many_requests_a_day(shop):
    """Where nobody says otherwise."""
    model = page(shop, workflow=SHOP)["items"][0]["id"]
    assert simulated(shop, model)["per_day"] == 0
    ask(shop, 7)
    assert simulated(shop, model)["per_day"] == 1


def test_the_curve_rises_in_coverage(shop):
    """From the surest cases to all that may go through."""
    points = view(shop, page(shop, workflow=SHOP)["items"][0]["id"])["curve"]["points"]
    coverage = [point["coverage"] for point in points]
    assert coverage == sorted(coverage)
    assert all(0 < point["threshold"] <= 1 for point in points)


def test_an_unknown_model_is_not_found(shop):
    """As everywhere."""
    with pytest.raises(NotFound, match="mod_nothing"):
        view(shop, "mod_nothing")
