"""Labelled requests: read from a user's CSV file, kept as JSON lines."""

from __future__ import annotations

import json
from pathlib import Path

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


def test_an_example_with_several_labels_is_kept_with_all_of_them(tmp_path: Path) -> None:
    """`label` is the first; one label is written as before; each label counts once."""
    several = Example("one", "a", labels=("a", "b"))
    path = tmp_path / "examples.jsonl"
    write_examples(path, [several, Example("two", "c"), Example("three", None)])
    assert [json.loads(line).get("labels") for line in path.read_text().splitlines()] == [["a", "b"], None, None]
    assert read_examples(path) == [several, Example("two", "c"), Example("three", None)]
    path.write_text('{"text": "one", "labels": ["b", "b"]}\n{"text": "two", "labels": []}\n')
    assert [(each.label, each.labels) for each in read_examples(path)] == [("b", ("b",)), (None, ())]


@pytest.mark.parametrize("labels", ['"a"', "[1]", '[["a"]]', "null"])
def test_labels_that_are_no_list_of_texts_are_refused(tmp_path: Path, labels: str) -> None:
    """With the line."""
    path = tmp_path / "examples.jsonl"
    path.write_text(f'{{"text": "one", "labels": {labels}}}\n')
    with pytest.raises(CannotStart, match=r"examples\.jsonl:1"):
        read_examples(path)


def test_an_example_knows_its_labels_or_says_so() -> None:
    """The first of them is its label; relabelled, it is the same request."""
    example = Example("one", "a", attributes={"amount": 1}, origin="exa_1")
    assert example.relabelled(["b", "c"]) == Example(
        "one", "b", attributes={"amount": 1}, labels=("b", "c"), origin="exa_1"
    )
    assert example.relabelled([]).label is None
    with pytest.raises(ValueError, match="not the first"):
        Example("one", "a", labels=("b",))
