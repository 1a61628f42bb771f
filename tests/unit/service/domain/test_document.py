"""The life of a document: the table, who may approve, and what the calendar makes of versions."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.model import DocumentKey
from service.domain.access import same_person
from service.domain.document import (
    TRANSITIONS,
    Standing,
    Status,
    Step,
    Version,
    in_force,
    next_date,
    next_status,
    visible_of,
    within,
    wrote_it,
)

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
DAY = timedelta(days=1)


def version(number, begins=None, ends=None, name="fees", audience=(), where=(), fields=None):
    return Version(
        key=DocumentKey("c", name, number),
        owner="ann",
        audience=frozenset(audience),
        jurisdiction=frozenset(where),
        effective_from=begins,
        effective_until=ends,
        approved_sequence=1,
        fields=fields or {},
    )


@pytest.mark.parametrize("status", Status)
@pytest.mark.parametrize("step", Step)
def test_only_the_table_moves_a_version(status, step):
    """What is not in the table is refused, and so is a status that nobody knows."""
    assert next_status(status.value, step) == TRANSITIONS.get((status, step))
    assert next_status("erased", step) is None


def test_nothing_but_approval_of_a_submitted_version_approves():
    """There is one way in, and none back from the end."""
    assert [pair for pair, to in TRANSITIONS.items() if to is Status.APPROVED] == [(Status.SUBMITTED, Step.APPROVE)]
    assert not [pair for pair in TRANSITIONS if pair[0] in (Status.SUPERSEDED, Status.RETIRED)]


_UNSEEN = ("ann\u200b", "\ufeffa\u00adnn", "\u200b", "cli:", "cli:\u2060")  #: what nobody can see is no other name


@pytest.mark.parametrize("approver", ["ann", "Ann", "cli:ann", "CLI:Ann", " ann ", "ａｎｎ", "bob", "", "  ", *_UNSEEN])
def test_whoever_wrote_it_does_not_approve_it(approver):
    """Under no spelling of their name; nobody is not somebody else."""
    assert wrote_it(["ann", "cli:bob"], approver)


def test_somebody_else_approves():
    """A third person may."""
    assert not wrote_it(["ann", "cli:bob"], "carol")
    assert not same_person("ann", "anna")


@pytest.mark.parametrize("authors", [[], [""], ["  "], ["cli:"], ["\u200b"]])
def test_a_version_of_unknown_authors_is_approved_by_nobody(authors):
    """What is unknown never allows."""
    assert wrote_it(authors, "carol")


def test_the_newest_version_in_force_counts():
    """One that begins later leaves the older in force till its first day, and not an instant longer."""
    older, newer = version(1), version(2, begins=NOW + DAY)
    assert in_force([older, newer], NOW) == [older]
    assert in_force([older, newer], NOW + DAY - timedelta(microseconds=1)) == [older]
    assert in_force([older, newer], NOW + DAY) == [newer]
    assert next_date([older, newer], NOW) == NOW + DAY
    assert next_date([older, newer], NOW + DAY) is None


def test_the_day_after_the_last_is_not_one_of_its_days():
    """`effective_until` is exclusive."""
    only = version(1, ends=NOW)
    assert only.standing(NOW - timedelta(microseconds=1)) is Standing.IN_FORCE
    assert only.standing(NOW) is Standing.EXPIRED
    assert only.standing(NOW - DAY) is Standing.IN_FORCE


@pytest.mark.parametrize(
    "name, value, held",
    [
        ("collection", "c", True),
        ("collection", "d", False),
        ("id", "fees", True),
        ("owner", "ann", True),
        ("jurisdiction", "NO", True),
        ("jurisdiction", "GB", False),
        ("field.level", "3", True),
        ("field.kind", "guide", True),
        ("field.kind", "law", False),
        ("field.absent", "", False),
        ("status", "approved", False),
    ],
)
def test_narrowing_knows_its_names(name, value, held):
    """A name that means nothing allows nothing."""
    one = version(1, where=["NO"], fields={"level": 3.0, "kind": ("guide", "form")})
    assert within(one, {name: frozenset({value})}) is held
    assert not within(one, {name: frozenset()})


_dates = st.none() | st.integers(-3, 3).map(lambda days: NOW + days * DAY)
_versions = st.lists(
    st.tuples(st.sampled_from(["a", "b"]), st.integers(1, 4), _dates, _dates, st.sampled_from([(), ("staff",)])),
    unique_by=lambda entry: entry[:2],
)


@given(_versions, st.booleans())
def test_what_is_visible_is_addressed_and_in_force_and_the_newest(entries, staff):
    """For any dates: at most one version a document, in force, for the caller, with no newer one in force."""
    versions = [version(number, begins, ends, name, audience=groups) for name, number, begins, ends, groups in entries]
    seen = visible_of(versions, frozenset({"staff"} if staff else ()), NOW, {})
    by_key = {each.key: each for each in versions}
    assert len({key.id for key in seen.keys}) == len(seen.keys)
    for key in seen.keys:
        assert by_key[key].standing(NOW) is Standing.IN_FORCE
        assert staff or not by_key[key].audience
        newer = [each for each in versions if each.key.id == key.id and each.key.version > key.version]
        assert all(each.standing(NOW) is not Standing.IN_FORCE for each in newer)


@given(_versions)
def test_nothing_changes_before_the_next_date(entries):
    """What is visible stays visible until `until`, whoever asks."""
    versions = [version(number, begins, ends, name, audience=groups) for name, number, begins, ends, groups in entries]
    for groups in (frozenset(), frozenset({"staff"})):
        seen = visible_of(versions, groups, NOW, {})
        last = (seen.until or NOW + 9 * DAY) - timedelta(microseconds=1)
        assert visible_of(versions, groups, last, {}).keys == seen.keys
