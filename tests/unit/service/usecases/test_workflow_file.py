"""`workflow.yaml`: read strictly, with every error at its place."""

from __future__ import annotations

from pathlib import Path

import pytest

import service
from rules.errors import RuleErrors
from service.domain.types import Autonomy, EvidencePolicy, Outcome
from service.usecases.workflow_file import read_workflow, unknown_documents, write_workflow

STARTER = Path(service.__path__[0]) / "workflows" / "retail-banking" / "workflow.yaml"
SMALL = b"""workflow: small
packs: [p]
collections: [c]
queue: {name: small}
labels:
  - {id: refund, outcome: allow, autonomy: auto, documents: [fees]}
  - {id: other}
"""


def test_the_starter_workflow_is_what_it_says():
    """At least 20 labels, each with definition, what is in and out, outcome and documents."""
    workflow = read_workflow(STARTER.read_bytes())
    assert len(workflow.labels) >= 20
    for label in workflow.labels:
        assert label.definition, label.id
        assert label.includes, label.id
        assert label.excludes, label.id
        assert label.documents, label.id


def test_what_is_not_said_leaves_it_to_people():
    """A label without outcome and autonomy is never automatic."""
    other = read_workflow(SMALL).labels[1]
    assert (other.outcome, other.autonomy) == (Outcome.REVIEW, Autonomy.DRAFT)
    assert read_workflow(SMALL).evidence is EvidencePolicy.WHEN_NAMED


@pytest.mark.parametrize(
    "change, line, says",
    [
        ((b"outcome: allow", b"outcome: alow"), 6, "did you mean `allow`"),
        ((b"packs: [p]\n", b""), 1, "lacks `packs`"),
        ((b"queue: {name: small}", b"queue: {name: Small}"), 4, "queue name"),
        ((b"{id: other}", b"{id: refund}"), 7, "twice"),
        ((b"collections: [c]", b"colections: [c]"), 3, "did you mean `collections`"),
        ((b"labels:", b"random_check: 2\nlabels:"), 5, "use 0 to 1"),
        ((b"labels:", b"guarantee: {alpha: 0}\nlabels:"), 5, "alpha"),
        ((b"labels:", b"attributes: {amount: {type: money}}\nlabels:"), 5, "attribute type"),
        ((b"labels:", b"retention_days: 10\nlabels:"), 5, "use 183"),
    ],
)
def test_mistakes_are_named_with_their_place(change, line, says):
    """File, line, reason, remedy."""
    with pytest.raises(RuleErrors) as error:
        read_workflow(SMALL.replace(*change))
    assert any(problem.line == line and says in str(problem) for problem in error.value.problems), str(error.value)


def test_a_written_workflow_reads_back():
    """What `workflow create` writes is a good file, odd label names included."""
    values = {
        "workflow": "w",
        "packs": ["p"],
        "collections": ["c"],
        "queue": {"name": "w"},
        "labels": [{"id": "NO", "outcome": "allow"}, {"id": "yes: really?", "outcome": "block"}, {"id": "123x"}],
    }
    read = read_workflow(write_workflow(values, "a comment\nof two lines"))
    assert [label.id for label in read.labels] == ["NO", "yes: really?", "123x"]


@pytest.mark.parametrize(
    "name",
    [
        "NO",
        "null",
        "1e3",
        "0o17",
        "007",
        "12:30",
        "-1",
        "~",
        "<<",
        "a: b",
        "a #b",
        "x\u2028y",
        "x\x85y",
        "é",
        "*a",
        "'",
    ],
)
def test_a_label_of_any_name_reads_back(name: str):
    """What looks like a number, a line end or a sign of YAML stays the name it is, however often it is written."""
    labels = [{"id": name, "documents": (shared := ["fees"])}, {"id": "other", "documents": shared}]
    values = {"workflow": "w", "packs": ["p"], "collections": ["c"], "queue": {"name": "w"}, "labels": labels}
    read = read_workflow(write_workflow(values, "a comment"))
    assert [label.id for label in read.labels] == [name, "other"]
    assert [label.documents for label in read.labels] == [("fees",), ("fees",)]


def test_documents_that_nobody_filed_are_told_with_their_label():
    """The nearest known name is the remedy."""
    workflow = read_workflow(SMALL)
    assert unknown_documents(workflow, frozenset({"fees"})) == []
    (sentence,) = unknown_documents(workflow, frozenset({"fee", "limits"}))
    assert "label refund names document fees" in sentence
    assert "did you mean `fee`" in sentence
