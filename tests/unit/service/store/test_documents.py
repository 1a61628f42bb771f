"""Which version of a document may be found, by whom, at a moment."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from index.model import DocumentKey
from service.store import documents
from service.store.engine import open_store
from service.store.migrate import migrate

NOW = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)
DAY = timedelta(days=1)
V1, V2 = (DocumentKey("c", "fees", version) for version in (1, 2))
STAFF, PUBLIC = frozenset({"staff"}), frozenset[str]()


@pytest.fixture
def store(tmp_path):
    opened = open_store(f"sqlite:///{tmp_path / 'signoff.db'}")
    migrate(opened)
    yield opened
    opened.close()


def file(store, version, **columns):
    row = {
        "collection": "c",
        "id": "fees",
        "version": version,
        "status": "approved",
        "title": "Fees",
        "text": "We refund fees.",
        "owner": "ann",
        "audience": [],
        "jurisdiction": [],
        "citations": [],
        "digest": "0" * 64,
        "submitted_by": "ann",
        "submitted_at": NOW,
        "approved_by": "bob",
        "approved_at": NOW,
    }
    store.commit(lambda connection: documents.add(connection, [row | columns]))


def visible(store, groups, now, **narrow):
    with store.read() as connection:
        return documents.visible(connection, ["c"], groups, now, {k: frozenset({v}) for k, v in narrow.items()})


def test_a_version_for_staff_replaces_the_public_one_for_everybody(store):
    """Until it takes effect all find the old one; from then on staff find the new one and others none."""
    file(store, 1)
    file(store, 2, audience=["staff"], effective_from=NOW + DAY)
    for groups in (STAFF, PUBLIC):
        before = visible(store, groups, NOW)
        assert before.keys == {V1}
        assert before.until == NOW + DAY  # also for those who will not find the new one
    assert visible(store, STAFF, NOW + DAY).keys == {V2}
    assert visible(store, PUBLIC, NOW + DAY).keys == frozenset()
    assert visible(store, PUBLIC, NOW + DAY).until is None


def test_narrowing_brings_no_older_version_back(store):
    """An obligation that leaves out the version in force leaves out the document."""
    file(store, 1, jurisdiction=["GB"])
    file(store, 2, jurisdiction=["NO"])
    assert visible(store, PUBLIC, NOW, jurisdiction="NO").keys == {V2}
    assert visible(store, PUBLIC, NOW, jurisdiction="GB").keys == frozenset()


def test_a_version_that_has_ended_gives_way_to_the_one_before(store):
    """A version for some days only; its end is a boundary for those outside its audience too."""
    file(store, 1)
    file(store, 2, audience=["staff"], effective_from=NOW, effective_until=NOW + DAY)
    assert visible(store, PUBLIC, NOW).keys == frozenset()
    assert visible(store, PUBLIC, NOW).until == NOW + DAY
    assert visible(store, PUBLIC, NOW + DAY).keys == {V1}


@pytest.mark.parametrize("status", ["submitted", "retired", "superseded"])
def test_only_approved_versions_count(store, status):
    """A newer version that is not approved hides nothing."""
    file(store, 1)
    file(store, 2, status=status, audience=["staff"])
    assert visible(store, PUBLIC, NOW).keys == {V1}
