"""Documents as the terminal shows them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from rich.console import Console
from rich.text import Text

from service.cli.saying import plain, print_table, say

if TYPE_CHECKING:
    from service.usecases.file_documents import Filed

_AROUND = 2  #: unchanged lines shown before and after a change
SHOWN = 10  #: documents told by name after an import
_TITLE = 60  #: characters of a title in a list

_OUT = {"removed": ("-", "red"), "added": ("+", "green")}


def tell_filed(filed: Filed, notes: Mapping[str, Sequence[str]]) -> None:
    """What an import did, and what it came in beside. `notes`: what was left out on reading, by document."""
    say.print(f"{filed.added} documents filed, {filed.unchanged} unchanged")
    for each in filed.documents[:SHOWN]:
        say.print(plain(f"{each.status}: {each.id}@{each.version}"))
    _more(len(filed.documents))
    for twin in filed.duplicates[:SHOWN]:
        say.print(plain(f"duplicate: {twin.id} has the same words as {twin.same_as}"))
    _more(len(filed.duplicates))
    alike = [each for each in filed.documents if each.similar and each.similar[0]["similarity"] < 1]
    for document in alike[:SHOWN]:
        first = document.similar[0]
        say.print(plain(f"near-duplicate: {document.id} resembles {first['id']} ({first['similarity']:.0%})"))
    _more(len(alike))
    back = [each for each in filed.documents if each.retired is not None]
    for one in back[:SHOWN]:
        say.print(plain(f"retired before: {one.id}@{one.version} says the same as version {one.retired}"))
    _more(len(back))
    left_out = [f"{name}: {note}" for name, each in notes.items() for note in each]
    for line in left_out[:SHOWN]:
        say.print(plain(line))
    _more(len(left_out))
    tell_notices(filed.notices)


def _more(total: int) -> None:
    if total > SHOWN:
        say.print(f"… and {total - SHOWN} more; --json names them all")


def tell_list(items: Sequence[Mapping[str, Any]], as_of: str | None = None) -> None:
    headings = ("collection", "id", "version", "status", "standing", "owner", "from", "until", "review by", "title")
    rows = [
        (
            each["collection"],
            each["id"],
            each["version"],
            each["status"],
            (each["standing"] or "").replace("_", " "),
            each["owner"],
            _day(each["effective_from"]),
            _day(each["effective_until"]),
            f"{each['review_by'] or ''}{' (due)' if each['overdue'] else ''}",
            each["title"] if len(each["title"]) <= _TITLE else each["title"][: _TITLE - 1] + "…",
        )
        for each in items
    ]
    if rows:
        print_table(headings, rows)
    elif as_of is None:
        say.print("no documents")
    else:
        say.print(plain(f"no documents: none was both approved here and in force on {as_of}"))


def _day(moment: str | None) -> str:
    return moment[:10] if moment else ""


def tell_document(document: Mapping[str, Any]) -> None:
    """What a version says of itself, what bears on it, and its words."""
    standing = f", {document['standing'].replace('_', ' ')}" if document["standing"] else ""
    print(f"{document['title']}\n{document['collection']}/{document['id']}@{document['version']}")
    approved = f"{document['approved_by']} on {_day(document['approved_at'])}" if document["approved_by"] else None
    ended = f"{document['ended_by']} on {_day(document['ended_at'])}" if document["ended_at"] else None
    lines = {
        "status": f"{document['status']}{standing}",
        "owner": document["owner"],
        "written by": ", ".join(document["authors"]),
        "approved by": approved,
        "ended by": ended,
        "in force from": _day(document["effective_from"]),
        "in force until": _day(document["effective_until"]),
        "review by": document["review_by"],
        "audience": ", ".join(document["audience"]) or "everyone",
        "jurisdiction": ", ".join(document["jurisdiction"]),
        "fields": ", ".join(f"{name}={_value(value)}" for name, value in document["fields"].items()),
        "cites": ", ".join(each["id"] for each in document["cites"]),
        "cited by": ", ".join(each["id"] for each in document["cited_by"]),
        "named by": ", ".join(f"{each['label']} ({each['workflow']})" for each in document["names"]),
        "source": document["source"],
        "digest": document["digest"],
    }
    for name, value in lines.items():
        if value:
            print(f"{name + ':':<16}{value}")
    versions = [
        (each["version"], each["status"], each["submitted_by"], each["approved_by"], _day(each["submitted_at"]))
        for each in document["versions"]
    ]
    print()
    print_table(("version", "status", "submitted by", "approved by", "submitted"), versions)
    print()
    print(document["text"].rstrip("\n"))
    if document["note"]:
        note = document["note"]
        say.print(plain(f"{note['kind']} by {note['by']} on {_day(note['at'])}: {note['why'] or '(erased)'}"))
    tell_notices(document["notices"])


def _value(value: Any) -> str:
    return f"{value:g}" if isinstance(value, int | float) else "/".join(value)


def tell_notices(sentences: Iterable[str]) -> None:
    for sentence in sentences:
        say.print(f"[yellow]{plain(sentence)}[/]")


def tell_side_by_side(compared: Mapping[str, Any]) -> None:
    """Fields, then changed lines with a few unchanged ones around them; the words that differ stand out.

    Where there are no colours, [-these-] words went and {+these+} came.
    """
    out = Console(highlight=False, soft_wrap=True)
    out.print(Text(f"{compared['id']}: version {compared['older']['version']} → {compared['newer']['version']}"))
    for each in compared["changed"]:
        out.print(Text(f"{each['field']}: {_told(each['older'])} → {_told(each['newer'])}"))
    lines = compared["lines"]
    near = _near([line["kind"] != "same" for line in lines])
    if not near:
        out.print(Text("the words are the same"))
    last = -1
    for place in near:
        if place > last + 1:
            out.print(Text("…", style="dim"))
        for line in _lines(lines[place], out.is_terminal):
            out.print(line)
        last = place


def _told(value: Any) -> str:
    """A field's value in words."""
    match value:
        case None | [] | {}:
            return "none"
        case list():
            return ", ".join(map(str, value))
        case dict():
            return ", ".join(f"{name}={_value(each)}" for name, each in value.items())
    return str(value)


def _near(changed: Sequence[bool]) -> list[int]:
    around = {
        place + step
        for place, differs in enumerate(changed)
        if differs
        for step in range(-_AROUND, _AROUND + 1)
        if 0 <= place + step < len(changed)
    }
    return sorted(around)


def _lines(line: Mapping[str, Any], coloured: bool) -> list[Text]:
    match line["kind"]:
        case "same":
            return [Text("  " + _joined(line["newer"]))]
        case "changed":
            return [
                _marked("- ", line["older"], "red", "" if coloured else "[-{}-]"),
                _marked("+ ", line["newer"], "green", "" if coloured else "{{+{}+}}"),
            ]
    sign, style = _OUT[line["kind"]]
    return [Text(f"{sign} {_joined(line['older'] or line['newer'])}", style=style)]


def _joined(pieces: Sequence[Sequence[Any]]) -> str:
    return "".join(text for text, _ in pieces)


def _marked(sign: str, pieces: Sequence[Sequence[Any]], style: str, around: str) -> Text:
    told = Text(sign, style=style)
    for text, marked in pieces:
        told.append(around.format(text) if marked and around else text, style=f"bold reverse {style}" if marked else "")
    return told


def tell_preview(would: Mapping[str, Any]) -> None:
    """In sentences, then the cases that would come out differently."""
    for sentence in would["sentences"]:
        print(sentence)
    for workflow in would["workflows"]:
        for each in workflow["examples"]:
            print(f"\n  {each['text'] or '(text not shown)'}")
            for when in ("before", "after"):
                case = each[when]
                who = "automatic" if case["automatic"] else "people"
                print(f"    {when + ':':<8}{case['label']} ({who}); {', '.join(case['documents']) or 'no documents'}")
