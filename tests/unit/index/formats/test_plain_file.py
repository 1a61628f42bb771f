"""Plain text becomes Markdown with its own words; Markdown stays as it is."""

from __future__ import annotations

import pytest

from index.formats.plain_file import read_markdown, read_text
from index.text import blocks, strip_markup

LETTER = """STAFF HANDBOOK

1.2 Annual leave

You have twenty-five days a year. They are
counted from April.

Who to ask
----------
* your manager
  in person
  - or the office
\u2022 the help desk
(a) by mail
(b) by phone, at £5 * 2

==========
IBAN GB33
"""


def test_structure_of_plain_text_is_found():
    """Headings by capitals, number or underline; bullets; lettered points; wrapped lines are one paragraph."""
    found = read_text(LETTER.encode())
    assert [(block.level, block.text) for block in blocks(found.text)] == [
        (2, "STAFF HANDBOOK"),
        (3, "1.2 Annual leave"),
        (0, "You have twenty-five days a year. They are counted from April."),
        (2, "Who to ask"),
        (0, "your manager in person"),
        (0, "or the office"),
        (0, "the help desk"),
        (0, "(a) by mail"),
        (0, "(b) by phone, at £5 * 2"),
        (0, "IBAN GB33"),
    ]
    assert found.title == "STAFF HANDBOOK"
    assert "    - or" in found.text or "  - or" in found.text


@pytest.mark.parametrize("text", ["# a *b*", "<!-- x", "```\ncode", "[a]: http://b\n\n[a][a]", "| a | b |", "> quoted"])
def test_signs_of_markdown_in_plain_text_mean_themselves(text: str):
    """What is read is what stands there."""
    assert strip_markup(read_text(text.encode()).text).split() == text.split()


def test_markdown_is_kept_to_the_letter():
    """Only line ends and what stands around it are made even; the first heading is its title."""
    found = read_markdown(b"\n\nIntro *it*\r\n\r\n## Fees\r\n\r\n* a\r\n")
    assert found.text == "Intro *it*\n\n## Fees\n\n* a\n"
    assert found.title == "Fees"
