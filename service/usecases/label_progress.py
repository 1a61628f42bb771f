"""How far labelling is towards the promise: "312 of 473", and how many examples each label has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

from rules.errors import RuleErrors
from service.domain.moved import labels_now
from service.domain.types import Workflow
from service.errors import NotFound
from service.learn.guarantee import cases_to_review
from service.store import examples, labelling, pointers
from service.store.engine import Connection
from service.usecases.collect import Source
from service.usecases.examples import CALIBRATION, TRAIN
from service.usecases.house import House
from service.usecases.start_labelling import at_hand, enough_cases

_OPEN = (labelling.QUEUED, labelling.CLAIMED)


def progress(house: House, workflow: str) -> dict[str, Any]:
    """Where a workflow's labelling stands, as plain data. NotFound when there is no such workflow.

    `needed` counts requests drawn at random and reviewed. Before a model answers it is an estimate, afterwards it is
    what that model's certificate took or what its refusal said was missing.
    """
    policy, _ = at_hand(house, workflow)
    with house.store.read() as connection:
        queue = labelling.counts(connection, workflow)
        said = examples.counts(connection, workflow)
        labels = examples.labels_of(connection, workflow)
        row = _answering(connection, workflow)
    drawn = {source: said.get((CALIBRATION, source), 0) for source in (Source.LABELLING, Source.CHECK)}
    done = max(drawn.values())  # never a mixture of both: a sample is of one kind of traffic
    needed, estimated = _needed(policy, row)
    certified = bool(row and row["certificate"])
    return {
        "workflow": workflow,
        "alpha": policy.guarantee.alpha,
        "delta": policy.guarantee.delta,
        "measured": {"done": done, "needed": needed, "estimated": estimated, "certified": certified},
        "says": _says(done, needed, estimated=estimated, certified=certified),
        "queue": {
            part: {
                "waiting": sum(queue.get((part, state), 0) for state in _OPEN),
                "labelled": queue.get((part, labelling.LABELLED), 0),
                "skipped": queue.get((part, labelling.SKIPPED), 0),
            }
            for part in (CALIBRATION, TRAIN)
        },
        "examples": {source.value: sum(n for (_, s), n in said.items() if s == source) for source in Source},
        "labels": _counted(policy, labels),
    }


def everything(house: House) -> list[dict[str, Any]]:
    """The progress of every workflow that answers or has something to label, by name."""
    with house.store.read() as connection:
        names = {found.workflow for found in pointers.pointers(connection)} | set(labelling.workflows(connection))
    found = []
    for name in sorted(names):
        try:
            found.append(progress(house, name))
        except (NotFound, RuleErrors):  # it never answered, and its files are gone or broken: `rules check` tells
            continue
    return found


def _answering(connection: Connection, workflow: str) -> Mapping[str, Any] | None:
    found = pointers.pointer(connection, workflow)
    return pointers.release(connection, found.release) if found is not None else None


def _needed(policy: Workflow, row: Mapping[str, Any] | None) -> tuple[int, bool]:
    """How many reviewed random requests the promise takes, and whether that is an estimate."""
    asked = policy.guarantee
    tried = (row["certificate"] or row["refusal"]) if row else None
    share = tried["accepted"] / tried["cases"] if tried and tried["accepted"] and tried["cases"] else None
    if share is None:
        return enough_cases(policy), True
    more = tried.get("more") if tried else None
    if more is not None and tried is not None:
        return int(tried["cases"]) + int(more), False
    return cases_to_review(asked.alpha, asked.delta, share=share), False


def _says(done: int, needed: int, *, estimated: bool, certified: bool) -> str:
    about = "about " if estimated else ""
    if done < needed:
        return f"{done} of {about}{needed} requests drawn at random are labelled"
    if certified:
        return f"{done} requests drawn at random are labelled, and the promise is certified"
    return f"{done} requests drawn at random are labelled, {about}{needed} were needed: train a model on them"


def _counted(policy: Workflow, labels: list[Any]) -> list[dict[str, Any]]:
    """Examples of each label in the database, under the names of today; None: none of these."""
    counts: Counter[str | None] = Counter()
    for given in labels:
        today = labels_now(given, policy.moved)
        counts.update([None] if today == () else list(today or ()))
    rows: list[dict[str, Any]] = [
        {"label": label.id, "title": label.title, "examples": counts[label.id]} for label in policy.labels
    ]
    return [*rows, {"label": None, "title": "None of these", "examples": counts[None]}]
