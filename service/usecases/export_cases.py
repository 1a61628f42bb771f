"""Take cases, or labels, out of the service: streamed, masked, and written down on the ledger before a byte leaves."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import Any, Final

from service.domain.access import Principal, Scope
from service.domain.answer import timestamp
from service.domain.export import Form, What
from service.errors import Forbidden
from service.store import ledger
from service.store.engine import Connection, Row
from service.store.exports import Wanted, some_cases, some_examples
from service.usecases.export_rows import CASE, LABEL, case_row, label_row, written
from service.usecases.house import House

_STEP: Final = 200  # rows read at once
_TICK: Final = timedelta(microseconds=1)  # what came in at this moment goes out as well


@dataclass(frozen=True, slots=True)
class Export:
    """What is asked for."""

    what: What = What.CASES
    form: Form = Form.JSONL
    wanted: Wanted = field(default_factory=Wanted)
    unmasked: bool = False  #: with personal data; whoever asks needs scope `audit` for it

    @property
    def name(self) -> str:
        """Of a file that holds it."""
        return f"{self.what}.{self.form}"


def export(house: House, principal: Principal, asked: Export) -> Iterator[bytes]:
    """The rows that this person may see, oldest first, as the file's bytes in pieces.

    Cases need scope `read` in their queues; labels need `read` or `models` everywhere. Forbidden is raised at once, and
    what is asked for is on the ledger before this returns. What comes in meanwhile is left out.
    """
    queues = _admitted(principal, asked)
    now = house.clock()
    wanted = asked.wanted
    record = {
        "by": principal.name,
        "what": asked.what.value,
        "form": asked.form.value,
        "unmasked": asked.unmasked,
        "workflow": wanted.workflow,
        "queue": wanted.queue,
        "state": wanted.state,
        "since": timestamp(wanted.since) if wanted.since else None,
        "until": timestamp(wanted.until) if wanted.until else None,
    }
    export_id = house.new_id("exp")
    house.store.commit(lambda connection: ledger.append(connection, "data.exported", export_id, now, record))
    last = wanted if wanted.until is not None and wanted.until <= now else replace(wanted, until=now + _TICK)
    if asked.what is What.LABELS:
        rows = _rows(house, lambda connection, after: some_examples(connection, last, after, _STEP))
        return written((label_row(row, unmasked=asked.unmasked) for row in rows), LABEL, asked.form)
    rows = _rows(house, lambda connection, after: some_cases(connection, last, queues, after, _STEP))
    return written((case_row(row, unmasked=asked.unmasked) for row in rows), CASE, asked.form)


def _admitted(principal: Principal, asked: Export) -> frozenset[str] | None:
    """The queues whose cases may go out; None: all."""
    if asked.unmasked and not principal.may(Scope.AUDIT):
        raise Forbidden("personal data is taken out with scope audit only", remedy="leave `unmasked` out")
    if asked.what is What.LABELS:
        if not (principal.may(Scope.READ) or principal.may(Scope.MODELS)):
            raise Forbidden("taking out labels needs scope read or models in every queue")
        return None
    if not principal.may_somewhere(Scope.READ):
        raise Forbidden("taking out cases needs scope read")
    return principal.queues(Scope.READ)


def _rows(house: House, read: Callable[[Connection, str], Sequence[Row[Any]]]) -> Iterator[Row[Any]]:
    """Step by step, each read by itself: nothing is held open while whoever reads takes their time."""
    after = ""
    while True:
        with house.store.read() as connection:
            rows = read(connection, after)
        yield from rows
        if len(rows) < _STEP:
            return
        after = rows[-1].id
