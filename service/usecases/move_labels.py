"""Add, rename, merge and split labels in a workflow's file; `signoff rules reload` approves that as any other change.

What people taught is not touched: the file's `moved` says how examples of a former label are read. A renamed or merged
one is read as its successor; one that was split is labelled anew.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from service.domain.types import Autonomy, Label, MovedLabel, Outcome, Workflow
from service.errors import BadRequest, FieldProblem, InvalidRequest, NotFound, did_you_mean
from service.usecases.house import House
from service.usecases.label_edit import Becomes, with_labels
from service.usecases.workflow_file import FILE, read_workflow


def new_label(
    label_id: str,
    *,
    title: str = "",
    definition: str = "",
    includes: Sequence[str] = (),
    excludes: Sequence[str] = (),
    outcome: Outcome = Outcome.REVIEW,
) -> Label:
    """A label that begins at `draft`: a person decides, with a suggestion, until somebody steps it up."""
    return Label(label_id, title or label_id, outcome, Autonomy.DRAFT, definition, tuple(includes), tuple(excludes))


def add(house: House, workflow: str, label: Label) -> Path:
    """Put a new label at the end of the workflow's labels; the file's path. Raises as `split` does."""
    path, policy = _file(house, workflow)
    _check_new(policy, label.id)
    return _write(path, {}, [label], [])


def rename(house: House, workflow: str, was: str, now: str, *, title: str = "") -> Path:
    """Call a label otherwise; a title that is only the old id follows."""
    path, policy = _file(house, workflow)
    old = _known(policy, was)
    _check_new(policy, now)
    new = replace(old, id=now, title=title or (now if old.title == was else old.title))
    return _write(path, {was: [new]}, [], [MovedLabel(was, (now,))])


def merge(house: House, workflow: str, labels: Sequence[str], into: str) -> Path:
    """Let one label take in others: their examples are read as its own."""
    path, policy = _file(house, workflow)
    _known(policy, into)
    gone = [_known(policy, name).id for name in dict.fromkeys(labels)]
    if into in gone or not gone:
        raise _wrong("labels", f"name other labels than {into}", "those that it takes in")
    return _write(path, {name: [] for name in gone}, [], [MovedLabel(name, (into,)) for name in gone])


def split(house: House, workflow: str, was: str, labels: Sequence[Label]) -> Path:
    """Put several labels in the place of one. They have its outcome and documents, and begin at `draft`; its examples
    are labelled anew.

    NotFound for a workflow without a file, InvalidRequest for labels that are not there, or are there already;
    BadRequest when the file cannot be edited, RuleErrors when it does not load.
    """
    path, policy = _file(house, workflow)
    old = _known(policy, was)
    if len(labels) < 2 or len({label.id for label in labels}) < len(labels):
        raise _wrong("labels", f"{was} is split into two different labels or more", "name them")
    for label in labels:
        _check_new(policy, label.id)
    new = [
        replace(label, outcome=old.outcome, documents=old.documents, public_reason=old.public_reason)
        for label in labels
    ]
    return _write(path, {was: new}, [], [MovedLabel(was, tuple(label.id for label in new))])


def _file(house: House, workflow: str) -> tuple[Path, Workflow]:
    path = house.home / "workflows" / workflow / FILE
    if "/" in workflow or not path.is_file():
        raise NotFound(f"there is no file of a workflow {workflow}", remedy="see: signoff workflow list")
    return path, read_workflow(path.read_bytes())


def _known(policy: Workflow, label_id: str) -> Label:
    found = policy.label(label_id)
    if found is None:
        hint = did_you_mean(label_id, [label.id for label in policy.labels], "labels")
        raise _wrong("label", f"there is no label {label_id!r} in {policy.name}", hint)
    return found


def _check_new(policy: Workflow, label_id: str) -> None:
    if policy.label(label_id) is not None:
        raise _wrong("label", f"label {label_id} is there already", "choose another id")
    former = next((move for move in policy.moved if move.was == label_id), None)
    if former is not None:
        became = " and ".join(former.now) or "nothing"
        raise _wrong("label", f"there was a label {label_id}: its examples are read as {became}", "choose another id")


def _write(path: Path, becomes: Becomes, added: Sequence[Label], moved: Sequence[MovedLabel]) -> Path:
    try:
        made = with_labels(path.read_bytes(), becomes, added, moved)
        draft = path.with_name(f".{FILE}.{os.getpid()}")
        draft.write_bytes(made)
        draft.chmod(path.stat().st_mode)
        draft.replace(path)  # whole or not at all, whoever reads it at that moment
    except OSError as error:
        raise BadRequest(f"{path} cannot be written: {error.strerror or error}", remedy="mend the folder") from error
    return path


def _wrong(field: str, message: str, remedy: str) -> InvalidRequest:
    return InvalidRequest(message, remedy=remedy, problems=(FieldProblem(field, message, remedy),))
