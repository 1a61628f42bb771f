"""Where questions to learn from come from, and what is left out."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from service.errors import BadRequest
from service.store import documents, pointers
from service.usecases.house import House
from service.usecases.tuning_questions import Questions, Sources, read_questions

NAME = "retail-banking"


def read(house: House, **sources: Any) -> Questions:
    with house.store.read() as connection:
        pointer = pointers.pointer(connection, NAME)
        assert pointer is not None
        found = documents.searchable(connection, [NAME])
    return read_questions(house, house.shelf.open(pointer.release), found, Sources(**sources))


def lines(path: Path, rows: list[dict[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")
    return path


def test_pairs_are_joined_by_their_words(house: House, tmp_path: Path) -> None:
    """A question given twice has both answers; ids may be written plain, with `doc_` or with the collection."""
    pairs = lines(
        tmp_path / "pairs.jsonl",
        [
            {"text": "Freeze it", "documents": ["card-freeze"]},
            {"text": "Freeze it", "documents": ["doc_card-lost-stolen", f"{NAME}/card-declined"]},
            {"text": "Unknown", "documents": ["no-such-thing"]},
        ],
    )
    found = read(house, pairs=pairs)
    (question,) = found.found
    assert question.text == "Freeze it"
    assert {key.id for key in question.right} == {"card-freeze", "card-lost-stolen", "card-declined"}
    assert found.left_out == "no approved document is called no-such-thing"
    assert found.said == "3 from pairs.jsonl"


def test_calibration_examples_are_never_learned_from(house: House) -> None:
    """What certifies a release must not have taught it."""
    rows = [
        json.loads(line)
        for line in (house.home / "workflows" / NAME / "examples.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    train = {row["text"] for row in rows if row.get("part", "train") == "train"}
    calibration = {row["text"] for row in rows if row.get("part") == "calibration"} - train
    asked = {question.text for question in read(house, reviews=False, examples=True).found}
    assert len(asked) > 1000
    assert calibration
    assert not asked & calibration


def test_judged_queries_give_their_right_documents(house: House, tmp_path: Path) -> None:
    """Grade 0 is no answer."""
    queries = lines(tmp_path / "queries.jsonl", [{"_id": "1", "text": "lost it"}])
    judged = tmp_path / "qrels.tsv"
    judged.write_text("query-id\tcorpus-id\tscore\n1\tcard-lost-stolen\t1\n1\tcard-freeze\t0\n")
    (question,) = read(house, queries=queries, judgements=judged).found
    assert {key.id for key in question.right} == {"card-lost-stolen"}


def test_queries_without_judgements_are_refused(house: House, tmp_path: Path) -> None:
    """Half of a source is a slip."""
    with pytest.raises(BadRequest, match="two files"):
        read(house, queries=tmp_path / "queries.jsonl")


def test_without_sources_there_is_nothing(house: House) -> None:
    """Nobody reviewed anything yet."""
    assert read(house).found == ()
