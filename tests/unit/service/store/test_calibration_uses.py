"""Uses of calibration cases: counted once each, over every sample that shares a case, also when two come at once."""

from __future__ import annotations

from datetime import UTC, datetime

from service.store.calibration_uses import record, use_of
from service.store.engine import Store

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)


def used(store: Store, calibration: str, head: str, cases: str) -> int:
    return store.commit(lambda connection: record(connection, calibration, head, set(cases), NOW))


def test_each_head_is_a_further_use(store):
    """The first head on these cases is use 1, another one use 2, the first one again still use 1."""
    assert used(store, "c1", "h1", "abc") == 1
    assert used(store, "c1", "h2", "abc") == 2
    assert used(store, "c1", "h1", "abc") == 1
    with store.read() as connection:
        assert use_of(connection, "c1", "h2") == 2
        assert use_of(connection, "c1", "h3") is None


def test_a_sample_that_grew_is_no_fresh_one(store):
    """Whatever has a case in common counts on; other cases begin anew."""
    assert used(store, "c1", "h1", "abc") == 1
    assert used(store, "c2", "h2", "abcd") == 2
    assert used(store, "c3", "h3", "dxy") == 2, "it shares a case with the second sample only"
    assert used(store, "c4", "h4", "opq") == 1


def test_a_sample_without_cases_is_counted_too(store):
    """Nothing can be certified on it; trying is no error."""
    assert used(store, "c0", "h1", "") == 1
    assert used(store, "c0", "h2", "") == 2


def test_two_at_once_are_two_uses(store):
    """Two processes that try different heads on the same cases at the same moment get different numbers."""
    asked = [store.submit(lambda connection, h=h: record(connection, "c1", f"h{h}", {"a"}, NOW)) for h in range(20)]
    assert sorted(future.result() for future in asked) == list(range(1, 21))
