"""Counts by hour: added up by whoever counts, read since a time, kept apart by release."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from service.store import rule_hours
from service.store.rule_hours import Counted, RuleHits

NOON = datetime(2026, 11, 21, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)


def rule(name, hour=NOON, release="rel_1", workflow="bank", **counts):
    return {"workflow": workflow, "release": release, "rule": name, "hour": hour, **counts}


def whole(hour=NOON, release="rel_1", **counts):
    return {"workflow": "bank", "release": release, "hour": hour, **counts}


def test_counts_of_one_hour_add_up(store):
    """Two workers that count the same rule in the same hour: one row with both."""
    store.commit(lambda c: rule_hours.add_rules(c, [rule("a", matched=2, unknown=1), rule("b", shadow=4)]))
    store.commit(lambda c: rule_hours.add_rules(c, [rule("a", matched=3), rule("b", upheld=3, overturned=1)]))
    with store.read() as connection:
        found = rule_hours.hits(connection, NOON)
    assert found["a"] == RuleHits(matched=5, unknown=1, last=NOON)
    assert found["b"] == RuleHits(shadow=4, upheld=3, overturned=1, last=NOON)
    assert found["b"].precision == 0.75
    assert found["a"].precision is None


def test_only_what_is_since_then_counts(store):
    """The hour that the time lies in counts as a whole; the last hit is the newest hour with a match."""
    rows = [rule("a", NOON - 3 * HOUR, matched=1), rule("a", matched=1), rule("a", NOON + HOUR, overturned=1)]
    store.commit(lambda c: rule_hours.add_rules(c, rows))
    with store.read() as connection:
        found = rule_hours.hits(connection, NOON + timedelta(minutes=59))
    assert found["a"] == RuleHits(matched=1, overturned=1, last=NOON)


def test_workflows_are_summed_or_told_apart(store):
    """A rule that two workflows use is one rule, unless one workflow is asked for."""
    rows = [rule("a", matched=1), rule("a", workflow="shop", matched=2)]
    store.commit(lambda c: rule_hours.add_rules(c, rows))
    with store.read() as connection:
        assert rule_hours.hits(connection, NOON)["a"].matched == 3
        assert rule_hours.hits(connection, NOON, "shop")["a"].matched == 2


def test_releases_are_told_apart(store):
    """What was done under the releases named, and under all others."""
    store.commit(
        lambda c: rule_hours.add_workflows(
            c, [whole(decisions=10, blocked=1), whole(release="rel_2", decisions=5, held=2)]
        )
    )
    store.commit(lambda c: rule_hours.add_rules(c, [rule("a", matched=1), rule("a", release="rel_2", matched=4)]))
    with store.read() as connection:
        since = rule_hours.under(connection, "bank", NOON, ["rel_2"])
        before = rule_hours.under(connection, "bank", NOON, ["rel_2"], apart=True)
    assert since == (Counted(5, 0, 2), {"a": RuleHits(matched=4, last=NOON)})
    assert before == (Counted(10, 1, 0), {"a": RuleHits(matched=1, last=NOON)})


def test_old_counts_are_forgotten(store):
    """What is older than asked for goes, the rest stays."""
    rows = [rule("a", NOON - 9 * HOUR, matched=1), rule("a", matched=1)]
    store.commit(lambda c: rule_hours.add_rules(c, rows))
    store.commit(lambda c: rule_hours.forget(c, NOON - 5 * HOUR))
    with store.read() as connection:
        assert rule_hours.hits(connection, NOON - 20 * HOUR)["a"].matched == 1
