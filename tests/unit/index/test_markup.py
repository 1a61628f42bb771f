from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from index.markup import blank_hidden, strip_inline


def plain(source: str, labels: frozenset[str] = frozenset()) -> str:
    return strip_inline(source, 0, len(source), labels).text


@pytest.mark.parametrize(
    "source, text",
    [
        ("see [the form](https://example.org/a_(b) 'Form') now", "see the form now"),
        ("![logo](x.png) and [![inner](a.png)](b)", "logo and inner"),
        ("**bold**, *soft*, ***both***, __bold__, _soft_, ~~gone~~", "bold, soft, both, bold, soft, gone"),
        ("**bold with *soft* inside**", "bold with soft inside"),
        ("2 * 3 and 4*5 and snake_case_name and _x", "2 * 3 and 4*5 and snake_case_name and _x"),
        ("`a * b * c` and ``x ` y``", "a * b * c and x ` y"),
        (r"\*not soft\* and 5 \> 4", "*not soft* and 5 > 4"),
        ("one<br>two<br/>three", "one\ntwo\nthree"),
        ("<p class='x'>a <b>b</b></p>", "a b"),
        ("fish &amp; chips &lt;3 &pound;5 &#8364;6 &nosuch;", "fish & chips <3 £5 €6 &nosuch;"),
        ("if p < 0.05 and q > 3 then <AMOUNT> is due", "if p < 0.05 and q > 3 then <AMOUNT> is due"),
        ("<https://example.org/x>", "https://example.org/x"),
        ("soft\nwrapped   text", "soft wrapped text"),
        ("[Assignment: organization-defined], [1][2]", "[Assignment: organization-defined], [1][2]"),
        ("", ""),
    ],
)
def test_markup_goes_and_words_stay(source: str, text: str) -> None:
    """Markdown and HTML disappear; text that merely looks like it does not."""
    assert plain(source) == text


@pytest.mark.parametrize(
    "source, text",
    [
        ("[form](http://x/_a) and b_ too", "form and b_ too"),
        ("![chart](*x.png) at 5* now", "chart at 5* now"),
        ('<a title="_x">link</a> and b_ too', "link and b_ too"),
        ("*see [form](u)* now", "see form now"),
        ("**[form](u)**", "form"),
        ("<b>*both*</b>", "both"),
    ],
)
def test_emphasis_neither_begins_nor_ends_in_an_address(source: str, text: str) -> None:
    """A sign in an address or a tag is no partner for one in the text; beside it, it is."""
    assert plain(source) == text


def test_only_defined_labels_make_reference_links() -> None:
    """`[text][label]` is a link when the document defines the label, and text otherwise."""
    assert plain("[the form][Form 1] [a][b]", frozenset({"form 1"})) == "the form [a][b]"


def test_every_code_point_knows_where_it_came_from() -> None:
    """The origin of each printed code point is its place in the source, counted from the source's start."""
    source = "xx **bold** &amp; [link](u) end"
    result = strip_inline(source, 3, len(source))
    assert result.text == "bold & link end"
    assert len(result.origin) == len(result.text)
    for character, place in zip(result.text, result.origin, strict=True):
        assert source[place] == character or source[place : place + 5] == "&amp;" or character == " "


def test_hidden_parts_become_spaces_of_the_same_length() -> None:
    """Comments, scripts and styles vanish without moving what follows; an unclosed one is left as text."""
    source = "a <!-- x\n\ny --> b <script>alert(1)</script> c <!-- open"
    shown = blank_hidden(source)
    assert len(shown) == len(source)
    assert shown.split() == ["a", "b", "c", "<!--", "open"]
    assert shown.count("\n") == source.count("\n")


@given(st.text(alphabet="ab *_`[]()<>&;#!\\~|\n-", max_size=200))
def test_any_text_gives_ascending_origins_and_no_double_space(source: str) -> None:
    """Whatever the input, origins ascend within the source and white space is single."""
    result = strip_inline(source, 0, len(source))
    assert len(result.origin) == len(result.text)
    assert list(result.origin) == sorted(result.origin)
    assert all(0 <= place < len(source) for place in result.origin)
    assert "  " not in result.text
    assert result.text == result.text.strip()


@pytest.mark.parametrize("piece", ["[", "*a ", "`", "<a ", "<!-- ", "&", "[a](", "![", "**a*", "\\", "_a ", "[a]["])
def test_hostile_repetition_takes_time_in_proportion(piece: str) -> None:
    """50,000 characters of one opening mark are stripped within seconds: no pattern runs away."""
    began = time.perf_counter()
    source = piece * (50_000 // len(piece))
    plain(blank_hidden(source))
    assert time.perf_counter() - began < 5
