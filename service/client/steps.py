"""A call as steps, send this and pause so long, which the two clients take each in its own way."""

from __future__ import annotations

import json
import random
from collections.abc import Generator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any, TypeAlias, TypeVar
from urllib.parse import quote

import httpx
from pydantic import BaseModel, ValidationError

from .errors import SignoffError, Unreachable

T = TypeVar("T")
M = TypeVar("M", bound=BaseModel)

_FIRST_PAUSE, _LONGEST_PAUSE = 0.25, 8.0
_LONGEST_RETRY_AFTER = 60.0
_RETRIED = frozenset({429, 502, 503})


@dataclass(frozen=True, slots=True)
class Send:
    """Send this and hand back what came."""

    method: str
    path: str
    params: Mapping[str, str | list[str]]
    headers: Mapping[str, str]
    content: bytes | None
    patience: float  # seconds on top of the client's timeout
    repeatable: bool  # sending it twice does no more than sending it once


@dataclass(frozen=True, slots=True)
class Pause:
    seconds: float


Outcome: TypeAlias = httpx.Response | httpx.RequestError | None
Steps: TypeAlias = Generator[Send | Pause, Outcome, T]


def send(
    method: str,
    path: str,
    *,
    params: Mapping[str, Any] | None = None,
    body: Mapping[str, Any] | None = None,
    headers: Mapping[str, str] | None = None,
    patience: float = 0,
    repeatable: bool = True,
) -> Send:
    given = {name: _words(value) for name, value in (params or {}).items() if value is not None}
    content = None if body is None else json.dumps(body, allow_nan=False).encode()
    kind = {} if content is None else {"Content-Type": "application/json"}
    return Send(method, path, given, {**kind, **(headers or {})}, content, patience, repeatable)


def send_files(path: str, files: Sequence[tuple[str, bytes]], *, params: Mapping[str, Any], patience: float) -> Send:
    """Files by their names, as multipart/form-data. Sent once only: they may have come in though no answer came."""
    form = httpx.Request("POST", "http://files", files=[("files", (name, data)) for name, data in files])
    given = {name: _words(value) for name, value in params.items() if value is not None}
    headers = {"Content-Type": form.headers["content-type"]}
    return Send("POST", path, given, headers, form.read(), patience, repeatable=False)


def _words(value: object) -> str | list[str]:
    """What is said several times, as a list."""
    return [_word(each) for each in value] if isinstance(value, list | tuple) else _word(value)


def _word(value: object) -> str:
    return str(value).lower() if isinstance(value, bool) else str(value)


@dataclass(frozen=True, slots=True)
class Calling:
    """What every group of calls is made of."""

    retries: int

    def _one(self, model: type[M], asked: Send) -> Steps[M]:
        return read(model, (yield from self._answered(asked)))

    def _answered(self, asked: Send) -> Steps[httpx.Response]:
        """Send, and send again while that is safe and may help; SignoffError once it is not."""
        attempt = 0
        while True:
            outcome = yield asked
            if isinstance(outcome, httpx.Response) and outcome.is_success:
                return outcome
            error, may_repeat = _failed(asked, outcome)
            if not may_repeat or attempt >= self.retries:
                raise error
            yield Pause(_pause(attempt, error.retry_after))
            attempt += 1


def _failed(asked: Send, outcome: Outcome) -> tuple[SignoffError, bool]:
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


def read(model: type[M], response: httpx.Response) -> M:
    try:
        return model.model_validate_json(response.content)
    except ValidationError as error:
        detail = f"the answer is not a {model.__name__}: {error.error_count()} member(s) do not fit"
        raise SignoffError(response.status_code, {"detail": detail, "remedy": "check the address"}) from error


def quoted(name: str) -> str:
    return quote(name, safe="")


def arguments(asked: Send, timeout: float) -> dict[str, Any]:
    return {
        "method": asked.method,
        "url": asked.path,
        "params": asked.params,
        "headers": asked.headers,
        "content": asked.content,
        "timeout": timeout + asked.patience,
    }
