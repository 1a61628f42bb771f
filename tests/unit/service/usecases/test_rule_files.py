"""Rule and policy files as they lie on disk: read once, compiled once, every problem with its place."""

from __future__ import annotations

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import rules
import service
from rules.errors import RuleErrors
from service.usecases.rule_files import candidates, compiled, failures, read_workflows

STARTER = "retail-banking"


@pytest.fixture
def home(tmp_path):
    """The starter's files, without database or encoder."""
    shutil.copytree(Path(rules.__path__[0]) / "packs" / STARTER, tmp_path / "packs" / STARTER)
    shutil.copytree(Path(service.__path__[0]) / "workflows" / STARTER, tmp_path / "workflows" / STARTER)
    return tmp_path


def edit(path, old, new):
    text = path.read_text()
    assert old in text
    path.write_text(text.replace(old, new, 1))


def problems_of(*arguments):
    with pytest.raises(RuleErrors) as error:
        candidates(*arguments)
    return error.value.problems


def test_every_workflow_under_the_home_folder_is_a_candidate(home):
    """With its policy, its packs and a compiled set whose own tests pass."""
    (candidate,) = candidates(home)
    assert candidate.name == STARTER
    assert candidate.workflow is not None
    assert candidate.workflow.name == STARTER
    assert len(candidate.ruleset.rules) >= 15
    assert failures(candidate) == []


def test_packs_are_checked_without_a_home_folder(home, tmp_path, monkeypatch):
    """A compliance team's own repository: by the pack's folder, or the folder of packs, with paths as given."""
    monkeypatch.chdir(home)
    (alone,) = candidates(Path("nowhere"), [Path("packs") / STARTER])
    (inside,) = candidates(Path("nowhere"), [Path("packs")])
    assert alone.ruleset.digest == inside.ruleset.digest
    assert alone.workflow is None
    assert "amount" in alone.schema.by_name
    path = Path("packs") / STARTER / "crime.rule.yaml"
    edit(path, "severity: critical", "severity: grave")
    (problem,) = problems_of(Path("nowhere"), [Path("packs")])
    assert problem.file == str(path)
    assert "severity: grave" in path.read_text().splitlines()[problem.line - 1]


def test_all_problems_of_all_files_are_told_at_once(home):
    """Two rule files, the policy of another workflow and the golden requests: each with the file's own path."""
    pack = home / "packs" / STARTER
    edit(pack / "crime.rule.yaml", "severity: critical", "severity: grave")
    edit(pack / "conduct.rule.yaml", "effect: review", "efect: review")
    shutil.copytree(home / "workflows" / STARTER, home / "workflows" / "other")
    (home / "workflows" / STARTER / "golden.jsonl").write_text("no json\n")
    files = {problem.file for problem in problems_of(home)}
    assert files == {
        f"packs/{STARTER}/crime.rule.yaml",
        f"packs/{STARTER}/conduct.rule.yaml",
        "workflows/other/workflow.yaml",
        f"workflows/{STARTER}/golden.jsonl",
    }


@pytest.mark.parametrize(
    "spoil, file, says",
    [
        (lambda home: (home / "workflows" / STARTER / "workflow.yaml").write_bytes(b"\xff"), "workflow.yaml", "UTF-8"),
        (lambda home: (home / "packs" / STARTER / "threats.txt").write_bytes(b"a\n\xff"), "threats.txt", "UTF-8"),
        (lambda home: shutil.rmtree(home / "packs" / STARTER), "workflow.yaml", "there is no pack"),
        (lambda home: (home / "packs" / STARTER / "pack.yaml").unlink(), "pack.yaml", "pack.yaml"),
    ],
)
def test_what_cannot_be_read_is_told_with_its_file(home, spoil, file, says):
    """Bad bytes, a pack that is gone, a pack without its head."""
    spoil(home)
    assert any(problem.file.endswith(file) and says in str(problem) for problem in problems_of(home))


def test_a_path_that_is_no_pack_is_told(tmp_path):
    """A slip in the path does not pass for a clean check of nothing."""
    assert "is no folder" in str(problems_of(tmp_path, [tmp_path / "gone"])[0])
    (tmp_path / "empty").mkdir()
    assert "there is no pack.yaml" in str(problems_of(tmp_path, [tmp_path / "empty"])[0])
    assert "cannot be read" in str(problems_of(tmp_path / "gone")[0])


def test_a_failing_test_and_a_golden_request_are_failures(home):
    """What a rule's own test expects and what a whole request must come to are told with line and remedy."""
    golden = home / "workflows" / STARTER / "golden.jsonl"
    golden.write_text('{"name": "angry", "text": "This is bad", "effect": "block"}\n')
    edit(home / "packs" / STARTER / "crime.rule.yaml", "Sort it out today or I'll kill you", "Sort it out today")
    (candidate,) = candidates(home)
    first, second = failures(candidate)
    assert (first.file, "a threat" in first.message) == (f"packs/{STARTER}/crime.rule.yaml", True)
    assert (second.file, second.line) == (f"workflows/{STARTER}/golden.jsonl", 1)
    assert "the effect is none, not block" in second.message


def test_a_pack_that_two_workflows_use_is_read_and_compiled_once(home):
    """Both are of one moment, and the second costs nothing."""
    shutil.copytree(home / "workflows" / STARTER, home / "workflows" / "other")
    edit(home / "workflows" / "other" / "workflow.yaml", f"workflow: {STARTER}", "workflow: other")
    kept: dict[object, object] = {}
    made: list[str] = []

    def keep(key, make):
        if key not in kept:
            made.append(key[0])
            kept[key] = make()
        return kept[key]

    files, problems = read_workflows(home, [STARTER, "other"])
    assert problems == []
    first, second = (compiled(each, keep) for each in files)
    assert first.ruleset is second.ruleset
    assert sorted(made) == ["pack", "rules"]


def test_checking_needs_neither_database_nor_encoder():
    """The command line checks a repository of packs in a moment, wherever Signoff is installed."""
    heavy = "sqlalchemy numpy onnxruntime faiss torch".split()
    code = f"import sys, service.usecases.rule_files; sys.exit(any(name in sys.modules for name in {heavy!r}))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
