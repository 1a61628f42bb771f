"""Labels that looked wrong, kept until somebody settles them: confirmed, put right or set aside.

Looking takes as long as training does, so a job does it. What it found is kept without a word of any request; the
words are read from the examples, so what was put right, set aside or erased since is listed no more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from service.domain.types import Workflow
from service.errors import NotFound
from service.store import doubts as store
from service.store import examples, ledger
from service.store.engine import Connection, Row
from service.usecases.collect import words_of
from service.usecases.correct_examples import correct, set_aside
from service.usecases.examples import FROM_FILE, Example
from service.usecases.house import House
from service.usecases.label_doubts import doubts
from service.usecases.masked import masked
from service.usecases.progress import Progress, silent
from service.usecases.start_labelling import at_hand
from service.usecases.training_material import gather


@dataclass(frozen=True, slots=True)
class OpenDoubt:
    """A label that looks wrong and that nobody has settled yet."""

    id: str
    example: str  #: its id; `file` for one of the workflow's own file
    text: str  #: without personal data
    labels: tuple[str, ...]  #: that it carries
    looks_like: str  #: the label it looks like; of several labels the one it lacks, or has and should not
    too_much: bool  #: of several labels: it carries `looks_like` and does not look like it
    probability: float  #: of `looks_like`, 0 to 1
    given: float  #: of the label it carries, 0 to 1
    by: str  #: who labelled it; empty for one of the file
    source: str  #: how that came about
    at: datetime | None  #: when it was labelled; None for one of the file

    @property
    def in_file(self) -> bool:
        return self.example == FROM_FILE


def look(house: House, workflow: str, progress: Progress = silent) -> int:
    """Look through all labels and keep what looks wrong; how many do. Raises as `label_doubts.doubts` does."""
    found, now = doubts(house, workflow, progress), house.clock()
    rows = [
        {
            "id": house.new_id("dou"),
            "workflow": workflow,
            "example": each.example,
            "words": each.words,
            "labels": list(each.labels),
            "looks_like": each.looks_like,
            "too_much": each.too_much,
            "probability": each.probability,
            "given": each.given,
            "found_at": now,
        }
        for each in found
    ]
    house.store.commit(lambda connection: store.replace(connection, workflow, rows))
    return len(rows)


def still_open(house: House, workflow: str) -> list[OpenDoubt]:
    """What the last look found and nobody has settled since, the clearest first. NotFound without the workflow."""
    policy, _ = at_hand(house, workflow)
    with house.store.read() as connection:
        rows = store.unsettled(connection, workflow)
        said = {row.example: examples.get(connection, row.example) for row in rows if row.example != FROM_FILE}
    if not rows:
        return []
    now = _today(house, policy, {row.words for row in rows if row.example == FROM_FILE})
    return [
        _open(row, now[key], said.get(row.example))
        for row in rows
        if (key := _key(row)) in now and now[key].labels == tuple(row.labels)
    ]


def confirm(house: House, by: str, doubt: str) -> None:
    """Its labels are right: it is no doubt any more as long as it has them. NotFound."""
    now = house.clock()

    def work(connection: Connection) -> None:
        row = _get(connection, doubt)
        store.confirm(connection, row.workflow, row.words, by, now)
        body = {"workflow": row.workflow, "labels": list(row.labels), "by": by}
        ledger.append(connection, "example.confirmed", row.example, now, body)

    house.store.commit(work)


def put_right(house: House, by: str, doubt: str, labels: Sequence[str]) -> None:
    """Give it these labels. NotFound, also for one of the workflow's own file; InvalidRequest for unknown labels."""
    correct(house, by, _example_of(house, doubt), labels)


def leave_out(house: House, by: str, doubt: str) -> None:
    """Learn from it no more. NotFound, also for one of the workflow's own file."""
    set_aside(house, by, _example_of(house, doubt))


def _example_of(house: House, doubt: str) -> str:
    with house.store.read() as connection:
        return str(_get(connection, doubt).example)


def _get(connection: Connection, doubt: str) -> Row[Any]:
    row = store.get(connection, doubt)
    if row is None:
        raise NotFound("this label is in doubt no more", remedy="look through the labels again")
    return row


def _key(row: Row[Any]) -> str:
    """Names an example: by its id, or by its words where it has none."""
    return str(row.words if row.example == FROM_FILE else row.example)


def _today(house: House, policy: Workflow, in_file: set[str]) -> dict[str, Example]:
    """The examples that teach, by how a doubt names them; those of the file only where one of them is in doubt."""
    found = {}
    for each in gather(house, policy).train:
        if each.origin != FROM_FILE:
            found[each.origin] = each
        elif in_file and (words := words_of(house, each.text)) in in_file:
            found[words] = each
    return found


def _open(row: Row[Any], example: Example, said: Row[Any] | None) -> OpenDoubt:
    return OpenDoubt(
        id=row.id,
        example=row.example,
        text=masked(example.text, None),
        labels=example.labels,
        looks_like=row.looks_like,
        too_much=row.too_much,
        probability=row.probability,
        given=row.given,
        by=said.by if said is not None else "",
        source=said.source if said is not None else FROM_FILE,
        at=said.created_at if said is not None else None,
    )
