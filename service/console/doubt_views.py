"""What the pages of doubted labels and of proposals for labels show. Pure: values in, values out."""

from __future__ import annotations

import shlex
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from service.console import words
from service.console.model_list_views import JOB_STATES
from service.console.rule_views import Moment, moment
from service.console.views import NO_LABEL
from service.console.words import Phrase, phrase
from service.domain.answer import timestamp
from service.usecases.propose_labels import Proposed
from service.usecases.settle_doubts import OpenDoubt


@dataclass(frozen=True, slots=True)
class DoubtView:
    """One label that looks wrong."""

    id: str
    text: str
    given: str  #: the label that it carries
    given_chance: str
    other: str  #: the label that it looks like, or does not look like
    other_chance: str
    too_much: bool
    put_right: str  #: what the button says that takes the model's word for it
    labels: tuple[str, ...]  #: that it carries then; `no label` for none
    carries: tuple[str, ...]  #: that it carries now
    said: str  #: who labelled it, and how
    at: Moment | None
    in_file: bool


@dataclass(frozen=True, slots=True)
class LookView:
    """The last time the labels were looked through."""

    state: Phrase
    open: bool
    far: str
    share: float  #: done, 0 to 1
    asked: Moment
    by: str
    why: str


@dataclass(frozen=True, slots=True)
class ProposalView:
    """A label that there might be."""

    id: str
    words: str
    requests: str
    nearest: str  #: the label whose examples are most like these, with how much
    texts: tuple[str, ...]
    command: str


def doubt_views(found: Iterable[OpenDoubt], titles: Mapping[str, str], now: datetime) -> tuple[DoubtView, ...]:
    """`titles` are those of the labels."""
    return tuple(_doubt(each, titles, now) for each in found)


def _doubt(each: OpenDoubt, titles: Mapping[str, str], now: datetime) -> DoubtView:
    several = len(each.labels) > 1 or each.too_much
    other = titles.get(each.looks_like, each.looks_like)
    if each.too_much:
        labels = tuple(label for label in each.labels if label != each.looks_like)
    else:
        labels = (*each.labels, each.looks_like) if several else (each.looks_like,)
    what = f"It is not {other}" if each.too_much else f"It is also {other}" if several else f"It is {other}"
    source = phrase(words.SOURCES, each.source).short
    return DoubtView(
        id=each.id,
        text=each.text,
        given=", ".join(titles.get(label, label) for label in each.labels),
        given_chance=words.probability(each.given),
        other=other,
        other_chance=words.probability(each.probability),
        too_much=each.too_much,
        put_right=what,
        labels=labels or (NO_LABEL,),
        carries=each.labels,
        said=f"{source}, {each.by}" if each.by else source,
        at=moment(timestamp(each.at), now) if each.at is not None else None,
        in_file=each.in_file,
    )


def look_view(job: Mapping[str, Any], now: datetime) -> LookView:
    told = job["progress"] or {}
    total = told.get("total") or 0
    return LookView(
        state=phrase(JOB_STATES, job["state"]),
        open=job["state"] in ("waiting", "running"),
        far=f"{told['what']}: {told['done']:,} of {total:,}" if told else "",
        share=min(1.0, told["done"] / total) if total else 0.0,
        asked=moment(job["created_at"], now),
        by=job["by"],
        why=job["why"] or "",
    )


def proposal_views(found: Sequence[Proposed], titles: Mapping[str, str], workflow: str) -> tuple[ProposalView, ...]:
    return tuple(_proposal(each, titles, workflow) for each in found)


def _proposal(each: Proposed, titles: Mapping[str, str], workflow: str) -> ProposalView:
    nearest = ""
    if each.nearest is not None:
        nearest = f"{titles.get(each.nearest, each.nearest)}, alike to {max(0.0, each.similarity):.2f} of 1"
    return ProposalView(
        id=each.id,
        words=", ".join(each.words) or each.id,
        requests=words.plural(each.requests, "request"),
        nearest=nearest,
        texts=each.texts,
        command=f"signoff label add {shlex.quote(workflow)} {shlex.quote(each.id)} --title … --definition …",
    )
