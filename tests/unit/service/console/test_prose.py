"""Documents as blocks."""

from __future__ import annotations

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
    text = "| a | b |\n#no heading\n> quoted"
    assert " ".join(line for block in blocks(text) for line in block.lines) == text.replace("\n", " ")
