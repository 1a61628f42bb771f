"""What the security pages point at is there: files, tests in them, and commands of `signoff`."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
import typer

from service.cli import app
from service.settings import PREFIX, Settings

ROOT = Path(__file__).parents[2]
PAGES = ("SECURITY.md", "docs/threat-model.md", "docs/compliance.md")
TEXTS = {page: (ROOT / page).read_text(encoding="utf-8") for page in PAGES}

_FILE = re.compile(
    r"`((?:tests|bench|service|rules|index|deploy|docs)/[^`\s]+|requirements[\w-]*\.lock|pyproject\.toml|Dockerfile)`"
)
_COMMAND = re.compile(r"`signoff ([^`]+)`|^\$? *signoff ([^\n#]+)", re.MULTILINE)

COMMANDS = typer.main.get_command(app)
NAMED_FILES = sorted({(page, found) for page, text in TEXTS.items() for found in _FILE.findall(text)})
NAMED_COMMANDS = sorted({"".join(found).strip() for text in TEXTS.values() for found in _COMMAND.findall(text)})
NAMED_SETTINGS = sorted({found for text in TEXTS.values() for found in re.findall(rf"\b{PREFIX}[A-Z_]+\b", text)})


@pytest.mark.parametrize("page", PAGES)
def test_each_page_shows_its_evidence(page: str) -> None:
    """A page of claims without anything to look at would be worth nothing."""
    assert len([found for where, found in NAMED_FILES if where == page]) >= 4


@pytest.mark.parametrize("page, named", NAMED_FILES)
def test_what_a_page_points_at_is_there(page: str, named: str) -> None:
    """The file, and the test in it where one is named."""
    path, _, test = named.partition("::")
    place = ROOT / path
    assert place.exists(), f"{page} names {path}"
    assert not test or re.search(rf"^(async )?def {test}\(", place.read_text(encoding="utf-8"), re.MULTILINE), named


@pytest.mark.parametrize("line", NAMED_COMMANDS)
def test_each_command_is_one_of_ours(line: str) -> None:
    """Every verb and every option of it, as the command line itself knows them."""
    command, words = COMMANDS, line.split()
    while words and not words[0].startswith("-") and words[0] in getattr(command, "commands", {}):
        command = command.commands[words.pop(0)]  # type: ignore[attr-defined]
    assert not getattr(command, "commands", {}), f"signoff {line} is no whole command"
    known = {option for each in command.params for option in (*each.opts, *each.secondary_opts)}
    assert {word.partition("=")[0] for word in words if word.startswith("--")} <= known | {"--help"}


@pytest.mark.parametrize("setting", NAMED_SETTINGS)
def test_each_setting_is_one_of_ours(setting: str) -> None:
    """An operator who sets what a page names is not told that it is unknown."""
    assert setting.removeprefix(PREFIX).lower() in Settings.model_fields
