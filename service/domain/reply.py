"""A reply drafted from approved passages alone: what it quotes, it cites. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from index.model import DocumentKey
from service.domain.types import Label, ReplyPolicy, Workflow

PASSAGES: Final = "passages"  #: the sentences that bear on the request, of the documents that the label names
PUBLIC_REASON: Final = "public_reason"
#: What a label's template may hold, in braces.
PLACES: Final = (PASSAGES, PUBLIC_REASON)

_PLACE: Final = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class Quotable:
    """A passage that was found for a request, as a reply may quote it."""

    key: DocumentKey
    id: str  #: names the passage for good: collection, document, version and place
    title: str
    heading: str
    text: str
    highlights: tuple[tuple[int, int], ...]  #: sentences that bear on the request, code points of `text`

    @property
    def citation(self) -> str:
        """Document and version."""
        return f"doc_{self.key.id}@{self.key.version}"

    @property
    def telling(self) -> str:
        """The sentences that bear on the request, one after the other."""
        return " ".join(self.text[start:end].strip() for start, end in self.highlights)


@dataclass(frozen=True, slots=True)
class Draft:
    """A reply that somebody may send as it stands or edit."""

    text: str
    citations: tuple[str, ...]  #: documents and versions, each once
    passages: tuple[str, ...]  #: ids of the passages
    by_model: bool = False  #: a language model wrote it

    def as_dict(self) -> dict[str, Any]:
        return {
            "text": self.text,
            "citations": list(self.citations),
            "passages": list(self.passages),
            "by_model": self.by_model,
        }


def quotable(part: Mapping[str, Any]) -> Quotable:
    """A passage as an answer shows it."""
    return Quotable(
        key=DocumentKey(part["collection"], part["id"].removeprefix("doc_"), part["version"]),
        id=part["passage_id"],
        title=part["title"],
        heading=part["heading"],
        text=part["passage"],
        highlights=tuple((start, end) for start, end in part["highlights"]),
    )


def compose(workflow: Workflow, labels: Iterable[str], found: Sequence[Quotable]) -> Draft | None:
    """A reply for these labels, by their templates: the labels' public reasons, and sentences of the documents that
    they name.

    None when no label names a document, or none of those named was found: nothing uncited is ever said.
    """
    said = [_of_label(label, found) for name in labels if (label := workflow.label(name)) is not None]
    drafted = [(text, passages) for text, passages in said if text and passages]
    if not drafted:
        return None
    quoted = [passage for _, passages in drafted for passage in passages]
    return Draft(
        text=framed(workflow.replies, "\n\n".join(dict.fromkeys(text for text, _ in drafted))),
        citations=tuple(dict.fromkeys(passage.citation for passage in quoted)),
        passages=tuple(dict.fromkeys(passage.id for passage in quoted)),
    )


def framed(policy: ReplyPolicy, body: str) -> str:
    """The body between the policy's greeting and closing."""
    return "\n\n".join(part for part in (policy.greeting, body, policy.closing) if part)


def unknown_places(template: str) -> list[str]:
    """What stands in braces, and braces without their partner, that mean nothing in a template."""
    found = [name for name in _PLACE.findall(template) if name not in PLACES]
    return found + re.findall(r"[{}]", _PLACE.sub("", template))


def named_by(label: Label, found: Iterable[Quotable]) -> tuple[Quotable, ...]:
    """The passages of the documents that the label names."""
    return tuple(passage for passage in found if passage.key.id in label.documents)


def _of_label(label: Label, found: Sequence[Quotable]) -> tuple[str, tuple[Quotable, ...]]:
    """What can be said of one label, and the passages that say it."""
    named = named_by(label, found)
    telling = " ".join(filter(None, (passage.telling for passage in named)))
    if not label.reply:
        return label.public_reason or telling, named
    # A template asks for passages: where no sentence stands out, the best passage as a whole does.
    values = {PASSAGES: telling or (named[0].text if named else ""), PUBLIC_REASON: label.public_reason or ""}
    return _PLACE.sub(lambda place: values[place[1]], label.reply).strip(), named
