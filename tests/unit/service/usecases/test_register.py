"""The register: what is approved at a sequence, read whole once and then only what has changed."""

from __future__ import annotations

import pytest

from service.store import documents
from service.usecases.publish_document import retire
from service.usecases.register import Register
from tests.unit.service.usecases.words import BEN, publish, sequence_of, word_house


@pytest.fixture
def house(tmp_path):
    with word_house(tmp_path) as opened:
        yield opened


def keys(approved):
    return {f"{key.id}@{key.version}" for key in approved.each_key()}


def test_any_sequence_is_answered_exactly_in_any_order(house):
    """Also one that a request read just before others changed documents: approved at 2 and ended at 4 is there at 3."""
    expected: dict[int, set[str]] = {sequence_of(house): set()}
    for name in ("a", "b", "c"):
        publish(house, "bank", name, "Words.")
        with house.store.read() as connection:
            live = documents.live(connection, ["bank"], sequence_of(house))
        expected[sequence_of(house)] = {f"{key.id}@{key.version}" for key in live}
    retire(house, BEN, "bank", "b", 1, "no more")
    expected[sequence_of(house)] = {"a@1", "c@1"}
    for order in (sorted(expected), sorted(expected, reverse=True), sorted(expected, key=lambda each: each % 3)):
        register = Register(house.store)
        for sequence in order:
            assert keys(register.at(("bank",), sequence)) == expected[sequence]


def test_only_what_changed_is_read(house, monkeypatch):
    """The whole is read once; each later sequence costs the rows that changed."""
    publish(house, "bank", "a", "Words.")
    house.register.at(("bank",), sequence_of(house))
    whole: list[int] = []
    monkeypatch.setattr(documents, "approved", lambda *arguments: whole.append(1))
    for name in ("b", "c"):
        publish(house, "bank", name, "Words.")
        assert f"{name}@1" in keys(house.register.at(("bank",), sequence_of(house)))
    assert whole == []


def test_what_changed_between_two_sequences_is_known(house):
    """By the names of documents, over several changes; not from a sequence that nobody asked for."""
    publish(house, "bank", "a", "Words.")
    first = sequence_of(house)
    house.register.at(("bank",), first)
    publish(house, "bank", "b", "Words.")
    house.register.at(("bank",), sequence_of(house))
    retire(house, BEN, "bank", "a", 1, "no more")
    last = sequence_of(house)
    house.register.at(("bank",), last)
    assert house.register.changed(("bank",), first, last) == {("bank", "a"), ("bank", "b")}
    assert house.register.changed(("bank",), last, last) == frozenset()
    assert house.register.changed(("bank",), first + 1, last) is None
    assert house.register.changed(("other",), first, last) is None


def test_what_concerns_other_collections_changes_nothing(house):
    """The very same versions go on: whoever made something of them need not look again."""
    publish(house, "bank", "a", "Words.")
    before = house.register.at(("bank",), sequence_of(house))
    publish(house, "other", "b", "Words.")
    after = house.register.at(("bank",), sequence_of(house))
    assert after.versions is before.versions
