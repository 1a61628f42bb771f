"""One attempt at handing a message to a receiver, who may stall, redirect, babble or be somebody else altogether."""

from __future__ import annotations

import asyncio
import contextlib
import ssl
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

import httpcore
import httpx

from service.domain.addresses import Network
from service.usecases.guarded_network import GuardedNetwork, Refused, Resolve, resolve

_CONNECT_SECONDS = 5.0
_READ_MOST = 16_384  # bytes of an answer; its status is all that counts
_READ_SECONDS = 1.0
_CONNECTIONS = 8
_KEPT_SECONDS = 30.0


@dataclass(frozen=True, slots=True)
class Attempt:
    """What came of it."""

    status: int | None  #: of the answer; None when none came
    trouble: str  #: empty: it arrived
    seconds: float
    asked: float | None = None  #: seconds that the receiver wants to be left alone
    detail: str = ""

    @property
    def arrived(self) -> bool:
        return not self.trouble


class Post:
    """Connections to the receiver at one address. To be used from one event loop, and closed."""

    def __init__(self, url: str, allowed: Sequence[Network], tls: ssl.SSLContext, resolve: Resolve = resolve) -> None:
        self._url = url
        plain = urlsplit(url).scheme == "http"
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=tls,
            max_connections=_CONNECTIONS,
            keepalive_expiry=_KEPT_SECONDS,
            network_backend=GuardedNetwork(allowed, private_only=plain, resolve=resolve),
        )

    async def close(self) -> None:
        await self._pool.aclose()

    async def send(self, headers: Mapping[str, str], body: bytes, seconds: float) -> Attempt:
        """POST it once. No redirect is followed, and of the answer next to nothing is read. Never raises."""
        begun = time.monotonic()
        status: int | None = None
        asked: float | None = None
        trouble, detail = "", ""
        try:
            async with asyncio.timeout(seconds):
                status, asked = await self._exchange(headers, body, seconds)
            trouble = _trouble_of(status)
        except Refused as error:
            trouble, detail = error.trouble, str(error)
        except (TimeoutError, httpcore.TimeoutException):
            trouble, detail = "timeout", f"no answer in {seconds:g} seconds"
        except httpcore.ConnectError as error:
            tls = isinstance(error.__context__, ssl.SSLError) or "certificate" in str(error).lower()
            trouble, detail = ("tls" if tls else "not_reached"), str(error)
        except (httpcore.ProtocolError, httpcore.NetworkError, UnicodeError, ValueError) as error:
            trouble, detail = "broken_answer", f"{type(error).__name__}: {error}"
        return Attempt(status, trouble, time.monotonic() - begun, asked, detail)

    async def _exchange(self, headers: Mapping[str, str], body: bytes, seconds: float) -> tuple[int, float | None]:
        timeouts = {"connect": min(_CONNECT_SECONDS, seconds), "read": seconds, "write": seconds, "pool": seconds}
        sent = {"host": urlsplit(self._url).netloc, "content-length": str(len(body)), **headers}
        async with self._pool.stream(
            "POST", self._url, headers=list(sent.items()), content=body, extensions={"timeout": timeouts}
        ) as answer:
            # The status is there, and that is the answer; whatever follows is read so that the connection can be used
            # again, but neither for long nor much of it.
            with contextlib.suppress(TimeoutError, httpcore.TimeoutException, httpcore.ProtocolError, OSError):
                async with asyncio.timeout(_READ_SECONDS):
                    await _read_a_little(answer)
            return answer.status, _asked(answer)


async def _read_a_little(answer: httpcore.Response) -> None:
    read = 0
    async for chunk in answer.aiter_stream():
        read += len(chunk)
        if read > _READ_MOST:
            return


def _trouble_of(status: int) -> str:
    if 200 <= status < 300:
        return ""
    if 300 <= status < 400:
        return "redirect"
    return "gone" if status == 410 else "status"


def _asked(answer: httpcore.Response) -> float | None:
    """Seconds from `Retry-After`; a date is not worth the trouble."""
    value = next((value for name, value in answer.headers if name.lower() == b"retry-after"), b"").strip()
    return float(value) if value.isdigit() and len(value) < 10 else None


def trusted() -> ssl.SSLContext:
    """Whom TLS trusts: SSL_CERT_FILE and SSL_CERT_DIR where they are set, else the usual authorities."""
    return httpx.create_ssl_context()
