"""`signoff index weights`, as it is typed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from service.cli import app
from service.usecases.examples import read_examples
from service.usecases.workflow_file import read_workflow

NAME = "retail-banking"


def run(*arguments: str) -> Result:
    return CliRunner().invoke(app, ["index", "weights", NAME, *arguments])


@pytest.fixture
def pairs(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Requests of the starter's examples with the first document that their label names."""
    monkeypatch.setenv("SIGNOFF_HOME", str(home))
    folder = home / "workflows" / NAME
    named = {label.id: label.documents for label in read_workflow((folder / "workflow.yaml").read_bytes()).labels}
    examples = [each for each in read_examples(folder / "examples.jsonl") if each.label and named.get(each.label)]
    path = tmp_path / "pairs.jsonl"
    lines = (json.dumps({"text": each.text, "document": named[each.label or ""][0]}) for each in examples[::30])
    path.write_text("\n".join(lines), encoding="utf-8")
    return path


def test_what_was_learned_is_shown_and_written_only_when_better_and_asked_for(home: Path, pairs: Path):
    """Shares now and learned, quality now and learned; the file changes with --write, and by nothing else."""
    file = home / "workflows" / NAME / "workflow.yaml"
    before = file.read_bytes()
    shown = run("--pairs", str(pairs))
    assert shown.exit_code == 0, shown.output
    rows = [line.split() for line in shown.stdout.splitlines()]
    assert [row[:2] for row in rows if row[0] in ("dense", "lexical")] == [["dense", "0.500"], ["lexical", "0.500"]]
    assert "learned, on others" in shown.stdout
    assert file.read_bytes() == before
    better = "are better" in shown.stderr
    assert better or "the present weights stay" in shown.stderr
    written = run("--pairs", str(pairs), "--write")
    assert (file.read_bytes() != before) == better
    assert ("signoff rules reload" in written.stderr) == better


def test_too_little_feedback_is_said(pairs: Path):
    """With how much there is and how much it takes."""
    few = pairs.read_text(encoding="utf-8").splitlines()[:3]
    pairs.write_text("\n".join(few), encoding="utf-8")
    told = run("--pairs", str(pairs), "--no-reviews")
    assert told.exit_code == 1
    assert "3 of 3 requests have a right document" in " ".join(told.stderr.split())
    assert "50 are needed" in told.stderr
