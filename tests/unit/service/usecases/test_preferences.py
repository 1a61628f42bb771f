"""What somebody keeps of how they work is theirs, and fits."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from service.domain.access import Principal
from service.errors import InvalidRequest
from service.settings import Settings
from service.store.engine import Store
from service.usecases import preferences
from service.usecases.preferences import Filter, Preferences
from tests.databases import new_store

ANN, BEN = (Principal(name, name, frozenset()) for name in ("Ann", "Ben"))


@dataclass(frozen=True)
class Desk:
    """As much of a house as preferences need."""

    store: Store


@pytest.fixture
def house(tmp_path: Path) -> Iterator[Desk]:
    store = new_store(Settings(home=tmp_path).database)
    yield Desk(store)
    store.close()


def test_a_filter_is_kept_replaced_and_forgotten(house) -> None:
    """By its name and queue; nobody else sees it."""
    preferences.keep_filter(house, ANN, Filter(" late ", "q", "open", "appeal"))
    preferences.keep_filter(house, ANN, Filter("late", "q", "open", "degraded"))
    preferences.keep_filter(house, ANN, Filter("late", "other", "open", ""))
    assert [(each.queue, each.reason) for each in preferences.read(house, ANN).filters] == [
        ("q", "degraded"),
        ("other", ""),
    ]
    assert preferences.read(house, BEN) == Preferences()
    preferences.drop_filter(house, ANN, "late", "q")
    preferences.drop_filter(house, ANN, "late", "q")
    assert [each.queue for each in preferences.read(house, ANN).filters] == ["other"]


def test_a_filter_needs_a_name_and_there_are_twenty_at_most(house) -> None:
    """Each refusal names the field."""
    with pytest.raises(InvalidRequest) as nameless:
        preferences.keep_filter(house, ANN, Filter("  ", "q", "open", ""))
    assert nameless.value.problems[0].field == "name"
    for place in range(preferences.MOST_FILTERS):
        preferences.keep_filter(house, ANN, Filter(f"f{place}", "q", "open", ""))
    with pytest.raises(InvalidRequest):
        preferences.keep_filter(house, ANN, Filter("one more", "q", "open", ""))
    assert len(preferences.read(house, ANN).filters) == preferences.MOST_FILTERS


def test_keys_are_kept_and_given_back(house) -> None:
    """In lower case, as they are pressed; with none of one's own they are as they come."""
    preferences.keep_keys(house, ANN, {"skip": "X", "hold": "h"})
    assert preferences.read(house, ANN).keys == {"skip": "x", "hold": "h"}
    preferences.keep_keys(house, ANN, {})
    assert preferences.read(house, ANN).keys is None


@pytest.mark.parametrize("keys", [{"skip": "xy"}, {"skip": "1"}, {"skip": " "}, {"skip": "x", "hold": "x"}])
def test_a_key_that_cannot_be_is_refused(house, keys) -> None:
    """Longer than one sign, a digit, a blank, or twice the same: nothing is changed."""
    with pytest.raises(InvalidRequest):
        preferences.keep_keys(house, ANN, keys)
    assert preferences.read(house, ANN).keys is None


def test_colours_are_one_of_three(house) -> None:
    """Light, dark, or as the system has it."""
    preferences.keep_colours(house, ANN, "dark")
    assert preferences.read(house, ANN).colours == "dark"
    with pytest.raises(InvalidRequest):
        preferences.keep_colours(house, ANN, "pink")
