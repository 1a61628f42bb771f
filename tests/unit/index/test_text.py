from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.text import blocks, strip_markup

DOCUMENT = """Refunds
=======

We pay **refunds** within
five days.

## When *not* ##

- a gift card
* [x] a fee
1. see rule 2.

> quoted
> text

| Fee | Amount |
| --- | ---: |
| card | 5 |

```python
x = a * b * c
```

Sub
---
<h3>Last</h3>
The end.

[form]: https://example.org/form
"""


def test_blocks_tell_structure_apart() -> None:
    """Headings of every style, paragraphs, items, rows and code come out in order, without their marks."""
    assert [(block.level, block.text) for block in blocks(DOCUMENT)] == [
        (1, "Refunds"),
        (0, "We pay refunds within five days."),
        (2, "When not"),
        (0, "a gift card"),
        (0, "a fee"),
        (0, "1. see rule 2."),
        (0, "quoted > text"),
        (0, "Fee | Amount"),
        (0, "card | 5"),
        (0, "x = a * b * c"),
        (2, "Sub"),
        (3, "Last"),
        (0, "The end."),
    ]


def test_places_lead_back_into_the_source() -> None:
    """A word found in a block stands at the place the block says."""
    for block in blocks(DOCUMENT):
        word = block.text.split()[0]
        start, end = block.place(0, len(word))
        assert DOCUMENT[start:end] == word


@pytest.mark.parametrize("source", ["", "\n\n", "---", "```\n```", "<!-- only a comment -->", "#", "> "])
def test_nothing_to_read_gives_no_block(source: str) -> None:
    """A document of marks alone has no text."""
    assert strip_markup(source) == ""


def test_an_unclosed_fence_keeps_its_text() -> None:
    """Code that never ends is still text: nothing of a document is lost."""
    assert strip_markup("```\nkeep me\nand me") == "keep me\nand me"


def test_windows_line_ends_are_line_ends() -> None:
    """A file written on Windows has the same blocks."""
    assert [block.text for block in blocks("# A\r\n\r\none\r\ntwo\r\n")] == ["A", "one two"]


@given(st.lists(st.text(alphabet=st.characters(categories=["Lu", "Ll", "Nd"]), min_size=1, max_size=9), max_size=40))
def test_plain_words_all_survive(words: list[str]) -> None:
    """Text without markup comes out word for word."""
    assert strip_markup(" ".join(words)).split() == words
