"""The owner's file of labelled requests."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest

from rules.model import Attribute, AttributeType
from service.errors import BadRequest, InvalidRequest
from service.learn.pilot.owner import Owner
from service.usecases.pilot_material import read_labelled, read_rules

STARTER = Path(__file__).resolve().parents[4] / "rules" / "packs"


def written(tmp_path: Path, content: str, name: str = "requests.csv") -> Path:
    path = tmp_path / name
    path.write_text(content, encoding="utf-8")
    return path


def test_rows_that_cannot_be_used_are_told_by_line(tmp_path: Path) -> None:
    """The others are read; what nothing was made of is named."""
    path = written(
        tmp_path,
        "text,label,outcome,date,team,owner\n"
        "Where is my card?,card,allow,2026-10-02,a,claims\n"
        ",card,allow,,,\n"
        "Fee?,,,,,\n"
        "Fee?,fee,maybe,,,\n"
        "Fee?,fee,,2.10.2026,,\n"
        "Why a fee?,fee,,,,\n",
    )
    read = read_labelled(path, Owner())
    first, second = read.examples
    assert (first.text, first.label, first.outcome, first.day, first.owner) == (
        "Where is my card?",
        "card",
        "allow",
        date(2026, 10, 2),
        "claims",
    )
    assert second.line == 7
    assert [row.split(":")[0] for row in read.bad] == ["line 3", "line 4", "line 5", "line 6"]
    assert read.unused == ("team",)


def test_columns_and_attributes_by_the_owners_names(tmp_path: Path) -> None:
    """A file that calls its columns otherwise, and a column that is known when a request arrives."""
    owner = Owner(
        columns={"text": "message", "label": "intent"}, attributes=(Attribute("amount", AttributeType.NUMBER),)
    )
    read = read_labelled(written(tmp_path, "message,intent,amount\nhello,a,3\nbye,b,\noh,b,much\n"), owner)
    assert [dict(each.attributes) for each in read.examples] == [{"amount": 3.0}, {}]
    assert read.bad == ("line 4: attributes.amount: 'much' is no number",)
    with pytest.raises(BadRequest, match="lacks message"):
        read_labelled(written(tmp_path, "text,label\nhello,a\n"), owner)


def test_columns_under_other_names_can_be_named(tmp_path: Path) -> None:
    """The file need not be changed for it."""
    with pytest.raises(BadRequest, match="lacks label; found text, kind") as refused:
        read_labelled(written(tmp_path, "text,kind\na,b\n"), Owner())
    assert refused.value.remedy.endswith("in the first line, or say under `columns` in pilot.yaml what they are called")


def test_json_lines_and_other_names_of_the_label(tmp_path: Path) -> None:
    """As other tools write them."""
    rows = '{"text": "hello", "label": "a", "amount": 3}\n{"text": "bye", "label": "b", "amount": null}\n'
    owner = Owner(attributes=(Attribute("amount", AttributeType.NUMBER),))
    read = read_labelled(written(tmp_path, rows, "requests.jsonl"), owner)
    assert [(each.text, dict(each.attributes)) for each in read.examples] == [("hello", {"amount": 3.0}), ("bye", {})]
    assert len(read_labelled(written(tmp_path, "text,category\nhello,a\nbye,b\n"), Owner()).examples) == 2


def test_one_label_is_nothing_to_decide(tmp_path: Path) -> None:
    """Said with what was wrong with the rows."""
    with pytest.raises(InvalidRequest, match="no two labels") as refused:
        read_labelled(written(tmp_path, "text,label\nhello,a\nbye,\n"), Owner())
    assert refused.value.remedy == "line 3: no label"


def test_a_pack_by_folder_or_by_name(tmp_path: Path) -> None:
    """The home's packs by their names; a folder wherever it lies."""
    assert read_rules(str(STARTER / "safety"), tmp_path).id == "safety"
    (tmp_path / "packs").symlink_to(STARTER)
    assert read_rules("safety", tmp_path).id == "safety"
    with pytest.raises(BadRequest, match="there is no rule pack saftey"):
        read_rules("saftey", tmp_path)
