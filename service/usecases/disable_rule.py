"""Take one rule out of force everywhere, at once and for a while, without an edit of files.

The rule still says what it would have said. Its certificate is tried again without it, after the fact: what somebody
takes out of force in an emergency must not wait for that.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

import structlog

from rules.errors import did_you_mean
from service.domain.answer import timestamp
from service.domain.types import Certificate
from service.errors import Conflict, FieldProblem, InvalidRequest, NotFound
from service.store import disables, events, ledger, pointers
from service.store.engine import Connection
from service.store.pointers import Pointer
from service.usecases.certify import certify
from service.usecases.disables import Disabled, counting_of, disabled, tried
from service.usecases.house import House
from service.usecases.note import check_why, note_of, read_note
from service.usecases.shelf import OpenRelease
from service.usecases.stage_release import calibration_cases, current_parts

LONGEST = timedelta(days=7)

log = structlog.get_logger(__name__)

# Whoever disabled a rule tries the certificates right then; others step in when that has not come to an end.
_OTHERS_WAIT = timedelta(seconds=5)


def disable(house: House, by: str, rule: str, lasting: timedelta, why: str) -> dict[str, Any]:
    """The rule is off from the next request on, in every workflow that has it, and on again after `lasting`.

    NotFound for a rule that no workflow has, Conflict for one that has no effect or is off already, InvalidRequest
    for more than seven days. `certificates` says for each workflow whether its certificate holds without the rule.
    """
    why, now = check_why(why), house.clock()
    _check_lasting(lasting)
    names = _workflows_with(house, rule)
    disable_id, until, note = house.new_id("dis"), now + lasting, note_of(house, why)

    def work(connection: Connection) -> None:
        pointers.next_disable_sequence(connection)  # first: two at once then wait for each other in every database
        for row in disables.at(connection, now):
            if row.rule == rule:
                raise Conflict(
                    f"{rule} is off already, until {timestamp(row.until)}",
                    remedy=f"to keep it off for longer: enable it first (signoff rules enable {rule}), then disable it",
                )
        note.keep(connection, now)
        new = {"id": disable_id, "rule": rule, "by": by, "note": note.id, "begun_at": now, "until": until}
        disables.add(connection, new)
        body = {"rule": rule, "workflows": names, "by": by, "until": timestamp(until), **note.told}
        ledger.append(connection, "rule.disabled", disable_id, now, body)
        told = {"rule": rule, "workflows": names, "until": timestamp(until)}
        events.add(connection, house.new_id("evt"), "rule.disabled", disable_id, told, now)

    house.store.commit(work)
    held = _rechecked(house)
    return {
        "id": disable_id,
        "rule": rule,
        "until": timestamp(until),
        "workflows": names,
        "certificates": {name: held.get(name) for name in names},
    }


def enable(house: House, by: str, rule: str) -> dict[str, Any]:
    """The rule counts again from the next request on. NotFound when nobody disabled it."""
    now, names = house.clock(), _having(house, rule)

    def work(connection: Connection) -> str:
        pointers.next_disable_sequence(connection)
        here = disables.at(connection, now)
        found = next((row for row in here if row.rule == rule), None)
        if found is None:
            remedy = did_you_mean(rule, {row.rule for row in here}, "disabled rules")
            raise NotFound(f"{rule} is not disabled", remedy=remedy)
        disables.end(connection, found.id, by, now)
        ledger.append(connection, "rule.enabled", found.id, now, {"rule": rule, "by": by})
        told = {"rule": rule, "workflows": names}
        events.add(connection, house.new_id("evt"), "rule.enabled", found.id, told, now)
        return str(found.id)

    disable_id = house.store.commit(work)
    _rechecked(house)  # other rules may still be off, and that was not tried with this one back
    return {"id": disable_id, "rule": rule, "enabled_at": timestamp(now), "workflows": _having(house, rule)}


def open_disables(house: House) -> list[dict[str, Any]]:
    """What is off now, oldest first, with whether the certificates hold without it (null: not tried yet)."""
    now = house.clock()
    with house.store.read() as connection:
        rows = disables.at(connection, now)
        notes = {row.id: read_note(connection, row.note) for row in rows}
    return [
        {
            "id": row.id,
            "rule": row.rule,
            "by": row.by,
            "why": notes[row.id],
            "begun_at": timestamp(row.begun_at),
            "until": timestamp(row.until),
            "certificates": {name: check["holds"] for name, check in (row.rechecked or {}).items()},
        }
        for row in rows
    ]


def recheck(house: House, *, mine: bool = False) -> dict[str, bool]:
    """Try each certificate that was not tried yet without the rules that are off now; workflow -> whether it holds.

    Cheap when nothing is off. Called after a rule was disabled (`mine`), and by the steward: for new releases, and
    where the process that disabled a rule did not come to its end.
    """
    now = house.clock()
    with house.store.read() as connection:
        here = [disabled(row) for row in disables.at(connection, now)]
        active = pointers.pointers(connection) if here else []
    if not here or (not mine and now < max(one.begun_at for one in here) + _OTHERS_WAIT):
        return {}
    found: dict[str, bool] = {}
    for pointer in active:
        rules = house.disables.counting(pointer.release) & {one.rule for one in here}
        if not rules:
            continue
        held = tried(here, pointer.workflow, pointer.release, rules)
        if held is None:
            release = house.shelf.open(pointer.release)
            # Without a certificate nothing is automatic anyway: there is nothing to try, and nothing to tell.
            held = release.certificate is not None and _holds(house, pointer, release, release.certificate, rules)
            if release.certificate is not None:
                _keep(house, here, pointer, rules, held, now)
        found[pointer.workflow] = held
    return found


def _rechecked(house: House) -> dict[str, bool]:
    """As `recheck`; what goes wrong there is logged, as the rule is off (or back) already and that has to be told."""
    try:
        return recheck(house, mine=True)
    except Exception:
        log.exception("certificate_not_rechecked", remedy="automation pauses until it is")
        return {}


def _holds(
    house: House, pointer: Pointer, release: OpenRelease, certificate: Certificate, rules: frozenset[str]
) -> bool:
    """Whether the exact bound holds without these rules, at the threshold that the release decides with."""
    with house.store.read() as connection:
        parts = current_parts(connection, release.row)
    cases, sequence = calibration_cases(parts.calibration), pointer.document_sequence
    tried_again = certify(house, release, cases, sequence, parts.sample, off=rules, again=certificate)
    return isinstance(tried_again, Certificate)


def _keep(
    house: House, here: Sequence[Disabled], pointer: Pointer, rules: frozenset[str], held: bool, now: datetime
) -> None:
    """Write down what was tried, with the newest disable; who reads an older sequence reads it anew.

    The ledger tells of it when the certificate does not hold, or comes to something else than it did before: not after
    each reload, and once whichever of the workers tried it.
    """
    newest = max((one for one in here if one.rule in rules), key=lambda one: (one.begun_at, one.id))
    check = {"release": pointer.release, "off": sorted(rules), "holds": held}

    def work(connection: Connection) -> None:
        pointers.next_disable_sequence(connection)
        row = next((row for row in disables.unended(connection) if row.id == newest.id), None)
        if row is None:
            return  # enabled in the meantime
        before = (row.rechecked or {}).get(pointer.workflow)
        disables.set_rechecked(connection, newest.id, {**(row.rechecked or {}), pointer.workflow: check})
        if not _news(check, before):
            return
        body = {"rules": sorted(rules), "workflow": pointer.workflow, "release": pointer.release, "holds": held}
        ledger.append(connection, "rule.rechecked", newest.id, now, body)

    house.store.commit(work)


def _news(check: Mapping[str, Any], before: Mapping[str, Any] | None) -> bool:
    if before is None or before["holds"] == check["holds"]:
        return not check["holds"] and (before is None or before["off"] != check["off"])
    return True


def _check_lasting(lasting: timedelta) -> None:
    if timedelta() < lasting <= LONGEST:
        return
    wrong = "is not in the future" if lasting <= timedelta() else "is more than seven days"
    problem = FieldProblem("minutes", wrong, "disable it for up to 7 days; for good: `status: retired` in its file")
    raise InvalidRequest(f"minutes: {problem.message}", remedy=problem.remedy, problems=(problem,))


def _workflows_with(house: House, rule: str) -> list[str]:
    """The workflows where the rule has an effect; NotFound or Conflict where there is none."""
    names = _having(house, rule)
    if names:
        return names
    with house.store.read() as connection:
        active = pointers.pointers(connection)
    known = {each.id: each for pointer in active for each in house.shelf.open(pointer.release).ruleset.rules}
    if rule not in known:
        raise NotFound(f"there is no rule {rule!r}", remedy=did_you_mean(rule, known, "rules"))
    raise Conflict(
        f"{rule} has the status {known[rule].status} and no effect", remedy="there is nothing to take out of force"
    )


def _having(house: House, rule: str) -> list[str]:
    with house.store.read() as connection:
        active = pointers.pointers(connection)
    return [each.workflow for each in active if rule in counting_of(house.shelf.open(each.release).ruleset)]
