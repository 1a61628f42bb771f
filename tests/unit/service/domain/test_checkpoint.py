"""A checkpoint: one line, one form, and each names the one before."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from service.domain.audit import GENESIS
from service.domain.checkpoint import Checkpoint, follows, read_line
from service.domain.merkle import Peaks, leaf

PEAKS = Peaks()
for number in range(5):
    PEAKS.add(leaf(bytes([number])))
FIRST = Checkpoint(
    stream="main",
    sequence=5,
    head="a" * 64,
    root=PEAKS.root().hex(),
    peaks=tuple(node.hex() for node in PEAKS.nodes),
    at="2026-11-21T09:00:00.000Z",
    previous=GENESIS,
    key="0" * 16,
    signature="ab" * 64,
)


def test_a_line_reads_back_as_what_was_written():
    """Member for member."""
    assert read_line(FIRST.line()) == FIRST


def test_the_signature_covers_everything_else():
    """Another signature is of the same bytes; another head is not."""
    assert replace(FIRST, signature="00").signed_bytes() == FIRST.signed_bytes()
    for change in (
        {"sequence": 6},
        {"head": "b" * 64},
        {"at": ""},
        {"previous": "c" * 64},
        {"key": "x"},
        {"peaks": ()},
    ):
        assert replace(FIRST, **change).signed_bytes() != FIRST.signed_bytes()


@pytest.mark.parametrize(
    "line",
    [b"", b"[]", b"{}", b"\xff", json.dumps(FIRST.told(), indent=1).encode(), FIRST.line().replace(b"5", b'"5"', 1)],
)
def test_what_is_no_checkpoint_is_refused(line):
    """Also one that is written otherwise than we write it."""
    with pytest.raises(ValueError, match=r"."):
        read_line(line)


def test_the_tree_goes_on_from_a_checkpoint():
    """And parts that do not make its root are refused."""
    assert FIRST.tree().root() == PEAKS.root()
    with pytest.raises(ValueError, match="do not make its root"):
        replace(FIRST, root="d" * 64).tree()


def test_a_line_names_the_line_before():
    """What was taken out, changed or put in between shows at the line after."""
    second = replace(FIRST, sequence=9, previous=FIRST.digest())
    assert follows(None, FIRST) == ""
    assert follows(FIRST, second) == ""
    assert "does not follow" in follows(None, second)
    assert "does not follow" in follows(replace(FIRST, at="x"), second)
    assert "comes after" in follows(FIRST, replace(second, sequence=5))
    assert "another stream or key" in follows(FIRST, replace(second, key="1" * 16))
