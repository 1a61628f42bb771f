"""Keys that end soon are told of beforehand."""

from __future__ import annotations

import pytest

from service.observe.metrics import KEYS_EXPIRING
from service.store import events
from service.usecases.key_notices import count_ending, tell_of_ending
from service.usecases.manage_keys import Narrow, create, listing, rotate
from tests.unit.service.usecases.registry import registry_in


@pytest.fixture
def registry(tmp_path):
    with registry_in(tmp_path) as opened:
        yield opened


def test_a_key_that_ends_within_two_weeks_is_told_of_once(registry):
    """On the ledger, as an event for webhooks, in the list and in the metrics; not again, nor once it is replaced."""
    key = create(registry.house, "Olga", name="shop", role="caller", narrow=Narrow(days=30))["id"]
    create(registry.house, "Olga", name="app", role="caller")
    assert tell_of_ending(registry.house) == []
    registry.wait(days=17)
    assert tell_of_ending(registry.house) == [key]
    assert tell_of_ending(registry.house) == []
    assert [each["name"] for each in registry.told("key.expiring")] == ["shop"]
    with registry.house.store.read() as connection:
        (row,) = events.following(connection, 0, 10)
    assert (row.type, row.body["key"]) == ("key.expiring", key)
    assert [each["state"] for each in listing(registry.house)] == ["ending", "good"]
    count_ending(registry.house)
    assert KEYS_EXPIRING._value.get() == 1
    rotate(registry.house, "Olga", key, registry.clock.now - registry.clock.now)
    count_ending(registry.house)
    assert KEYS_EXPIRING._value.get() == 0
