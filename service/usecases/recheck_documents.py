"""Try certificates again after documents changed: with the documents of that sequence, at the threshold in use.

The steward of the oldest worker does it within seconds of each change. Where no steward is, as at the command line,
whoever decides does it first.
"""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Any

import structlog

from service.domain.types import Certificate, Refusal
from service.observe.metrics import AUTOMATION_PAUSED
from service.store import alarms, document_checks, events, ledger, pointers
from service.store.document_checks import Check
from service.store.engine import Connection
from service.store.pointers import Pointer
from service.usecases.certify import certify
from service.usecases.document_checks import Tried, check_of, off_now
from service.usecases.house import House
from service.usecases.shelf import OpenRelease
from service.usecases.snapshots import SnapshotLost
from service.usecases.stage_release import calibration_cases, current_parts

log = structlog.get_logger("signoff")


def certificate_stands(house: House, pointer: Pointer, release: OpenRelease, now: datetime) -> bool:
    """Whether the release's certificate counts for a request with these documents."""
    if house.shelf.attended or house.checks.state(pointer, release, now) is not Tried.DUE:
        return house.checks.stands(pointer, release, now)
    return _tried(house, pointer.workflow, pointer.release)


def recheck(house: House) -> dict[str, bool]:
    """Try each certificate that was not tried with the documents of this moment; workflow -> whether it holds.

    One that cannot be tried is told in the log and leaves the others to be tried.
    """
    with house.store.read() as connection:
        active = pointers.pointers(connection)
    found: dict[str, bool] = {}
    for pointer in active:
        try:
            release = house.shelf.open(pointer.release)
            state = house.checks.state(pointer, release, house.clock())
            if state is Tried.DUE:
                found[pointer.workflow] = _tried(house, pointer.workflow, pointer.release)
            unlike = release.certificate is None and release.row["certificate"] is not None
            if unlike and release.id not in house.checks.told:
                _tell_settings(house, pointer, release)
            holds = found.get(pointer.workflow, state is not Tried.FAILS)
            paused = pointer.watched_by is not None or unlike or not holds
            AUTOMATION_PAUSED.labels(pointer.workflow).set(int(paused))
        except SnapshotLost:
            continue  # whoever opens snapshots tells of it, once, and keeps trying
        except Exception:
            log.exception(
                "certificate_not_rechecked", workflow=pointer.workflow, remedy="automation pauses until it is"
            )
    return found


def tried(house: House, release: OpenRelease, sequence: int) -> Check:
    """Whether the exact bound holds with the documents of a sequence, at the threshold that the release decides with.

    Also without the rules that are off at the moment, if any are. Nothing is written. The release has a certificate.
    """
    certificate, now = release.certificate, house.clock()
    assert certificate is not None, "without one there is nothing to try"
    with house.store.read() as connection:
        parts = current_parts(connection, release.row)
        rules = frozenset(one.rule for one in off_now(connection, release, now))
    cases = calibration_cases(parts.calibration)
    approved = house.register.at(release.workflow.collections, sequence)
    found: Certificate | Refusal = certificate
    for without in [frozenset[str](), *([rules] if rules else [])]:
        found = certify(house, release, cases, sequence, parts.sample, off=without, again=certificate)
        if isinstance(found, Refusal):
            break
    return check_of(approved, holds=isinstance(found, Certificate), found=asdict(found), now=now, off=rules)


def _tried(house: House, workflow: str, release_id: str) -> bool:
    """Try it now and write down what came of it, unless somebody else has in the meantime."""
    with house.checks.trying:
        release = house.shelf.open(release_id)
        with house.store.read() as connection:
            pointer = pointers.pointer(connection, workflow)
        if pointer is None or pointer.release != release_id:
            return False  # another release answers now, with a check of its own
        state = house.checks.state(pointer, release, house.clock())
        if state is not Tried.DUE:
            return state is Tried.HOLDS
        check = tried(house, release, pointer.document_sequence)
        before = pointer.checked is None or pointer.checked.holds
        house.store.commit(lambda connection: _keep(house, connection, pointer, check, before))
    if check.holds != before:
        told = "certificate_holds_again" if check.holds else "certificate_fails_with_these_documents"
        log.warning(told, workflow=workflow, release=release_id, sequence=check.sequence, found=dict(check.found))
    return check.holds


def _keep(house: House, connection: Connection, pointer: Pointer, check: Check, before: bool) -> None:
    """Write the check down, and tell of it when it comes out otherwise than the last one."""
    document_checks.put(connection, pointer.release, check)
    if check.holds != before:
        tell(house, connection, pointer, check)


def tell(house: House, connection: Connection, pointer: Pointer, check: Check) -> None:
    """Automation pauses or goes on because of this check: the ledger, whoever listens and operations hear of it."""
    kind = "certificate.resumed" if check.holds else "certificate.paused"
    told: dict[str, Any] = {"workflow": pointer.workflow, "release": pointer.release, "sequence": check.sequence}
    counts = {name: check.found[name] for name in ("cases", "accepted", "errors") if name in check.found}
    ledger.append(connection, kind, pointer.release, check.checked_at, told | counts)
    events.add(connection, house.new_id("evt"), kind, pointer.release, told, check.checked_at)
    if not check.holds:
        _raise_alarm(house, connection, pointer, check)


def _tell_settings(house: House, pointer: Pointer, release: OpenRelease) -> None:
    """Under the settings of this start the certificate does not count, so nothing is automatic: told once a release."""
    refusal, now = release.refusal, house.clock()
    assert refusal is not None, "it says which settings"
    check = Check(pointer.document_sequence, False, {"cases": refusal.cases, "accepted": 0}, now)

    def work(connection: Connection) -> None:
        if _raise_alarm(house, connection, pointer, check):
            told = {"workflow": pointer.workflow, "release": release.id, "sequence": check.sequence}
            ledger.append(connection, "certificate.paused", release.id, now, told | {"cases": refusal.cases})
            events.add(connection, house.new_id("evt"), "certificate.paused", release.id, told, now)

    house.store.commit(work)
    house.checks.told.add(release.id)
    log.warning("certificate_is_of_other_settings", workflow=pointer.workflow, release=release.id, detail=refusal.why)


def _raise_alarm(house: House, connection: Connection, pointer: Pointer, check: Check) -> bool:
    """Whether it is new."""
    row = pointers.release(connection, pointer.release)
    granted = (row or {}).get("certificate") or {}
    shares = [
        {"share": round(hits / of, 6) if of else 0.0, "hits": hits, "of": of}
        for hits, of in (
            (granted.get("accepted", 0), granted.get("cases", 0)),
            (check.found.get("accepted", 0), check.found.get("cases", 0)),
        )
    ]
    about: dict[str, Any] = {"workflow": pointer.workflow, "release": pointer.release, "rule": ""}
    figures = {
        "kind": "certificate",
        "usual": shares[0],
        "seen": shares[1] | {"rule": ""},
        "raised_at": check.checked_at,
    }
    return alarms.add(connection, about | figures | {"id": house.new_id("alm")})
