"""Drafts of a reply, as the page of a case shows them, and how far a language model is. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from service.console.marks import Marked, Piece, cut

#: Why there is no draft by a language model, in words that go on after "because".
WHY: Mapping[str, str] = {
    "nothing_to_say": "the passages do not answer the request",
    "cut_off": "it did not come to an end",
    "uncited": "a sentence cited no passage",
    "cites_unknown": "it cited what it was not given",
    "unknown_figure": "it brought in a figure that its passage has not",
    "unknown_address": "it brought in an address that its passage has not",
    "personal_data": "it brought in personal data that its passage has not",
    "odd_characters": "it held characters that are not seen",
    "too_long": "it was longer than the policy allows",
    "told_on": "it repeated what it had been told",
    "loose": "a sentence says more than its passage",
    "resting": "it failed several times in a row and is left alone for a while",
    "budget": "today’s limit of tokens is reached",
    "nothing_to_give": "there is no approved passage to give it any more",
    "not_automatic": "automation was stopped meanwhile",
    "interrupted": "the service was interrupted while it wrote",
    "unreachable": "its server cannot be reached",
    "too_slow": "it took too long",
    "turned_away": "its server turned the request away",
    "broken": "its server answered with an error",
    "too_large": "its answer was too large",
}
_WRITING = ("waiting", "writing")


@dataclass(frozen=True, slots=True)
class DraftText:
    """A reply that may be taken over into the form."""

    pieces: tuple[Piece, ...]  #: marked: sentences that say more than what they cite
    sources: tuple[str, ...]
    by_model: bool


@dataclass(frozen=True, slots=True)
class DraftView:
    """The drafts for some labels."""

    case: str
    labels: str  #: titles; empty when no label was chosen and none suggested
    best: DraftText | None
    quoted: DraftText | None  #: what stands beside a language model's
    writing: bool  #: a language model is at it
    why_not: str  #: why there is none by a language model; empty when there is, or none was asked
    refused: bool  #: it wrote something that is shown to nobody
    loose: int  #: sentences that are marked
    model: str
    may_be_asked: bool
    again: bool  #: it has written one already


def draft_view(case_id: str, part: Mapping[str, Any], titles: Mapping[str, str], labels: Iterable[str]) -> DraftView:
    """`part` has `draft`, `quoted` and `language_model`."""
    asked = part.get("language_model") or {}
    state, loose = asked.get("state", ""), asked.get("loose_sentences", ())
    return DraftView(
        case=case_id,
        labels=", ".join(titles.get(label, label) for label in labels),
        best=_text(part.get("draft"), loose),
        quoted=_text(part.get("quoted"), ()),
        writing=state in _WRITING,
        why_not=WHY.get(asked.get("why") or "", asked.get("why") or "") if state in ("refused", "failed") else "",
        refused=state == "refused",
        loose=len(loose),
        model=asked.get("model") or "",
        may_be_asked=bool(asked.get("may_be_asked")) and state not in _WRITING,
        again=state == "written",
    )


def _text(draft: Mapping[str, Any] | None, loose: Sequence[str]) -> DraftText | None:
    if draft is None:
        return None
    text = draft["text"]
    places = ((text.find(sentence), len(sentence)) for sentence in loose)
    spans = (Marked(start, start + length, 1) for start, length in places if start >= 0)
    return DraftText(cut(text, spans), tuple(draft["citations"]), bool(draft.get("by_model")))
