"""What a worker's steward does about models: run jobs, let candidates in shadow keep up, train when it is due."""

from __future__ import annotations

import time

import structlog

from service.errors import ServiceError
from service.store import jobs, models, pointers
from service.store.engine import Connection
from service.store.examples import counted_since
from service.store.pointers import Pointer
from service.usecases.establish import recipe_of
from service.usecases.house import House
from service.usecases.run_jobs import TRAIN, Jobs, ask
from service.usecases.shadow import follow
from service.usecases.train_model import Wanted

#: Who has models trained by schedule.
SCHEDULE = "schedule"

_DUE = 60.0  # seconds between looks for models that are due

log = structlog.get_logger(__name__)


class LearningChores:
    """The rounds of one worker."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._jobs = Jobs(house)
        self._due = time.monotonic()

    def round(self, *, first_of_all: bool) -> None:
        """In every worker, because one that is no longer the oldest still has its child to see to."""
        self._jobs.round(first_of_all=first_of_all)
        if not first_of_all:
            return
        follow(self._house)
        if time.monotonic() >= self._due:
            self._due = time.monotonic() + _DUE
            ask_what_is_due(self._house)

    def stop(self) -> None:
        self._jobs.stop()


def ask_what_is_due(house: House) -> list[str]:
    """Have a model trained wherever the policy's schedule says so; the jobs. Nothing is promoted by that."""
    with house.store.read() as connection:
        active = pointers.pointers(connection)
        due = [pointer.workflow for pointer in active if _is_due(house, connection, pointer)]
    asked = []
    for workflow in due:
        with house.store.read() as connection:
            model = models.answering(connection, workflow)
        wanted = Wanted(workflow) if model is None else Wanted(workflow, recipe_of(model), model.recipe.get("tune", ""))
        try:
            asked.append(str(ask(house, SCHEDULE, wanted)["id"]))
        except ServiceError as error:
            log.warning("training_not_asked_for", workflow=workflow, detail=error.detail)
    return asked


def _is_due(house: House, connection: Connection, pointer: Pointer) -> bool:
    """So many new examples since what was trained last, or since it was tried last; or so many days and any at all."""
    policy = house.shelf.policy(pointer.release).models
    if not policy.retrain_examples and not policy.retrain_days:
        return False
    made = models.page(connection, workflow=pointer.workflow, limit=1)
    tried = jobs.latest(connection, TRAIN, pointer.workflow)
    times = [row.created_at for row in (*made, tried) if row is not None]
    if not times or (tried is not None and tried.state in (jobs.WAITING, jobs.RUNNING)):
        return False
    last = max(times)
    new = counted_since(connection, pointer.workflow, last)
    days = (house.clock() - last).total_seconds() / 86_400
    by_number = bool(policy.retrain_examples) and new >= policy.retrain_examples
    return by_number or (bool(policy.retrain_days) and days >= policy.retrain_days and new > 0)
