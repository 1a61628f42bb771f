"""The tutorial of docs/rules.md, done as it is written: the files it shows, the commands it gives, what they say.

Blocks marked `yaml file=…` are written, those marked `yaml add=…` are added to the end of a file, and each `$` line of
a `console` block is run; what stands below it is what it says, on both streams. Ids, digests, times and names of the
person at the keyboard are compared as such, not by value.
"""

from __future__ import annotations

import os
import re
import shlex
import subprocess
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from tests import forked
from tests.house import ROOT, copy_of

PAGE = ROOT / "docs" / "rules.md"
BLOCK = re.compile(r"^```(\w+)(?: (file|add)=(\S+))?\n(.*?)^```$", re.MULTILINE | re.DOTALL)
UNSTEADY = (
    (re.compile(r"\b(rel|dec|prop|dis|alarm)_[0-9A-Z]{26}\b"), r"\1_…"),
    (re.compile(r"\d{4}-\d\d-\d\d[T ]\d\d:\d\d(:\d\d(\.\d+)?)?(Z|\+00:00)?"), "TIME"),
    (re.compile(r"\bcli:\w+"), "cli:NAME"),
    (re.compile(r"[ \t]+$", re.MULTILINE), ""),
)


def steps(page: str) -> Iterator[tuple[str, str, str]]:
    """(kind, what, content): ("file", path, text), ("add", path, text) and ("run", command, what it says)."""
    tutorial = page[page.index("\n## From an empty folder") :]
    for language, verb, path, content in BLOCK.findall(tutorial):
        if verb:
            yield verb, path, content
        elif language == "console":
            for command in re.split(r"^\$ ", content, flags=re.MULTILINE)[1:]:
                line, _, said = command.partition("\n")
                yield "run", line, said


def steady(text: str) -> str:
    for pattern, name in UNSTEADY:
        text = pattern.sub(name, text)
    return text.strip()


@pytest.fixture
def workplace(starter: Path, tmp_path: Path) -> Path:
    copy_of(starter, tmp_path / "var")
    return tmp_path


def said_by(line: str, folder: Path, environment: Mapping[str, str]) -> str:
    """What a line says, on both streams: its commands one after the other, as long as they end well."""
    said = ""
    for command in line.split(" && "):
        if command.startswith("signoff "):
            ended = forked.run(shlex.split(command)[1:], environment, folder=folder, apart=False)
        else:
            typed = ["bash", "-c", command]
            ended = subprocess.run(typed, cwd=folder, env=environment, capture_output=True, text=True, check=True)
        said += ended.stdout
        if ended.returncode:
            break
    return said


def test_the_tutorial_says_what_happens(workplace: Path):
    """From an empty folder to an enforced rule and back: every command says what the page says."""
    environment = {**os.environ, "SIGNOFF_HOME": "var", "COLUMNS": "100", "NO_COLOR": "1"}
    done = list(steps(PAGE.read_text(encoding="utf-8")))
    assert sum(kind == "run" for kind, _, _ in done) > 10
    for kind, what, content in done:
        if kind == "run":
            assert steady(said_by(what, workplace, environment)) == steady(content), what
        else:
            path = workplace / what
            path.parent.mkdir(parents=True, exist_ok=True)
            with path.open("w" if kind == "file" else "a", encoding="utf-8") as file:
                file.write(content)
