"""Documents as blocks."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from service.console.prose import Block, blocks


def test_headings_lists_and_paragraphs_are_told_apart() -> None:
    """The Markdown our documents are written in keeps its structure."""
    text = "## Raising a claim\nAsk first,\nthen act.\n\n1. Confirm\n2. Open\n\n- one\n- two"
    assert blocks(text) == (
        Block("heading", ("Raising a claim",)),
        Block("paragraph", ("Ask first, then act.",)),
        Block("numbers", ("Confirm", "Open")),
        Block("bullets", ("one", "two")),
    )


def test_a_line_that_goes_on_belongs_to_its_list_item() -> None:
    """A wrapped item stays one item."""
    assert blocks("- a long\n  item\n- next") == (Block("bullets", ("a long item", "next")),)


def test_a_blank_line_ends_a_paragraph() -> None:
    """Two paragraphs are two, also after a list."""
    assert [block.kind for block in blocks("- item\n\nafter\n\nlater")] == ["bullets", "paragraph", "paragraph"]


def test_no_word_is_left_out() -> None:
    """What is not understood is shown as it is."""
    text = "| a | b |\n#no heading\n*emphasis*"
    assert " ".join(line for block in blocks(text) for line in block.lines) == text.replace("\n", " ")


def test_a_table_has_its_head_and_its_rows() -> None:
    """With a rule below the head or without; an escaped bar belongs to its cell."""
    (table,) = blocks("| Need | Ready in |\n| --- | :-: |\n| Braille | 7 days |\n| a \\| b |  |")
    assert (table.head, table.rows) == (("Need", "Ready in"), (("Braille", "7 days"), ("a | b", "")))
    (bare,) = blocks("| a | b |\n| c | d |")
    assert (bare.head, bare.rows) == ((), (("a", "b"), ("c", "d")))


def test_code_is_shown_as_it_is_written() -> None:
    """Nothing in it is taken for a list or a heading, and an open fence ends with the text."""
    assert blocks("```\n# no heading\n  - no item\n```\nafter") == (
        Block("code", ("# no heading", "  - no item")),
        Block("paragraph", ("after",)),
    )
    assert blocks("~~~\nopen") == (Block("code", ("open",)),)


def test_a_quotation_keeps_together() -> None:
    """Its lines are one block, and what follows a blank line is another."""
    assert blocks("> one\n> two\n\nthree") == (Block("quote", ("one two",)), Block("paragraph", ("three",)))


@given(st.text(alphabet="ab |-#>*`~1.\n\r\u2028", max_size=60))
def test_every_block_knows_its_place(text: str) -> None:
    """Blocks follow each other, and what lies outside them is blank."""
    found = blocks(text)
    borders = [0, *(place for block in found for place in (block.start, block.end)), len(text)]
    assert borders == sorted(borders)
    outside = "".join(text[start:end] for start, end in zip(borders[::2], borders[1::2], strict=True))
    assert not outside.strip()
