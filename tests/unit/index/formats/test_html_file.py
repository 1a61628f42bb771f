"""Web pages give their own words, with structure, and nothing that a browser would not show."""

from __future__ import annotations

import time

import pytest

from index.formats.html_file import read_html
from index.formats.model import CannotRead
from index.text import strip_markup

PAGE = """<!DOCTYPE html><html><head><meta charset=utf-8><title>Fees | The Bank</title><style>p {}</style>
<script>if (a < b) document.write('<p>script')</script></head><body>
<nav><ul><li>Home<li>About us</ul></nav>
<main><h1>Fees &amp; charges</h1>
<p>We charge <b>&pound;10</b>
for <a href="/forms/claim a.html">this form</a>, <a href="javascript:x()">not that</a>. a &lt; b
<p>Second paragraph<br>with a second line
<ul><li>one<li>two<ul><li>inner</ul><li>three</ul>
<ol><li>first</li><li>second</li></ol>
<table><caption>Limits</caption><tr><th>Card<th>Limit<tr><td>Debit<br>card<td>300 | day</table>
<h2>Sub<br>heading</h2><pre>code  *x*
  line 2</pre>
<p style="display: none">hidden words</p><p hidden>more of them</p><img src=x><img alt="A chart of fees" src=y>
<dl><dt>Term<dd>Meaning</dl><!-- a comment -->
</main><footer>imprint</footer></body></html>"""

READ = """# Fees & charges

We charge £10 for [this form](/forms/claim%20a.html), not that. a < b

Second paragraph

with a second line

- one
- two
    - inner
- three
1. first
2. second

Limits

| Card | Limit |
| --- | --- |
| Debit card | 300 \\| day |

## Sub heading

```
code  *x*
  line 2
```

A chart of fees

Term

- Meaning
"""


def test_a_page_is_read_with_its_structure():
    """Headings, paragraphs, lists, tables, code and links; open elements are closed as a browser would."""
    found = read_html(PAGE.encode())
    assert found.text == READ
    assert found.title == "Fees & charges"


def test_what_is_left_out_is_named():
    """Nothing is lost without a word."""
    assert read_html(PAGE.encode()).notes == (
        "left out: navigation, hidden text, page footer",
        "1 picture(s) without a description",
    )


@pytest.mark.parametrize(
    "page, text",
    [
        ("<nav><p>All of it", "All of it"),
        ("<p>a</div></p></b>b", "a b"),
        ("<table><tr><td><h2>A</h2><p>words<td><p>more</table>", "A words more"),
        ("<table><tr><td>only<tr><td>one column</table>", "only one column"),
        ("<table><tr><td><table><tr><td>x<td>y</table></table>", "x | y"),
        ("<![if !supportLists]>a<![endif]><![foo]>b", "ab"),
        ("<p>x<title>T</title>", "x"),
        ("<svg><text>no</text></svg><template>no</template><noscript>no</noscript>yes", "yes"),
        ("<p>&#0;&#xD800;&#x1F600;&unknown;", "\ufffd\ufffd\U0001f600&unknown;"),
    ],
)
def test_odd_pages_are_read_as_far_as_they_go(page: str, text: str):
    """Unclosed, crossed and unknown elements do no harm."""
    assert strip_markup(read_html(page.encode()).text).split() == text.split()


def test_the_main_part_is_taken_where_the_page_marks_one():
    """Words around it belong to the site, if the marked part is not a mere fragment."""
    around = "<div>Site words</div>"
    found = read_html(f"{around}<article><p>Only these words count here.</article>".encode())
    assert found.text == "Only these words count here.\n"
    assert "taken: what the page marks as its main part" in found.notes
    assert "Site" in read_html(f"{around * 50}<main>tiny</main>".encode()).text


@pytest.mark.parametrize("page", ["<script>app()</script><div id=root></div>", "<p> </p>", "<!-- nothing -->"])
def test_a_page_without_words_is_refused(page: str):
    """Such as one that a script fills."""
    with pytest.raises(CannotRead, match="it has no text"):
        read_html(page.encode())


@pytest.mark.parametrize("tag", ["div", "ul", "blockquote", "b", "table", "span"])
def test_nesting_costs_nothing(tag: str):
    """Ten thousand deep, in a moment and without an end of the stack."""
    began = time.process_time()
    assert strip_markup(read_html(f"<{tag}>".encode() * 10_000 + b"x").text).split() == ["x"]
    assert time.process_time() - began < 5


def test_elements_without_end_are_refused():
    """A hundred thousand open ones are no page."""
    with pytest.raises(CannotRead, match="100,000 elements"):
        read_html(b"<i>" * 100_001)
