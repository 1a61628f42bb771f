"""Ask Signoff from Python: `Signoff` for ordinary code, `AsyncSignoff` for asyncio, with the same methods.

    with Signoff("http://127.0.0.1:8000", key) as signoff:
        decision = signoff.decide("I was charged twice", "retail-banking", {"channel": "app"}, wait=20)

Every call is written once, as steps (send this, pause so long) that the two clients take in their own way.
This file needs httpx and pydantic only, so it can be taken along by itself.
"""

from __future__ import annotations

import asyncio
import functools
import json
import random
import time
import uuid
from collections.abc import Callable, Coroutine, Generator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, Concatenate, Literal, ParamSpec, Self, TypeAlias, TypeVar, cast
from urllib.parse import quote

import httpx
from pydantic import BaseModel, ConfigDict, ValidationError

Attributes: TypeAlias = Mapping[str, str | float | bool | Sequence[str]]
T = TypeVar("T")
M = TypeVar("M", bound=BaseModel)
P = ParamSpec("P")

_POLL = 25.0  # seconds the server is asked to wait; below the idle limit of common proxies
_FIRST_PAUSE, _LONGEST_PAUSE = 0.25, 8.0
_LONGEST_RETRY_AFTER = 60.0
_RETRIED = frozenset({429, 502, 503})

# --- what comes back ---


class _Answer(BaseModel):
    """Members that a newer server adds are kept, and can be read as attributes."""

    model_config = ConfigDict(extra="allow", frozen=True)


class ScoredLabel(_Answer):
    """A label, with its calibrated probability unless a person chose it."""

    label: str
    probability: float | None = None


class Passage(_Answer):
    """One passage of an approved document."""

    id: str
    version: int
    title: str
    passage: str
    passage_id: str
    score: float
    collection: str = ""
    heading: str = ""
    highlights: list[tuple[int, int]] = []
    parts: dict[str, float] = {}


class Draft(_Answer):
    """A reply made of approved passages alone."""

    text: str
    citations: list[str]


class Review(_Answer):
    """What a person decided; reason code, reviewer and note are seen with scope `explain` only."""

    outcome: Literal["allow", "block", "review"]
    labels: list[str]
    reason_code: str | None = None
    reviewer: str | None = None
    note: str | None = None
    reply: str | None = None


class Decision(_Answer):
    """A decision as it stands."""

    id: str
    workflow: str
    state: Literal["waiting", "final", "superseded"]
    outcome: Literal["allow", "block", "review"]
    decided_by: Literal["rules", "classifier", "reviewer"] | None
    labels: list[ScoredLabel]
    reasons: list[str]
    documents: list[Passage]
    release: str
    created_at: datetime
    public_reason: str | None = None
    rules: dict[str, Any] | None = None
    draft: Draft | None = None
    case: str | None = None
    review: Review | None = None

    @property
    def waiting(self) -> bool:
        """Whether a person still has to decide."""
        return self.state == "waiting"


class DecisionSummary(_Answer):
    """A decision in a list."""

    id: str
    workflow: str
    state: str
    outcome: str
    created_at: datetime
    label: str | None = None
    case: str | None = None


class DecisionPage(_Answer):
    """Newest first; pass `next` on as `after`."""

    items: list[DecisionSummary]
    next: str | None = None


class CaseSummary(_Answer):
    """A case in a list."""

    id: str
    decision: str
    workflow: str
    queue: str
    kind: str
    state: str
    priority: int
    reasons: list[str]
    created_at: datetime
    due_at: datetime
    overdue: bool


class CasePage(_Answer):
    """Open cases best first; pass `next` on as `after`."""

    items: list[CaseSummary]
    next: str | None = None


class Case(CaseSummary):
    """Everything needed to decide a case."""

    text: str
    attributes: dict[str, Any]
    labels: list[ScoredLabel]
    documents: list[Passage]
    choices: list[dict[str, Any]]
    suggestion: dict[str, Any] | None = None
    rules: dict[str, Any] | None = None


class Claimed(_Answer):
    """A lease; its token goes with everything done to the case."""

    case: str
    decision: str
    token: str
    until: datetime


class _Renewed(_Answer):
    until: datetime


class _Found(_Answer):
    items: list[Passage]


class RuleError(_Answer):
    """One error in a rule or policy file."""

    file: str
    line: int
    column: int
    message: str
    remedy: str = ""


class _Checked(_Answer):
    errors: list[RuleError]


class Reloaded(_Answer):
    """What a reload changed."""

    changed: bool
    workflows: list[dict[str, Any]]


class Halted(_Answer):
    """The workflows concerned, and how they stand now."""

    workflows: list[str]
    halted: bool


# --- what goes wrong ---


class SignoffError(Exception):
    """The service refused, with its reasons (RFC 9457); `code` says which kind of problem it is."""

    def __init__(self, status: int, members: Mapping[str, Any], retry_after: float | None = None) -> None:
        self.status = status
        self.code = str(members.get("type", "")).rpartition("/")[2]
        self.title = str(members.get("title", ""))
        self.detail = str(members.get("detail", "")) or self.title
        self.remedy = str(members.get("remedy", ""))
        self.errors: list[dict[str, Any]] = list(members.get("errors") or ())
        self.members = dict(members)  #: all of them, also those of one kind only, as `holder` of a lost lease
        self.retry_after = retry_after  #: seconds
        super().__init__(f"{status} {self.detail}" + (f" ({self.remedy})" if self.remedy else ""))

    @property
    def turned_away(self) -> bool:
        """Whether the service said so before doing anything."""
        return self.status == 429 or (self.status == 503 and self.code == "busy")


class Unreachable(SignoffError):
    """No answer came. Whether the request arrived is not known, unless the connection itself failed."""

    def __init__(self, error: httpx.RequestError) -> None:
        self.never_sent = isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.PoolTimeout)
        super().__init__(0, {"title": "no answer", "detail": f"{type(error).__name__}: {error}"})


# --- the steps of a call ---


@dataclass(frozen=True, slots=True)
class _Send:
    """Send this and hand back what came."""

    method: str
    path: str
    params: Mapping[str, str]
    headers: Mapping[str, str]
    content: bytes | None
    patience: float  # seconds on top of the client's timeout
    repeatable: bool  # sending it twice does no more than sending it once


@dataclass(frozen=True, slots=True)
class _Pause:
    seconds: float


_Outcome: TypeAlias = httpx.Response | httpx.RequestError | None
_Steps: TypeAlias = Generator[_Send | _Pause, _Outcome, T]


def _send(
    method: str,
    path: str,
    *,
    params: Mapping[str, Any] | None = None,
    body: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
    patience: float = 0,
    repeatable: bool = True,
) -> _Send:
    given = {name: _word(value) for name, value in (params or {}).items() if value is not None}
    content = None if body is None else json.dumps(body, allow_nan=False).encode()
    kind = {} if content is None else {"Content-Type": "application/json"}
    return _Send(method, path, given, {**kind, **(headers or {})}, content, patience, repeatable)


def _word(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


@dataclass(frozen=True, slots=True)
class _Calls:
    """Every call as steps. The clients' methods are made of these, with the same arguments."""

    retries: int

    def decide(
        self,
        text: str,
        workflow: str,
        attributes: Attributes | None = None,
        subject: str | None = None,
        *,
        idempotency_key: str | None = None,
        wait: float | None = None,
        dry_run: bool = False,
    ) -> _Steps[Decision]:
        """Ask for a decision. With `wait`, stay up to so many seconds for a person; it may be waiting still."""
        body = {"workflow": workflow, "text": text, "attributes": dict(attributes or {}), "subject": subject}
        # The key makes repeating safe: the service answers a repeat with its first answer.
        headers = {"Idempotency-Key": idempotency_key or str(uuid.uuid4())}
        asked = _send("POST", "/v1/decisions", params={"dry_run": dry_run or None}, body=body, headers=headers)
        decision = yield from self._one(Decision, asked)
        if wait and decision.waiting and not dry_run:
            return (yield from self.wait(decision.id, wait))
        return decision

    def get(self, decision_id: str) -> _Steps[Decision]:
        """The decision as it stands."""
        return (yield from self._one(Decision, _send("GET", f"/v1/decisions/{_id(decision_id)}")))

    def wait(self, decision_id: str, timeout: float) -> _Steps[Decision]:
        """The decision once it is final, or as it stands after `timeout` seconds."""
        until = time.monotonic() + timeout
        while True:
            begun = time.monotonic()
            seconds = round(min(max(until - begun, 0), _POLL), 3)
            asked = _send("GET", f"/v1/decisions/{_id(decision_id)}", params={"wait": seconds}, patience=seconds)
            decision = yield from self._one(Decision, asked)
            now = time.monotonic()
            if not decision.waiting or now >= until:
                return decision
            if now - begun < min(1, seconds):  # the server did not wait as asked
                yield _Pause(min(1, until - now))

    def decisions(
        self, *, workflow: str | None = None, state: str | None = None, after: str | None = None, limit: int = 50
    ) -> _Steps[DecisionPage]:
        """A page of decisions, newest first."""
        params = {"workflow": workflow, "state": state, "after": after, "limit": limit}
        return (yield from self._one(DecisionPage, _send("GET", "/v1/decisions", params=params)))

    def search(self, text: str, workflow: str, k: int = 5) -> _Steps[list[Passage]]:
        """The best passages of the workflow's approved documents, best first."""
        body = {"workflow": workflow, "text": text, "k": k}
        return (yield from self._one(_Found, _send("POST", "/v1/search", body=body))).items

    def cases(
        self,
        *,
        queue: str | None = None,
        state: str | None = None,
        reason: str | None = None,
        after: str | None = None,
        limit: int = 50,
    ) -> _Steps[CasePage]:
        """A page of cases; open ones (`state="open"`) come best first."""
        params = {"queue": queue, "state": state, "reason": reason, "after": after, "limit": limit}
        return (yield from self._one(CasePage, _send("GET", "/v1/cases", params=params)))

    def case(self, case_id: str) -> _Steps[Case]:
        """Everything needed to decide a case."""
        return (yield from self._one(Case, _send("GET", f"/v1/cases/{_id(case_id)}")))

    def claim(self, queue: str) -> _Steps[Claimed | None]:
        """Lease the best case of the queue; None when nothing waits there. After `Unreachable`, look at `cases`.

        Never repeated blindly: the first attempt may have leased a case though its answer was lost, and a second one
        would lease another and leave the first to nobody until its lease runs out.
        """
        response = yield from self._answered(_send("POST", f"/v1/queues/{_id(queue)}/claim", repeatable=False))
        return None if response.status_code == httpx.codes.NO_CONTENT else _read(Claimed, response)

    def claim_case(self, case_id: str) -> _Steps[Claimed]:
        """Lease this case. Repeating is safe: whoever holds it gets a new token."""
        return (yield from self._one(Claimed, _send("POST", f"/v1/cases/{_id(case_id)}/claim")))

    def renew(self, case: Claimed) -> _Steps[Claimed]:
        """Put the end of the lease off by its full length."""
        asked = _send("POST", f"/v1/cases/{_id(case.case)}/renew", body={"token": case.token})
        renewed = yield from self._one(_Renewed, asked)
        return case.model_copy(update={"until": renewed.until})

    def return_case(self, case: Claimed) -> _Steps[None]:
        """Put the case back into its queue, undecided."""
        path = f"/v1/cases/{_id(case.case)}/return"
        yield from self._answered(_send("POST", path, body={"token": case.token}, repeatable=False))

    def decide_case(
        self,
        case: Claimed,
        labels: Sequence[str],
        reason_code: str,
        *,
        outcome: Literal["allow", "block"] | None = None,
        note: str | None = None,
        passage_ids: Sequence[str] = (),
        reply: str | None = None,
    ) -> _Steps[Decision]:
        """Decide a case you hold. After `Unreachable`, `get` the decision: it may be final already."""
        body = {
            "token": case.token,
            "labels": list(labels),
            "outcome": outcome,
            "reason_code": reason_code,
            "note": note,
            "passage_ids": list(passage_ids),
            "reply": reply,
        }
        # Not repeated: a second attempt would be told that the lease is lost, though the first one had decided.
        path = f"/v1/cases/{_id(case.case)}/decide"
        return (yield from self._one(Decision, _send("POST", path, body=body, repeatable=False)))

    def check_rules(self) -> _Steps[list[RuleError]]:
        """Every error in the rule and policy files as they lie there."""
        return (yield from self._one(_Checked, _send("POST", "/v1/rules/check"))).errors

    def reload_rules(self, *, dry_run: bool = False) -> _Steps[Reloaded]:
        """Load the files; SignoffError `rules_broken` lists every error, and the rules in force stay."""
        asked = _send("POST", "/v1/rules/reload", params={"dry_run": dry_run or None})
        return (yield from self._one(Reloaded, asked))

    def halt(self, why: str, workflow: str | None = None) -> _Steps[Halted]:
        """Stop automatic decisions, of one workflow or of all."""
        return (yield from self._one(Halted, _send("POST", "/v1/halt", body={"workflow": workflow, "why": why})))

    def resume(self, workflow: str | None = None) -> _Steps[Halted]:
        """Let automatic decisions go on."""
        return (yield from self._one(Halted, _send("POST", "/v1/resume", body={"workflow": workflow})))

    def _one(self, model: type[M], asked: _Send) -> _Steps[M]:
        return _read(model, (yield from self._answered(asked)))

    def _answered(self, asked: _Send) -> _Steps[httpx.Response]:
        """Send, and send again while that is safe and may help; SignoffError once it is not."""
        attempt = 0
        while True:
            outcome = yield asked
            if isinstance(outcome, httpx.Response) and outcome.is_success:
                return outcome
            error, may_repeat = _failed(asked, outcome)
            if not may_repeat or attempt >= self.retries:
                raise error
            yield _Pause(_pause(attempt, error.retry_after))
            attempt += 1


def _failed(asked: _Send, outcome: _Outcome) -> tuple[SignoffError, bool]:
    """The error, and whether sending again is safe and may help."""
    if isinstance(outcome, httpx.Response):
        error = SignoffError(outcome.status_code, _members(outcome), _retry_after(outcome))
        return error, outcome.status_code in _RETRIED and (asked.repeatable or error.turned_away)
    assert outcome is not None, "only a pause is answered by nothing"
    lost = Unreachable(outcome)
    lost.__cause__ = outcome
    return lost, asked.repeatable or lost.never_sent


def _pause(attempt: int, retry_after: float | None) -> float:
    """Seconds: as long as the server asked for, else growing; with jitter, so that clients do not come back as one."""
    jitter = random.uniform(0.5, 1.0)  # noqa: S311 - spreads load, keeps no secret
    if retry_after is not None:
        return min(retry_after, _LONGEST_RETRY_AFTER) + jitter * _FIRST_PAUSE
    return min(_FIRST_PAUSE * 2.0**attempt, _LONGEST_PAUSE) * jitter


def _retry_after(response: httpx.Response) -> float | None:
    """Seconds from a `Retry-After` header, which holds seconds or a date (RFC 9110)."""
    value = response.headers.get("retry-after", "").strip()
    if value.isdecimal():
        return float(value)
    try:
        moment = parsedate_to_datetime(value)
    except ValueError:
        return None
    moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    return max((moment - datetime.now(UTC)).total_seconds(), 0)


def _members(response: httpx.Response) -> Mapping[str, Any]:
    """The problem's members; a proxy's answer has none, so its status has to do."""
    try:
        found = response.json()
    except ValueError:
        found = None
    return found if isinstance(found, dict) else {"title": response.reason_phrase}


def _read(model: type[M], response: httpx.Response) -> M:
    try:
        return model.model_validate_json(response.content)
    except ValidationError as error:
        detail = f"the answer is not a {model.__name__}: {error.error_count()} member(s) do not fit"
        raise SignoffError(response.status_code, {"detail": detail, "remedy": "check the address"}) from error


def _id(name: str) -> str:
    return quote(name, safe="")


def _arguments(asked: _Send, timeout: float) -> dict[str, Any]:
    return {
        "method": asked.method,
        "url": asked.path,
        "params": asked.params,
        "headers": asked.headers,
        "content": asked.content,
        "timeout": timeout + asked.patience,
    }


# --- the two clients ---


def _now(call: Callable[Concatenate[_Calls, P], _Steps[T]]) -> Callable[Concatenate[Signoff, P], T]:
    @functools.wraps(call)
    def method(self: Signoff, /, *args: P.args, **kwargs: P.kwargs) -> T:
        return self._take(call(self._calls, *args, **kwargs))

    return method


def _soon(
    call: Callable[Concatenate[_Calls, P], _Steps[T]],
) -> Callable[Concatenate[AsyncSignoff, P], Coroutine[Any, Any, T]]:
    @functools.wraps(call)
    async def method(self: AsyncSignoff, /, *args: P.args, **kwargs: P.kwargs) -> T:
        return await self._take(call(self._calls, *args, **kwargs))

    return method


class Signoff:
    """The client for ordinary code. Threads may share one; use it with `with`, or close it.

    `timeout` is in seconds for one attempt, waiting not included; `retries` are attempts after the first.
    """

    def __init__(
        self,
        base_url: str,
        key: str,
        *,
        timeout: float = 10.0,
        retries: int = 4,
        transport: httpx.BaseTransport | None = None,
    ) -> None:
        self._http = httpx.Client(base_url=base_url, headers={"Authorization": f"Bearer {key}"}, transport=transport)
        self._timeout = timeout
        self._calls = _Calls(retries)

    decide = _now(_Calls.decide)
    get = _now(_Calls.get)
    wait = _now(_Calls.wait)
    decisions = _now(_Calls.decisions)
    search = _now(_Calls.search)
    cases = _now(_Calls.cases)
    case = _now(_Calls.case)
    claim = _now(_Calls.claim)
    claim_case = _now(_Calls.claim_case)
    renew = _now(_Calls.renew)
    return_case = _now(_Calls.return_case)
    decide_case = _now(_Calls.decide_case)
    check_rules = _now(_Calls.check_rules)
    reload_rules = _now(_Calls.reload_rules)
    halt = _now(_Calls.halt)
    resume = _now(_Calls.resume)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._http.close()

    def _take(self, steps: _Steps[T]) -> T:
        outcome: _Outcome = None
        while True:
            try:
                step = steps.send(outcome)
            except StopIteration as done:
                return cast("T", done.value)
            if isinstance(step, _Pause):
                time.sleep(step.seconds)
                outcome = None
                continue
            try:
                outcome = self._http.request(**_arguments(step, self._timeout))
            except httpx.RequestError as error:
                outcome = error


class AsyncSignoff:
    """The client for asyncio, with the methods of `Signoff` to be awaited."""

    def __init__(
        self,
        base_url: str,
        key: str,
        *,
        timeout: float = 10.0,
        retries: int = 4,
        transport: httpx.AsyncBaseTransport | None = None,
    ) -> None:
        headers = {"Authorization": f"Bearer {key}"}
        self._http = httpx.AsyncClient(base_url=base_url, headers=headers, transport=transport)
        self._timeout = timeout
        self._calls = _Calls(retries)

    decide = _soon(_Calls.decide)
    get = _soon(_Calls.get)
    wait = _soon(_Calls.wait)
    decisions = _soon(_Calls.decisions)
    search = _soon(_Calls.search)
    cases = _soon(_Calls.cases)
    case = _soon(_Calls.case)
    claim = _soon(_Calls.claim)
    claim_case = _soon(_Calls.claim_case)
    renew = _soon(_Calls.renew)
    return_case = _soon(_Calls.return_case)
    decide_case = _soon(_Calls.decide_case)
    check_rules = _soon(_Calls.check_rules)
    reload_rules = _soon(_Calls.reload_rules)
    halt = _soon(_Calls.halt)
    resume = _soon(_Calls.resume)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def close(self) -> None:
        await self._http.aclose()

    async def _take(self, steps: _Steps[T]) -> T:
        outcome: _Outcome = None
        while True:
            try:
                step = steps.send(outcome)
            except StopIteration as done:
                return cast("T", done.value)
            if isinstance(step, _Pause):
                await asyncio.sleep(step.seconds)
                outcome = None
                continue
            try:
                outcome = await self._http.request(**_arguments(step, self._timeout))
            except httpx.RequestError as error:
                outcome = error
