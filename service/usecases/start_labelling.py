"""Put a backlog into the labelling queue: a random part first, which measures, then the rest, which teaches."""

from __future__ import annotations

import math
import random
import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from rules.ruleset import RuleSet
from service.domain.answer import to_bytes
from service.domain.types import Workflow
from service.errors import BadRequest, FieldProblem, InvalidRequest, NotFound
from service.learn.guarantee import cases_to_review
from service.store import examples, labelling, ledger, payloads
from service.store.engine import Connection
from service.store.pointers import pointer
from service.usecases.backlog import Unlabelled
from service.usecases.changed_files import policy_of, read_files
from service.usecases.collect import words_of
from service.usecases.examples import CALIBRATION, TRAIN
from service.usecases.house import House

#: Places in the queue: the random part comes first, then the part that teaches, then what was drawn and skipped.
TEACHING = 1 << 40
AT_THE_END = 1 << 41

_NAME = re.compile(r"[a-z][a-z0-9-]{0,63}")
#: Share of requests hoped to be decided automatically, before anything was measured.
HOPED = 0.5


@dataclass(frozen=True, slots=True)
class Started:
    """What became of a backlog."""

    calibration: int  #: requests drawn at random, repeats too
    train: int  #: different requests to learn from
    known: int  #: left out, because they were asked or labelled before


def at_hand(house: House, workflow: str) -> tuple[Workflow, RuleSet]:
    """The policy and rules that answer; of a workflow that does not answer yet, those of its files.

    NotFound when there is neither; RuleErrors for files that do not load.
    """
    with house.store.read() as connection:
        found = pointer(connection, workflow)
    if found is not None:
        return house.shelf.policy(found.release), house.shelf.rules(found.release)
    if not _NAME.fullmatch(workflow) or not (house.home / "workflows" / workflow).is_dir():
        remedy = "write its labels into workflows/NAME/workflow.yaml, or make it of examples: signoff workflow create"
        raise NotFound(f"there is no workflow {workflow}", remedy=remedy)
    candidate = read_files(house, workflow)
    return policy_of(candidate), candidate.ruleset


def start(
    house: House,
    workflow: Workflow,
    backlog: Sequence[Unlabelled],
    by: str,
    *,
    calibration: int | None = None,
    draw: random.Random | None = None,
) -> Started:
    """Ask people about a backlog. `calibration` of its requests are drawn at random as they came, repeats too.

    None: as many as the promise is likely to need, at most half of them. What was asked before is left out, and of the
    part that teaches also what is labelled already. InvalidRequest for more than there are; BadRequest when there is
    nothing new to ask.
    """
    words = [words_of(house, each.text) for each in backlog]
    chance, now = draw or random.SystemRandom(), house.clock()

    def work(connection: Connection) -> Started:
        asked = labelling.known_words(connection, workflow.name)
        labelled = examples.known_words(connection, workflow.name)
        new = [place for place, each in enumerate(words) if each not in asked]
        count = min(enough_cases(workflow), math.ceil(len(new) / 2)) if calibration is None else calibration
        drawn = chance.sample(new, _checked(count, len(new)))
        times = Counter(words[place] for place in drawn)
        measuring = _once(drawn, words)
        teaching = _once((place for place in new if words[place] not in times.keys() | labelled), words)
        chance.shuffle(teaching)
        if not measuring and not teaching:
            raise BadRequest("everything in it was asked or labelled before", remedy="hand in other requests")
        ask = Asking(house, connection, workflow.name, by, now)
        ask.about(
            CALIBRATION,
            labelling.last_place(connection, workflow.name, below=TEACHING) + 1,
            [(words[each], backlog_payload(backlog[each], times[words[each]], count / len(new))) for each in measuring],
        )
        ask.about(
            TRAIN,
            max(TEACHING, labelling.last_place(connection, workflow.name, below=AT_THE_END) + 1),
            [(words[each], backlog_payload(backlog[each])) for each in teaching],
        )
        told = {"calibration": count, "train": len(teaching), "known": len(words) - len(new), "by": by}
        ledger.append(connection, "labelling.started", workflow.name, now, told)
        return Started(count, len(teaching), len(words) - len(new))

    return house.store.commit(work)


@dataclass(frozen=True, slots=True)
class Asking:
    """Puts requests into a workflow's queue, in the transaction of `connection`."""

    house: House
    connection: Connection
    workflow: str
    by: str
    now: datetime

    def about(self, part: str, place: int, requests: Sequence[tuple[str, bytes | str]]) -> None:
        """Requests by (digest of the words, what was asked), from `place` on: the bytes of a payload, or the id of one
        that is stored already."""
        written, rows = [], []
        for offset, (words, asked) in enumerate(requests):
            payload = asked if isinstance(asked, str) else self.house.new_id("pay")
            if isinstance(asked, bytes):
                written.append((payload, "backlog", asked))
            rows.append(
                {
                    "id": self.house.new_id("lab"),
                    "workflow": self.workflow,
                    "payload": payload,
                    "words": words,
                    "part": part,
                    "place": place + offset,
                    "state": labelling.QUEUED,
                    "created_at": self.now,
                    "created_by": self.by,
                }
            )
        if written:
            payloads.add(self.connection, None, self.now, *written, workflow=self.workflow)
        labelling.add(self.connection, rows)


def _once(places: Iterable[int], words: Sequence[str]) -> list[int]:
    """The first place of each different words, in the order given."""
    first: dict[str, int] = {}
    for place in places:
        first.setdefault(words[place], place)
    return list(first.values())


def backlog_payload(request: Unlabelled, times: int = 1, drawn: float = 1.0) -> bytes:
    """As a request of a decision, and how often and with which chance it was drawn."""
    asked = {"text": request.text, "attributes": dict(request.attributes), "subject": None}
    return to_bytes(asked | {"times": times, "drawn": drawn})


def enough_cases(workflow: Workflow) -> int:
    """Requests drawn at random that the promise is likely to need, before anything is known of the classifier."""
    return cases_to_review(workflow.guarantee.alpha, workflow.guarantee.delta, share=HOPED)


def _checked(count: int, most: int) -> int:
    if 0 <= count <= most:
        return count
    problem = FieldProblem("calibration", f"{count} is not from 0 to {most}", f"{most} of its requests are new")
    raise InvalidRequest(f"calibration: {problem.message}", remedy=problem.remedy, problems=(problem,))
