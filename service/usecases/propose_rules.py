"""Changes of rules and policy that a second person has to approve.

A proposal names artefacts by digest: what is approved is what was read when it was proposed, byte for byte, whatever
the files say by then. The policy in force decides whether it takes two, never the one that is proposed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from rules.errors import RuleErrors
from service.domain.access import Principal, same_person
from service.domain.answer import timestamp
from service.errors import NotFound, ProposalClosed, ProposalStale, RulesPinned, SamePerson
from service.store import artefacts, events, ledger, pointers, proposals
from service.store.engine import Connection, Row
from service.usecases.changed_files import Edited, answering, broken
from service.usecases.house import House
from service.usecases.note import check_why, note_of, read_note
from service.usecases.rebuild_snapshot import with_snapshot
from service.usecases.reload_report import left_behind, report_one
from service.usecases.rollback_rules import unpin_within
from service.usecases.rule_changes import changes_between
from service.usecases.stage_release import Staged, current_parts, settle, stage


def propose(house: House, by: str, staged: Sequence[Staged], edited: Sequence[Edited], *, unpin: bool) -> str:
    """Keep what a reload read and certified until somebody else decides; the proposal's id.

    The same change proposed again is the same proposal. Another one of the same workflows supersedes it.
    """
    parts = [
        {
            "workflow": each.pointer.workflow,
            "base": each.row["id"],
            "rules": made.release.row["rules"],
            "policy": made.release.row["policy"],
            "unpin": unpin,
        }
        for each, made in zip(edited, staged, strict=True)
    ]
    told = [report_one(made, each.row, each.changes) for each, made in zip(edited, staged, strict=True)]
    concerned = {part["workflow"] for part in parts}
    proposal, now = house.new_id("prop"), house.clock()

    def work(connection: Connection) -> str:
        older = [row for row in proposals.page(connection, proposals.OPEN) if concerned & _workflows(row)]
        same = next((row for row in older if row.parts == parts and row.by == by), None)
        if same is not None:
            return str(same.id)
        for row in older:
            proposals.close(connection, row.id, "superseded", now)
        for made in staged:
            artefacts.put(connection, "rules", made.parts.rules, now)
            artefacts.put(connection, "policy", made.parts.policy, now)
        proposals.add(connection, {"id": proposal, "by": by, "created_at": now, "parts": parts, "changes": told})
        summaries = [{**part, "changes": dict(each.changes.summary)} for part, each in zip(parts, edited, strict=True)]
        body = {"by": by, "workflows": summaries, "supersedes": [row.id for row in older]}
        ledger.append(connection, "rules.proposed", proposal, now, body)
        told_outside = {"proposal": proposal, "workflows": sorted(concerned)}
        events.add(connection, house.new_id("evt"), "rules.proposed", proposal, told_outside, now)
        return proposal

    return house.store.commit(work)


def page(house: House, state: str | None = None) -> list[dict[str, Any]]:
    """Newest first, without what they change; `state` is proposed, approved, rejected or superseded."""
    with house.store.read() as connection:
        return [_short(row) for row in proposals.page(connection, state)]


def view(house: House, proposal_id: str) -> dict[str, Any]:
    """One proposal with everything it would change, and whether it still can: `stale` is why not."""
    with house.store.read() as connection:
        row = _found(connection, proposal_id)
        why = read_note(connection, row.note)
        stale = _stale(connection, row) if row.state == proposals.OPEN else None
    return {**_short(row), "workflows": row.changes, "why": why, "stale": stale}


def approve(house: House, principal: Principal, proposal_id: str, *, accept_none: bool = False) -> dict[str, Any]:
    """Put it in force, on today's documents and classifier; answers as a reload does.

    SamePerson for whoever proposed it; ProposalClosed when it was decided already; ProposalStale when rules or policy
    in force changed since; RulesPinned when they were rolled back since; LosesAutomation when a workflow would lose its
    certificate and `accept_none` is not given.
    """
    reported: list[dict[str, Any]] = []

    def make() -> list[Staged]:
        with house.store.read() as connection:
            row = _found(connection, proposal_id)
            _refuse_closed(row)
            _refuse_same_person(row, principal.name)
            stale = _stale(connection, row)
        if stale:
            _supersede(house, row, stale)
        now = {pointer.workflow: (pointer, active) for pointer, active in answering(house)}
        change = house.new_id("chg")
        reported.clear()
        staged: list[Staged] = []
        for part in row.parts:
            pointer, active = now[part["workflow"]]
            if pointer.pinned_by is not None and not part["unpin"]:
                raise RulesPinned(
                    f"{pointer.workflow} was rolled back by {pointer.pinned_by} and is pinned",
                    remedy=f"signoff rules unpin {pointer.workflow}",
                )
            made, told = _stage(house, row, part, active, principal.name, change)
            staged.append(made)
            reported.append(told)
        return staged

    def also(connection: Connection) -> None:
        now = house.clock()
        if not proposals.close(connection, proposal_id, "approved", now, by=principal.name):
            _refuse_closed(_found(connection, proposal_id))
        for pointer in pointers.pointers(connection):
            if pointer.pinned_by is not None and pointer.workflow in {each["workflow"] for each in reported}:
                unpin_within(house, connection, pointer.workflow, principal.name)

    staged = settle(house, make, "rules.approved", also, accept_none=accept_none)
    return {
        "changed": True,
        "dry_run": False,
        "proposal": proposal_id,
        "workflows": list(reported),
        "left_behind": left_behind(staged),
    }


def reject(house: House, principal: Principal, proposal_id: str, why: str) -> dict[str, Any]:
    """Turn it down, or take back one's own. ProposalClosed when it was decided already."""
    note, now = note_of(house, check_why(why)), house.clock()

    def work(connection: Connection) -> None:
        row = _found(connection, proposal_id)
        _refuse_closed(row)
        note.keep(connection, now)
        proposals.close(connection, proposal_id, "rejected", now, by=principal.name, note=note.id)
        body = {"by": principal.name, "proposed_by": row.by, "workflows": sorted(_workflows(row)), **note.told}
        ledger.append(connection, "rules.rejected", proposal_id, now, body)
        told = {"proposal": proposal_id, "workflows": sorted(_workflows(row))}
        events.add(connection, house.new_id("evt"), "rules.rejected", proposal_id, told, now)

    house.store.commit(work)
    return view(house, proposal_id)


def _stage(
    house: House, row: Row[Any], part: dict[str, Any], active: Any, by: str, change: str
) -> tuple[Staged, dict[str, Any]]:
    with house.store.read() as connection:
        parts = current_parts(connection, active)
        policy, rules = (artefacts.get(connection, part[name]) for name in ("policy", "rules"))
    try:
        staged = stage(
            house,
            with_snapshot(house, active["id"], replace(parts, policy=policy, rules=rules)),
            by,
            f"approved {row.id}",
        )
    except RuleErrors as error:
        raise broken(error.problems) from error
    old, new = house.shelf.rules(active["id"]), staged.release
    changes = changes_between(old.packs, house.shelf.policy(active["id"]), new.ruleset.packs, new.workflow)
    told = {
        "before": active["id"],
        "change": change,
        "changes": dict(changes.summary),
        "proposal": row.id,
        "proposed_by": row.by,
    }
    return replace(staged, told=told), report_one(staged, active, changes)


def _stale(connection: Connection, row: Row[Any]) -> str | None:
    """Why it cannot be approved any more: it was made to change something else than what is in force."""
    for part in row.parts:
        pointer = pointers.pointer(connection, part["workflow"])
        if pointer is None:
            return f"there is no workflow {part['workflow']} any more"
        was, now = pointers.release(connection, part["base"]), pointers.release(connection, pointer.release)
        assert was is not None, "what answered once is kept"
        assert now is not None, "the foreign key keeps what answers"
        if (was["rules"], was["policy"]) != (now["rules"], now["policy"]):
            return f"the rules or the policy of {part['workflow']} changed since it was proposed"
    return None


def _supersede(house: House, row: Row[Any], stale: str) -> None:
    def work(connection: Connection) -> None:
        now = house.clock()
        proposals.close(connection, row.id, "superseded", now)
        ledger.append(connection, "rules.superseded", row.id, now, {"proposed_by": row.by})

    house.store.commit(work)
    raise ProposalStale(stale, remedy="propose it again: signoff rules reload")


def _refuse_closed(row: Row[Any]) -> None:
    if row.state != proposals.OPEN:
        by = f" by {row.decided_by}" if row.decided_by else ""
        raise ProposalClosed(f"{row.id} is {row.state}{by}", remedy="see `signoff rules proposals` for open ones")


def _refuse_same_person(row: Row[Any], name: str) -> None:
    if same_person(row.by, name):
        raise SamePerson(f"{row.by} proposed it", remedy="somebody else has to approve it")


def _found(connection: Connection, proposal_id: str) -> Row[Any]:
    row = proposals.get(connection, proposal_id)
    if row is None:
        raise NotFound(f"there is no proposal {proposal_id}")
    return row


def _workflows(row: Row[Any]) -> set[str]:
    return {part["workflow"] for part in row.parts}


def _short(row: Row[Any]) -> dict[str, Any]:
    return {
        "id": row.id,
        "state": row.state,
        "by": row.by,
        "created_at": timestamp(row.created_at),
        "workflows": sorted(_workflows(row)),
        "decided_by": row.decided_by,
        "decided_at": timestamp(row.decided_at) if row.decided_at else None,
    }
