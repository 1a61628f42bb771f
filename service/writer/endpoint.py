"""Ask a language model behind an address of the operator's, by the chat completions interface that many servers speak.

What comes back is bounded in time, in size and in kind: no redirect is followed, no proxy of the environment is used,
and nothing of the answer is read but the text of its first choice and the tokens it cost.
"""

from __future__ import annotations

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Final

import httpx

_MOST_BYTES: Final = 262_144
_CHARACTERS_A_TOKEN: Final = 3.0  # an estimate on the high side, for what nobody counted
_TOO_MANY_REQUESTS: Final = 429
_SERVER_ERRORS: Final = 500

Message = Mapping[str, str]


class Trouble(StrEnum):
    """Why a language model gave no usable answer."""

    UNREACHABLE = "unreachable"  #: No connection, or it broke.
    TOO_SLOW = "too_slow"
    TURNED_AWAY = "turned_away"  #: It answered that it will not: a wrong key or model, or a redirect.
    BROKEN = "broken"  #: An error of its own, or an answer that is none.
    TOO_LARGE = "too_large"


class NotAnswered(Exception):
    """The language model gave no usable answer."""

    def __init__(self, why: Trouble) -> None:
        self.why = why
        super().__init__(why.value)


@dataclass(frozen=True, slots=True)
class Endpoint:
    """Where a language model is asked, and how long one waits for it."""

    url: str  #: of the interface, as in http://localhost:11434/v1
    model: str
    seconds: float  #: for the whole exchange
    key: str = field(default="", repr=False)

    @property
    def address(self) -> str:
        return f"{self.url.rstrip('/')}/chat/completions"


@dataclass(frozen=True, slots=True)
class Said:
    """What a language model answered."""

    text: str
    tokens: int  #: that it cost, question and answer; never less than half of what we estimate
    whole: bool  #: it ended by itself, was not cut off, and wanted nothing done


def ask(endpoint: Endpoint, messages: Sequence[Message], most_tokens: int) -> Said:
    """The answer to `messages`, of at most so many tokens. Raises NotAnswered. Not to be called from an event loop."""
    asked = {
        "model": endpoint.model,
        "messages": list(messages),
        "max_tokens": most_tokens,
        "temperature": 0,
        "stream": False,
    }
    body = json.dumps(asked, ensure_ascii=False).encode()
    return _read(asyncio.run(_exchange(endpoint, body)), messages)


def estimated_tokens(messages: Sequence[Message]) -> int:
    """About what a question costs."""
    return int(sum(len(message["content"]) for message in messages) / _CHARACTERS_A_TOKEN) + 1


async def _exchange(endpoint: Endpoint, body: bytes) -> bytes:
    headers = {"Content-Type": "application/json", "Accept": "application/json", "Accept-Encoding": "identity"}
    if endpoint.key:
        headers["Authorization"] = f"Bearer {endpoint.key}"
    try:
        async with (
            asyncio.timeout(endpoint.seconds),
            httpx.AsyncClient(trust_env=False, follow_redirects=False, timeout=None) as client,  # noqa: S113 - one above
            client.stream("POST", endpoint.address, content=body, headers=headers) as answer,
        ):
            _refuse(answer)
            return await _bounded(answer)
    except TimeoutError as error:
        raise NotAnswered(Trouble.TOO_SLOW) from error
    except httpx.HTTPError as error:
        raise NotAnswered(Trouble.UNREACHABLE) from error


def _refuse(answer: httpx.Response) -> None:
    if answer.status_code >= _SERVER_ERRORS or answer.status_code == _TOO_MANY_REQUESTS:
        raise NotAnswered(Trouble.BROKEN)
    if answer.status_code != httpx.codes.OK:
        raise NotAnswered(Trouble.TURNED_AWAY)
    if answer.headers.get("content-encoding", "identity") != "identity":
        raise NotAnswered(Trouble.BROKEN)  # nobody asked for it, and what is packed small may be huge


async def _bounded(answer: httpx.Response) -> bytes:
    read = bytearray()
    async for piece in answer.aiter_raw():
        read += piece
        if len(read) > _MOST_BYTES:
            raise NotAnswered(Trouble.TOO_LARGE)
    return bytes(read)


def _read(data: bytes, messages: Sequence[Message]) -> Said:
    try:
        answer: Any = json.loads(data)
        choice = answer["choices"][0]
        message = choice["message"]
        text = message["content"]
    except (ValueError, LookupError, TypeError, RecursionError) as error:
        raise NotAnswered(Trouble.BROKEN) from error
    if not isinstance(text, str):
        raise NotAnswered(Trouble.BROKEN)
    whole = choice.get("finish_reason") in (None, "stop") and not message.get("tool_calls")
    estimate = estimated_tokens([*messages, {"content": text}])
    return Said(text, max(_counted(answer), estimate // 2), whole)


def _counted(answer: Mapping[str, Any]) -> int:
    usage = answer.get("usage")
    total = usage.get("total_tokens") if isinstance(usage, Mapping) else None
    return total if isinstance(total, int) and not isinstance(total, bool) and 0 <= total <= _MOST_BYTES else 0
