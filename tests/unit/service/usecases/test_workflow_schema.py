"""The JSON Schema of `workflow.yaml` says what its reader says."""

from __future__ import annotations

from pathlib import Path

import pytest
from jsonschema import Draft202012Validator

import service
from rules.errors import RuleErrors
from rules.reading.strict_yaml import read_yaml
from service.usecases.workflow_file import SCHEMA_LINE, read_workflow, write_workflow
from service.usecases.workflow_schema import FOLDER, schema_files, workflow_schema

WORKFLOWS = sorted((Path(service.__path__[0]) / "workflows").glob("*/workflow.yaml"))
SMALL = """workflow: small
packs: [p]
collections: [c]
queue: {name: small}
attributes: {amount: {type: number}}
changes: {second_person: true, on_alarm: roll_back}
guarantee: {alpha: 0.05, groups: [{name: money, labels: [refund], alpha: 0.01}]}
labels_per_request: several
moved: [{was: repay, now: refund}]
models: {owner: us, limits: [none], retrain: {examples: 200, days: 30}, shadow_decisions: 80}
ranking:
  weights: {dense: 1, age: 0.2}
  signals:
    c:
      age: {kind: recency, kernel: calendar, period: quarter}
      worth: {kind: authority, field: standing, worth: {Law: 1, "house rule": 0.5}}
      size: {kind: number, field: size, least: 0, most: 9, prefer: near, attribute: amount}
      links: {kind: graph}
labels:
  - {id: refund, outcome: allow, autonomy: auto, documents: [fees]}
"""


def wrong(text: str) -> list[str]:
    data = read_yaml(text.encode(), "f").data()
    return [error.json_path for error in Draft202012Validator(workflow_schema()).iter_errors(data)]


def test_the_shipped_file_is_what_the_code_makes():
    """After a change of keys or words: python -m service.usecases.workflow_schema."""
    Draft202012Validator.check_schema(workflow_schema())
    assert {path.name: path.read_text(encoding="utf-8") for path in FOLDER.iterdir()} == schema_files()


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.parent.name)
def test_every_shipped_workflow_is_good_by_it(path: Path):
    """An editor marks nothing, and finds the schema by the file's first line."""
    text = path.read_text(encoding="utf-8")
    assert wrong(text) == []
    assert text.split("\n")[0] == SCHEMA_LINE
    assert (path.parent / SCHEMA_LINE.partition("$schema=")[2]).resolve().parent == FOLDER.resolve()


def test_what_is_written_by_the_command_is_good_by_it():
    """`workflow create` writes a file that an editor completes and does not mark."""
    data = write_workflow(read_yaml(SMALL.encode(), "f").data(), "a comment").decode()
    assert data.startswith(f"{SCHEMA_LINE}\n# a comment\n")
    assert wrong(data) == []


@pytest.mark.parametrize(
    "before, after",
    [
        ("packs: [p]\n", ""),
        ("collections:", "colections:"),
        ("name: small", "name: Small"),
        ("outcome: allow", "outcome: alow"),
        ("autonomy: auto", "autonomy: full"),
        ("on_alarm: roll_back", "on_alarm: stop"),
        ("second_person: true", "second_person: NO"),
        ("type: number", "type: money"),
        ("labels:\n", "random_check: 2\nlabels:\n"),
        ("alpha: 0.05", "alpha: 0"),
        ("name: money, ", ""),
        ("name: money", "name: My Money"),
        (", alpha: 0.01", ""),
        ("labels_per_request: several", "labels_per_request: many"),
        ("was: repay, ", ""),
        ("now: refund}", "now: []}"),
        ("owner: us", "owners: us"),
        ("examples: 200", "examples: 0.5"),
        ("days: 30", "days: -1"),
        ("shadow_decisions: 80", "shadow_decisions: -1"),
        ("labels:\n", "retention_days: 10\nlabels:\n"),
        ("labels:\n", "retention_days: 200.5\nlabels:\n"),
        ("labels:\n", "evidence: always\nlabels:\n"),
        ("age: 0.2", "age: -1"),
        ("age: 0.2", "age: 1001"),
        ("weights:", "wieghts:"),
        ("kind: recency", "kind: age"),
        ("kind: recency, ", ""),
        ("period: quarter", "period: week"),
        ("kernel: calendar, ", ""),
        ("period: quarter", "half_life_days: 0"),
        ("kind: graph", "kind: graph, field: links"),
        ("field: standing, ", ""),
        ("Law: 1,", "Law: 2,"),
        ('worth: {Law: 1, "house rule": 0.5}', "worth: {}"),
        (", attribute: amount", ""),
        ("prefer: near, ", ""),
        ("least: 0, ", ""),
        ("age: {", "dense: {"),
    ],
)
def test_what_the_reader_refuses_an_editor_marks(before: str, after: str):
    """Both know the same keys, words and limits."""
    assert wrong(SMALL) == []
    read_workflow(SMALL.encode())
    assert before in SMALL
    changed = SMALL.replace(before, after)
    assert wrong(changed)
    with pytest.raises(RuleErrors):
        read_workflow(changed.encode())
