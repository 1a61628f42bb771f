"""Accounts of people: make them, say what they may do, send a code, shut them. A name is one person's for good.

Whoever acts is known by name everywhere, so a name is never given to a second person, not even when the first has left;
and a key that goes by a person's name is that person's: who is shut out loses it too.
"""

from __future__ import annotations

import secrets
import unicodedata
from collections.abc import Callable, Sequence
from datetime import timedelta
from typing import Any

from service.domain.access import EVERY_QUEUE, QUEUE_SCOPES, ROLES, Limit, identity, is_of_a_token, same_person
from service.errors import Conflict, FieldProblem, InvalidRequest, NotFound
from service.store import access, ledger, people, sessions
from service.store.engine import Connection, Row
from service.usecases import guessing
from service.usecases.house import House
from service.usecases.read_people import view_of
from service.usecases.sign_in import digest_of, limits_of

CODE_HOURS = 24
_LONGEST_NAME = 80
_LONGEST_LOGIN = 255


def create(
    house: House,
    by: str,
    *,
    name: str,
    role: str,
    limits: Sequence[Limit] = (),
    groups: Sequence[str] = (),
    subject: str | None = None,
) -> dict[str, Any]:
    """A new account, with the code by which its owner sets a password; the only time the code is seen.

    With `subject` its owner signs in with the provider of this deployment, who calls them that; then there is no code.
    InvalidRequest names the field, Conflict whose account has the name.
    """
    name, issuer = good_name(name), _issuer(house) if subject is not None else None
    _check_rights(role, limits, groups)
    person, now = house.new_id("per"), house.clock()
    code = None if subject is not None else new_code()
    row = {"id": person, "name": name, "identity": identity(name), "created_at": now, "created_by": by}
    held = {"role": role, "limits": kept(limits), "groups": sorted(set(groups))}

    def work(connection: Connection) -> dict[str, Any]:
        add(connection, row | held, by, house)
        if issuer is not None and subject is not None:
            link_login(connection, house, issuer, _good_subject(subject), person, name, by)
        if code is not None:
            people.put_code(connection, person, digest_of(code), now + timedelta(hours=CODE_HOURS))
        return view_of(connection, person, now)

    made = house.store.commit(work)
    return {**made, "code": code, "code_hours": CODE_HOURS if code else None}


def add(connection: Connection, values: dict[str, Any], by: str, house: House) -> None:
    """Write the row of a new person and record it. Conflict when the name is somebody's."""
    taken = people.of_identity(connection, values["identity"])
    if taken is not None:
        raise Conflict(
            f"there is an account of that name already: {taken.name!r}, {taken.id}",
            remedy="pick another name: a name stays one person's, also when the account is disabled",
        )
    people.add(connection, values)
    told = {key: values[key] for key in ("name", "role", "limits", "groups")}
    ledger.append(connection, "person.created", values["id"], house.clock(), {**told, "by": by})


def change(
    house: House,
    by: str,
    person: str,
    *,
    role: str | None = None,
    limits: Sequence[Limit] | None = None,
    groups: Sequence[str] | None = None,
) -> dict[str, Any]:
    """What somebody may do, from the next request on; what they have open ends. Nobody does that for themselves."""

    def work(connection: Connection, row: Row[Any]) -> dict[str, Any]:
        _refuse_oneself(by, row, "change what you may do")
        held: dict[str, Any] = {
            "role": row.role if role is None else role,
            "limits": row.limits if limits is None else kept(limits),
            "groups": row.groups if groups is None else sorted(set(groups)),
        }
        _check_rights(held["role"], limits_of(held["limits"]), held["groups"])
        set_rights(connection, house, row, held, by)
        return {}

    return _on(house, person, work)


def set_rights(connection: Connection, house: House, row: Row[Any], held: dict[str, Any], by: str) -> None:
    """Write and record them if they are others than before, and end the sessions that were opened with those."""
    if held == {"role": row.role, "limits": row.limits, "groups": row.groups}:
        return
    now = house.clock()
    people.change(connection, row.id, held)
    ended = sessions.end(connection, row.id, now)
    told = {"name": row.name, **held, "by": by, "sessions_ended": ended}
    ledger.append(connection, "person.changed", row.id, now, told)


def reset(house: House, by: str, person: str) -> dict[str, Any]:
    """A code for a new password, shown this once. The old password and all sessions end now."""
    code = new_code()

    def work(connection: Connection, row: Row[Any]) -> dict[str, Any]:
        if row.disabled_at is not None:
            raise Conflict(f"{row.name!r} is disabled", remedy="enable the account first")
        now = house.clock()
        people.change(connection, row.id, {"password": None, "password_at": None})
        people.put_code(connection, row.id, digest_of(code), now + timedelta(hours=CODE_HOURS))
        guessing.forget(connection, house, row.name)
        ended = sessions.end(connection, row.id, now)
        ledger.append(connection, "person.reset", row.id, now, {"name": row.name, "by": by, "sessions_ended": ended})
        return {"code": code, "code_hours": CODE_HOURS}

    return _on(house, person, work)


def disable(house: House, by: str, person: str) -> dict[str, Any]:
    """From the next request on the person opens nothing: no password, no provider, no session, no key of their name."""

    def work(connection: Connection, row: Row[Any]) -> dict[str, Any]:
        _refuse_oneself(by, row, "disable yourself")
        if row.disabled_at is not None:
            raise Conflict(f"{row.name!r} is disabled already", remedy="nothing needs to be done")
        now = house.clock()
        people.change(connection, row.id, {"disabled_at": now, "password": None, "password_at": None})
        people.drop_code(connection, row.id)
        ended = sessions.end(connection, row.id, now)
        lost = [key.id for key in access.valid_keys(connection, now) if same_person(key.name, row.name)]
        for key in lost:
            access.revoke_key(connection, key, now)
            ledger.append(connection, "key.revoked", key, now, {"by": by})
        told = {"name": row.name, "by": by, "sessions_ended": ended, "keys_revoked": lost}
        ledger.append(connection, "person.disabled", row.id, now, told)
        return {"keys_revoked": lost}

    return _on(house, person, work)


def enable(house: House, by: str, person: str) -> dict[str, Any]:
    """May sign in again: with the provider at once, by password after a code was made."""

    def work(connection: Connection, row: Row[Any]) -> dict[str, Any]:
        _refuse_oneself(by, row, "enable yourself")
        if row.disabled_at is None:
            raise Conflict(f"{row.name!r} is not disabled", remedy="nothing needs to be done")
        people.change(connection, row.id, {"disabled_at": None})
        ledger.append(connection, "person.enabled", row.id, house.clock(), {"name": row.name, "by": by})
        return {}

    return _on(house, person, work)


def link(house: House, by: str, person: str, subject: str | None) -> dict[str, Any]:
    """Let somebody sign in with the provider as `subject`; None: no longer. Sessions end when a login goes."""
    issuer = _issuer(house) if subject is not None else ""

    def work(connection: Connection, row: Row[Any]) -> dict[str, Any]:
        _refuse_oneself(by, row, "change how you sign in")
        now = house.clock()
        if subject is not None:
            link_login(connection, house, issuer, _good_subject(subject), row.id, row.name, by)
            return {}
        if people.drop_logins(connection, row.id):
            ended = sessions.end(connection, row.id, now)
            told = {"name": row.name, "by": by, "sessions_ended": ended}
            ledger.append(connection, "person.unlinked", row.id, now, told)
        return {}

    return _on(house, person, work)


def link_login(
    connection: Connection, house: House, issuer: str, subject: str, person: str, name: str, by: str
) -> None:
    """Conflict when the provider's subject is somebody's already: it is one person's for good."""
    taken = people.of_login(connection, issuer, subject)
    if taken is not None:
        raise Conflict(f"that subject is {taken.name!r}, {taken.id}", remedy="unlink it there first")
    now = house.clock()
    people.add_login(connection, issuer, subject, person, now, by)
    ledger.append(connection, "person.linked", person, now, {"name": name, "issuer": issuer, "by": by})


def end_sessions(house: House, by: str, owner: str, session: str | None = None, *, but: str = "") -> int:
    """End one session of a person or key, or all except the one whose token is `but`. How many there were.

    NotFound when the one named is not open, or not the owner's.
    """
    now = house.clock()

    def work(connection: Connection) -> int:
        ended = sessions.end(connection, owner, now, session=session, but=digest_of(but) if but else "")
        if not ended and session is not None:
            raise NotFound(f"there is no open session {session}", remedy="it may have ended; look at the list again")
        if ended:
            told = {"owner": owner, "by": by, "why": "ended", "sessions": ended}
            ledger.append(connection, "session.ended", session or owner, now, told)
        return ended

    return house.store.commit(work)


def kept(limits: Sequence[Limit]) -> list[dict[str, Any]]:
    """As the row keeps them and the ledger tells them."""
    return [{"queue": one.queue, "role": one.role, "actions": sorted(one.actions)} for one in limits]


def new_code() -> str:
    """Read out or typed if need be: 20 letters and digits, none of which is taken for another, of 98 random bits."""
    letters = "".join(secrets.choice("abcdefghjkmnpqrstuvwxyz23456789") for _ in range(20))
    return "-".join(letters[at : at + 5] for at in range(0, 20, 5))


def _on(house: House, person: str, work: Callable[[Connection, Row[Any]], dict[str, Any]]) -> dict[str, Any]:
    """What `work` makes of the person's row, beside how the person stands afterwards."""

    def locked(connection: Connection) -> dict[str, Any]:
        row = people.get(connection, person, lock=True)
        if row is None:
            raise NotFound(f"there is nobody {person}", remedy="list them with `signoff people list`")
        more = work(connection, row)
        return {**view_of(connection, person, house.clock()), **more}

    return house.store.commit(locked)


def _refuse_oneself(by: str, row: Row[Any], what: str) -> None:
    if same_person(by, row.name):
        raise Conflict(f"you cannot {what}", remedy="ask somebody else who looks after people")


def _issuer(house: House) -> str:
    if house.provider is None:
        problem = FieldProblem("subject", "no provider is set up here", "set SIGNOFF_OIDC_FILE first")
        raise InvalidRequest(problem.message, problems=(problem,))
    return house.provider.settings.issuer


def good_name(name: str) -> str:
    """As it is kept. InvalidRequest when it names nobody, or hides something."""
    name = unicodedata.normalize("NFC", " ".join(name.split()))
    wrong = ""
    if not identity(name):
        wrong = "it names nobody"
    elif len(name) > _LONGEST_NAME:
        wrong = f"it has more than {_LONGEST_NAME} characters"
    elif not name.isprintable() or any(unicodedata.category(c) == "Cf" for c in name):
        wrong = "it has characters that cannot be seen"
    elif name.casefold().startswith("cli:"):
        wrong = "it begins as people at a terminal are called"
    elif is_of_a_token(name):
        wrong = "it begins as those are called who bring tokens"
    if wrong:
        problem = FieldProblem("name", wrong, "write the name as colleagues know it")
        raise InvalidRequest(f"this cannot be a name: {wrong}", problems=(problem,))
    return name


def _good_subject(subject: str) -> str:
    if not subject or len(subject) > _LONGEST_LOGIN or not subject.isprintable():
        problem = FieldProblem("subject", "not what a provider calls anybody", "copy it from the provider, or its page")
        raise InvalidRequest(problem.message, problems=(problem,))
    return subject


def _check_rights(role: str, limits: Sequence[Limit], groups: Sequence[str]) -> None:
    problems = []
    if not all(group.isprintable() for group in groups):
        problems.append(FieldProblem("groups", "has characters that cannot be seen", "write the words anew"))
    known = ", ".join(sorted(ROLES))
    if role not in ROLES:
        problems.append(FieldProblem("role", f"no role {role!r}", f"roles are {known}"))
    for at, limit in enumerate(limits):
        if limit.role and limit.role not in ROLES:
            problems.append(FieldProblem(f"limits.{at}.role", f"no role {limit.role!r}", f"roles are {known}"))
        elif not ROLES.get(limit.role or role, frozenset()) & QUEUE_SCOPES:
            problems.append(
                FieldProblem(f"limits.{at}.role", "this role does nothing in queues", "name reviewer or lead")
            )
        if not all(word.isprintable() for word in (limit.queue, *limit.actions)):
            problems.append(FieldProblem(f"limits.{at}", "has characters that cannot be seen", "write the words anew"))
        if not limit.queue.strip():
            problems.append(FieldProblem(f"limits.{at}.queue", "empty", f"a queue's name, or {EVERY_QUEUE} for all"))
    if problems:
        raise InvalidRequest(problems[0].message, problems=tuple(problems))
