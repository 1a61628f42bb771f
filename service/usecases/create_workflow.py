"""A workflow from a user's own files: labelled requests, documents, a rule pack."""

from __future__ import annotations

import contextlib
import re
import shutil
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from rules.model import Attribute
from rules.reading.reader import pack_files, read_pack
from service.domain.types import Autonomy, Certificate, EvidencePolicy, Outcome, Refusal, Workflow
from service.errors import BadRequest, Conflict, FieldProblem, InvalidRequest
from service.learn.split import draw_cases
from service.store import documents, pointers
from service.usecases.changed_files import policy_of, read_files
from service.usecases.establish import copy_folder, establish
from service.usecases.examples import CALIBRATION, FILE, TRAIN, BadRow, Example, Row, read_csv, write_examples
from service.usecases.file_documents import Filed, file_documents
from service.usecases.house import House
from service.usecases.import_documents import Unreadable, read_documents
from service.usecases.learning_file import SHARE
from service.usecases.progress import Progress, silent
from service.usecases.workflow_file import FILE as POLICY_FILE
from service.usecases.workflow_file import unknown_documents, write_workflow

_NAME = re.compile(r"[a-z][a-z0-9-]{0,63}")
_PACK_NAME = re.compile(r"[a-z0-9][a-z0-9-]*")
_FEWEST = 2  # examples a label needs to be learned at all
_CALIBRATION_SHARE = 0.15
_SAMPLE = "a random part of the examples given, not your live traffic"


@dataclass(frozen=True, slots=True)
class Plan:
    """What the user asks for."""

    name: str
    examples: Path
    documents: Path | None
    rules: str  #: a pack of the home folder by name, or a folder
    evidence: EvidencePolicy = EvidencePolicy.WHEN_NAMED
    outcome: Outcome | None = None  #: for every label that the file gives none
    autonomy: Autonomy = Autonomy.AUTO
    attested_by: str | None = None
    alpha: float = 0.05
    delta: float = 0.10


@dataclass(frozen=True, slots=True)
class Created:
    """What was made, and what to say about it."""

    name: str
    release: str
    labels: int
    train: int
    calibration: int
    repeats: int  #: rows left out because they say the same as one kept for calibration
    filed: Filed | None
    bad_rows: tuple[BadRow, ...]
    unreadable: tuple[Unreadable, ...]
    without_outcome: tuple[str, ...]  #: labels that go to people because nothing says what they may do
    too_few: tuple[str, ...]  #: labels left out for want of examples
    unknown_documents: tuple[str, ...]  #: a sentence for each document that a label names and nobody filed
    certified: Certificate | Refusal


def create_workflow(house: House, plan: Plan, by: str, progress: Progress = silent) -> Created:
    """Read, split, write the workflow's files, fit, certify, activate. Nothing is activated when anything is wrong.

    InvalidRequest, BadRequest or Conflict for the plan; RuleErrors for a pack that does not load.
    """
    _refuse_bad_plan(house, plan)
    pack = _find_pack(house, plan.rules)
    attributes = read_pack(pack_files(pack)).attributes
    rows, bad = read_csv(plan.examples, attributes)
    labels, too_few = _labels(rows)
    if len(labels) < 2:
        why = f"{plan.examples.name} has {len(labels)} label(s) with {_FEWEST} examples or more; two are needed"
        raise InvalidRequest(why, remedy="; ".join(map(str, bad[:5])) or f"give {_FEWEST} rows a label or more")
    kept = [row for row in rows if row.label in labels]
    examples = _split(kept)
    outcomes = _outcomes(kept, plan.outcome)
    files, unreadable = read_documents(plan.documents) if plan.documents else ([], [])
    with _undone_unless_active(house, plan.name) as made:
        if copy_folder(pack, house.home / "packs" / pack.name):
            made.append(house.home / "packs" / pack.name)
        folder = house.home / "workflows" / plan.name
        if not folder.exists():
            folder.mkdir(parents=True)
            made.append(folder)
        (folder / POLICY_FILE).write_bytes(_policy(plan, kept, outcomes, pack.name, attributes))
        write_examples(folder / FILE, examples)
        workflow = policy_of(read_files(house, plan.name))
        filed = file_documents(house, plan.name, files, by, attested_by=plan.attested_by) if files else None
        staged = establish(house, plan.name, by, "workflow created", sample=_SAMPLE, progress=progress)
    certified = staged.release.certificate or staged.release.refusal
    assert certified is not None
    return Created(
        name=plan.name,
        release=staged.release.id,
        labels=len(labels),
        train=sum(example.part == TRAIN for example in examples),
        calibration=sum(example.part == CALIBRATION for example in examples),
        repeats=len(kept) - len(examples),
        filed=filed,
        bad_rows=tuple(bad),
        unreadable=tuple(unreadable),
        without_outcome=tuple(label for label in labels if label not in outcomes),
        too_few=tuple(too_few),
        unknown_documents=tuple(unknown_documents(workflow, _filed(house, workflow))),
        certified=certified,
    )


def _refuse_bad_plan(house: House, plan: Plan) -> None:
    if not _NAME.fullmatch(plan.name):
        problem = FieldProblem("name", f"{plan.name!r} cannot be a workflow's name", "use a-z, 0-9 and -")
        raise InvalidRequest(f"name: {problem.message}", remedy=problem.remedy, problems=(problem,))
    least, most = SHARE
    for option, share in (("alpha", plan.alpha), ("delta", plan.delta)):
        if not least <= share <= most:
            problem = FieldProblem(option, f"{share:g} cannot be promised", f"use {least:g} to {most:g}")
            raise InvalidRequest(f"{option}: {problem.message}", remedy=problem.remedy, problems=(problem,))
    with house.store.read() as connection:
        if pointers.pointer(connection, plan.name) is not None:
            raise Conflict(f"workflow {plan.name} exists already", remedy="choose another name")
    for path in (plan.examples, plan.documents):
        if path is not None and not path.exists():
            raise BadRequest(f"there is no file {path}", remedy="check the path")


def _labels(rows: Sequence[Row]) -> tuple[list[str], list[str]]:
    """Labels with enough examples, and those without, each sorted."""
    counts = Counter(row.label for row in rows)
    return sorted(name for name, n in counts.items() if n >= _FEWEST), sorted(
        name for name, n in counts.items() if n < _FEWEST
    )


def _split(rows: Sequence[Row]) -> list[Example]:
    """Rows drawn at random are kept for calibration; other rows with their words are left out."""
    train, calibration = draw_cases([row.text for row in rows], _CALIBRATION_SHARE)
    parts = dict.fromkeys(train.tolist(), TRAIN) | dict.fromkeys(calibration.tolist(), CALIBRATION)
    return [
        Example(rows[place].text, rows[place].label, parts[place], rows[place].attributes) for place in sorted(parts)
    ]


def _outcomes(rows: Sequence[Row], default: Outcome | None) -> dict[str, Outcome]:
    """Label -> outcome where the file or the command gives one. Two different ones for a label are an error."""
    named: defaultdict[str, set[str]] = defaultdict(set)
    for row in rows:
        if row.outcome:
            named[row.label].add(row.outcome)
    torn = {label: sorted(outcomes) for label, outcomes in named.items() if len(outcomes) > 1}
    if torn:
        label, outcomes = min(torn.items())
        raise InvalidRequest(
            f"label {label!r} has several outcomes: {', '.join(outcomes)}", remedy="give each label one outcome"
        )
    found = {label: Outcome(next(iter(outcomes))) for label, outcomes in named.items()}
    if default is not None:
        found = {row.label: default for row in rows} | found
    return found


def _find_pack(house: House, rules: str) -> Path:
    """The pack's folder: in the home folder by its name, or elsewhere, to be copied there."""
    packs = house.home / "packs"
    if _PACK_NAME.fullmatch(rules) and _is_pack(packs / rules):
        return packs / rules
    folder = Path(rules).resolve()
    if not _is_pack(folder):
        known = sorted(path.name for path in packs.iterdir() if _is_pack(path))
        raise BadRequest(f"there is no rule pack {rules!r}", remedy=f"name a folder, or one of {', '.join(known)}")
    if not _PACK_NAME.fullmatch(folder.name):
        raise BadRequest(
            f"{folder.name!r} cannot be a pack's name", remedy="rename the folder: a-z, 0-9 and -, as in my-rules"
        )
    installed = packs / folder.name
    if installed.exists() and (not _is_pack(installed) or pack_files(installed) != pack_files(folder)):
        raise Conflict(
            f"the home folder has another pack {folder.name}, with other content than {folder}",
            remedy=f"rename the folder, or edit {installed} and give --rules {folder.name}",
        )
    return folder


def _is_pack(folder: Path) -> bool:
    return (folder / "pack.yaml").is_file()


@contextlib.contextmanager
def _undone_unless_active(house: House, name: str) -> Iterator[list[Path]]:
    """On failure, removes the folders listed in it, so that the command can be given again."""
    made: list[Path] = []
    try:
        yield made
    except BaseException:
        with house.store.read() as connection:
            active = pointers.pointer(connection, name) is not None
        if not active:  # what a release came from stays, even where the failure came after it was activated
            for folder in made:
                shutil.rmtree(folder)
        raise


def _filed(house: House, workflow: Workflow) -> frozenset[str]:
    """Ids of all documents of the workflow's collections, approved or not."""
    with house.store.read() as connection:
        return frozenset(
            name for collection in workflow.collections for name in documents.digests(connection, collection)
        )


def _policy(
    plan: Plan, rows: Sequence[Row], outcomes: Mapping[str, Outcome], pack: str, attributes: Sequence[Attribute]
) -> bytes:
    named: defaultdict[str, dict[str, None]] = defaultdict(dict)
    for row in rows:
        named[row.label].update(dict.fromkeys(row.documents))
    labels: list[dict[str, Any]] = []
    for name in sorted({row.label for row in rows}):
        label: dict[str, Any] = {"id": name, "title": name.replace("_", " ").strip() or name}
        label["outcome"] = outcomes.get(name, Outcome.REVIEW).value
        label["autonomy"] = plan.autonomy.value
        if named[name]:
            label["documents"] = list(named[name])
        labels.append(label)
    values = {
        "workflow": plan.name,
        "title": plan.name,
        "packs": [pack],
        "collections": [plan.name],
        "attributes": {attribute.name: _attribute(attribute) for attribute in attributes},
        "guarantee": {"alpha": plan.alpha, "delta": plan.delta},
        "evidence": plan.evidence.value,
        "queue": {"name": plan.name},
        "labels": labels,
    }
    return write_workflow(values, "The policy of this workflow. Edit it, then: signoff rules reload")


def _attribute(attribute: Attribute) -> dict[str, Any]:
    entry: dict[str, Any] = {"type": attribute.type.value}
    if attribute.values:
        entry["values"] = list(attribute.values)
    if attribute.description:
        entry["description"] = attribute.description
    return entry
