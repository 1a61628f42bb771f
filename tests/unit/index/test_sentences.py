from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.sentences import sentences


def cut(text: str) -> list[str]:
    return [text[start:end] for start, end in sentences(text)]


@pytest.mark.parametrize(
    "text, expected",
    [
        ("One. Two! Three? Four", ["One.", "Two!", "Three?", "Four"]),
        (
            "Mr. J. Smith of Acme Inc. paid 3.50 at 5 p.m. on Monday.",
            ["Mr. J. Smith of Acme Inc. paid 3.50 at 5 p.m. on Monday."],
        ),
        ("See 15 U.S.C. 1601 and § 12(3). Then act.", ["See 15 U.S.C. 1601 and § 12(3).", "Then act."]),
        ("He said “Stop!” and “Why?” twice. She did.", ["He said “Stop!” and “Why?” twice.", "She did."]),
        ("1. Sign it. 2. Send it.", ["1. Sign it.", "2. Send it."]),
        ("Wait... what? ok", ["Wait... what?", "ok"]),
        ("e.g. cards, i.e. plastic. Next.", ["e.g. cards, i.e. plastic.", "Next."]),
        ("line one\nline two", ["line one", "line two"]),
        ("料金は無料です。期限は五日です。", ["料金は無料です。", "期限は五日です。"]),
        ("", []),
        (" \n ", []),
    ],
)
def test_sentences_of_business_text(text: str, expected: list[str]) -> None:
    """Abbreviations, initials, amounts, citations and numbering do not end a sentence; full stops do."""
    assert cut(text) == expected


@given(st.text(alphabet="aB1 .!?\n\"')§。e", max_size=120))
def test_sentences_hold_every_visible_code_point(text: str) -> None:
    """Sentences are in order, do not overlap, are trimmed, and leave out white space only."""
    spans = sentences(text)
    place = 0
    for start, end in spans:
        assert text[place:start].strip() == ""
        assert start < end
        assert text[start:end] == text[start:end].strip()
        place = end
    assert text[place:].strip() == ""
