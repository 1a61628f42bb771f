"""Which versions of documents were approved when, and what a caller may find of them."""

from __future__ import annotations

import itertools
from datetime import date, timedelta

import pytest
import sqlalchemy as sa
from hypothesis import given, settings
from hypothesis import strategies as st

from index.model import DocumentKey
from service.domain.document import visible_of
from service.store import documents, pointers
from service.store.documents import Wanted
from tests.unit.service.store.document_rows import NOW, row

DAY = timedelta(days=1)
V1, V2, V3 = (DocumentKey("c", "fees", version) for version in (1, 2, 3))
STAFF, PUBLIC = frozenset({"staff"}), frozenset[str]()


def file(store, *rows):
    store.commit(lambda connection: documents.add(connection, rows))


def read(store, function, *arguments, **named):
    with store.read() as connection:
        return function(connection, *arguments, **named)


def visible(store, groups, now, **narrow):
    approved = read(store, documents.approved, ["c"], 9)
    return visible_of(approved, groups, now, {k: frozenset({v}) for k, v in narrow.items()})


def test_a_version_for_staff_replaces_the_public_one_for_everybody(store):
    """Until it takes effect all find the old one; from then on staff find the new one and others none."""
    file(store, row(1), row(2, audience=["staff"], effective_from=NOW + DAY))
    for groups in (STAFF, PUBLIC):
        before = visible(store, groups, NOW)
        assert before.keys == {V1}
        assert before.until == NOW + DAY  # also for those who will not find the new one
    assert visible(store, STAFF, NOW + DAY).keys == {V2}
    assert visible(store, PUBLIC, NOW + DAY).keys == frozenset()
    assert visible(store, PUBLIC, NOW + DAY).until is None


def test_narrowing_brings_no_older_version_back(store):
    """An obligation that leaves out the version in force leaves out the document."""
    file(store, row(1, jurisdiction=["GB"]), row(2, jurisdiction=["NO"]))
    assert visible(store, PUBLIC, NOW, jurisdiction="NO").keys == {V2}
    assert visible(store, PUBLIC, NOW, jurisdiction="GB").keys == frozenset()


def test_a_version_that_has_ended_gives_way_to_the_one_before(store):
    """A version for some days only; its end is a boundary for those outside its audience too."""
    file(store, row(1), row(2, audience=["staff"], effective_from=NOW, effective_until=NOW + DAY))
    assert visible(store, PUBLIC, NOW).keys == frozenset()
    assert visible(store, PUBLIC, NOW).until == NOW + DAY
    assert visible(store, PUBLIC, NOW + DAY).keys == {V1}


@pytest.mark.parametrize("status", ["draft", "submitted", "retired", "superseded"])
def test_only_approved_versions_count(store, status):
    """A newer version that is not approved hides nothing."""
    ended = {"ended_sequence": 3} if status in ("retired", "superseded") else {"approved_sequence": None}
    file(store, row(1), row(2, status=status, audience=["staff"], **ended))
    assert visible(store, PUBLIC, NOW).keys == {V1}


@pytest.mark.parametrize("missing", ["approved_by", "approved_sequence"])
def test_approved_by_nobody_is_not_approved(store, missing):
    """The database itself refuses such a row."""
    with pytest.raises(sa.exc.IntegrityError):
        file(store, row(1, **{missing: None}))


_lives = st.lists(
    st.tuples(st.none() | st.integers(1, 6), st.none() | st.integers(1, 6)), min_size=1, max_size=6
)  # of each version: approved at, ended at


def test_sequences_tell_one_story(store):
    """`live`, `approved`, `since`, `searchable` and `register` agree at every sequence, whatever happened."""
    names = (f"c{place}" for place in itertools.count())

    @settings(max_examples=30)
    @given(lives=_lives)
    def agrees(lives):
        name = next(names)
        file(store, *(_lived(name, place, *life) for place, life in enumerate(lives, start=1)))
        with store.read() as connection:
            _tells_one_story(connection, name)

    agrees()


def _lived(collection, version, begun, ended):
    ended = None if ended is None or (begun is not None and ended <= begun) else ended
    return row(
        version,
        collection=collection,
        status="retired" if ended else "approved" if begun else "submitted",
        approved_by="bob" if begun else None,
        approved_at=NOW if begun else None,
        approved_sequence=begun,
        ended_sequence=ended,
        sequence=ended or begun or 1,
    )


def _tells_one_story(connection, name):
    lives = [documents.live(connection, [name], sequence) for sequence in range(8)]
    assert lives[0] == set()
    for sequence in range(8):
        assert {each.key for each in documents.approved(connection, [name], sequence)} == lives[sequence]
        assert [each.key for each in documents.searchable(connection, [name], sequence)] == sorted(lives[sequence])
        for base in range(0, sequence + 1, 2):
            change = documents.since(connection, [name], base, sequence)
            assert (change.new, change.gone) == (lives[sequence] - lives[base], lives[base] - lives[sequence])
            learned = {each.key: each for each in documents.register(connection, [name], base, sequence)}
            ended = {key for key, each in learned.items() if (each.ended_sequence or 9) <= sequence}
            assert (lives[base] | learned.keys()) - ended == lives[sequence]


def test_texts_come_in_the_order_of_their_keys_with_everything_signals_read(store):
    """More than one query's worth of them; what does not exist is left out."""
    file(store, *(row(1, id=f"d{n:04}", fields={"level": 3, "kind": ["law"]}) for n in range(700)))
    keys = [DocumentKey("c", f"d{n:04}", 1) for n in (*range(699, -1, -1), 900)]
    found = read(store, documents.texts, keys)
    assert [each.key for each in found] == sorted(keys)[:-1]
    assert found[0].fields == {"level": 3.0, "kind": ("law",)}


def test_as_of_is_what_was_approved_and_in_force_at_that_moment(store):
    """Whatever became of it since: superseded, retired, expired."""
    file(
        store,
        row(1, status="superseded", approved_at=NOW, ended_at=NOW + 3 * DAY, ended_sequence=3),
        row(2, approved_at=NOW + 2 * DAY, effective_from=NOW + 5 * DAY),
        row(
            3,
            status="retired",
            approved_at=NOW + 3 * DAY,
            effective_until=NOW + 4 * DAY,
            ended_at=NOW + 9 * DAY,
            ended_sequence=9,
        ),
        row(4, status="submitted", approved_by=None, approved_at=None, approved_sequence=None),
    )
    expected = {-1: [], 0: [1], 2: [1], 3: [3], 4: [], 5: [2], 9: [2]}
    for days, numbers in expected.items():
        moment = NOW + days * DAY
        page = read(store, documents.page, Wanted(as_of=moment), after=None, limit=9)
        assert [each.version for each in page] == numbers, days


def test_clocks_that_differ_are_noticed(store):
    """A sequence says what was approved at a moment, unless a later approval has an earlier time; likewise an end."""
    file(
        store,
        row(1, id="over", status="retired", approved_at=NOW - DAY, ended_at=NOW + 2 * DAY, ended_sequence=3),
        row(1, id="fast", approved_at=NOW + 2 * DAY, approved_sequence=2),
        row(1, id="slow", approved_at=NOW, approved_sequence=4),
        row(
            1,
            id="draft",
            status="retired",
            approved_at=None,
            approved_sequence=None,
            ended_at=NOW + 9 * DAY,
            ended_sequence=1,
        ),
    )
    for days, agree, names in ((-1, True, ["over"]), (1, False, ["over", "slow"]), (3, True, ["fast", "slow"])):
        moment = NOW + days * DAY
        sequence = read(store, documents.sequence_at, moment)
        assert read(store, documents.clocks_agree, ["c"], sequence, moment) is agree, days
        then = read(store, documents.approved_then, ["c"], moment)
        assert sorted(each.key.id for each in then) == names, days
    assert read(store, documents.clocks_agree, ["d"], 9, NOW), "what is not asked for does not matter"


def test_approvals_are_told_in_the_order_of_their_times(store):
    """Of some collections or of all; what was never approved is not among them."""
    file(
        store,
        row(1, approved_at=NOW, audience=["staff"]),
        row(2, approved_at=NOW - DAY),
        row(3, status="draft", approved_at=None, approved_sequence=None),
        row(1, collection="d", approved_at=NOW - 2 * DAY),
    )
    told = [(each.approved_at, each.audience) for each in read(store, lambda c: list(documents.approvals(c, ["c"])))]
    assert told == [(NOW - DAY, []), (NOW, ["staff"])]
    assert len(read(store, lambda connection: list(documents.approvals(connection)))) == 3


def test_the_sequence_of_a_moment_is_that_of_the_last_approval_or_end(store):
    """Nothing before the first approval."""
    file(
        store,
        row(1, status="retired", approved_at=NOW, ended_at=NOW + 2 * DAY, ended_sequence=7),
        row(2, approved_at=NOW + DAY),
    )
    moments = [NOW - DAY, NOW, NOW + DAY, NOW + 2 * DAY]
    assert [read(store, documents.sequence_at, moment) for moment in moments] == [0, 1, 2, 7]


@pytest.mark.parametrize(
    "wanted, versions",
    [
        (Wanted(collection="c"), [1, 2, 3]),
        (Wanted(collection="d"), []),
        (Wanted(status="approved"), [2]),
        (Wanted(owner="eve"), [3]),
        (Wanted(text="REFUND"), [1, 2]),
        (Wanted(text="100%"), [3]),
        (Wanted(text="%"), [3]),
        (Wanted(text="fee"), [1, 2, 3]),
        (Wanted(due=date(2026, 11, 21)), [2]),
        (Wanted(due=date(2026, 11, 20)), []),
        (Wanted(once_approved=True), [1, 2]),
    ],
)
def test_lists_show_what_is_asked_for(store, wanted, versions):
    """Signs that mean something to the database are signs here."""
    due = {"review_by": date(2026, 11, 21)}
    file(
        store,
        row(1, status="superseded", ended_sequence=2, **due),
        row(2, **due),
        row(3, status="draft", owner="eve", text="100% of it", approved_by=None, approved_sequence=None, **due),
    )
    assert [each.version for each in read(store, documents.page, wanted, after=None, limit=9)] == versions


def test_a_change_needs_the_status_that_was_read(store):
    """Whoever comes second changes nothing."""
    file(store, row(1, status="submitted"))
    assert store.commit(lambda c: documents.change(c, V1, "submitted", status="draft"))
    assert not store.commit(lambda c: documents.change(c, V1, "submitted", status="approved"))
    assert not store.commit(lambda c: documents.change(c, V2, "draft", status="approved"))
    assert read(store, documents.get, "c", "fees").status == "draft"


def test_those_that_cite_a_document_are_found_by_its_whole_id(store):
    """`fee` is not `fees`, and the superseded do not count."""
    file(
        store,
        row(1, id="a", citations=["fees", "limits"]),
        row(1, id="b", citations=["fees-2"]),
        row(1, id="c", citations=["fees"], status="superseded", ended_sequence=2),
    )
    assert [each.id for each in read(store, documents.citing, "c", "fees")] == ["a"]
    assert read(store, documents.citing, "c", "fee") == []


def test_the_lock_changes_nothing(store):
    """It only keeps others waiting."""
    store.commit(pointers.next_document_sequence)
    store.commit(documents.lock)
    assert read(store, pointers.document_sequence) == 1
