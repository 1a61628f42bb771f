"""How far labelling is towards the promise: "312 of 473", and how many examples each label has."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

from rules.errors import RuleErrors
from service.domain.moved import labels_now
from service.domain.types import LabelGroup, Workflow, strictest
from service.errors import NotFound
from service.learn.binomial import cases_to_review, more_cases, spent
from service.store import examples, labelling, pointers
from service.store.engine import Connection
from service.usecases.collect import Source
from service.usecases.examples import CALIBRATION, TRAIN, Example
from service.usecases.house import House
from service.usecases.start_labelling import HOPED, at_hand, enough_cases
from service.usecases.training_material import drawn

_OPEN = (labelling.QUEUED, labelling.CLAIMED)


def progress(house: House, workflow: str) -> dict[str, Any]:
    """Where a workflow's labelling stands, as plain data. NotFound when there is no such workflow.

    `done` and `needed` count requests drawn at random and reviewed, as a certificate counts them. Before a model
    answers `needed` is an estimate, afterwards it is what that model's certificate took or what its refusal said was
    missing. Each promise to a group of labels has such figures of its own, of requests with these labels.
    """
    policy, _ = at_hand(house, workflow)
    with house.store.read() as connection:
        queue = labelling.counts(connection, workflow)
        said = examples.counts(connection, workflow)
        labels = examples.labels_of(connection, workflow)
        row = _answering(connection, workflow)
    cases = drawn(house, policy)
    done = len(cases)
    needed, estimated = _needed(policy, row)
    certified = bool(row and row["certificate"])
    return {
        "workflow": workflow,
        "alpha": policy.guarantee.alpha,
        "delta": policy.guarantee.delta,
        "measured": {"done": done, "needed": needed, "estimated": estimated, "certified": certified},
        "says": _says(done, needed, estimated=estimated, certified=certified),
        "groups": [_group(policy, group, cases, row) for group in policy.promises],
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


def _group(
    policy: Workflow, group: LabelGroup, cases: Sequence[Example], row: Mapping[str, Any] | None
) -> dict[str, Any]:
    """How far labelling is towards the promise to one group of labels; what people said tells which requests are of it.

    As much of delta as its share is reckoned with, though groups that are done may leave it more.
    """
    done = sum(strictest(policy.promises, case.labels) == group for case in cases)
    tried = (row["certificate"] or row["refusal"]) if row else None
    bound = next((each for each in (tried or {}).get("bounds", ()) if each["group"] == group.name), None)
    if tried is None or bound is None:
        delta = policy.guarantee.delta / len(policy.promises)
        needed: int | None = cases_to_review(group.alpha, delta, share=HOPED)
    else:
        needed = _needed_of_group(bound, tried, done / len(cases) if cases else 0.0)
    return {
        "group": group.name,
        "labels": list(group.labels),
        "alpha": group.alpha,
        "done": done,
        "needed": needed,
        "estimated": bound is None,
        "certified": bound is not None and bound["threshold"] is not None,
        "why": bound["why"] if bound is not None else "",
    }


def _needed_of_group(bound: Mapping[str, Any], tried: Mapping[str, Any], share: float) -> int | None:
    """How many requests of a group its promise took, or would take at the next try; None: more alone will not do.
    `share` is the group's part of all requests, as far as it is known."""
    least, cases = int(bound["needed"]), int(tried["cases"])
    if bound["threshold"] is not None:
        return least
    delta, use = tried["delta"], tried.get("use", 1)
    level = (bound["level"] or delta) * spent(delta, use + 1) / spent(delta, use)
    more = more_cases(cases, bound["accepted"], bound["errors"], bound["alpha"], level)
    if more is None and bound["accepted"]:
        return None
    return max(least, math.ceil(share * (cases + (more or 0))))


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
