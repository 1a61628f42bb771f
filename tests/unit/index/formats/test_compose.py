"""Markdown that is written reads back as the words that were meant."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from index.formats.compose import Page, Run, words
from index.formats.model import MOST_TEXT, CannotRead
from index.text import blocks

PIECES = [
    *"ab1 .,*_[]()<>!&;#-+=|`~\\/:\"'\t\n{}^",
    "&amp;",
    "<!--",
    "-->",
    "<script>",
    "http://x",
    "<b>",
    "---",
    "```",
]
TEXT = st.lists(st.sampled_from([*PIECES, "[x]", "1.", "](u)", "\u00ad", "\ufeff"]), max_size=12).map("".join)


@settings(max_examples=150, deadline=None)
@given(st.lists(st.tuples(st.sampled_from(["paragraph", "heading", "item", "number"]), TEXT), max_size=5))
def test_what_is_written_reads_as_it_was_meant(parts):
    """Whatever signs of Markdown a text holds, they mean themselves; hidden characters and extra spaces are gone."""
    page, meant = Page(), []
    for what, text in parts:
        said = words(text)
        if what == "paragraph":
            page.paragraph(text)
        elif what == "heading":
            page.heading(2, text)
        elif what == "item":
            page.item(text)
        else:
            page.item(text, marker="3.")
            said = f"3. {said}" if said else ""
        meant += [(2 if what == "heading" else 0, said)] if said else []
    assert [(block.level, block.text) for block in blocks(page.text())] == meant


@settings(max_examples=100, deadline=None)
@given(st.lists(st.lists(TEXT, min_size=2, max_size=3), min_size=1, max_size=3))
def test_cells_read_as_they_were_meant(rows):
    """A bar in a cell is no border; rows are filled to one width; empty ones are gone."""
    page = Page()
    page.table(rows)
    width = max(map(len, rows))
    meant = [words(" | ".join([words(cell) for cell in row] + [""] * (width - len(row)))) for row in rows]
    full = [text for text, row in zip(meant, rows, strict=True) if any(map(words, row))]
    assert [block.text for block in blocks(page.text())] == full


@pytest.mark.parametrize(
    "text", ["fees of 5 * 3", "a_b", "C# is", "see [Reserved]", "a < b & c", "2.1 Scope", "- dash"]
)
def test_ordinary_text_stays_as_it_is(text: str):
    """Nothing is escaped without need, for people read the Markdown too; a bullet's sign alone is such a need."""
    page = Page()
    page.paragraph(text)
    assert page.text().strip() == text.replace("- dash", "\\- dash")


def test_links_keep_their_address_and_no_other_word():
    """The words are searched, the address is for whoever reads the document."""
    page = Page()
    page.paragraph([Run("See "), Run("the form_a", "https://x.example/_a b(c)"), Run(" and b_ too")])
    assert page.text() == "See [the form_a](https://x.example/%5Fa%20b%28c%29) and b_ too\n"
    assert [block.text for block in blocks(page.text())] == ["See the form_a and b_ too"]


def test_code_keeps_its_lines():
    """Lines within a fence mean themselves, also those that look like a fence."""
    page = Page()
    page.code("a *b*\n```\n  c")
    assert [block.text for block in blocks(page.text())] == ["a *b*", "```", "c"]


def test_a_document_beyond_every_measure_is_refused():
    """It says how long one may be."""
    page = Page()
    page.paragraph("x" * (MOST_TEXT - 10))
    with pytest.raises(CannotRead, match="4,000,000 characters"):
        page.paragraph("x" * 10)
