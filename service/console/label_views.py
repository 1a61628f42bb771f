"""Why a request was given its label, as the pages show it. Pure: values in, values out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from service.console import words
from service.console.decision_views import label_words
from service.console.words import Phrase, phrase

#: What speaks for a label besides single words and attributes.
_WHOLE: Mapping[str, str] = {"meaning": "the meaning as a whole", "documents": "the documents found"}


@dataclass(frozen=True, slots=True)
class Spoke:
    """Something that spoke for the label, or against it."""

    what: str
    figure: str
    share: float  #: of the strongest, 0 to 1
    against: bool


@dataclass(frozen=True, slots=True)
class Like:
    """A labelled request that is much like this one."""

    text: str
    labels: str
    figure: str
    similarity: float  #: 0 to 1
    source: Phrase


@dataclass(frozen=True, slots=True)
class LabelView:
    """A label explained."""

    decision: str
    workflow: str
    release: str
    model: str | None
    labels: str  #: all that were given; the likeliest where none was
    given: bool
    facts: tuple[tuple[str, str], ...]
    automatic: bool
    lacks: tuple[tuple[Phrase, str], ...]
    spoke: tuple[Spoke, ...]
    like: tuple[Like, ...] | None  #: None: not for this reader


def label_view(explanation: Mapping[str, Any], titles: Mapping[str, str]) -> LabelView:
    """`titles`: label -> its title, where it is known."""
    given = tuple(explanation["labels"])
    nearest = explanation["nearest"]
    return LabelView(
        decision=explanation["decision"],
        workflow=explanation["workflow"],
        release=explanation["release"],
        model=explanation["model"],
        labels=", ".join(label_words(label, titles) for label in given or (explanation["label"],)),
        given=bool(given),
        facts=_facts(explanation, titles),
        automatic=explanation["automatic"],
        lacks=tuple(
            (phrase(words.REASONS, each["reason"]), each["words"]) for each in explanation["would_be_automatic"]
        ),
        spoke=_spoke(explanation["telling"]),
        like=None if nearest is None else tuple(_like(each, titles) for each in nearest),
    )


def _facts(explanation: Mapping[str, Any], titles: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    rest, threshold = explanation["runner_up"], explanation["threshold"]
    facts = [("confidence", _percent(explanation["confidence"]))]
    if rest is not None:
        facts.append(("runner-up", f"{label_words(rest['label'], titles)}, {words.probability(rest['probability'])}"))
    facts.append(("margin", _percent(explanation["margin"])))
    facts.append(("automatic from", "nothing is promised here" if threshold is None else _percent(threshold)))
    return tuple(facts)


def _spoke(telling: list[Mapping[str, Any]]) -> tuple[Spoke, ...]:
    most = max((abs(each["weight"]) for each in telling), default=0.0) or 1.0
    return tuple(
        Spoke(
            _WHOLE.get(each["what"], each["what"]),
            f"{each['weight']:+.2f}",
            abs(each["weight"]) / most,
            each["weight"] < 0,
        )
        for each in telling
    )


def _like(example: Mapping[str, Any], titles: Mapping[str, str]) -> Like:
    similarity = min(1.0, max(0.0, example["similarity"]))
    return Like(
        text=" ".join(example["text"].split()),
        labels=", ".join(label_words(label, titles) for label in example["labels"]) or "None of the labels",
        figure=f"{similarity:.2f}",
        similarity=similarity,
        source=phrase(words.SOURCES, example["source"]),
    )


def _percent(share: float) -> str:
    """To a tenth: what was lacking may be less than a hundredth."""
    return f"{share:.1%}"
