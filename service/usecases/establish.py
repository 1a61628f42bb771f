"""Make a workflow ready to serve from its files: fit the classifier, build the snapshot, certify, activate."""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from index.encoder import EncoderPool
from rules.normalize import normalize
from service.errors import CannotStart, Conflict, RulesPinned
from service.learn.registry import head_from_bytes, head_to_bytes
from service.store import artefacts
from service.store.pointers import Pointer, pointer, release
from service.usecases.changed_files import policy_of, read_files, refusal
from service.usecases.embed import embed
from service.usecases.examples import CALIBRATION, FILE, Example, read_examples
from service.usecases.house import House
from service.usecases.progress import Progress, silent
from service.usecases.rebuild_snapshot import snapshot_of
from service.usecases.rule_changes import changes_between, gone_as_problems
from service.usecases.rule_files import Candidate, digest
from service.usecases.stage_release import DEMO_SAMPLE, Parts, Staged, activate, calibration_bytes, stage

# Part of a fitted head's name, so that a change of how heads are fitted fits them anew.
_RECIPE = "1"


def establish(
    house: House, name: str, by: str, why: str, *, sample: str = DEMO_SAMPLE, progress: Progress = silent
) -> Staged:
    """Fit, build, certify and activate the workflow whose files lie in the home folder. RuleErrors for broken files.

    A workflow that answers keeps its encoder and adapter: examples are fitted anew, what was tuned is not undone.
    """
    candidate = read_files(house, name)
    with house.store.read() as connection:
        answering = pointer(connection, name)
    if answering is not None:
        _refuse_back_door(house, answering, candidate)
    encoder, adapter = _tuned(house, answering)
    examples = read_examples(house.home / "workflows" / name / FILE)
    head = fitted_head(house, examples, progress, encoder)
    snapshot = snapshot_of(house, policy_of(candidate).collections, progress, encoder)
    calibration = calibration_bytes([example for example in examples if example.part == CALIBRATION])
    base = answering.release if answering else None
    parts = Parts(candidate.policy, candidate.rules, head, calibration, snapshot, sample, base, adapter, encoder.digest)
    staged = stage(house, parts, by, why, progress)
    activate(house, [staged])
    return staged


def _tuned(house: House, answering: Pointer | None) -> tuple[EncoderPool, bytes | None]:
    """Encoder and adapter of the release that answers; the instance's own where that encoder is gone, or none did."""
    if answering is None:
        return house.encoder, None
    with house.store.read() as connection:
        row = release(connection, answering.release)
        assert row is not None, "the foreign key keeps the release that answers"
        adapter = artefacts.get(connection, row["adapter"]) if row["adapter"] else None
    try:
        return house.encoders.of(row["encoder"]), adapter
    except CannotStart:
        return house.encoder, None  # fitting anew is what brings such a workflow back


def _refuse_back_door(house: House, answering: Pointer, candidate: Candidate) -> None:
    """Fitting a workflow anew takes its files over; where they need a second person, are pinned, or lack a rule that is
    in force, it must not."""
    with house.store.read() as connection:
        row = release(connection, answering.release)
    assert row is not None, "the foreign key keeps the release that answers"
    if (row["rules"], row["policy"]) == (digest(candidate.rules), digest(candidate.policy)):
        return
    if answering.pinned_by is not None:
        raise RulesPinned(
            f"{answering.workflow} was rolled back by {answering.pinned_by}, and its files are other rules",
            remedy=f"signoff rules unpin {answering.workflow}",
        )
    if house.shelf.policy(answering.release).changes.second_person:
        raise Conflict(
            f"the files of {answering.workflow} are not what answers, and a second person has to approve that",
            remedy="signoff rules reload proposes it; fit the workflow once it is approved",
        )
    packs, policy = house.shelf.rules(answering.release).packs, house.shelf.policy(answering.release)
    gone = changes_between(packs, policy, candidate.packs, policy_of(candidate)).gone
    if gone:
        raise refusal(gone_as_problems(gone))


def fitted_head(
    house: House, examples: Sequence[Example], progress: Progress = silent, encoder: EncoderPool | None = None
) -> bytes:
    """The head fitted on the training part, from `models/` when these very examples were fitted before; on the vectors
    of the instance's own encoder or of another one."""
    chosen = encoder or house.encoder
    path = house.home / "models" / f"{_head_name(chosen.digest, examples)}.head"
    if path.is_file():
        data = path.read_bytes()
        head_from_bytes(data)
        return data
    data = head_to_bytes(_fit(house, examples, progress, chosen))
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_suffix(".draft")
    draft.write_bytes(data)
    draft.replace(path)
    return data


def _fit(house: House, examples: Sequence[Example], progress: Progress, encoder: EncoderPool) -> Any:
    from service.learn.train import fit_head  # what only training needs stays out of a serving process

    train = [(normalize(e.text).clean, e.label) for e in examples if e.part != CALIBRATION]
    labelled = [(text, label) for text, label in train if label is not None]
    unlabelled = [text for text, label in train if label is None]
    vectors = embed(house, [text for text, _ in labelled], "reading examples", progress, encoder)
    others = embed(house, unlabelled, "reading other requests", progress, encoder)
    progress("fitting the classifier", 0, 1)
    trained = fit_head(
        [text for text, _ in labelled],
        [label for _, label in labelled],
        vectors,
        encoder_digest=encoder.digest,
        out_of_domain=(unlabelled, others) if unlabelled else None,
    )
    progress("fitting the classifier", 1, 1)
    return trained.head


def _head_name(encoder: str, examples: Sequence[Example]) -> str:
    content = json.dumps([_RECIPE, encoder, [(e.text, e.label, e.part) for e in examples]], ensure_ascii=False)
    return hashlib.sha256(content.encode()).hexdigest()[:32]


def copy_folder(source: Path, target: Path) -> bool:
    """Copy a starter folder unless something is there already: what operations edit is never overwritten."""
    if target.exists():
        return False  # what operations edit is never overwritten
    draft = target.with_name(f".{target.name}.draft")
    shutil.rmtree(draft, ignore_errors=True)
    shutil.copytree(source, draft, ignore=shutil.ignore_patterns("__pycache__", "*.py"))
    draft.replace(target)
    return True
