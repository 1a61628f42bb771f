"""Documents ask themselves: titles and headings as questions, passages without them as answers."""

from __future__ import annotations

from collections.abc import Sequence

from index.model import DocumentKey
from index.prepare import Prepared
from index.tuning.structure import bare, sample, structure_questions


def test_titles_and_headings_become_questions(prepared: Sequence[Prepared]) -> None:
    """A title is answered by every passage, a heading by those under it."""
    asked = {question.text: question for question in structure_questions(prepared)}
    key = DocumentKey("help", "fees", 1)
    assert asked["Fees and charges"].passages == {key: frozenset([0, 1])}
    assert asked["Fees and charges › Cash"].passages == {key: frozenset([1])}
    assert asked["Lost cards"].right == {DocumentKey("help", "card-lost", 1)}
    assert len(asked) == 10


def test_the_same_words_are_one_question(prepared: Sequence[Prepared]) -> None:
    """A title that two documents share is answered by both."""
    first = prepared[0]
    other = first.document.__class__(DocumentKey("help", "zz", 1), first.document.title, first.document.text)
    twin = first.__class__(other, first.head, first.passages, first.encoded, first.heads, first.lines)
    shared = next(each for each in structure_questions([first, twin]) if each.text == first.document.title)
    assert shared.right == {first.document.key, other.key}


def test_bare_passages_hold_no_title_and_no_heading(prepared: Sequence[Prepared]) -> None:
    """Neither in what is encoded nor in the words that are counted."""
    plain = next(each for each in bare(prepared) if each.document.key.id == "fees")
    assert plain.encoded == ["Payments in another currency cost 2 %.", "Taking out cash is free."]
    assert plain.document.title == ""
    assert not any(plain.heads)
    assert not plain.head


def test_a_document_of_a_title_alone_has_no_bare_passage(prepared: Sequence[Prepared]) -> None:
    """Nothing would be left of it."""
    titled = prepared[0]
    empty = titled.passages[0].__class__(titled.document.key, 0, "", "", 0, 0)
    alone = titled.__class__(titled.document, titled.head, [empty], [""], [()], [[]])
    assert bare([alone]) == []


def test_a_sample_is_drawn_by_documents_and_keeps_their_order(prepared: Sequence[Prepared]) -> None:
    """Enough of them for the passages asked for; all, when there are no more."""
    few = sample(prepared, 3)
    assert 1 <= len(few) < len(prepared)
    assert sum(len(each.passages) for each in few) >= 3
    assert [each.document.key for each in few] == sorted(each.document.key for each in few)
    assert sample(prepared, 1000) == list(prepared)
