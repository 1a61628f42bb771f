"""Create, list, replace and revoke API keys. A key is shown once and stored as a digest."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from service.domain.access import GIVING_SCOPES, ROLES, Scope, is_of_a_token
from service.domain.answer import timestamp
from service.domain.key import new_key
from service.errors import Conflict, FieldProblem, InvalidRequest, NotFound, did_you_mean
from service.store import access, labelling, ledger
from service.store.engine import Connection, Row
from service.store.pointers import pointers
from service.usecases.house import House
from service.usecases.sign_in import digest_of, scopes_of_key

SOON: Final = timedelta(days=14)  #: a key that ends by then is told of
LONGEST_OVERLAP: Final = timedelta(days=30)
_LONGEST_NAME = 200
_MOST_DAYS = 3_650
_MOST_RATE = 1_000_000


@dataclass(frozen=True, slots=True)
class Narrow:
    """What a key may do less than its role, and for how long."""

    scopes: Sequence[str] | None = None  #: of the role's; None: all of them
    workflows: Sequence[str] | None = None  #: None: every one
    days: float | None = None  #: that it is good for; None: till it is revoked
    rate: int | None = None  #: requests a minute; 0: any number; None: as the settings have it


def create(
    house: House, by: str, *, name: str, role: str, groups: Sequence[str] = (), narrow: Narrow | None = None
) -> dict[str, Any]:
    """A new key for `name` in one of the roles; the only time the key itself is seen.

    Conflict when `name` has a valid key: who acts is known by name, so two keys of one name would be one person.
    InvalidRequest names what cannot be.
    """
    narrow = narrow or Narrow()
    name = name.strip()
    _refuse(_name_problems(name) + _role_problems(role, narrow) + _number_problems(narrow))
    secret, key_id, now = new_key(), house.new_id("key"), house.clock()
    row: dict[str, Any] = {
        "id": key_id,
        "name": name,
        "role": role,
        "groups": sorted(set(groups)),
        "digest": digest_of(secret),
        "created_at": now,
        "created_by": by,
        "expires_at": None if narrow.days is None else now + timedelta(days=narrow.days),
        "scopes": None if narrow.scopes is None else sorted(set(narrow.scopes)),
        "workflows": None if narrow.workflows is None else sorted(set(narrow.workflows)),
        "rate": narrow.rate,
    }

    def work(connection: Connection) -> Row[Any]:
        _refuse_unknown_workflows(connection, row["workflows"])
        held = access.valid_key(connection, name, now)
        if held is not None:
            raise Conflict(
                f"{name!r} has a valid key already: {held.id}",
                remedy=f"rotate it: signoff keys rotate {name!r}; or pick another name, or revoke it first: "
                f"signoff keys revoke {held.id}",
            )
        access.add_key(connection, row)
        ledger.append(connection, "key.created", key_id, now, {**_told(row), "by": by})
        return _kept(connection, key_id)

    return {**view_of(house.store.commit(work), now), "key": secret}


def rotate(house: House, by: str, key_id: str, overlap: timedelta) -> dict[str, Any]:
    """A key that may do the same, in place of one that goes on for `overlap`, so that whoever uses it changes over in
    peace. The new one lasts as long as the old one was made for; it is seen only now.

    NotFound when there is no such key that is good, Conflict when it was replaced already.
    """
    if not timedelta(0) <= overlap <= LONGEST_OVERLAP:
        _refuse([FieldProblem("overlap", f"is not 0 to {LONGEST_OVERLAP.days} days", "give the old key less time")])
    secret, new_id, now = new_key(), house.new_id("key"), house.clock()

    def work(connection: Connection) -> Row[Any]:
        old = _valid(connection, key_id, now)
        if old.replaced_by is not None:
            raise Conflict(
                f"{old.replaced_by} took the place of {old.id} already",
                remedy="rotate that one, or wait until this one has ended",
            )
        lasts = None if old.expires_at is None else now + (old.expires_at - old.created_at)
        same = {column: getattr(old, column) for column in ("name", "role", "groups", "scopes", "workflows", "rate")}
        row = {**same, "id": new_id, "digest": digest_of(secret), "created_at": now, "created_by": by}
        access.add_key(connection, {**row, "expires_at": lasts})
        until = min(now + overlap, old.expires_at or now + overlap)
        access.change(connection, old.id, {"expires_at": until, "replaced_by": new_id})
        body = {"by": by, "name": old.name, "successor": new_id, "until": timestamp(until)}
        ledger.append(connection, "key.rotated", old.id, now, body)
        ledger.append(connection, "key.created", new_id, now, {**_told({**row, "expires_at": lasts}), "by": by})
        return _kept(connection, new_id)

    made = view_of(house.store.commit(work), now)
    return {**made, "key": secret, "instead_of": key_id}


def revoke(house: House, by: str, key_id: str) -> None:
    """From the next request on the key opens nothing, in any worker."""
    now = house.clock()

    def work(connection: Connection) -> None:
        if not access.revoke_key(connection, key_id, now):
            raise NotFound(f"there is no valid key {key_id}", remedy="list them with `signoff keys list`")
        ledger.append(connection, "key.revoked", key_id, now, {"by": by})

    house.store.commit(work)


def listing(house: House) -> list[dict[str, Any]]:
    """Every key without its secret, oldest first."""
    now = house.clock()
    with house.store.read() as connection:
        return [view_of(row, now) for row in access.keys(connection)]


def view(house: House, key_id: str) -> dict[str, Any]:
    """One of them; NotFound."""
    with house.store.read() as connection:
        row = access.get(connection, key_id)
    if row is None:
        raise NotFound(f"there is no key {key_id}", remedy="list them with `signoff keys list`")
    return view_of(row, house.clock())


def by_name(house: House, who: str) -> str:
    """The id of the key that goes by a name, or has this id: the newest that is good. NotFound."""
    with house.store.read() as connection:
        found = access.valid_keys_of(connection, who.strip(), house.clock())
    return found[0].id if found else who


def view_of(row: Row[Any], now: datetime) -> dict[str, Any]:
    """What is told of a key; `state` is good, ending (soon, and nothing takes its place), expired or revoked."""
    return {
        "id": row.id,
        "name": row.name,
        "role": row.role,
        "scopes": sorted(scope.value for scope in scopes_of_key(row)),
        "workflows": row.workflows,
        "groups": row.groups,
        "rate": row.rate,
        "state": _state(row, now),
        "created_at": timestamp(row.created_at),
        "created_by": row.created_by,
        "expires_at": timestamp(row.expires_at) if row.expires_at else None,
        "revoked_at": timestamp(row.revoked_at) if row.revoked_at else None,
        "used_at": timestamp(row.used_at) if row.used_at else None,
        "replaced_by": row.replaced_by,
    }


def _state(row: Row[Any], now: datetime) -> str:
    if row.revoked_at is not None:
        return "revoked"
    if row.expires_at is None or row.expires_at > now + SOON:
        return "good"
    if row.expires_at <= now:
        return "expired"
    return "ending" if row.replaced_by is None else "good"


def _told(row: dict[str, Any]) -> dict[str, Any]:
    """What the ledger says of a new key."""
    kept = {name: row[name] for name in ("name", "role", "groups", "scopes", "workflows", "rate")}
    return {**kept, "expires_at": timestamp(row["expires_at"]) if row["expires_at"] else None}


def _kept(connection: Connection, key_id: str) -> Row[Any]:
    row = access.get(connection, key_id)
    assert row is not None, "it was written a moment ago"
    return row


def _valid(connection: Connection, key_id: str, now: datetime) -> Row[Any]:
    row = access.get(connection, key_id)
    if row is None or row.revoked_at is not None or (row.expires_at is not None and row.expires_at <= now):
        raise NotFound(f"there is no valid key {key_id}", remedy="list them with `signoff keys list`")
    return row


def _name_problems(name: str) -> list[FieldProblem]:
    if not name:
        return [FieldProblem("name", "empty", "say whose key it is")]
    if len(name) > _LONGEST_NAME:
        return [FieldProblem("name", f"longer than {_LONGEST_NAME} characters", "shorten it")]
    if is_of_a_token(name):
        return [FieldProblem("name", "names like this are of those who bring tokens", "take another one")]
    return []


def _role_problems(role: str, narrow: Narrow) -> list[FieldProblem]:
    if role not in ROLES:
        return [FieldProblem("role", f"no role {role!r}", f"roles are {', '.join(sorted(ROLES))}")]
    if narrow.scopes is None:
        return []
    if not narrow.scopes:
        return [FieldProblem("scopes", "a key without any opens nothing", "name some, or leave them out")]
    carried = [scope.value for scope in ROLES[role]]
    problems = []
    for scope in narrow.scopes:
        if scope not in carried:
            wrong = f"the role {role} has no scope {scope!r}"
            problems.append(FieldProblem("scopes", wrong, did_you_mean(scope, carried, "its scopes")))
        elif Scope(scope) in GIVING_SCOPES:
            wrong = f"whoever has {scope} can give anything to anybody, so it is not given apart from the rest"
            problems.append(FieldProblem("scopes", wrong, "leave it out, or leave `scopes` out"))
    return problems


def _number_problems(narrow: Narrow) -> list[FieldProblem]:
    problems = []
    if narrow.days is not None and not 0 < narrow.days <= _MOST_DAYS:
        problems.append(FieldProblem("days", f"is not more than 0 and at most {_MOST_DAYS}", "say how long it is good"))
    if narrow.rate is not None and not 0 <= narrow.rate <= _MOST_RATE:
        problems.append(FieldProblem("rate", f"is not 0 to {_MOST_RATE}", "say how many requests a minute; 0: any"))
    if narrow.workflows is not None and not narrow.workflows:
        problems.append(FieldProblem("workflows", "none is named", "name some, or leave them out for all"))
    return problems


def _refuse_unknown_workflows(connection: Connection, named: Sequence[str] | None) -> None:
    known = [each.workflow for each in pointers(connection)]
    unknown = [each for each in named or () if each not in known and labelling.last_place(connection, each) < 0]
    _refuse(
        [FieldProblem("workflows", f"no workflow {each!r}", did_you_mean(each, known, "workflows")) for each in unknown]
    )


def _refuse(problems: Sequence[FieldProblem]) -> None:
    if problems:
        raise InvalidRequest("; ".join(f"{p.field}: {p.message}" for p in problems), problems=tuple(problems))
