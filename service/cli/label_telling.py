"""What labelling says at a terminal, and what it asks there."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Literal

from rich.prompt import Prompt

from service.cli.saying import plain, print_table, say

if TYPE_CHECKING:
    from service.usecases.label_doubts import Doubted
    from service.usecases.propose_labels import Proposed

_WIDE = 70  # characters of a text in a table

Said = list[str] | Literal["skip", "undo", "quit"]
_WORDS: Mapping[str, Literal["skip", "undo", "quit"]] = {"s": "skip", "u": "undo", "q": "quit"}


def tell_progress(found: Mapping[str, Any]) -> None:
    say.print(f"[bold]{plain(found['says'])}[/] (at most {found['alpha']:.1%} wrong, {1 - found['delta']:.0%} sure)")
    if found["groups"]:
        groups = [_group_row(each) for each in found["groups"]]
        print_table(("PROMISE", "AT MOST WRONG", "DRAWN AND LABELLED", ""), groups)
        print()
    rows = [(name, *(part[state] for state in ("waiting", "labelled", "skipped"))) for name, part in _parts(found)]
    print_table(("PART", "WAITING", "LABELLED", "SKIPPED"), rows)
    print()
    counted = [(each["label"] or "none of these", each["examples"]) for each in found["labels"]]
    print_table(("LABEL", "EXAMPLES"), counted)


def _group_row(each: Mapping[str, Any]) -> tuple[object, ...]:
    about = "about " if each["estimated"] else ""
    far = f"{each['done']}" if each["needed"] is None else f"{each['done']} of {about}{each['needed']}"
    state = "certified" if each["certified"] else each["why"]
    return each["group"] or "all other labels", f"{each['alpha']:.1%}", far, state


def _parts(found: Mapping[str, Any]) -> list[tuple[str, Mapping[str, int]]]:
    return [("drawn at random", found["queue"]["calibration"]), ("chosen", found["queue"]["train"])]


def tell_choices(item: Mapping[str, Any]) -> None:
    """Every label with its number and definition, once."""
    for number, choice in enumerate(item["choices"], 1):
        print(f"{number:>4}  {choice['id']}  {choice['definition'] or choice['title']}")
    print("   0  none of these")


def ask_labels(item: Mapping[str, Any], *, undo: bool) -> Said:
    """Show one request and ask until the answer makes sense."""
    say.rule(item["item"])
    print(_harmless(item["text"]))
    for name, value in item["attributes"].items():
        print(f"  {name}: {_harmless(str(value))}")
    ids = [choice["id"] for choice in item["choices"]]
    more = ", several with spaces" if item["several"] else ""
    keys = f"number or id{more}; 0 none, s skip{', u undo' if undo else ''}, ? labels, q quit"
    while True:
        answer = Prompt.ask(f"[dim]{keys}[/]", console=say).strip()
        if answer == "?":
            tell_choices(item)
        elif answer in _WORDS and (undo or answer != "u"):
            return _WORDS[answer]
        elif (found := _chosen(answer.split(), ids, several=item["several"])) is not None:
            return found
        else:
            say.print("[yellow]that is no label here[/]")


def _chosen(words: Sequence[str], ids: Sequence[str], *, several: bool) -> list[str] | None:
    """The labels meant; None when the answer makes no sense."""
    if list(words) == ["0"]:
        return []
    named = [ids[int(word) - 1] if word.isdecimal() and 0 < int(word) <= len(ids) else word for word in words]
    usable = named and set(named) <= set(ids) and (several or len(set(named)) == 1)
    return list(dict.fromkeys(named)) if usable else None


def tell_doubts(found: Sequence[Doubted], limit: int) -> None:
    if not found:
        say.print("no label looks wrong")
        return
    rows = [
        (
            each.example,
            ", ".join(each.labels),
            f"not {each.looks_like}" if each.too_much else each.looks_like,
            f"{each.given:.2f}",
            f"{each.probability:.2f}",
            _short(each.text),
        )
        for each in found[:limit]
    ]
    print_table(("EXAMPLE", "LABELLED", "LOOKS LIKE", "P", "P OF THAT", "TEXT"), rows)
    say.print(f"{len(found)} look wrong. Put right: signoff label correct EXAMPLE LABEL; or: label aside EXAMPLE")
    if any(each.in_file for each in found):
        say.print("Examples of the workflow's own file are put right in that file (examples.jsonl).")


def tell_proposals(found: Sequence[Proposed], workflow: str) -> None:
    if not found:
        say.print("no group of requests without a label is large enough for a proposal")
        return
    for each in found:
        say.print(f"[bold]{plain(each.id)}[/]  {each.requests} requests; telling: {plain(', '.join(each.words))}")
        if each.nearest is not None:
            say.print(f"  nearest label: {plain(each.nearest)} (similarity {each.similarity:.2f})")
        for text in each.texts:
            print(f"  - {_short(text)}")
    say.print(f"To make one a label: signoff label add {plain(workflow)} ID --definition …; then signoff rules reload")


def _harmless(text: str) -> str:
    """A request's words, without what would steer the terminal: whoever wrote them is not trusted."""
    return "".join(char if char.isprintable() or char in "\n\t" else "\ufffd" for char in text)


def _short(text: str) -> str:
    line = _harmless(" ".join(text.split()))
    return line if len(line) <= _WIDE else line[: _WIDE - 1] + "…"
