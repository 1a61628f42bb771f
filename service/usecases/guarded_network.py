"""Connections to the outside that somebody else named: only to addresses that may be reached.

A name is looked up once for each connection, every address that it leads to is judged, and the connection goes to one
of those addresses and to no other. A name that leads elsewhere a moment later gains nothing by it.
"""

from __future__ import annotations

import asyncio
import contextlib
import socket
import threading
from collections.abc import Awaitable, Callable, Iterable, Sequence
from typing import Any

import httpcore

from service.domain.addresses import Network, is_public, is_within, read_address

Resolve = Callable[[str, int], Awaitable[Sequence[str]]]


class Refused(Exception):
    """A connection that is not made; `trouble` says why."""

    def __init__(self, trouble: str, detail: str) -> None:
        self.trouble = trouble
        super().__init__(detail)


def look_up(host: str, port: int) -> list[str]:
    """Every address that the name leads to. Refused when there is none."""
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        raise Refused("name_not_found", f"{host} leads nowhere: {error}") from error
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


async def resolve(host: str, port: int) -> Sequence[str]:
    """`look_up` in a thread of its own: a name server that stalls takes no thread that others need, and none that the
    end of the process would wait for."""
    loop = asyncio.get_running_loop()
    answer: asyncio.Future[Sequence[str]] = loop.create_future()

    def settle(found: Sequence[str] | None, error: Refused | None) -> None:
        if answer.done():
            return
        if error is not None:
            answer.set_exception(error)
        else:
            answer.set_result(found or ())

    def work() -> None:
        found, trouble = None, None
        try:
            found = look_up(host, port)
        except Refused as error:
            trouble = error
        with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
            loop.call_soon_threadsafe(settle, found, trouble)

    threading.Thread(target=work, name="name-lookup", daemon=True).start()
    return await answer


class GuardedNetwork(httpcore.AsyncNetworkBackend):
    """Connects to public addresses, and to those in networks that are allowed by name.

    `private_only`: for plain http, which must not cross the internet.
    """

    def __init__(
        self,
        allowed: Sequence[Network],
        *,
        private_only: bool = False,
        resolve: Resolve = resolve,
        inner: httpcore.AsyncNetworkBackend | None = None,
    ) -> None:
        self._allowed = tuple(allowed)
        self._private_only = private_only
        self._resolve = resolve
        self._inner = inner or httpcore.AnyIOBackend()
        self._asking: dict[tuple[str, int], asyncio.Future[Sequence[str]]] = {}

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - as the library calls it
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        addresses = [host] if read_address(host) else await self._addresses(host, port)
        judge(host, addresses, self._allowed, private_only=self._private_only)
        failed: Exception | None = None
        for address in addresses:
            try:
                return await self._inner.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failed = error
        raise failed or Refused("name_not_found", f"{host} leads nowhere")

    async def _addresses(self, host: str, port: int) -> Sequence[str]:
        """Connections that begin at the same time share one look-up, so that a stalled one is not piled up on."""
        asking = self._asking.get((host, port))
        if asking is None:
            asking = self._asking[host, port] = asyncio.ensure_future(self._resolve(host, port))
            asking.add_done_callback(lambda done: self._answered(host, port, done))
        return await asyncio.shield(asking)

    def _answered(self, host: str, port: int, done: asyncio.Future[Sequence[str]]) -> None:
        del self._asking[host, port]
        if not done.cancelled():
            done.exception()  # looked at, in case nobody waits any more


def judge(host: str, addresses: Sequence[str], allowed: Sequence[Network], *, private_only: bool) -> None:
    """Refused when one of the addresses may not be reached: a name that leads to such a one is not to be trusted."""
    for text in addresses:
        address = read_address(text)
        if address is None or not (is_within(address, allowed) or is_public(address)):
            raise Refused("refused_address", f"{host} leads to {text}, which is not a public address")
        if private_only and not is_within(address, allowed):
            raise Refused("plain_http", f"{host} leads to {text}, which plain http may not be sent to")
