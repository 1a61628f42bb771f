"""Enter, change, pause and remove the addresses that hear of events; change the secrets that they know us by.

A secret is shown when it is made, and never again.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

import httpx

from service.domain.answer import timestamp
from service.domain.audit import keyed_digest
from service.domain.webhook import key, shown
from service.errors import Conflict, FieldProblem, InvalidRequest, NotFound, did_you_mean
from service.store import deliveries, events, ledger, pointers, webhooks
from service.store.engine import Connection, Row
from service.usecases.guarded_network import Refused, judge, look_up
from service.usecases.house import House
from service.usecases.read_events import unknown_types
from service.usecases.settle_delivery import give_up
from service.usecases.take_deliveries import reachable

MOST = 50  # webhooks of an instance
KEEP_HOURS = 24.0  #: that an earlier secret goes on signing, unless said otherwise
_MOST_SECRETS = 5
_LONGEST_URL = 2_000


@dataclass(frozen=True, slots=True)
class Change:
    """What is to be different; None: as it is."""

    name: str | None = None
    url: str | None = None
    types: Sequence[str] | None = None
    workflows: Sequence[str] | None = None

    def values(self) -> dict[str, Any]:
        given = {"name": self.name, "url": self.url}
        lists = {"types": self.types, "workflows": self.workflows}
        return {name: value for name, value in given.items() if value is not None} | {
            name: sorted(set(value)) for name, value in lists.items() if value is not None
        }


def create(
    house: House, by: str, *, name: str, url: str, types: Sequence[str] = (), workflows: Sequence[str] = ()
) -> dict[str, Any]:
    """From now on it hears of what happens. The only time that its secret is seen. InvalidRequest names the fields."""
    values = _checked(house, Change(name, url, types, workflows))
    webhook, salt, now = house.new_id("whk"), secrets.token_hex(16), house.clock()

    def work(connection: Connection) -> Row[Any]:
        if webhooks.count(connection) >= MOST:
            raise Conflict(f"there are {MOST} webhooks already", remedy="remove one that nobody needs any more")
        upto = events.last(connection)
        webhooks.add(connection, {"id": webhook, **values, "upto": upto, "created_at": now, "created_by": by})
        webhooks.add_secret(connection, webhook, salt, by, now)
        ledger.append(connection, "webhook.created", webhook, now, {"by": by, **_for_ledger(house, values)})
        return _found(connection, webhook)

    house.store.commit(work)
    return {**view(house, webhook), "secret": shown(key(house.secret, webhook, salt))}


def change(house: House, by: str, webhook: str, wanted: Change) -> dict[str, Any]:
    """What waits to be sent goes to the new address as well; filters count for what comes from now on."""
    values, now = _checked(house, wanted), house.clock()
    if not values:
        raise InvalidRequest("nothing is to be changed", remedy="name what: name, url, types or workflows")

    def work(connection: Connection) -> None:
        _found(connection, webhook)
        webhooks.change(connection, webhook, values)
        ledger.append(connection, "webhook.changed", webhook, now, {"by": by, **_for_ledger(house, values)})

    house.store.commit(work)
    return view(house, webhook)


def pause(house: House, by: str, webhook: str) -> dict[str, Any]:
    """It hears nothing until it is resumed, and then of all that happened meanwhile."""

    def work(connection: Connection) -> None:
        row = _found(connection, webhook)
        if not give_up(house, connection, webhook, webhooks.ASKED, by):
            raise Conflict(f"{row.name} is paused already, by {row.paused_by}")

    house.store.commit(work)
    return view(house, webhook)


def resume(house: House, by: str, webhook: str) -> dict[str, Any]:
    """Everything that waits is sent at once."""
    now = house.clock()

    def work(connection: Connection) -> None:
        row = _found(connection, webhook)
        if not webhooks.resume(connection, webhook):
            raise Conflict(f"{row.name} is not paused")
        deliveries.due_now(connection, webhook, now)
        ledger.append(connection, "webhook.resumed", webhook, now, {"by": by})
        events.add(connection, house.new_id("evt"), "webhook.resumed", webhook, {"webhook": webhook}, now)

    house.store.commit(work)
    return view(house, webhook)


def rotate(house: House, by: str, webhook: str, keep_hours: float = KEEP_HOURS) -> dict[str, Any]:
    """A new secret; those before sign as well for so many hours. The only time that it is seen."""
    salt, now = secrets.token_hex(16), house.clock()

    def work(connection: Connection) -> None:
        _found(connection, webhook)
        webhooks.end_secrets(connection, webhook, now + timedelta(hours=keep_hours))
        if len(webhooks.secrets(connection, webhook, now)) >= _MOST_SECRETS:
            raise Conflict(
                f"{_MOST_SECRETS} secrets are valid already",
                remedy="wait until one has run out, or let the earlier ones end at once: keep_hours 0",
            )
        webhooks.add_secret(connection, webhook, salt, by, now)
        told = {"by": by, "keep_minutes": round(keep_hours * 60)}
        ledger.append(connection, "webhook.rotated", webhook, now, told)

    house.store.commit(work)
    return {**view(house, webhook), "secret": shown(key(house.secret, webhook, salt))}


def remove(house: House, by: str, webhook: str) -> None:
    """It hears nothing any more, and what was to be sent to it is forgotten."""

    def work(connection: Connection) -> None:
        row = _found(connection, webhook)
        webhooks.remove(connection, webhook)
        told = {"by": by, **_for_ledger(house, {"name": row.name, "url": row.url})}
        ledger.append(connection, "webhook.removed", webhook, house.clock(), told)

    house.store.commit(work)


def listing(house: House) -> list[dict[str, Any]]:
    """Oldest first, each with how it fares."""
    with house.store.read() as connection:
        return [_view(house, connection, row) for row in webhooks.page(connection)]


def view(house: House, webhook: str) -> dict[str, Any]:
    with house.store.read() as connection:
        return _view(house, connection, _found(connection, webhook))


def _view(house: House, connection: Connection, row: Row[Any]) -> dict[str, Any]:
    tally = deliveries.tally(connection).get(row.id, {})
    oldest = deliveries.oldest_waiting(connection, row.id)
    arrived = deliveries.latest(connection, row.id, deliveries.DELIVERED)
    paused = {"by": row.paused_by, "at": timestamp(row.paused_at), "why": row.paused_why} if row.paused_at else None
    return {
        "id": row.id,
        "name": row.name,
        "url": row.url,
        "types": row.types,
        "workflows": row.workflows,
        "state": row.state,
        "paused": paused,
        "failing_since": _time(row.failing_since),
        "waiting": tally.get(deliveries.WAITING, 0),
        "dead": tally.get(deliveries.DEAD, 0),
        "oldest_waiting": _time(oldest),
        "last_delivered": _time(arrived.tried_at) if arrived else None,
        "secrets": [
            {"created_at": timestamp(each.created_at), "created_by": each.created_by, "ends_at": _time(each.ends_at)}
            for each in webhooks.secrets(connection, row.id, house.clock())
        ],
        "created_at": timestamp(row.created_at),
        "created_by": row.created_by,
    }


def _time(at: Any) -> str | None:
    return timestamp(at) if at is not None else None


def _found(connection: Connection, webhook: str) -> Row[Any]:
    row = webhooks.get(connection, webhook)
    if row is None:
        raise NotFound(f"there is no webhook {webhook}", remedy="list them with `signoff webhooks list`")
    return row


def _checked(house: House, wanted: Change) -> dict[str, Any]:
    values = wanted.values()
    problems: list[FieldProblem] = [*unknown_types(values.get("types", ()), "types")]
    if "name" in values:
        values["name"] = values["name"].strip()
        if not values["name"]:
            problems.append(FieldProblem("name", "is empty", "say whose address it is"))
    if "url" in values:
        try:
            values["url"] = _address(house, values["url"])
        except Refused as error:
            problems.append(FieldProblem("url", str(error), _REMEDIES[error.trouble]))
    problems += _unknown_workflows(house, values.get("workflows", ()))
    if problems:
        raise InvalidRequest("; ".join(f"{p.field}: {p.message}" for p in problems), problems=tuple(problems))
    return values


_NETWORKS = "name its network in SIGNOFF_WEBHOOK_NETWORKS if it is to be reached"
_REMEDIES: Mapping[str, str] = {
    "unusable": "give an address as in https://example.com/signoff",
    "refused_address": f"give a public address; {_NETWORKS}",
    "plain_http": f"use https; {_NETWORKS} over http",
}


def _address(house: House, url: str) -> str:
    """The address as it is connected to, in ASCII. Refused says what is wrong with it."""
    try:
        read = httpx.URL(url.strip())
        port = read.port
    except (httpx.InvalidURL, ValueError) as error:
        raise Refused("unusable", f"is no address: {error}") from error
    host = read.raw_host.decode("ascii")
    if read.scheme not in ("https", "http") or not host or port == 0 or (port or 1) > 65_535:
        raise Refused("unusable", "is no address of the web")
    if read.userinfo or read.fragment:
        raise Refused("unusable", "has a user, a password or a fragment in it, which are not sent")
    plain = f"{read.scheme}://{read.netloc.decode('ascii')}{read.raw_path.decode('ascii')}"
    if len(plain) > _LONGEST_URL:
        raise Refused("unusable", f"is longer than {_LONGEST_URL} characters")
    try:
        addresses = look_up(host.strip("[]"), port or 443)
    except Refused:
        return plain  # a name that is to lead somewhere later; where, is judged at each connection
    judge(host, addresses, reachable(house), private_only=read.scheme == "http")
    return plain


def _unknown_workflows(house: House, names: Sequence[str]) -> list[FieldProblem]:
    if not names:
        return []
    with house.store.read() as connection:
        known = {pointer.workflow for pointer in pointers.pointers(connection)}
    return [
        FieldProblem("workflows", f"there is no workflow {name!r}", did_you_mean(name, known, "workflows"))
        for name in names
        if name not in known
    ]


def _for_ledger(house: House, values: Mapping[str, Any]) -> dict[str, Any]:
    """An address may carry a secret in its path: the record says where it leads, and a digest of all of it."""
    told = dict(values)
    url = told.pop("url", None)
    if url is not None:
        told |= {"host": urlsplit(url).netloc, "url_digest": keyed_digest(house.secret, url.encode())}
    return told
