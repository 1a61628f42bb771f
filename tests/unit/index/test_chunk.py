from __future__ import annotations

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.chunk import chunk, lead, passage_text
from index.model import Document, DocumentKey

KEY = DocumentKey("policies", "refunds", 1)


def count(text: str) -> int:
    return len(text.split())


def document(text: str, title: str = "Refunds") -> Document:
    return Document(KEY, title, text)


def test_passages_follow_headings_and_lead_back_to_the_source() -> None:
    """Each section is a passage of its own, under its path of headings, at its place in the document."""
    source = "# Refunds\n\nIntro **here**.\n\n## Cards\n\n### Fees\n\nFive euros.\n\n## Cash\n\nNone.\n"
    found = chunk(document(source), count, 200)
    assert [(passage.ordinal, passage.heading, passage.text) for passage in found] == [
        (0, "", "Intro here."),
        (1, "Cards › Fees", "Five euros."),
        (2, "Cash", "None."),
    ]
    assert [source[passage.start : passage.end] for passage in found] == ["Intro **here**.", "Five euros.", "None."]


def test_long_sections_are_cut_between_sentences_into_even_parts() -> None:
    """A section longer than the window becomes passages of about the same length, none of them a leftover."""
    text = " ".join(f"Sentence number {place} has exactly seven words." for place in range(30))
    found = chunk(document(text), count, 101)
    sizes = [count(passage.text) for passage in found]
    assert sum(sizes) == 210
    assert max(sizes) <= 100
    assert min(sizes) >= 60
    assert all(passage.text.endswith(".") for passage in found)


def test_a_sentence_longer_than_the_window_is_cut_between_words() -> None:
    """Nothing is dropped when there is no sentence end to cut at."""
    text = " ".join(f"w{place}" for place in range(500))
    found = chunk(document(text), count, 100)
    assert " ".join(passage.text for passage in found).split() == text.split()
    assert all(count(passage.text) <= 99 for passage in found)


def test_overlap_repeats_the_last_sentence() -> None:
    """With an overlap of one, each passage of a section begins with the last sentence of the one before."""
    text = " ".join(f"Sentence number {place} has exactly seven words." for place in range(40))
    found = chunk(document(text), count, 101, overlap=1)
    for before, after in itertools.pairwise(found):
        first = after.text.split(". ")[0]
        assert first.rstrip(".") in before.text
        assert before.end > after.start


def test_title_and_headings_have_their_room() -> None:
    """Passage, title and headings together stay within the window."""
    text = "## " + "long heading " * 10 + "\n\n" + "A few words here. " * 60
    for passage in chunk(document(text, "A title of six whole words"), count, 120):
        assert count(passage_text("A title of six whole words", passage)) <= 120


@pytest.mark.parametrize("text", ["", "  \n", "# Refunds", "<!-- draft -->"])
def test_a_document_with_only_a_title_can_still_be_found(text: str) -> None:
    """A document without text is one passage without text; without a title either it is none."""
    (passage,) = chunk(document(text), count, 100)
    assert (passage.text, passage.start, passage.end) == ("", 0, 0)
    assert passage_text("Refunds", passage) == "Refunds"
    assert chunk(document(text, " "), count, 100) == [] or text == "# Refunds"


def test_lead_joins_what_there_is() -> None:
    """Title and heading are joined; a missing one leaves no mark."""
    assert lead("Title", "Heading") == "Title › Heading"
    assert lead("", "Heading") == "Heading"
    assert lead("Title", "") == "Title"


WORDS = st.lists(
    st.sampled_from(["pay", "Card", "fee.", "Why?", "e.g.", "(a)", "\n\n", "\n## Part\n\n", "- "]), max_size=400
)


@given(words=WORDS, room=st.integers(1, 120), overlap=st.integers(0, 2))
def test_no_word_is_ever_lost(words: list[str], room: int, overlap: int) -> None:
    """Every word of the document stands in a passage or a heading, and offsets lie within the document."""
    source = " ".join(words)
    found = chunk(document(source, ""), count, room, overlap=overlap)
    spoken = " ".join(passage.text for passage in found).split()
    for word in ("pay", "Card", "fee.", "Why?", "e.g.", "(a)"):
        assert spoken.count(word) >= words.count(word)
    assert all(0 <= passage.start < passage.end <= len(source) for passage in found)
    assert [passage.ordinal for passage in found] == list(range(len(found)))
