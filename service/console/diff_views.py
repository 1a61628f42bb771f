"""Two versions side by side, and what approving one would change. Pure: values in, values out."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

from service.console import words
from service.console.document_views import DocumentRow, document_address, document_row
from service.console.marks import Piece

#: Unchanged lines shown around what changed; more are folded away.
CONTEXT = 2

_FIELDS: Mapping[str, str] = {
    "effective_from": "in force from",
    "effective_until": "in force until",
    "review_by": "to be reviewed by",
    "audience": "for",
}
_HOLDS: Mapping[bool | None, tuple[str, str]] = {
    True: ("allow", "The certificate holds"),
    False: ("block", "The certificate would not hold"),
    None: ("plain", "There is no certificate"),
}
_NOBODY: Mapping[str, str] = {"audience": "everyone", "jurisdiction": "any"}


@dataclass(frozen=True, slots=True)
class Line:
    """A line as it was and as it is; None where there was or is none."""

    kind: str  #: `same`, `added`, `removed` or `changed`
    older: tuple[Piece, ...] | None
    newer: tuple[Piece, ...] | None


@dataclass(frozen=True, slots=True)
class Stretch:
    """Lines that follow each other; folded ones did not change and are far from what did."""

    lines: tuple[Line, ...]
    folded: bool


@dataclass(frozen=True, slots=True)
class DiffView:
    """How two versions differ."""

    older: DocumentRow
    newer: DocumentRow
    fields: tuple[tuple[str, str, str], ...]  #: name, older and newer value
    stretches: tuple[Stretch, ...]
    added: int
    removed: int
    changed: int
    address: str  #: of the document

    @property
    def same(self) -> bool:
        return not self.fields and not (self.added or self.removed or self.changed)


def diff_view(diff: Mapping[str, Any]) -> DiffView:
    lines = [_line(line) for line in diff["lines"]]
    kinds = [line.kind for line in lines]
    return DiffView(
        older=document_row(diff["older"]),
        newer=document_row(diff["newer"]),
        fields=tuple(map(_field, diff["changed"])),
        stretches=tuple(folded(lines)),
        added=kinds.count("added"),
        removed=kinds.count("removed"),
        changed=kinds.count("changed"),
        address=document_address(diff["newer"]["collection"], diff["newer"]["id"], diff["newer"]["version"]),
    )


def _line(line: Mapping[str, Any]) -> Line:
    return Line(line["kind"], _pieces(line["older"]), _pieces(line["newer"]))


def _pieces(stretches: Sequence[Sequence[Any]] | None) -> tuple[Piece, ...] | None:
    if stretches is None:
        return None
    return tuple(Piece(text, (0,) if marked else ()) for text, marked in stretches)


def folded(lines: Sequence[Line]) -> Iterator[Stretch]:
    """The lines in order, with those far from any change in stretches of their own. One line is never folded."""
    near = {
        place for at, line in enumerate(lines) if line.kind != "same" for place in range(at - CONTEXT, at + CONTEXT + 1)
    }
    for far, members in groupby(enumerate(lines), key=lambda pair: pair[0] not in near):
        stretch = tuple(line for _, line in members)
        yield Stretch(stretch, far and len(stretch) > 1)


def _field(change: Mapping[str, Any]) -> tuple[str, str, str]:
    """Name, older and newer value, in words."""
    name = change["field"]
    none = _NOBODY.get(name, words.NOTHING)
    older, newer = (_value(change[side]) if change[side] else none for side in ("older", "newer"))
    return _FIELDS.get(name, name.replace("_", " ")), older, newer


def _value(value: Any) -> str:
    match value:
        case list():
            return ", ".join(map(str, value))
        case float():
            return f"{value:g}"
        case dict():
            return "; ".join(f"{name}: {_value(each)}" for name, each in value.items())
        case str() if value.endswith("T00:00:00.000Z"):
            return value[:10]
    return str(value)


@dataclass(frozen=True, slots=True)
class Way:
    """Which way one calibration case goes."""

    label: str
    automatic: bool
    documents: tuple[Piece, ...]  #: their ids; marked where the other way does not find them


@dataclass(frozen=True, slots=True)
class Example:
    """A calibration case that would go another way."""

    text: str  #: empty when the reader may not see it
    before: Way
    after: Way


@dataclass(frozen=True, slots=True)
class WorkflowPreview:
    """What one workflow would make of its calibration cases."""

    workflow: str
    before: str
    after: str
    otherwise: int  #: cases that would be decided otherwise
    shown: int  #: more cases that would show other documents
    tone: str
    certificate: str
    examples: tuple[Example, ...]


@dataclass(frozen=True, slots=True)
class PreviewView:
    """What approving a version would change."""

    deed: str  #: `approved` or `retired`
    sentences: tuple[str, ...]
    workflows: tuple[WorkflowPreview, ...]


def preview_view(preview: Mapping[str, Any], titles: Mapping[str, str]) -> PreviewView:
    """`titles` of labels, by id."""
    return PreviewView(
        deed="retired" if preview["step"] == "retire" else "approved",
        sentences=tuple(preview["sentences"]),
        workflows=tuple(_workflow(each, titles) for each in preview["workflows"]),
    )


def _workflow(each: Mapping[str, Any], titles: Mapping[str, str]) -> WorkflowPreview:
    tone, certificate = _HOLDS[each["holds"]]
    return WorkflowPreview(
        workflow=each["workflow"],
        before=_share(each["automatic_before"]),
        after=_share(each["automatic_after"]),
        otherwise=each["answers_changed"],
        shown=each["cases_changed"] - each["answers_changed"],
        tone=tone,
        certificate=certificate,
        examples=tuple(_examples(each["examples"], titles)),
    )


def _share(share: float) -> str:
    return f"{share:.1%}"


def _examples(examples: Iterable[Mapping[str, Any]], titles: Mapping[str, str]) -> Iterator[Example]:
    for each in examples:
        before, after = each["before"], each["after"]
        yield Example(each["text"] or "", _way(before, after, titles), _way(after, before, titles))


def _way(way: Mapping[str, Any], other: Mapping[str, Any], titles: Mapping[str, str]) -> Way:
    label = way["label"]
    found = tuple(Piece(each, () if each in other["documents"] else (0,)) for each in way["documents"])
    return Way(titles.get(label, label) if label else "no label", way["automatic"], found)
