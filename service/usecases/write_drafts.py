"""Drafts that wait are written, one at a time, by a thread that answers no request.

What leaves the machine is the request without its personal data, and passages that are approved now. What comes back
is shown only where it passes `service.writer.checked`; whatever becomes of it stands on the ledger.
"""

from __future__ import annotations

import json
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, Final

from service.domain.answer import to_bytes
from service.domain.audit import keyed_digest
from service.domain.reply import Quotable, framed
from service.domain.types import LanguageModelPolicy
from service.store import decisions, drafts, events, ledger, payloads, pointers
from service.store.engine import Connection, Row
from service.usecases.ask_for_draft import want_for_automatic
from service.usecases.draft_reply import Matter, matter_of
from service.usecases.house import House
from service.writer.checked import Checked, Fault, Refused, checked
from service.writer.endpoint import Endpoint, Message, NotAnswered, Said, ask, estimated_tokens
from service.writer.leaving import leaving
from service.writer.prompt import messages, prompt_digest

_DAY: Final = timedelta(hours=24)
_TOKENS_A_WORD, _SPARE_TOKENS = 3, 200  # the most that an answer may take
_LOST: Final = timedelta(minutes=2)  # beyond the time for an answer: whoever began it has ended
_BACK: Final = timedelta(hours=1)  # automatic decisions older than that are not written to any more
_AT_ONCE: Final = 10  # automatic decisions looked at in one round
_LOOK: Final = 5.0  # seconds between looks for automatic decisions

#: Nobody asked for it: it goes out with an automatic decision.
POLICY: Final = "policy"

# Why a draft was not written, besides what an answer was refused for and why none came.
_RESTING, _BUDGET, _NOTHING_TO_GIVE, _LOOSE, _NOT_AUTOMATIC, _INTERRUPTED = (
    "resting",  # the language model failed several times in a row
    "budget",
    "nothing_to_give",  # policy, endpoint or passages are not what they were when it was asked for
    "loose",  # nobody reads it before it goes out, and a sentence says more than its passage
    "not_automatic",  # automation was stopped meanwhile
    "interrupted",  # the worker ended before it did
)


@dataclass(frozen=True, slots=True)
class _Question:
    """What a language model is asked."""

    matter: Matter
    policy: LanguageModelPolicy
    passages: tuple[Quotable, ...]
    fence: str
    messages: Sequence[Message]

    @property
    def most_tokens(self) -> int:
        """Of an answer."""
        return self.policy.most_words * _TOKENS_A_WORD + _SPARE_TOKENS

    def check(self, said: Said) -> Checked:
        if not said.whole:
            raise Refused(Fault.CUT_OFF)
        texts = [f"{each.title}\n{each.heading}\n{each.text}" for each in self.passages]
        return checked(said.text, texts, most_words=self.policy.most_words, fence=self.fence)


class WriterChores:
    """The round of one worker, in a thread of its own: it may wait for an answer for long."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._look = 0.0

    def round(self, *, first_of_all: bool) -> None:
        """Write one draft, if one waits."""
        if self._house.settings.writer_url is None:
            return
        if first_of_all and time.monotonic() >= self._look:
            self._look = time.monotonic() + _LOOK
            want_automatic(self._house)
        write_one(self._house)


def want_automatic(house: House) -> int:
    """Have a draft written to every automatic decision of a release whose policy lets it go out unread; how many."""
    with house.store.read() as connection:
        active = [each for each in pointers.pointers(connection) if not each.halted and each.watched_by is None]
    wanted = 0
    now = house.clock()
    for pointer in active:
        policy = house.shelf.policy(pointer.release).replies.language_model
        if policy is None or policy.reviewed:
            continue

        def work(connection: Connection, workflow: str = pointer.workflow, release: str = pointer.release) -> int:
            rows = drafts.without(connection, workflow, release, now - _BACK, _AT_ONCE)
            for row in rows:
                want_for_automatic(house, connection, row, POLICY, now)
            return len(rows)

        wanted += house.store.commit(work)
    return wanted


def write_one(house: House) -> str | None:
    """Write the draft that waits longest; what became of it, or None when none waits."""
    now = house.clock()
    lost = now - _LOST - timedelta(seconds=house.settings.writer_seconds)
    with house.store.read() as connection:
        if not drafts.any_free(connection, lost):
            return None
    row, left = house.store.commit(lambda connection: drafts.take(connection, house.worker, now, lost))
    if row is None:
        return None
    # One that somebody began and did not end is not tried again: what ended that worker might end this one too.
    return _end(house, row, None, drafts.FAILED, _INTERRUPTED) if left else _write(house, row)


def _write(house: House, row: Row[Any]) -> str:
    question = _question(house, row)
    if question is None:
        return _end(house, row, None, drafts.FAILED, _NOTHING_TO_GIVE)
    if house.breaker.open():
        return _end(house, row, None, drafts.FAILED, _RESTING)
    most = estimated_tokens(question.messages) + question.most_tokens
    if not _reserve(house, row, most):
        return _end(house, row, None, drafts.REFUSED, _BUDGET)
    try:
        said = ask(_endpoint(house), question.messages, question.most_tokens)
    except NotAnswered as error:
        house.breaker.failed()
        return _end(house, row, question, drafts.FAILED, error.why.value, tokens=most)
    house.breaker.worked()
    try:
        found = question.check(said)
    except Refused as error:
        return _end(house, row, question, drafts.REFUSED, error.why.value, tokens=said.tokens)
    if row.case is None and found.loose:
        return _end(house, row, question, drafts.REFUSED, _LOOSE, tokens=said.tokens)
    return _keep(house, row, question, found, said)


def _question(house: House, row: Row[Any]) -> _Question | None:
    with house.store.read() as connection:
        decision = decisions.get(connection, row.decision)
        assert decision is not None, "the foreign key keeps the decision"
        matter = matter_of(house, connection, decision)
    policy, passages = matter.workflow.replies.language_model, matter.given_to(row.labels)
    text = matter.request.get("text")
    if policy is None or not passages or not text:
        return None
    labels = [label for name in row.labels if (label := matter.workflow.label(name)) is not None]
    fence = f"=== {secrets.token_hex(8)} ==="
    masked = leaving(str(text), matter.request.get("subject"))
    return _Question(matter, policy, passages, fence, messages(policy, labels, passages, masked, fence))


def _endpoint(house: House) -> Endpoint:
    settings = house.settings
    assert settings.writer_url is not None, "checked before a draft is taken"
    assert settings.writer_model is not None, "the settings name both or neither"
    key = settings.writer_key.get_secret_value() if settings.writer_key is not None else ""
    return Endpoint(settings.writer_url, settings.writer_model, settings.writer_seconds, key)


def _reserve(house: House, row: Row[Any], most: int) -> bool:
    """Whether it still fits into what drafts may cost in a day; it is counted as costing the most until it is known."""
    now = house.clock()

    def work(connection: Connection) -> bool:
        spent = drafts.tokens_since(connection, now - _DAY)
        return spent + most <= house.settings.writer_tokens_per_day and drafts.write(connection, row, {"tokens": most})

    return house.store.commit(work)


def _keep(house: House, row: Row[Any], question: _Question, found: Checked, said: Said) -> str:
    now = house.clock()
    cited = [question.passages[number - 1] for number in found.cited]
    text = framed(question.matter.workflow.replies, found.text)
    written = to_bytes({"text": text, "loose": list(found.loose)})
    payload = house.new_id("pay")
    digest = keyed_digest(house.secret, text.encode())
    values = {
        "state": drafts.WRITTEN,
        "payload": payload,
        "digest": digest,
        "citations": list(dict.fromkeys(passage.citation for passage in cited)),
        "passages": [passage.id for passage in cited],
        "loose": len(found.loose),
        "tokens": said.tokens,
        **_told(house, question),
        "ended_at": now,
    }

    def work(connection: Connection) -> str:
        if row.case is None and not _automatic_still(connection, row.workflow):
            _close(connection, house, row, question, drafts.REFUSED, _NOT_AUTOMATIC, said.tokens)
            return drafts.REFUSED
        payloads.add_beside(connection, row.decision, now, (payload, "draft", written))
        if not drafts.write(connection, row, values):
            return drafts.FAILED  # another worker thought this one lost, and has it now
        body = _body(house, row, question, said.tokens)
        record = {**body, "text_digest": digest, "citations": values["citations"], "loose": len(found.loose)}
        ledger.append(connection, "reply.drafted", row.decision, now, record)
        if row.case is None:
            told = {"decision": row.decision, "workflow": row.workflow}
            events.add(connection, house.new_id("evt"), "decision.reply", row.decision, told, now)
        return drafts.WRITTEN

    return house.store.commit(work)


def _automatic_still(connection: Connection, workflow: str) -> bool:
    pointer = pointers.pointer(connection, workflow)
    return pointer is not None and not pointer.halted and pointer.watched_by is None


def _end(house: House, row: Row[Any], question: _Question | None, state: str, why: str, *, tokens: int = 0) -> str:
    """Nothing is shown of it. With `question`: it had been asked, so something left the machine."""
    house.store.commit(lambda connection: _close(connection, house, row, question, state, why, tokens))
    return state


def _close(
    connection: Connection,
    house: House,
    row: Row[Any],
    question: _Question | None,
    state: str,
    why: str,
    tokens: int,
) -> None:
    now = house.clock()
    told = _told(house, question) if question is not None else {}
    if drafts.write(connection, row, {"state": state, "why": why, "tokens": tokens, "ended_at": now, **told}):
        record = {**_body(house, row, question, tokens), "why": why}
        if why == _INTERRUPTED:
            record["sent"] = None  # nobody knows any more
        ledger.append(connection, f"reply.{state}", row.decision, now, record)


def _told(house: House, question: _Question) -> dict[str, Any]:
    return {"prompt": prompt_digest(question.policy), "model": house.settings.writer_model}


def _body(house: House, row: Row[Any], question: _Question | None, tokens: int) -> dict[str, Any]:
    """Ids, digests and numbers; `sent_digest` is of everything that left the machine."""
    body = {"draft": row.id, "case": row.case, "workflow": row.workflow, "release": row.release, "by": row.by}
    if question is None:
        return {**body, "sent": False}
    sent = json.dumps(question.messages, ensure_ascii=False).encode()
    told = {"sent": True, "sent_digest": keyed_digest(house.secret, sent), "by_model": True, "tokens": tokens}
    return {**body, **told, **_told(house, question), "labels": list(row.labels)}
