"""Weights learned from what reviewers marked and from the owner's own pairs."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from index.model import DENSE, LEXICAL, Ranking
from index.quality import Interval
from index.signals.learn import ENOUGH, Learnt, TooFew
from rules.model import Attribute, AttributeType
from rules.schema import AttributeSchema
from service.domain.access import ROLES, Principal
from service.domain.types import Outcome
from service.errors import BadRequest, InvalidRequest
from service.usecases import claim_case
from service.usecases.examples import read_examples
from service.usecases.house import House
from service.usecases.labelled_pairs import from_file, merged
from service.usecases.learn_ranking import LearntRanking, learn_ranking, write_weights
from service.usecases.make_decision import Ask, decide
from service.usecases.reload_rules import diff
from service.usecases.resolve_case import Resolution, resolve
from service.usecases.workflow_file import read_workflow

NAME = "retail-banking"
ANN = Principal("k1", "Ann", ROLES["reviewer"])
CALLER = Principal("k3", "caller", ROLES["caller"])
SCHEMA = AttributeSchema((Attribute("amount", AttributeType.NUMBER),))
NOW = datetime(2026, 6, 1, 9, tzinfo=UTC)


def rows(folder: Path, *entries: object) -> Path:
    path = folder / "pairs.jsonl"
    path.write_text("".join(json.dumps(entry) + "\n" for entry in entries), encoding="utf-8")
    return path


def starter_pairs(house: House, count: int) -> list[dict[str, Sequence[str]]]:
    """Requests of the starter's examples, with the documents that their label names."""
    folder = house.home / "workflows" / NAME
    named = {label.id: label.documents for label in read_workflow((folder / "workflow.yaml").read_bytes()).labels}
    examples = [each for each in read_examples(folder / "examples.jsonl") if each.label and named.get(each.label)]
    return [{"text": each.text, "documents": named[each.label or ""]} for each in examples[:: len(examples) // count]][
        :count
    ]


def test_pairs_teach_weights(house: House, tmp_path: Path):
    """A file of requests and right documents, by id, is held against the weights in use."""
    path = rows(tmp_path, *starter_pairs(house, ENOUGH + 5), {"text": "lost", "document": "no-such-document"})
    learned = learn_ranking(house, NAME, pairs=path)
    assert (learned.reviewed, learned.written, learned.gone) == (0, ENOUGH + 6, 1)
    assert isinstance(learned.learnt, Learnt)
    assert learned.learnt.queries == ENOUGH + 5
    assert set(learned.learnt.weights) == {DENSE, LEXICAL}
    assert 0.3 < learned.learnt.before.mean <= 1


def test_what_reviewers_marked_is_read_with_its_caller(house: House):
    """Few reviews teach nothing yet; those without a passage are none."""
    for text, mark in (("I want to close my account because my card was declined.", True), ("asdf qwer", False)):
        made = json.loads(decide(house, CALLER, Ask(NAME, text)).body)
        lease = claim_case.claim(house, ANN, made["case"])
        passages = tuple(found["passage_id"] for found in made["documents"][:1]) if mark else ()
        resolve(
            house, ANN, made["case"], lease["token"], Resolution((), "OTHER", Outcome.ALLOW, "None fits.", passages)
        )
    learned = learn_ranking(house, NAME)
    assert (learned.reviewed, learned.written, learned.gone) == (1, 0, 0)
    assert learned.learnt == TooFew(1, 1)
    assert learn_ranking(house, NAME).learnt == learned.learnt


def test_nothing_to_learn_from_is_said(house: House, tmp_path: Path):
    """No reviews and no file; or reviews left aside; or no such workflow."""
    for reviews in (True, False):
        with pytest.raises(BadRequest, match="nothing to learn from"):
            learn_ranking(house, NAME, reviews=reviews)
    with pytest.raises(InvalidRequest, match="no workflow"):
        learn_ranking(house, "other", pairs=rows(tmp_path, {"text": "a", "document": "b"}))


def learned_well(*, better: bool) -> LearntRanking:
    gain = Interval(0.1, 0.05 if better else -0.05, 0.2)
    learnt = Learnt({DENSE: 0.7, LEXICAL: 0.3}, 60, 0, Interval(0.5, 0.4, 0.6), Interval(0.6, 0.5, 0.7), gain)
    return LearntRanking(NAME, Ranking(), 60, 0, 0, learnt)


def test_better_weights_go_into_the_workflows_file(house: House):
    """A reload takes them over as any change of policy, and shows it first."""
    path = write_weights(house, learned_well(better=True))
    assert path == house.home / "workflows" / NAME / "workflow.yaml"
    assert read_workflow(path.read_bytes()).ranking == Ranking({DENSE: 0.7, LEXICAL: 0.3})
    assert [each.name for each in path.parent.iterdir() if each.name.startswith(".")] == []
    (changed,) = diff(house)["workflows"]
    said = [change["what"] for change in changed["policy_changes"]]
    assert said == ["ranking.weights.dense", "ranking.weights.lexical"]


@pytest.mark.parametrize("learnt", [learned_well(better=False).learnt, TooFew(3, 2)])
def test_weights_that_are_no_better_are_never_written(house: House, learnt: Learnt | TooFew):
    """The file stays as it is."""
    path = house.home / "workflows" / NAME / "workflow.yaml"
    before = path.read_bytes()
    with pytest.raises(BadRequest, match="stays as it is"):
        write_weights(house, dataclasses.replace(learned_well(better=False), learnt=learnt))
    assert path.read_bytes() == before


def test_a_file_of_pairs_is_read(tmp_path: Path):
    """One document or several; attributes in their types; the same request twice is one with all that was right."""
    path = rows(
        tmp_path,
        {"text": "Lost  card", "document": "lost-card", "attributes": {"amount": 5}},
        {"text": "Lost  card", "documents": ["doc_freeze"], "attributes": {"amount": 5}},
        {"text": "Lost  card", "documents": ["c/lost-card"]},
    )
    pairs = from_file(path, SCHEMA, NOW)
    assert [pair.right for pair in pairs] == [{"lost-card"}, {"doc_freeze"}, {"c/lost-card"}]
    assert pairs[0].attributes == {"amount": 5.0}
    assert pairs[0].day == NOW.date()
    first, second = merged(pairs)
    assert first.right == {"lost-card", "doc_freeze"}
    assert second.attributes == {}


@pytest.mark.parametrize(
    "entry, why",
    [
        ({"document": "d"}, "lacks a `text`"),
        ({"text": " ", "document": "d"}, "lacks a `text`"),
        ({"text": "a\0", "document": "d"}, "its text"),
        ({"text": "a"}, "lacks `documents`"),
        ({"text": "a", "documents": []}, "lacks `documents`"),
        ({"text": "a", "documents": [1]}, "lacks `documents`"),
        ({"text": "a", "document": "d", "attributes": [1]}, "are no object"),
        ({"text": "a", "document": "d", "attributes": {"amount": "much"}}, "attribute amount must be a number"),
        ({"text": "a", "document": "d", "attributes": {"size": 1}}, "attribute size is not an attribute"),
        (["a"], "not a JSON object"),
    ],
)
def test_a_line_that_cannot_be_used_is_named(tmp_path: Path, entry: object, why: str):
    """With what it should look like."""
    path = rows(tmp_path, {"text": "good", "document": "d"}, entry)
    with pytest.raises(BadRequest, match="line 2") as refused:
        from_file(path, SCHEMA, NOW)
    assert why in refused.value.detail
    assert "attributes" in refused.value.remedy
