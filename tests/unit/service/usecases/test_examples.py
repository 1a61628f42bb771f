"""Labelled requests: read from a user's CSV file, kept as JSON lines."""

from __future__ import annotations

import pytest

from service.errors import CannotStart
from service.usecases.examples import Example, read_csv, read_examples, write_examples


def test_rows_in_another_encoding_are_left_out_by_line(tmp_path):
    """A model never learns from words that stand there only by a wrong guess of their encoding."""
    path = tmp_path / "cp1252.csv"
    path.write_bytes("text,category\nplain,a\nCrédit refusé,b\nplain too,b\n".encode("cp1252"))
    rows, bad = read_csv(path)
    assert [(row.line, row.label) for row in rows] == [(2, "a"), (4, "b")]
    assert [row.line for row in bad] == [3]
    assert "save the file as UTF-8" in str(bad[0])


def test_a_row_with_nul_is_left_out(tmp_path):
    """The door would refuse such a request, so nothing is learned from one."""
    path = tmp_path / "nul.csv"
    path.write_bytes(b"text,label\nalpha\0beta,a\n")
    rows, bad = read_csv(path)
    assert not rows
    assert "NUL" in bad[0].why


def test_examples_come_back_as_they_were_written(tmp_path):
    """Line ends of every alphabet inside a text end no line of the file."""
    path = tmp_path / "examples.jsonl"
    text = "one\u2028two\u2029three\x85four\x0bfive\x0csix\x1cseven\r\neight\rnine\nten"
    examples = [Example(text, "a", "calibration", {"amount": 1.5}), Example("last", None)]
    write_examples(path, examples)
    assert path.read_bytes().count(b"\n") == 2
    assert b"\r" not in path.read_bytes()
    assert read_examples(path) == examples


@pytest.mark.parametrize(
    "line, says",
    [
        (b'{"text": "caf\xe9", "label": "a"}', "not UTF-8"),
        (b'{"text": 5, "label": "a"}', "text is no text"),
        (b'{"text": "a", "label": ["a"]}', "label is no text"),
        (b'{"text": "\\ud800", "label": "a"}', "lone surrogate"),
        (b'{"text": "a"}', "label"),
        (b"[]", "not a JSON object"),
    ],
)
def test_a_line_that_is_no_example_is_named(tmp_path, line, says):
    """File, line, reason."""
    path = tmp_path / "examples.jsonl"
    path.write_bytes(b'{"text": "a", "label": "b"}\n' + line + b"\n")
    with pytest.raises(CannotStart, match=r"examples\.jsonl:2: no example in it") as error:
        read_examples(path)
    assert says in error.value.detail
