"""Which rule files of this home somebody edited, and which are merely older than what answers.

Replicas have a home each. What is reloaded from the files of one answers everywhere, and the files of the others then
differ from it though nobody touched them. A replica that took its own over as it starts would undo the change. So each
home notes which files were in force last (`rules.json`), and files that are as noted are left alone until somebody
reloads them here by name. A home without a note, a new copy of older files, say, goes by the releases there were.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Collection, Iterable, Mapping
from pathlib import Path

from service.store import artefacts, pointers
from service.store.engine import Connection, Store
from service.usecases.changed_files import Answering, Edited
from service.usecases.house import House
from service.usecases.rule_files import digest, read_workflows
from service.usecases.workflow_file import FILE

NOTE = "rules.json"


def edited_here(house: House, edited: Edited) -> bool:
    """Whether these files are what somebody wrote since files were in force here last."""
    mine, workflow = _both(edited.candidate.policy, edited.candidate.rules), edited.pointer.workflow
    noted = _noted(house.home).get(workflow)
    if noted is not None:
        return noted != mine
    with house.store.read() as connection:
        return not pointers.was_released(
            connection, workflow, policy=digest(edited.candidate.policy), rules=digest(edited.candidate.rules)
        )


def kept_here(home: Path, among: Iterable[Answering]) -> list[Answering]:
    """Those workflows that have files here; what was made at another replica may have none."""
    return [(pointer, row) for pointer, row in among if (home / "workflows" / pointer.workflow).is_dir()]


def note_in_force(house: House, among: Iterable[Answering]) -> None:
    """Note the files that are what answers now."""
    rows = {pointer.workflow: row for pointer, row in kept_here(house.home, among)}
    read, _ = read_workflows(house.home, rows)
    in_force = {
        each.name: _both(each.policy, each.rules)
        for each in read
        if (digest(each.policy), digest(each.rules)) == (rows[each.name]["policy"], rows[each.name]["rules"])
    }
    before = _noted(house.home)
    if in_force and before | in_force != before:
        draft = house.home / f".{NOTE}.{house.worker}"
        draft.write_text(json.dumps(before | in_force, indent=1, sort_keys=True))
        draft.replace(house.home / NOTE)


def write_missing(store: Store, home: Path, kept: Collection[Path]) -> None:
    """Write what answers into the folders of workflows and packs, but for those that were `kept` here already."""
    with store.read() as connection:
        for pointer in pointers.pointers(connection):
            row = pointers.release(connection, pointer.release)
            assert row is not None, "the foreign key keeps the release that answers"
            folder = home / "workflows" / pointer.workflow
            if folder not in kept:
                folder.mkdir(parents=True, exist_ok=True)
                (folder / FILE).write_bytes(artefacts.get(connection, row["policy"]))
            _write_packs(connection, home, row["rules"], kept)


def _write_packs(connection: Connection, home: Path, rules: str, kept: Collection[Path]) -> None:
    packs: Mapping[str, Mapping[str, str]] = json.loads(artefacts.get(connection, rules))
    for pack, texts in packs.items():
        if home / "packs" / pack not in kept:
            shutil.rmtree(home / "packs" / pack, ignore_errors=True)
            for name, text in texts.items():
                path = home / "packs" / name
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_bytes(text.encode())


def _both(policy: bytes, rules: bytes) -> str:
    return hashlib.sha256(f"{digest(policy)} {digest(rules)}".encode()).hexdigest()


def _noted(home: Path) -> dict[str, str]:
    try:
        found = json.loads((home / NOTE).read_text())
    except (OSError, ValueError):  # none yet, or cut off: then the releases tell
        return {}
    return {str(name): str(value) for name, value in found.items()} if isinstance(found, dict) else {}
