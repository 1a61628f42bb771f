"""Read models: which there are, what each is and may promise, and what another promise would cost a day."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import numpy as np

from service.domain.answer import timestamp
from service.learn.calibrate import expected_calibration_error, reliability
from service.learn.curves import aurc, risk_coverage, simulate
from service.store import decisions, models, pointers
from service.store.engine import Row
from service.store.shadows import count
from service.usecases.house import House
from service.usecases.model_card import missing
from service.usecases.model_states import found_model
from service.usecases.model_trial import Trial
from service.usecases.note import read_note
from service.usecases.shelf import OpenRelease
from service.usecases.training_material import gather

#: Promises that are simulated unless others are asked for.
ALPHAS = (0.005, 0.01, 0.02, 0.03, 0.05, 0.075, 0.1, 0.15, 0.2)

_WEEK = timedelta(days=7)
_POINTS = 100  # of a curve, at most


def page(
    house: House,
    *,
    workflow: str | None = None,
    state: str | None = None,
    after: str | None = None,
    limit: int = 50,
) -> dict[str, Any]:
    """Newest first; `next` is the cursor of the page after, or None."""
    with house.store.read() as connection:
        rows = models.page(connection, workflow=workflow, state=state, after=after, limit=limit + 1)
        now = {pointer.workflow: pointer.release for pointer in pointers.pointers(connection)}
    return {
        "items": [_short(row, now.get(row.workflow)) for row in rows[:limit]],
        "next": rows[limit - 1].id if len(rows) > limit else None,
    }


def view(house: House, model: str) -> dict[str, Any]:
    """One model with its card, its report and the points of its curves. NotFound when there is none."""
    with house.store.read() as connection:
        row = found_model(connection, model)
        why = read_note(connection, row.note)
        compared = count(connection, model)
        pointer = pointers.pointer(connection, row.workflow)
    needed = house.shelf.policy(pointer.release).models.shadow_decisions if pointer else 0
    held, route = Trial.from_json(row.report["held"]), Trial.from_json(row.report["route"])
    return {
        **_short(row, pointer.release if pointer else None),
        "recipe": row.recipe,
        "card": row.card,
        "card_missing": missing(row.card),
        "report": row.report["fitted"],
        "doubts": row.report["doubts"],
        "why": why,
        "shadow_from": timestamp(row.shadow_from) if row.shadow_from else None,
        "compared": {"decisions": compared, "needed": needed},
        "reliability": _reliability(held),
        "curve": _curve(route),
    }


def simulated(
    house: House, model: str, alphas: Sequence[float] = ALPHAS, per_day: float | None = None
) -> dict[str, Any]:
    """For each alpha what would be certified on the model's calibration cases, and what that means a day.

    Without `per_day` it is the requests of the last week. Nothing is changed; who sets the alpha that looks best here
    has looked at the cases once more, and the certificate then made says what it spent.
    """
    with house.store.read() as connection:
        row = found_model(connection, model)
        week = decisions.count_made(connection, row.workflow, house.clock() - _WEEK)
    certified = row.certificate or row.refusal
    requests = per_day if per_day is not None else week / _WEEK.days
    confidence, correct = Trial.from_json(row.report["route"]).arrays
    rows = simulate(confidence, correct, alphas, certified["delta"], requests, level=certified.get("level"))
    return {
        "model": model,
        "alpha": certified["alpha"],
        "delta": certified["delta"],
        "cases": len(confidence),
        "per_day": round(requests, 2),
        "rows": [
            {
                "alpha": each.alpha,
                "threshold": each.threshold,
                "automation": round(each.automation, 4),
                "errors_per_day": round(each.errors_per_day, 3),
                "reviews_per_day": round(each.reviews_per_day, 2),
                "certified": each.certified,
                "why": each.why or None,
            }
            for each in rows
        ],
    }


def training_examples(house: House, release: OpenRelease) -> list[tuple[str, str]]:
    """Text and label of what the release's model learned from, as far as it is still there; labels in today's names."""
    with house.store.read() as connection:
        model = models.of_head(connection, release.workflow.name, release.row["head"])
    made = str(model.id).partition("_")[2] if model is not None else ""
    return [
        (example.text, label)
        for example in gather(house, release.workflow).train
        for label in example.labels
        if not made or example.origin.partition("_")[2] <= made
    ]


def _reliability(held: Trial) -> dict[str, Any] | None:
    """Of examples held out in training: whether its confidence means what it says."""
    confidence, correct = held.arrays
    if not len(confidence):
        return None
    return {
        "cases": len(confidence),
        "accuracy": round(float(correct.mean()), 4),
        "ece": round(expected_calibration_error(confidence, correct), 4),
        "bins": [
            {
                "lower": round(each.lower, 4),
                "upper": round(each.upper, 4),
                "count": each.count,
                "confidence": round(each.confidence, 4),
                "accuracy": round(each.accuracy, 4),
            }
            for each in reliability(confidence, correct)
            if each.count
        ],
    }


def _curve(route: Trial) -> dict[str, Any] | None:
    """Of the calibration cases on the whole route: how much goes through, and how much of that is wrong."""
    confidence, correct = route.arrays
    if not len(confidence):
        return None
    found = risk_coverage(confidence, correct)
    places = np.unique(np.linspace(0, len(found.coverage) - 1, min(_POINTS, len(found.coverage))).astype(np.int64))
    places = places[found.threshold[places] > 0]  # at 0 are the cases that another gate holds back
    return {
        "cases": len(confidence),
        "aurc": round(aurc(confidence, correct), 6),
        "points": [
            {
                "threshold": round(float(found.threshold[place]), 4),
                "coverage": round(float(found.coverage[place]), 4),
                "risk": round(float(found.risk[place]), 4),
            }
            for place in places
        ],
    }


def _short(row: Row[Any], now: str | None) -> dict[str, Any]:
    """`now` is the release that answers: rules and policy may have changed since the model was promoted."""
    return {
        "id": row.id,
        "workflow": row.workflow,
        "state": row.state,
        "kind": row.recipe["kind"],
        "tune": row.recipe.get("tune") or None,
        "owner": row.card["owner"] or None,
        "examples": row.card["examples"],
        "head": row.head,
        "encoder": row.encoder,
        "base": row.base,
        "release": now if row.state == models.ACTIVE else row.release,
        "certificate": row.certificate,
        "refusal": row.refusal,
        "doubtful": bool(row.report["doubts"]["found"]),
        "created_at": timestamp(row.created_at),
        "created_by": row.created_by,
        "decided_by": row.decided_by,
        "decided_at": timestamp(row.decided_at) if row.decided_at else None,
    }
