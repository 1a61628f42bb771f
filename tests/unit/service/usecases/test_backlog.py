"""A backlog as somebody hands it in: what cannot be used is told, the rest is asked about."""

from __future__ import annotations

import gzip
from pathlib import Path

import pytest

from rules.model import Attribute, AttributeType
from rules.schema import AttributeSchema
from service.errors import BadRequest
from service.usecases.backlog import Unlabelled, read_backlog

SCHEMA = AttributeSchema((Attribute("amount", AttributeType.NUMBER), Attribute("vip", AttributeType.BOOLEAN)))


def written(folder: Path, name: str, text: str) -> Path:
    path = folder / name
    data = text.encode("utf-8", "surrogatepass")
    path.write_bytes(gzip.compress(data) if name.endswith(".gz") else data)
    return path


@pytest.mark.parametrize("name", ["a.csv", "a.csv.gz"])
def test_a_csv_file_brings_attributes(tmp_path: Path, name: str) -> None:
    """By the names of its columns; rows that are wrong are named by their line."""
    text = "text,amount,other\none,2.5,x\n,1,x\nthree,much,x\n"
    good, bad = read_backlog(written(tmp_path, name, text), SCHEMA, 100)
    assert good == [Unlabelled("one", {"amount": 2.5})]
    assert [(each.line, each.why[:7]) for each in bad] == [(3, "no text"), (4, "attribu")]


def test_a_json_file_brings_attributes(tmp_path: Path) -> None:
    """Only those the workflow knows, in their types."""
    text = (
        '{"text": " one ", "attributes": {"vip": true}}\n{"text": "two", "attributes": {"color": 1}}\n'
        '{"text": "three", "attributes": []}\n{"text": 4}\nnot json\n{"text": "five", "attributes": 5}\n'
    )
    good, bad = read_backlog(written(tmp_path, "a.jsonl", text), SCHEMA, 100)
    assert good == [Unlabelled("one", {"vip": True}), Unlabelled("three", {})]
    assert [each.line for each in bad] == [2, 4, 5, 6]


def test_any_other_file_holds_a_request_a_line(tmp_path: Path) -> None:
    """Empty lines are none; too long ones and those with characters that hide others are left out."""
    good, bad = read_backlog(written(tmp_path, "a.txt", f"one\n\n  two \n{'x' * 101}\na\0b\n"), SCHEMA, 100)
    assert [each.text for each in good] == ["one", "two"]
    assert [each.line for each in bad] == [4, 5]


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    """With its name."""
    with pytest.raises(BadRequest, match=r"none\.txt"):
        read_backlog(tmp_path / "none.txt", SCHEMA, 100)
