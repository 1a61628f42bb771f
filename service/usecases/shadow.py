"""A candidate in shadow: what it would have said of live decisions, worked out afterwards. It has no say in them.

The oldest worker takes some decisions a second, newest first, and takes each with its own text, attributes, documents,
clock and disabled rules through the rooms of the release that answers, with the candidate's head and certificate in
the place of its own. Where more comes in than it has time for, it is compared on a part.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import datetime
from typing import Any

import structlog

from rules.normalize import normalize
from service.domain.access import Principal
from service.domain.chosen import chosen
from service.domain.types import DecidedBy, State
from service.errors import Conflict
from service.store import ledger, models, pointers, shadows
from service.store.engine import Connection, Row
from service.usecases.consider import Considered, consider, rooms_at
from service.usecases.house import House
from service.usecases.model_states import found_model
from service.usecases.progress import Progress, silent
from service.usecases.shelf import Artefacts, OpenRelease

_BATCH = 25  # decisions a round: each costs about what it cost when it was made

log = structlog.get_logger(__name__)


def start(house: House, principal: Principal, model: str) -> None:
    """Compare the candidate with every decision since it was trained, and with all to come. Conflict when it is none.

    Decisions from before are left out: what people said of them may be what it learned from.
    """
    now = house.clock()

    def work(connection: Connection) -> None:
        row = found_model(connection, model)
        values = {"state": models.SHADOW, "shadow_from": row.created_at}
        if not models.move(connection, model, (models.CANDIDATE,), values):
            raise Conflict(
                f"{model} is {row.state}, only a candidate goes into shadow",
                remedy=f"train one: signoff model train {row.workflow}",
            )
        ledger.append(connection, "model.shadowed", model, now, {"workflow": row.workflow, "by": principal.name})

    house.store.commit(work)


def follow(house: House, limit: int = _BATCH) -> int:
    """Let every model in shadow say what it thinks of some decisions it has not seen; how many it was in all."""
    with house.store.read() as connection:
        waiting = models.page(connection, state=models.SHADOW)
    return sum(_follow(house, row, limit) for row in waiting)


def catch_up(house: House, model: str, progress: Progress = silent) -> int:
    """Let one model say what it thinks of all decisions that are looked back on; how many it was."""
    with house.store.read() as connection:
        row = found_model(connection, model)
    done = 0
    while new := _follow(house, row, _BATCH):
        done += new
        progress("comparing decisions", done, done)
    return done


def candidate_release(house: House, model: Row[Any]) -> OpenRelease:
    """The release that answers, with the candidate's head and certificate in the place of its own. It is in memory
    only: nothing can be decided by it."""
    with house.store.read() as connection:
        pointer = pointers.pointer(connection, model.workflow)
        row = pointers.release(connection, pointer.release) if pointer else None
        if row is None:
            raise Conflict(f"workflow {model.workflow} answers no more")
        own = {name: getattr(model, name) for name in ("head", "calibration", "certificate", "refusal")}
        return house.shelf.assemble({**row, **own, "id": f"{row['id']}+{model.id}"}, Artefacts(connection))


def _follow(house: House, model: Row[Any], limit: int) -> int:
    with house.store.read() as connection:
        todo = shadows.not_yet(connection, model.id, model.workflow, model.shadow_from or model.created_at, limit)
    if not todo:
        return 0
    release = candidate_release(house, model)
    rows = [_said(house, release, model.id, decision) for decision in todo]
    house.store.commit(lambda connection: _keep(connection, model.id, rows))
    return len(rows)


def _keep(connection: Connection, model: str, rows: Sequence[dict[str, Any]]) -> None:
    """Unless the model left the shadow in the meantime."""
    row = models.get(connection, model)
    if row is not None and row.state == models.SHADOW:
        shadows.add(connection, rows)


def _said(house: House, release: OpenRelease, model: str, decision: Row[Any]) -> dict[str, Any]:
    """A row of `shadows`. No label where nothing can be said: the rules blocked, or the request is erased."""
    said = {"model": model, "decision": decision.id, "created_at": house.clock()}
    considered = _considered(house, release, decision)
    judgement = considered.judgement if considered else None
    if considered is None or judgement is None:
        return {**said, "label": None, "labels": [], "confidence": 0.0, "automatic": False}
    automatic = considered.automatic
    alone = automatic.state is State.FINAL and automatic.decided_by is DecidedBy.CLASSIFIER
    label = judgement.scores[0].label if judgement.scores else None
    labels = list(chosen(release.workflow, judgement))
    return {**said, "label": label, "labels": labels, "confidence": judgement.confidence, "automatic": alone}


def _considered(house: House, release: OpenRelease, decision: Row[Any]) -> Considered | None:
    try:
        request, body = json.loads(decision.request or b"{}"), json.loads(decision.record)["body"]
        text, attributes = request["text"], request["attributes"]
    except (ValueError, KeyError, TypeError):
        return None
    at: datetime = decision.created_at
    sequence, groups = decision.document_sequence, frozenset(decision.groups)
    return consider(
        release,
        rooms_at(house, release, sequence, at).opinion,
        normalize(text),
        release.ruleset.schema.coerce(attributes),
        lambda narrow: house.allowed.get(release.workflow.collections, sequence, groups, at, narrow),
        at,
        key=request.get("subject"),
        off=body.get("disabled", ()),
        certificate=release.certificate,
    )
