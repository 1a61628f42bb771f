from __future__ import annotations

import time

import pytest
import yaml

from rules.errors import RuleErrors
from rules.reading import strict_yaml
from rules.reading.strict_yaml import read_yaml
from rules.reading.text_file import MAX_BYTES


@pytest.fixture(params=["CBaseLoader", "BaseLoader"], autouse=True)
def parser(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Everything is promised for libyaml and for the parser in Python that stands in where it is missing."""
    monkeypatch.setattr(strict_yaml, "PARSER", getattr(yaml, request.param))


def problems(text: str | bytes) -> list[str]:
    data = text if isinstance(text, bytes) else text.encode()
    with pytest.raises(RuleErrors) as caught:
        read_yaml(data, "f.yaml")
    return [str(problem) for problem in caught.value.problems]


def test_norway_and_friends_stay_text():
    """YAML 1.2: NO, yes, on, and times are text; only true and false are booleans."""
    data = read_yaml(b"[NO, yes, on, 12:30, 1_000, true, False, 12, -3.5, 1e3, null, ~]", "f").data()
    assert data == ["NO", "yes", "on", "12:30", "1_000", True, False, 12, -3.5, 1000.0, None, None]


def test_every_value_knows_its_place():
    """Line and column of keys and values, counted from one, inside the quotes where there are some."""
    node = read_yaml(b"a: 1\nb:\n  - 'x'\n  - |\n    one\n      two\n", "f")
    assert isinstance(node.value, dict)
    assert node.keys["b"] == (2, 1)
    first, second = node.value["b"].value
    assert (first.place, second.place, second.value) == ((3, 6), (5, 5), "one\n  two\n")


def test_block_that_begins_with_a_blank_line_keeps_its_column():
    """Indentation is taken from the first line that has text."""
    node = read_yaml(b"a: |\n\n   x\n", "f")
    assert isinstance(node.value, dict)
    assert node.value["a"].place == (2, 4)


@pytest.mark.parametrize(
    "text, columns",
    [("'it''s x'", (2, 3, 4, 6, 7, 8)), ('"a\\x41\\u0042c"', (2, 3, 7, 13)), ('"no escapes"', ())],
)
def test_columns_survive_escapes(text: str, columns: tuple[int, ...]):
    """Where quoting doubles or spells out characters, each character still knows its own column."""
    assert read_yaml(text.encode(), "f").columns == columns


@pytest.mark.parametrize(
    "text, expected",
    [
        ("a: 1\nb: 2\na: 3\n", "f.yaml:3:1: has the key `a` twice (first in line 1; keep one)"),
        ("a: &x 1\n", "f.yaml:1:4: has the anchor `&x` (write the value out where it is needed)"),
        ("a: !!python/object x\n", "f.yaml:1:4: has the tag `tag:yaml.org,2002:python/object` (remove it)"),
        ("- !vip\n", "f.yaml:1:3: has the tag `!vip` (put an expression that begins with ! into quotes)"),
        ("a: 1\n---\nb: 2\n", "f.yaml:2:1: has a second document (put it into a file of its own)"),
        ("%YAML 1.1\n---\na: NO\n", "f.yaml:2:1: has a % directive (remove it: files are read as YAML 1.2)"),
        ("a:\n\t- b\n", "f.yaml:2:1: has a tab (use spaces; inside double quotes write \\t)"),
        ("a: >\n  b\n", "f.yaml:1:4: is a folded block `>` (use `|`, which keeps the lines)"),
        ("a: b\0c\n", "f.yaml:1:5: has the control character U+0000 (remove it)"),
        ("1: x\n", "f.yaml:1:1: has a key that is not text (put the key in quotes)"),
        (
            "a: b\u2028c\n",
            "f.yaml:1:5: has the line end U+2028 (end lines with LF or CR LF, which every program knows)",
        ),
        ("a: b\x85c\n", "f.yaml:1:5: has the line end U+0085 (end lines with LF or CR LF, which every program knows)"),
        ("a: b\rc: d", "f.yaml:1:5: has the line end U+000D (end lines with LF or CR LF, which every program knows)"),
        ('a: "x\\0y"\n', "f.yaml:1:4: has an escaped NUL or half character (a lone surrogate) (remove it)"),
        ("", "f.yaml:1:1: is empty (write at least one entry)"),
        ("# only a comment\n", "f.yaml:1:1: is empty (write at least one entry)"),
    ],
)
def test_refused_with_place_reason_and_remedy(text: str, expected: str):
    """Each kind of surprise is refused in words, at its place."""
    assert expected in problems(text)


@pytest.mark.parametrize(
    "text, remedy",
    [
        ("- 'vip' in tags\n", "the quotes end here: put the whole into other quotes"),
        ('a: "vip" in tags\n', "the quotes end here: put the whole into other quotes"),
        ('a: "\\d+"\n', "put it in single quotes, where \\ is an ordinary character"),
        ("a: {b\n", "check quotes and indentation"),
    ],
)
def test_a_slip_of_quotes_is_told_with_what_mends_it(text: str, remedy: str):
    """A text that begins with a quote but goes on after it, and a backslash in double quotes, are everyday slips."""
    assert remedy in " ".join(problems(text))


def test_what_is_no_yaml_is_refused_at_its_place():
    """The parser's own words say what is wrong, at the character where it goes wrong."""
    (problem,) = problems("a: b: c\n")
    assert problem.startswith("f.yaml:1:5: is not YAML: mapping values are not allowed")
    assert problem.endswith("(check quotes and indentation)")


@pytest.mark.parametrize("text", ['a: "\\ud800"', "- 'x'\n- {b: \"y\\udfffz\"}", '"\\uD83D\\uDE00": 1'])
def test_half_characters_are_refused(text: str):
    """A surrogate written as an escape is no character, not even as half of a pair."""
    assert "character" in problems(text)[0]


@pytest.mark.parametrize("text", ["a: |\r\n  one\r\n  two\r\n", "a: |\n  one\n  two\n"])
def test_line_ends_of_windows_change_nothing(text: str):
    """CR LF and LF give the same values at the same places."""
    node = read_yaml(text.encode(), "f")
    assert isinstance(node.value, dict)
    assert (node.value["a"].value, node.value["a"].place) == ("one\ntwo\n", (2, 3))


@pytest.mark.parametrize("number", ["1e999", "007", "0x1F", "0o17", ".nan", ".inf", "-.INF", "12345678901234567890"])
def test_deceptive_numbers_are_refused(number: str):
    """What looks like a number but would be read as another one, or none, has to be put in quotes."""
    assert problems(f"a: {number}") == [
        f"f.yaml:1:4: `{number}` is not the number it looks like (put it in quotes if it is text)"
    ]


def test_not_utf8_is_refused_at_its_place():
    """A file saved in another encoding is refused where it first shows."""
    assert problems(b"a: 1\nb: \xff\n") == ["f.yaml:2:4: is not UTF-8 (save the file as UTF-8)"]


def test_alias_bomb_is_refused_at_once():
    """Nested aliases are named and never expanded, however much they would grow to."""
    levels = [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * 9)}]" for n in range(1, 12)]
    began = time.perf_counter()
    found = problems("a0: &a0 [x]\n" + "\n".join(levels))
    assert time.perf_counter() - began < 2
    assert any("uses the alias `*a0`" in problem for problem in found)


def test_too_large_is_refused_unread():
    """Ten megabytes are refused by their size alone."""
    assert problems(b"a" * (MAX_BYTES + 1)) == [
        f"f.yaml:1:1: is larger than {MAX_BYTES:,} bytes (split the pack into several files)"
    ]


def test_deep_nesting_is_refused():
    """A thousand brackets end in a problem, not in a stack overflow."""
    assert "is nested deeper than 32 levels" in problems("[" * 1000 + "]" * 1000)[0]


def test_problems_are_collected():
    """One reading names all problems of a file, not the first alone."""
    assert len(problems("a: 007\na: 1\nb: &x 1\nc: >\n  d\n")) == 4


def test_half_written_file_is_refused():
    """A file cut short in the middle of a value is no YAML."""
    assert "is not YAML" in problems('- id: a\n  title: "half wri')[0]
