"""One timeline of what operations changed: reloads, roll backs, proposals, disables, halts and alarms."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from typing import Any, NamedTuple

from service.domain.answer import timestamp
from service.store import ledger
from service.store.engine import Connection, Row
from service.usecases.house import House
from service.usecases.note import read_note

#: The kinds of ledger records that make the timeline.
KINDS = (
    *("rules.reloaded", "rules.rolled_back", "rules.unpinned"),
    *("rules.proposed", "rules.approved", "rules.rejected"),
    *("rule.disabled", "rule.enabled", "rule.rechecked"),
    *("rules.alarm_raised", "rules.alarm_ended"),
    *("workflow.halted", "workflow.resumed"),
    *("watch.alarm_raised", "watch.paused", "watch.resumed"),
)
# Those that changed what a rule does; a proposal, a check or an alarm did not.
_CHANGES = ("rules.reloaded", "rules.rolled_back", "rules.approved", "rule.disabled", "rule.enabled")
_STEP = 200  # records looked at with one query
_FAR = 5_000  # records looked at for who changed a rule last: every look at the rules asks for it
# Digests of artefacts prove what was in force; to people they say nothing.
_PROOF = (
    "rules",
    "policy",
    "head",
    "snapshot",
    "encoder",
    "calibration",
    "note_digest",
    "certified",
    "certificate_digest",
)


class LastChange(NamedTuple):
    """Who changed a rule last, when and how."""

    at: str
    by: str
    kind: str


def history(
    house: House,
    *,
    workflow: str | None = None,
    rule: str | None = None,
    after: int | None = None,
    limit: int = 50,
) -> dict[str, Any]:
    """Newest first; `next` is the `after` of the page that follows, or None.

    With `workflow` or `rule` what concerns it. `summary` is a sentence; `detail` what the record holds besides.
    """
    items: list[dict[str, Any]] = []
    with house.store.read() as connection:
        for row, body in _records(connection, KINDS, after):
            if not (_concerns_workflow(row, body, workflow) and _concerns_rule(body, rule)):
                continue
            if len(items) == limit:
                return {"items": items, "next": items[-1]["sequence"]}
            items.append(_item(connection, row, body))
    return {"items": items, "next": None}


def last_changes(connection: Connection, rules: set[str]) -> dict[str, LastChange]:
    """Of each of the rules, as far as the newest records tell: one that came with its workflow nobody changed."""
    found: dict[str, LastChange] = {}
    for row, body in islice(_records(connection, _CHANGES, None), _FAR):
        if len(found) == len(rules):
            break
        for name in rules & _rules_in(body):
            found.setdefault(name, LastChange(timestamp(row.at), str(body.get("by", "")), row.kind))
    return found


def _records(
    connection: Connection, kinds: Sequence[str], before: int | None
) -> Iterator[tuple[Row[Any], Mapping[str, Any]]]:
    while rows := ledger.page(connection, kinds, before=before, limit=_STEP):
        for row in rows:
            yield row, json.loads(row.record)["body"]
        before = rows[-1].sequence


def _concerns_workflow(row: Row[Any], body: Mapping[str, Any], workflow: str | None) -> bool:
    return workflow is None or workflow in (row.subject_id, body.get("workflow")) or workflow in _workflows(body)


def _workflows(body: Mapping[str, Any]) -> list[str]:
    named = body.get("workflows", ())
    return [each["workflow"] if isinstance(each, Mapping) else str(each) for each in named]


def _concerns_rule(body: Mapping[str, Any], rule: str | None) -> bool:
    return rule is None or rule in _rules_in(body)


def _rules_in(body: Mapping[str, Any]) -> set[str]:
    """Ids of the rules that a record is about."""
    found = {str(body["rule"])} if body.get("rule") else set()
    for summary in _summaries(body):
        for part in ("added", "removed", "changed", "promoted", "demoted"):
            found.update(summary.get(part, ()))
    return found


def _summaries(body: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """What a record says was changed: in its workflow, or in each of those proposed."""
    proposed = [each["changes"] for each in body.get("workflows", ()) if isinstance(each, Mapping)]
    return [body["changes"]] if isinstance(body.get("changes"), Mapping) else proposed


def _item(connection: Connection, row: Row[Any], body: Mapping[str, Any]) -> dict[str, Any]:
    named = _workflows(body)
    workflow = body.get("workflow") or (row.subject_id if row.kind.startswith("workflow.") else None)
    detail = {name: value for name, value in body.items() if name not in (*_PROOF, "by", "workflow")}
    if "note" in body:
        detail["why"] = read_note(connection, body["note"])
    return {
        "sequence": row.sequence,
        "at": timestamp(row.at),
        "kind": row.kind,
        "by": body.get("by"),
        "workflow": workflow or (named[0] if len(named) == 1 else None),
        "summary": _summary(row.kind, row.subject_id, body),
        "detail": {"subject": row.subject_id, **detail},
    }


_SENTENCES = {
    "rules.reloaded": "Reloaded: {changed}",
    "rules.rolled_back": "Rolled back to the rules of {to}: {changed}",
    "rules.unpinned": "Files are taken over again",
    "rules.proposed": "Proposed {subject}: {changed}",
    "rules.approved": "Approved {proposal} of {proposed_by}: {changed}",
    "rules.rejected": "Rejected {subject} of {proposed_by}",
    "rule.disabled": "{rule} off until {until}",
    "rule.enabled": "{rule} back in force",
    "rule.rechecked": "Without {off} the certificate {held}",
    "rules.alarm_raised": "Alarm: the share of {about} left its usual band",
    "rules.alarm_ended": "Alarm about {about} acknowledged",
    "workflow.halted": "Halted: nothing is decided automatically",
    "workflow.resumed": "Resumed",
    "watch.alarm_raised": "Alarm about live traffic: {about}",
    "watch.paused": "Live traffic is alarming: people decide everything",
    "watch.resumed": "Automatic again after an alarm about live traffic",
}


def _summary(kind: str, subject: str, body: Mapping[str, Any]) -> str:
    rule = f" ({body['rule']})" if body.get("rule") else ""
    words = {
        "subject": subject,
        "changed": "; ".join(filter(None, map(_changed, _summaries(body)))) or "nothing that rules on a request",
        "off": ", ".join(body.get("rules", ())) if kind == "rule.rechecked" else "",
        "held": "still holds" if body.get("holds") else "does not hold: nothing is decided automatically",
        "about": f"{body.get('kind')}{rule}",
    }
    return _SENTENCES[kind].format_map({**body, **words})


def _changed(summary: Mapping[str, Any]) -> str:
    """For instance `2 added (a, b), 1 promoted (c: shadow → enforce), policy: guarantee.alpha`."""
    told = [_counted(part, summary.get(part, ())) for part in ("added", "removed", "changed")]
    told += [_moved(part, summary.get(part, {})) for part in ("promoted", "demoted")]
    for part, name in (("parts", "lists, matchers and exemptions"), ("policy", "policy"), ("loosened", "looser")):
        if summary.get(part):
            told.append(f"{name}: {_few(summary[part])}")
    return ", ".join(filter(None, told))


def _counted(part: str, names: list[str]) -> str:
    return f"{len(names)} {part} ({_few(names)})" if names else ""


def _moved(part: str, steps: Mapping[str, str]) -> str:
    return f"{len(steps)} {part} ({_few([f'{name}: {step}' for name, step in steps.items()])})" if steps else ""


def _few(names: list[str], most: int = 5) -> str:
    more = f" and {len(names) - most} more" if len(names) > most else ""
    return ", ".join(names[:most]) + more
