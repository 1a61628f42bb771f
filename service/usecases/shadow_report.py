"""What letting a candidate answer would change, by the live decisions that it was compared on.

Right and wrong are told by what reviewers decided, labels and outcome as in a certificate: all labels of a request or
none. They look at what was held
and at what was drawn at random, so both models are judged on the very same reviewed requests and neither figure is the
error of all traffic.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from statistics import median
from typing import Any

import numpy as np

from rules.model import AttributeValue
from rules.schema import AttributeSchema
from service.domain.chosen import otherwise, settled
from service.domain.moved import labels_now
from service.domain.types import Outcome, Workflow
from service.learn.slices import Change, Slice, changes, slices
from service.store import models, pointers, shadows
from service.store.engine import Row
from service.usecases.house import House
from service.usecases.model_states import found_model

_SHOWN = 12  # slices of each kind


@dataclass(frozen=True, slots=True)
class Compared:
    """One decision, as it was and as the candidate would have had it."""

    attributes: Mapping[str, AttributeValue]
    labels: tuple[str, ...]  #: that the model which answered gave or would have given
    others: tuple[str, ...]  #: that the candidate would have given
    alone: bool  #: it was decided automatically
    other_alone: bool
    truth: tuple[str, ...] | None  #: labels that a reviewer gave; None: nobody looked
    drawn: bool  #: it was drawn for a blind check
    waited: float | None  #: seconds that its case took; None: it had none, or it is open
    overruled: bool = False  #: the reviewer decided otherwise than `truth` settles by itself

    def wrong(self, labels: tuple[str, ...]) -> bool:
        return self.truth is not None and (set(labels) != set(self.truth) or self.overruled)

    @property
    def agree(self) -> bool:
        return set(self.labels) == set(self.others)


def shadow_report(house: House, model: str) -> dict[str, Any]:
    """The report on a model that is or was in shadow; figures are None where there is nothing to count."""
    with house.store.read() as connection:
        row = found_model(connection, model)
        answering = models.answering(connection, row.workflow)
        rows = shadows.beside(connection, model)
    workflow = _workflow(house, row)
    then = {name: house.shelf.policy(name) for name in {one.release for one in rows if one.reviewed is not None}}
    found = [each for each in (_compared(workflow, then.get(one.release), one) for one in rows) if each is not None]
    return {
        "model": model,
        "against": answering.id if answering else None,
        "needed": workflow.models.shadow_decisions,
        **report_on(found),
        "not_compared": len(rows) - len(found),
    }


def report_on(found: Sequence[Compared]) -> dict[str, Any]:
    """The figures over these decisions. Pure."""
    reviewed = [each for each in found if each.truth is not None]
    return {
        "decisions": len(found),
        "agreement": _share(sum(each.agree for each in found), len(found)),
        "automation": {
            "before": _share(sum(each.alone for each in found), len(found)),
            "after": _share(sum(each.other_alone for each in found), len(found)),
        },
        "escalated": sum(each.alone and not each.other_alone for each in found),
        "released": sum(each.other_alone and not each.alone for each in found),
        "overturns": _overturns(reviewed),
        "handling": _handling(found),
        "slices": _slices(found, reviewed),
    }


def worse_slices(report: Mapping[str, Any]) -> list[str]:
    """The slices in which the candidate is wrong significantly more often, in words."""
    return [
        f"{each['attribute']} {each['value']}".strip()
        + f" ({each['before']} → {each['after']} of {each['cases']} wrong)"
        for each in report["slices"]["errors"]
        if each["worse"]
    ]


def _overturns(reviewed: Sequence[Compared]) -> dict[str, Any]:
    """How often what reviewers decided is not what each model says, and what each would have let out wrongly."""
    before, after = [each for each in reviewed if each.alone], [each for each in reviewed if each.other_alone]
    return {
        "reviewed": len(reviewed),
        "drawn": sum(each.drawn for each in reviewed),
        "wrong": {
            "before": sum(each.wrong(each.labels) for each in reviewed),
            "after": sum(each.wrong(each.others) for each in reviewed),
        },
        "automatic_wrong": {
            "before": {"wrong": sum(each.wrong(each.labels) for each in before), "of": len(before)},
            "after": {"wrong": sum(each.wrong(each.others) for each in after), "of": len(after)},
        },
    }


def _handling(found: Sequence[Compared]) -> dict[str, Any]:
    """What people's time it would have spared: of cases that the candidate would have decided, and cost."""
    spared = [each.waited for each in found if each.other_alone and not each.alone and each.waited is not None]
    usual = [each.waited for each in found if each.waited is not None]
    middle = median(usual) if usual else None
    added = sum(each.alone and not each.other_alone for each in found)
    return {
        "median_seconds": None if middle is None else round(middle, 1),
        "spared_hours": round(sum(spared) / 3_600, 3),
        "added_hours": None if middle is None else round(added * middle / 3_600, 3),
    }


def _slices(found: Sequence[Compared], reviewed: Sequence[Compared]) -> dict[str, Any]:
    """Errors of both models slice by slice, and where people would be asked more often than elsewhere."""
    before = np.array([each.wrong(each.labels) for each in reviewed], dtype=np.bool_)
    after = np.array([each.wrong(each.others) for each in reviewed], dtype=np.bool_)
    asked = np.array([not each.other_alone for each in found], dtype=np.bool_)
    return {
        "errors": [_change(each) for each in changes([each.attributes for each in reviewed], before, after)[:_SHOWN]],
        "reviews": [_slice(each) for each in slices([each.attributes for each in found], asked)[:_SHOWN]],
    }


def _change(each: Change) -> dict[str, Any]:
    return {
        "attribute": each.attribute,
        "value": each.value,
        "cases": each.cases,
        "before": each.before,
        "after": each.after,
        "p": round(each.p, 6),
        "worse": bool(each.worse),
    }


def _slice(each: Slice) -> dict[str, Any]:
    return {
        "attribute": each.attribute,
        "value": each.value,
        "cases": each.cases,
        "rate": round(each.rate, 4),
        "low": round(each.low, 4),
        "high": round(each.high, 4),
        "worse": bool(each.worse),
    }


def _compared(workflow: Workflow, then: Workflow | None, row: Row[Any]) -> Compared | None:
    """None where one of the two said nothing, or the request is gone. `then` is the policy that it was reviewed under;
    None: it was not."""
    body = json.loads(row.record)["body"]
    judged = body.get("judgement")
    if row.label is None or not judged or row.request is None:
        return None
    given = json.loads(row.request).get("attributes") or {}
    attributes = AttributeSchema(workflow.attributes).coerce(given)
    told = row.waited_from is not None and row.waited_until is not None
    truth = None if row.reviewed is None else _today(workflow, row.reviewed)
    return Compared(
        attributes=attributes,
        labels=_today(workflow, judged.get("chosen", (judged["label"],)) if workflow.several else (judged["label"],)),
        others=_today(workflow, row.labels),
        alone=body["decided_by"] == "classifier",
        other_alone=bool(row.automatic),
        truth=truth,
        drawn=row.probability is not None,
        waited=(row.waited_until - row.waited_from).total_seconds() if told else None,
        overruled=then is not None and truth is not None and _overruled(workflow, then, truth, row),
    )


def _today(workflow: Workflow, labels: Sequence[str]) -> tuple[str, ...]:
    """Under the names of today; of a label that was split, under its own."""
    return labels_now(labels, workflow.moved) or tuple(labels)


def _overruled(workflow: Workflow, then: Workflow, truth: tuple[str, ...], row: Row[Any]) -> bool:
    """Whether whoever gives the reviewer's labels today lets out another outcome than the reviewer did."""
    decided = otherwise(then, row.reviewed, Outcome(row.outcome))
    return decided is not None and settled(workflow, truth) not in (None, decided)


def _workflow(house: House, model: Row[Any]) -> Workflow:
    """Under the policy in force."""
    with house.store.read() as connection:
        pointer = pointers.pointer(connection, model.workflow)
    assert pointer is not None, "a model belongs to a workflow that answers"
    return house.shelf.policy(pointer.release)


def _share(hits: int, of: int) -> float | None:
    return round(hits / of, 4) if of else None
