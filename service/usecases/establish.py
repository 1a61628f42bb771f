"""Make a workflow ready to serve from its files: fit the classifier, build the snapshot, certify, activate.

The model made here answers at once, because setting a workflow up is its owner's own act. Whatever is learned later
is a candidate first (`train_model`).
"""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path
from typing import Any

from index.encoder import EncoderPool
from service.errors import CannotStart, Conflict, RulesPinned
from service.learn.recipes import Recipe
from service.store import models
from service.store.engine import Connection, Row
from service.store.pointers import Pointer, pointer, release
from service.usecases.answering_model import follow
from service.usecases.changed_files import policy_of, read_files, refusal
from service.usecases.fit_model import Fitted, Ground, fitted
from service.usecases.house import House
from service.usecases.model_card import Said
from service.usecases.progress import Progress, silent
from service.usecases.rebuild_snapshot import snapshot_of
from service.usecases.rule_changes import changes_between, gone_as_problems
from service.usecases.rule_files import Candidate, digest
from service.usecases.stage_release import Parts, Staged, activate, calibration_bytes, current_parts, stage
from service.usecases.train_model import Wanted, model_values, tell_trained
from service.usecases.training_material import gather

_NOBODY = Said()


def establish(
    house: House,
    name: str,
    by: str,
    why: str,
    *,
    sample: str | None = None,
    said: Said = _NOBODY,
    accept_none: bool = False,
    progress: Progress = silent,
) -> Staged:
    """Fit, build, certify and activate the workflow whose files lie in the home folder. RuleErrors for broken files;
    LosesAutomation when one that answers would lose its certificate and `accept_none` is not given.

    A workflow that answers keeps its encoder, adapter and kind of head: examples are fitted anew, what was tuned is
    not undone. `sample` is what the calibration cases are, in words, where the caller knows better.
    """
    candidate = read_files(house, name)
    with house.store.read() as connection:
        answering = pointer(connection, name)
        model = models.answering(connection, name)
        now = None if answering is None else _parts(connection, answering)
    if answering is not None:
        _refuse_back_door(house, answering, candidate)
    workflow = policy_of(candidate)
    gathered = gather(house, workflow)
    encoder, adapter = _tuned(house, now)
    open_release = house.shelf.open(answering.release) if answering and _recipe(model).votes else None
    wanted = Wanted(name, _recipe(model), said=said)
    ground = Ground(workflow, wanted.recipe, _encoder_of(house, model, now, encoder), open_release)
    made = fitted(house, ground, gathered.train, progress)
    if answering is not None and now is not None:
        _refuse_unpromoted(house, answering, now, made)
    calibration = calibration_bytes(gathered.calibration)
    same_cases = now is not None and now.calibration == calibration
    parts = Parts(
        policy=candidate.policy,
        rules=candidate.rules,
        head=made.head,
        calibration=calibration,
        snapshot=snapshot_of(house, workflow.collections, progress, encoder),
        sample=sample or (now.sample if now is not None and same_cases else gathered.sample),
        base=answering.release if answering else None,
        adapter=adapter,
        encoder=encoder.digest,
    )
    staged = stage(house, parts, by, why, progress)
    values = model_values(house, staged, replace(gathered, sample=parts.sample), made, wanted, by)

    def also(connection: Connection) -> None:
        if models.made_of(connection, name, values["head"], values["calibration"]) is None:
            models.add(connection, values)
            tell_trained(house, connection, values)
        follow(connection, name, values["head"], staged.release.id, house.clock(), by)

    activate(house, [staged], also=also, accept_none=accept_none)
    return staged


def _parts(connection: Connection, answering: Pointer) -> Parts:
    row = release(connection, answering.release)
    assert row is not None, "the foreign key keeps the release that answers"
    return current_parts(connection, row)


def _tuned(house: House, now: Parts | None) -> tuple[EncoderPool, bytes | None]:
    """Encoder and adapter of the release that answers; the instance's own where that encoder is gone, or none did."""
    if now is None or now.encoder is None:
        return house.encoder, None
    try:
        return house.encoders.of(now.encoder), now.adapter
    except CannotStart:
        return house.encoder, None  # fitting anew is what brings such a workflow back


def _recipe(model: Row[Any] | None) -> Recipe:
    """Of the model that answers, so that fitting anew changes what was learned and not how."""
    return Recipe() if model is None else recipe_of(model)


def recipe_of(model: Row[Any]) -> Recipe:
    return Recipe.from_json({name: value for name, value in model.recipe.items() if name != "tune"})


def _encoder_of(house: House, model: Row[Any] | None, now: Parts | None, encoder: EncoderPool) -> EncoderPool:
    """Whose vectors the head is fitted on. Conflict for one that was tuned to the labels: its vectors of what it was
    tuned on are better than those of anything new, and a head fitted on them would be too sure."""
    if model is None or now is None or model.encoder == now.encoder or not model.recipe.get("tune"):
        return encoder
    raise Conflict(
        f"{model.id} has an encoder that was tuned to these examples, so its head cannot be fitted anew by itself",
        remedy=f"train a model: signoff model train {model.workflow} --tune {model.recipe['tune']}",
    )


def _refuse_unpromoted(house: House, answering: Pointer, now: Parts, made: Fitted) -> None:
    """Fitting anew must not be a way round the second person who has to promote what was learned."""
    if house.shelf.policy(answering.release).changes.second_person and made.head != now.head:
        raise Conflict(
            f"the examples of {answering.workflow} make another classifier, and a second person has to promote that",
            remedy=f"signoff model train {answering.workflow}",
        )


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


def copy_folder(source: Path, target: Path) -> bool:
    """Copy a starter folder unless something is there already: what operations edit is never overwritten."""
    if target.exists():
        return False  # what operations edit is never overwritten
    draft = target.with_name(f".{target.name}.draft")
    shutil.rmtree(draft, ignore_errors=True)
    shutil.copytree(source, draft, ignore=shutil.ignore_patterns("__pycache__", "*.py"))
    draft.replace(target)
    return True
