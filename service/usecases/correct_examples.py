"""A person looks at an example again: it is put right, set aside, or taken in again. The ledger keeps who did."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from service.domain.answer import timestamp
from service.errors import Conflict, NotFound
from service.store import examples, ledger
from service.store.engine import Connection, Row
from service.usecases.examples import CALIBRATION
from service.usecases.house import House
from service.usecases.label_queue import check_labels
from service.usecases.start_labelling import at_hand


def correct(house: House, by: str, example_id: str, labels: Sequence[str]) -> dict[str, Any]:
    """Give an example other labels; none: it is none of these. The example as it is then.

    NotFound, InvalidRequest for labels that its workflow has not.
    """
    policy, _ = at_hand(house, _example(house, example_id).workflow)
    given, now = check_labels(policy, labels), house.clock()

    def work(connection: Connection) -> Row[Any]:
        row = _get(connection, example_id)
        if list(row.labels) != given:
            examples.relabel(connection, example_id, given, by)
            body = {"workflow": row.workflow, "was": list(row.labels), "labels": given, "by": by}
            ledger.append(connection, "example.corrected", example_id, now, body)
        return _get(connection, example_id)

    return _view(house.store.commit(work))


def set_aside(house: House, by: str, example_id: str) -> dict[str, Any]:
    """Never learn from it, until somebody takes it in again. Conflict for one that measures: of a random sample none
    may be left out, so it has to be put right."""
    now = house.clock()

    def work(connection: Connection) -> Row[Any]:
        row = _get(connection, example_id)
        if row.part == CALIBRATION:
            raise Conflict(
                f"{example_id} was drawn at random and measures: leaving it out would bend the sample",
                remedy="put it right instead: signoff label correct",
            )
        if examples.set_aside(connection, example_id, by, now):
            ledger.append(connection, "example.set_aside", example_id, now, {"workflow": row.workflow, "by": by})
        return _get(connection, example_id)

    return _view(house.store.commit(work))


def take_in(house: House, by: str, example_id: str) -> dict[str, Any]:
    """Learn from it again."""
    now = house.clock()

    def work(connection: Connection) -> Row[Any]:
        row = _get(connection, example_id)
        if examples.take_in(connection, example_id):
            ledger.append(connection, "example.taken_in", example_id, now, {"workflow": row.workflow, "by": by})
        return _get(connection, example_id)

    return _view(house.store.commit(work))


def _example(house: House, example_id: str) -> Row[Any]:
    with house.store.read() as connection:
        return _get(connection, example_id)


def _get(connection: Connection, example_id: str) -> Row[Any]:
    row = examples.get(connection, example_id)
    if row is None:
        raise NotFound(
            f"there is no example {example_id}", remedy="examples of a workflow's own file are put right in that file"
        )
    return row


def _view(row: Row[Any]) -> dict[str, Any]:
    return {
        "id": row.id,
        "workflow": row.workflow,
        "labels": list(row.labels),
        "part": row.part,
        "source": row.source,
        "by": row.by,
        "created_at": timestamp(row.created_at),
        "aside_by": row.aside_by,
    }
