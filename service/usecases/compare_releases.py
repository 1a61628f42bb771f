"""What going to another release of a workflow would change, before anybody goes there."""

from __future__ import annotations

from typing import Any

from service.domain.answer import timestamp
from service.errors import InvalidRequest, NotFound
from service.store import pointers
from service.usecases.house import House
from service.usecases.rule_changes import changes_between


def compare(house: House, workflow: str, to: str) -> dict[str, Any]:
    """From the release that answers for `workflow` to the release `to`: rules and policy, in what they mean.

    NotFound for a workflow or release that is not there, InvalidRequest for a release of another workflow.
    """
    with house.store.read() as connection:
        pointer = pointers.pointer(connection, workflow)
        row = pointers.release(connection, to)
    if pointer is None:
        raise NotFound(f"there is no workflow {workflow}")
    if row is None:
        raise NotFound(f"there is no release {to}", remedy="choose one from the list")
    if row["workflow"] != workflow:
        raise InvalidRequest(f"{to} is a release of {row['workflow']}", remedy=f"choose a release of {workflow}")
    shelf = house.shelf
    changes = changes_between(
        shelf.rules(pointer.release).packs, shelf.policy(pointer.release), shelf.rules(to).packs, shelf.policy(to)
    )
    return {
        "workflow": workflow,
        "active": pointer.release,
        "release": {
            "id": to,
            "created_at": timestamp(row["created_at"]),
            "created_by": row["created_by"],
            "why": row["why"],
            "certificate": row["certificate"],
            "refusal": row["refusal"],
        },
        **changes.as_dict(),
    }


def earlier(house: House, workflow: str, limit: int = 200) -> list[dict[str, Any]]:
    """What a workflow may go back to: the latest release of each rule set and policy but those in force, newest first.

    Looks through the newest `limit` releases.
    """
    with house.store.read() as connection:
        pointer = pointers.pointer(connection, workflow)
        rows = pointers.release_history(connection, workflow, limit)
        active = pointers.release(connection, pointer.release) if pointer else None
    if active is None:
        raise NotFound(f"there is no workflow {workflow}")
    seen = {(active["rules"], active["policy"])}
    found: list[dict[str, Any]] = []
    for row in rows:
        if (row.rules, row.policy) in seen:
            continue
        seen.add((row.rules, row.policy))
        found.append(
            {
                "id": row.id,
                "created_at": timestamp(row.created_at),
                "created_by": row.created_by,
                "why": row.why,
                "certificate": row.certificate,
                "refusal": row.refusal,
            }
        )
    return found
