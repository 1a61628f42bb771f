"""Traces, changes and counts in lines for people. Pure: plain data in, lines out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from service.cli.columns import columns

Json = Mapping[str, Any]

_ANSWER = {True: "true", False: "false", None: "unknown"}


def change_lines(changes: Sequence[Json], policy_changes: Sequence[Json] = ()) -> Iterator[str]:
    """Each difference in a line, `!` before those that may let more through."""
    for change in (*changes, *policy_changes):
        yield f"{'!' if loosens(change) else ' '} {change['says']}"


def loosens(change: Json) -> bool:
    """Whether some request may get a weaker effect by it."""
    return change["direction"] in ("loosens", "either")


def trace_lines(traces: Sequence[Json], text: str) -> Iterator[str]:
    """First the rules that fire, with every clause that made them; then what stopped each of the others.

    `text` is what was asked about: hits are quoted from it.
    """
    fired = [trace for trace in traces if trace["finding"] != "no_match"]
    quiet = [trace for trace in traces if trace["finding"] == "no_match"]
    yield f"{len(fired)} of {len(traces)} rules fire" + ("" if fired else ".")
    for trace in fired:
        yield ""
        yield from _fired(trace, text)
    if quiet:
        yield ""
        yield f"{len(quiet)} do not:"
        for trace in quiet:
            yield from _stopped(trace, text)


def _fired(trace: Json, text: str) -> Iterator[str]:
    verdict = f"{trace['finding']} → {trace['effect']}" if trace["effect"] else str(trace["finding"])
    yield f"{trace['rule']}  {verdict}"
    yield f"  {trace['title']} ({trace['file']}:{trace['line']})"
    if trace["reason"]:
        yield f"  {trace['reason']}"
    if trace["why_not"]:
        yield f"  does not count: {trace['why_not']}"
    if trace["exemption"]:
        yield f"  set aside by exemption {trace['exemption']}"
    if trace["weakened"]:
        yield "  rests on look-alike letters, so it does not block"
    for name in trace["missing"]:
        yield f"  {name} is missing"
    for seen in trace["clauses"]:
        yield f"  {_place(seen)}  {_clause(seen, text)}"


def _stopped(trace: Json, text: str) -> Iterator[str]:
    yield f"  {trace['rule']}" + (f"  ({trace['why_not']})" if trace["why_not"] else "")
    for seen in trace["clauses"][:1]:
        yield f"    {_place(seen)}  {_clause(seen, text)}"
    if not trace["clauses"]:
        yield f"    {trace['says']}"


def _place(seen: Json) -> str:
    return f"{seen['file']}:{seen['line']}:{seen['column']}:"


def _clause(seen: Json, text: str) -> str:
    """What it says, what it saw, and, below `none`, that it had to be false."""
    notes = [f"{name} = {_value(value)}" for name, value in seen["attributes"].items()]
    notes += [f"{name} is missing" for name in seen["missing"]]
    notes += [_hit(hit, text) for hit in seen["hits"]]
    notes += [seen["failure"]] if seen["failure"] else []
    notes += [] if seen["wanted"] else ["under `none`"]
    said = f"{' '.join(seen['source'].split())} is {_ANSWER[seen['answer']]}"
    return f"{said} ({'; '.join(notes)})" if notes else said


def _hit(hit: Json, text: str) -> str:
    if not hit["found"]:
        return f"{hit['name']} not found"
    quoted = dict.fromkeys(text[span["start"] : span["end"]] for span in hit["spans"])
    where = ", ".join(f"“{' '.join(part.split())}”" for part in quoted)
    alike = " by look-alike letters" if hit["by_look_alikes"] else ""
    return f"{hit['name']} found{alike}{f': {where}' if where else ''}"


def _value(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return ", ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def replay_lines(report: Json) -> Iterator[str]:
    """Counts by rule, by effect and by outcome, then examples."""
    yield from _columns(
        ("RULE", "MORE", "FEWER"), [(each["rule"], each["more"], each["fewer"]) for each in report["by_rule"]]
    )
    for heading in ("effects", "outcomes"):
        rows = [(_word(each["before"]), _word(each["after"]), each["count"]) for each in report[heading]]
        yield from _columns((f"{heading[:-1].upper()} THEN", "NOW", "DECISIONS"), rows)
    for each in report["examples"]:
        before, after = each["before"], each["after"]
        moved = [f"+{rule}" for rule in each["rules"]["gained"]] + [f"-{rule}" for rule in each["rules"]["lost"]]
        yield f"{each['decision']}  {before['outcome']} → {after['outcome']}  {' '.join(moved)}".rstrip()
    if report["unreadable"]:
        yield f"{report['unreadable']} decisions could not be read: their text is erased, or does not fit any more"
    if report["truncated"]:
        yield f"there were more: the newest {report['decisions']} were tried"


def _word(value: object) -> str:
    return "none" if value is None else str(value)


def _columns(headings: Sequence[str], rows: Sequence[Sequence[object]]) -> Iterator[str]:
    if rows:
        yield from columns(headings, rows)
        yield ""
