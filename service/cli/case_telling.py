"""How the command line tells of cases."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from service.cli.saying import plain, print_table, say

_EXCERPT = 60  # characters in a list


def tell_cases(page: Mapping[str, Any]) -> None:
    rows = [
        (
            each["id"],
            each["queue"],
            each["state"],
            each["priority"],
            ("OVERDUE " if each["overdue"] else "") + each["due_at"][:16].replace("T", " "),
            each["lease"]["holder"] if each["lease"] else each["assigned_to"] or "",
            " ".join(each["reasons"]),
            _short(each["excerpt"]),
        )
        for each in page["items"]
    ]
    print_table(("case", "queue", "state", "priority", "due", "who", "reasons", "request"), rows)
    if page["next"]:
        say.print(f"[dim]more: --after {plain(page['next'])}[/]")


def tell_case(case: Mapping[str, Any]) -> None:
    """Everything that is needed to decide it."""
    lease = case["lease"]
    held = f", {lease['holder']} has it until {lease['until']}" if lease else ""
    say.print(plain(f"{case['id']} in {case['queue']}: {case['state'].replace('_', ' ')}{held}"))
    say.print(plain(f"priority {case['priority']}, due {case['due_at']}{', OVERDUE' if case['overdue'] else ''}"))
    if case["known_answer"]:
        say.print(plain(f"known answer: {_said(case['known_answer'])}"))
    say.print(f"why it is here: {plain(', '.join(case['reasons']) or 'not to be told before you decide')}")
    print(case["text"])
    for name, value in case["attributes"].items():
        say.print(f"{plain(name)}: {plain(value)}")
    for each in case["suggestions"]:
        say.print(f"suggested: {plain(each['label'])} ({each['probability']:.0%})")
    for each in case["documents"]:
        say.print(f"[dim]{plain(each['passage_id'])}[/] {plain(each['title'])}: {plain(_short(each['passage']))}")
    for each in case["opinions"]:
        say.print(plain(f"{each['reviewer']} said: {_said(each)}"))
    for each in case["comments"]:
        say.print(plain(f"{each['by']} wrote: {each['text'] or '(erased)'}"))
    say.print(f"labels: {plain(' '.join(each['id'] for each in case['choices']))}")
    say.print(f"you may: {plain(' '.join(case['allowed']) or 'only look')}")


def tell_preview(found: Mapping[str, Any], action: str) -> None:
    rows = [
        (
            each["case"],
            each["queue"],
            each["suggestion"] or "",
            "" if each["similarity"] is None else f"{each['similarity']:.2f}",
            _short(each["excerpt"]),
        )
        for each in found["items"]
    ]
    print_table(("case", "queue", "suggested", "like", "request"), rows)
    for each in found["left_out"]:
        say.print(f"[yellow]left out:[/] {plain(each['case'])}: {plain(each['why'])}")
    for each in found["refused"]:
        say.print(f"[yellow]would be refused:[/] {plain(each['case'])}: {plain(each['why'])}")
    if found["more"]:
        say.print("[yellow]more fit than are done at once; these come first[/]")
    if not found["items"]:
        say.print("no case fits")
        return
    say.print(
        f"Nothing is done yet. To {action} these {found['count']}, say the same with --confirm {found['confirm']}"
    )


def tell_done(done: Mapping[str, Any]) -> None:
    say.print(f"{done['action']}: {len(done['done'])} done, {len(done['refused'])} refused ({done['bulk']})")
    for each in done["refused"]:
        say.print(f"[yellow]refused:[/] {plain(each['case'])}: {plain(each['why'])}")


def _said(each: Mapping[str, Any]) -> str:
    return f"{', '.join(each['labels']) or 'none of these'}, {each['outcome']}"


def _short(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= _EXCERPT else line[: _EXCERPT - 1] + "…"
