"""`signoff erase`, `purge`, `hold` and `seal`, as they are typed."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from service.cli import app, erasure
from service.errors import LegalHold
from service.store import payloads
from tests.unit.service.usecases.registry import Registry, registry_in


@pytest.fixture
def registry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Registry]:
    with registry_in(tmp_path) as found:
        monkeypatch.setattr(erasure, "opened", lambda: contextlib.nullcontext(found.house))
        yield found


def run(*arguments: str, typed: str = "") -> Result:
    return CliRunner().invoke(app, arguments, input=typed, catch_exceptions=False)


def test_erasing_asks_first(registry: Registry) -> None:
    """What would go is shown, and nothing goes unless somebody says yes; a script says so beforehand."""
    asked = run("erase", "customer-4711", typed="n\n")
    assert asked.exit_code == 1
    assert run("erase", "customer-4711", typed="y\n").exit_code == 0
    done = run("erase", "customer-4711", "--yes", "--json")
    assert json.loads(done.stdout)["id"] is None
    dry = json.loads(run("erase", "customer-4711", "--dry-run", "--json").stdout)
    assert dry["dry_run"] is True


def test_the_name_can_be_piped(registry: Registry) -> None:
    """So that it stands in no history of commands; it is the same subject as the one that is typed."""
    registry.house.store.commit(
        lambda c: payloads.add(c, "customer-4711", registry.house.clock(), ("p", "note", b"{}"))
    )
    done = run("erase", "-", "--dry-run", "--json", typed="customer-4711\n")
    assert json.loads(done.stdout)["payloads"] == {"note": 1}


def test_a_hold_is_added_listed_and_released(registry: Registry) -> None:
    """While it is in force nothing is erased, and the refusal names it; the list says why and by whom."""
    run("hold", "add", "subject", "customer-4711", "--why", "Court order 12/26")
    (hold,) = json.loads(run("hold", "list", "--json").stdout)["items"]
    assert (hold["target"], hold["why"]) == ("customer-4711", "Court order 12/26")
    assert hold["by"].startswith("cli:")
    with pytest.raises(LegalHold, match=hold["id"]):
        run("erase", "customer-4711", "--yes")
    run("hold", "release", hold["id"])
    assert json.loads(run("hold", "list", "--json").stdout)["items"] == []
    assert registry.told("hold.placed")[0]["kind"] == "subject"
    assert "customer-4711" not in json.dumps(registry.told("hold.placed"))
    assert len(registry.told("hold.released")) == 1


def test_what_is_too_old_is_told_by_workflow(registry: Registry) -> None:
    """A table of what went, and of what stays and why; nothing where nothing was decided."""
    assert "calibration" in run("purge", "--dry-run").stdout
    assert json.loads(run("purge", "--json").stdout) == {"dry_run": False, "workflows": []}


def test_sealing_tells_how_many(registry: Registry) -> None:
    """Nothing is open in a new database; it is rewritten all the same."""
    assert run("seal").exit_code == 0
