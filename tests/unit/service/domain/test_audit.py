"""The chain: every way of tampering shows, and where."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest
import rfc8785
from hypothesis import given
from hypothesis import strategies as st

from service.domain.audit import (
    GENESIS,
    Entry,
    canonical,
    certificate_digest,
    chain_hash,
    keyed_digest,
    millionths,
    misfit,
    verify,
)


def chain(n: int) -> list[tuple[int, bytes, str]]:
    records, previous = [], GENESIS
    for sequence in range(1, n + 1):
        data = canonical({"sequence": sequence, "body": {"outcome": "allow"}})
        previous = chain_hash(previous, data)
        records.append((sequence, data, previous))
    return records


def test_an_untouched_chain_verifies():
    """Nothing changed, nothing found."""
    found = verify(chain(20))
    assert found.ok
    assert found.records == 20


def test_an_empty_chain_verifies():
    """No records is not tampering."""
    assert verify([]).ok


@pytest.mark.parametrize("place", [0, 7, 19])
def test_a_flipped_byte_is_found_where_it_is(place):
    """One altered byte names its record."""
    records = chain(20)
    sequence, data, digest = records[place]
    records[place] = (sequence, data.replace(b"allow", b"alloy"), digest)
    assert verify(records).first_bad == place + 1


@pytest.mark.parametrize("tamper", ["delete", "swap", "insert", "renumber"])
def test_moved_records_are_found(tamper):
    """Deleting, swapping, inserting and renumbering all break the chain."""
    records = chain(20)
    if tamper == "delete":
        del records[5]
    elif tamper == "swap":
        records[5], records[6] = records[6], records[5]
    elif tamper == "insert":
        records.insert(5, records[5])
    else:
        records[5:] = [(sequence + 1, data, digest) for sequence, data, digest in records[5:]]
    found = verify(records)
    assert not found.ok
    assert found.first_bad == {"delete": 6, "swap": 6, "insert": 7, "renumber": 6}[tamper]


def test_a_rehashed_record_breaks_the_next():
    """Mending one hash only moves the break to the record after it."""
    records = chain(5)
    data = canonical({"sequence": 2, "body": {"outcome": "block"}})
    records[1] = (2, data, chain_hash(records[0][2], data))
    assert verify(records).first_bad == 3


def test_canonical_bytes_do_not_depend_on_order():
    """RFC 8785: same content, same bytes."""
    assert canonical({"b": 1, "a": "é"}) == canonical({"a": "é", "b": 1})


json_like = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(st.characters(max_codepoint=127)), inner),
    max_leaves=20,
)


@given(st.dictionaries(st.text(st.characters(max_codepoint=127)), json_like))
def test_canonical_bytes_are_those_of_the_standard(record):
    """Byte for byte what the reference implementation of RFC 8785 writes."""
    assert canonical(record) == rfc8785.dumps(record)


@pytest.mark.parametrize("value", [0.5, 2**53 + 1, b"x", {"ü": 1}, {1: 2}, {"x": [0.1]}])
def test_what_has_no_one_form_is_refused(value):
    """Floats, inexact integers and odd keys never get into the record."""
    with pytest.raises(ValueError, match=r"record|number"):
        canonical({"value": value})


def test_scores_are_whole_numbers():
    """A float has no one form everywhere; a count of millionths has."""
    assert millionths(0.9730004) == 973000


def test_a_keyed_digest_needs_its_key():
    """Without the key nobody can try out texts against the record."""
    assert keyed_digest(b"one", b"text") != keyed_digest(b"two", b"text")


AT = datetime(2026, 11, 21, 9, 30, tzinfo=UTC)


def entry(**changes):
    told = {
        "stream": "main",
        "sequence": 3,
        "kind": "a.b",
        "subject": 'it"s \\ü',
        "at": AT.isoformat(timespec="microseconds"),
    }
    record = canonical({**told, "body": {"n": 1}})
    return Entry(3, "a.b", 'it"s \\ü', AT, record, "")._replace(**changes)


def test_columns_that_say_what_the_record_says_fit():
    """Whatever signs are in them, and whatever zone the time was written in."""
    assert misfit(entry()) == ""
    elsewhere = AT.astimezone(timezone(timedelta(hours=2)))
    written = json.loads(entry().record) | {"at": elsewhere.isoformat()}
    assert misfit(entry(record=canonical(written))) == ""


@pytest.mark.parametrize(
    "changes, says",
    [
        ({"kind": "a.c"}, "another kind"),
        ({"subject": "other"}, "another subject"),
        ({"at": AT + timedelta(microseconds=1)}, "another time"),
        ({"sequence": 4}, "another sequence"),
        ({"record": entry().record.replace(b"main", b"side")}, "another stream"),
        ({"record": b"[]"}, "no ledger record"),
        ({"record": b"\xff"}, "no ledger record"),
    ],
)
def test_a_column_that_was_edited_is_found(changes, says):
    """The hash covers the record's bytes; what stands beside them is held against those."""
    assert says in misfit(entry(**changes))


def test_a_certificate_has_one_digest():
    """Whatever order its members come in; none has none."""
    assert certificate_digest({"alpha": 0.05, "bounds": ()}) == certificate_digest({"bounds": [], "alpha": 0.05})
    assert certificate_digest({"alpha": 0.05}) != certificate_digest({"alpha": 0.050000001})
    assert certificate_digest(None) is None
