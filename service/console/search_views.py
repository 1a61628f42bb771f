"""The staff search page: what was asked, and for each passage why it is where it is. Pure: values in, values out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

from service.console import words
from service.console.document_views import document_address
from service.console.marks import Piece, highlight
from service.console.words import Phrase, phrase
from service.domain.types import Workflow
from service.errors import FieldProblem

#: Fields of the form that hold the weight of a part carry this before the part's name.
WEIGHT = "weight."

_SAME = 0.005  # what differs by less is shown as the same


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the form of the search page holds, as it was sent."""

    workflow: str = ""
    text: str = ""
    as_of: str = ""
    collection: str = ""
    jurisdiction: str = ""
    owner: str = ""

    @property
    def filters(self) -> dict[str, frozenset[str]]:
        """What narrows the search, by the names the use case knows."""
        said = {"collection": self.collection, "jurisdiction": self.jurisdiction, "owner": self.owner}
        return {name: frozenset(_words(value)) for name, value in said.items() if _words(value)}


def _words(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


@dataclass(frozen=True, slots=True)
class WeightField:
    """How much one part of the score counts, as a form field."""

    name: str
    part: str
    usual: str  #: what the policy says
    value: str


def weight_fields(workflow: Workflow, typed: Mapping[str, str]) -> tuple[WeightField, ...]:
    """A field for each part that the workflow's policy knows, filled with what was typed before."""
    ranking = workflow.ranking
    names = [*ranking.weights, *(signal.name for signals in ranking.signals.values() for signal in signals)]
    return tuple(
        WeightField(
            WEIGHT + name, words.part_name(name), f"{ranking.weights.get(name, 0.0):g}", typed.get(WEIGHT + name, "")
        )
        for name in dict.fromkeys(names)
    )


def signal_attributes(workflow: Workflow) -> frozenset[str]:
    """The attributes of a request that the workflow's signals look at."""
    signals = workflow.ranking.signals.values()
    return frozenset(signal.attribute for each in signals for signal in each if signal.attribute)


def weights(typed: Mapping[str, str]) -> tuple[dict[str, float] | None, tuple[FieldProblem, ...]]:
    """The weights that were typed, by part; None when none was."""
    found: dict[str, float] = {}
    problems: list[FieldProblem] = []
    for name, value in typed.items():
        if not name.startswith(WEIGHT) or not value.strip():
            continue
        part = name.removeprefix(WEIGHT)
        try:
            found[part] = float(value)
        except ValueError:
            problems.append(FieldProblem(f"weights.{part}", f"{value!r} is not a number", "give 0 or more"))
    return found or None, tuple(problems)


@dataclass(frozen=True, slots=True)
class PartView:
    """One part of a score: how good the passage is in it, how much it counts, and what that gives."""

    name: str
    value: float  #: 0 to 1
    figure: str
    share: str
    gives: float  #: share times value
    gives_figure: str


@dataclass(frozen=True, slots=True)
class FoundView:
    """One passage that was found."""

    place: int
    title: str
    reference: str
    address: str
    heading: str
    status: Phrase | None  #: of one that is not approved any more
    pieces: tuple[Piece, ...]
    score: float
    figure: str
    parts: tuple[PartView, ...]
    why: str


def found_views(items: Sequence[Mapping[str, Any]]) -> tuple[FoundView, ...]:
    """In order, each with a sentence on what puts it before the next one."""
    following: list[Mapping[str, Any] | None] = [later for _, later in pairwise(items)]
    following.append(None)
    return tuple(
        _found(place, item, later) for place, (item, later) in enumerate(zip(items, following, strict=False), start=1)
    )


def _found(place: int, item: Mapping[str, Any], later: Mapping[str, Any] | None) -> FoundView:
    plain_id = str(item["id"]).removeprefix("doc_")
    address = document_address(item["collection"], plain_id, item["version"])
    return FoundView(
        place=place,
        title=item["title"],
        reference=f"{plain_id}, version {item['version']}",
        address=f"{address}&from={item['start']}&to={item['end']}#found",
        heading=item["heading"],
        status=phrase(words.DOCUMENT_STATUSES, item["status"]) if item["status"] != "approved" else None,
        pieces=highlight(item["passage"], item["highlights"]),
        score=_within(item["score"]),
        figure=f"{item['score']:.2f}",
        parts=tuple(_parts(item)),
        why=why(item, later),
    )


def _parts(item: Mapping[str, Any]) -> Iterable[PartView]:
    gives = contributions(item)
    for name, value in item["parts"].items():
        share = item["shares"].get(name, 0.0)
        yield PartView(
            name=words.part_name(name),
            value=_within(value),
            figure=f"{value:.2f}",
            share=words.percent(share),
            gives=_within(gives.get(name, 0.0)),
            gives_figure=f"{gives.get(name, 0.0):.2f}",
        )


def contributions(item: Mapping[str, Any]) -> dict[str, float]:
    """What each part gives to the score: together they are the score."""
    return {name: item["shares"].get(name, 0.0) * value for name, value in item["parts"].items()}


def why(item: Mapping[str, Any], later: Mapping[str, Any] | None) -> str:
    """In a sentence, what put this passage before the next one; of the last one, what it rests on most."""
    gives = contributions(item)
    if not gives:
        return ""
    if later is None:
        best = max(gives, key=lambda name: gives[name])
        return f"Most of its score is {_part(best)}."
    other, lead = contributions(later), item["score"] - later["score"]
    if lead < _SAME:
        return "As good as the next one."
    ahead = {name: gives.get(name, 0.0) - other.get(name, 0.0) for name in {**gives, **other}}
    ranked = sorted(ahead, key=lambda name: -ahead[name])
    for_it = [name for name in ranked if ahead[name] >= _SAME] or ranked[:1]
    against = [name for name in reversed(ranked) if ahead[name] <= -_SAME]
    despite = f", though behind in {_join(against)}" if against else ""
    return f"Ahead of the next one by {lead:.2f}, by {_join(for_it)}{despite}."


def _part(name: str) -> str:
    return words.part_name(name).lower()


def _join(names: Sequence[str]) -> str:
    told = [_part(name) for name in names]
    return told[0] if len(told) == 1 else f"{', '.join(told[:-1])} and {told[-1]}"


def _within(value: float) -> float:
    return min(1.0, max(0.0, float(value)))
