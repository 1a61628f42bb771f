"""Create, list and revoke API keys. A key is shown once and stored as a digest."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from typing import Any

from service.domain.access import ROLES
from service.domain.answer import timestamp
from service.errors import Conflict, FieldProblem, InvalidRequest, NotFound
from service.store import access, ledger
from service.store.engine import Connection
from service.usecases.house import House
from service.usecases.sign_in import KEY_PREFIX, digest_of

_LONGEST_NAME = 200


def create(house: House, by: str, *, name: str, role: str, groups: Sequence[str] = ()) -> dict[str, Any]:
    """A new key for `name` in one of the roles; the only time the key itself is seen.

    Conflict when `name` has a valid key: who acts is known by name, so two keys of one name would be one person.
    """
    if role not in ROLES:
        problem = FieldProblem("role", f"no role {role!r}", f"roles are {', '.join(sorted(ROLES))}")
        raise InvalidRequest(problem.message, problems=(problem,))
    name = name.strip()
    if not name:
        raise InvalidRequest("a key needs a name", problems=(FieldProblem("name", "empty", "say whose key it is"),))
    if len(name) > _LONGEST_NAME:
        problem = FieldProblem("name", f"longer than {_LONGEST_NAME} characters", "shorten it")
        raise InvalidRequest(f"the name is {problem.message}", problems=(problem,))
    secret = KEY_PREFIX + secrets.token_urlsafe(32)
    key_id, now = house.new_id("key"), house.clock()
    row = {
        "id": key_id,
        "name": name,
        "role": role,
        "groups": sorted(groups),
        "digest": digest_of(secret),
        "created_at": now,
    }

    def work(connection: Connection) -> None:
        held = access.valid_key(connection, name, now)
        if held is not None:
            raise Conflict(
                f"{name!r} has a valid key already: {held.id}",
                remedy=f"pick another name, or revoke that key first: signoff keys revoke {held.id}",
            )
        access.add_key(connection, row)
        told = {"name": name, "role": role, "groups": sorted(groups), "by": by}
        ledger.append(connection, "key.created", key_id, now, told)

    house.store.commit(work)
    return {"id": key_id, "name": name, "role": role, "groups": row["groups"], "key": secret}


def revoke(house: House, by: str, key_id: str) -> None:
    """From the next request on the key opens nothing."""
    now = house.clock()

    def work(connection: Connection) -> None:
        if not access.revoke_key(connection, key_id, now):
            raise NotFound(f"there is no valid key {key_id}", remedy="list them with `signoff keys list`")
        ledger.append(connection, "key.revoked", key_id, now, {"by": by})

    house.store.commit(work)


def listing(house: House) -> list[dict[str, Any]]:
    """Every key without its secret, oldest first."""
    with house.store.read() as connection:
        rows = access.keys(connection)
    return [
        {
            "id": row.id,
            "name": row.name,
            "role": row.role,
            "groups": row.groups,
            "created_at": timestamp(row.created_at),
            "revoked_at": timestamp(row.revoked_at) if row.revoked_at else None,
        }
        for row in rows
    ]
