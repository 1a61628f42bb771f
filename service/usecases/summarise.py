"""What heads a long request: its own sentences that say most, in order, with their places. Nothing is put in words of
the service.

Sentences that rules matched come first, then those nearest to what the whole is about, by the encoder's vectors; the
words of a suggested label make a sentence count for more. Of a case that is decided blind only the vectors choose,
because rules and labels would tell what was made of it.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any, Final

from index.central import centrality, pieces
from service.domain.types import Workflow
from service.store import summaries
from service.store.engine import Row
from service.usecases.collect import request_of
from service.usecases.house import House

LONG: Final = 1_200  #: code points from which on a request has a summary
_AT_ONCE: Final = 200  # cases looked at in one round; few of them are long
_MOST: Final = 600  # code points of a summary, about; rules may add to it
_BY_RULES: Final = 4  # sentences that rules bring in
_TOUCHED: Final = 0.1  # that much nearer to the middle is a sentence with a label's words
_LEAST_WORD: Final = 4  # letters
_STEM: Final = 6
_WORD: Final = re.compile(r"[^\W\d_]+")

#: Spans of the text, with why each is there: rule, label or central.
Summary = list[dict[str, Any]]


def summary(
    house: House, decision: str, text: str, made: Mapping[str, Any], workflow: Workflow, *, unseen: bool
) -> Summary | None:
    """Places of the sentences, in order; None for a text that is short enough to be read. Worked out ahead by
    `SummaryChores`, or now if it was not yet, and kept in memory."""
    if len(text) <= LONG:
        return None
    known: Summary | None = house.summaries.get((decision, unseen))
    if known is None:
        with house.store.read() as connection:
            row = summaries.get(connection, decision)
        known = _of(row, unseen=unseen) if row else _heading(_read(house, text), made, workflow, unseen=unseen)
        house.summaries.put((decision, unseen), known)
    return known


class SummaryChores:
    """The round of one worker: long requests that wait for a person have a summary before one comes."""

    def __init__(self, house: House) -> None:
        self._house = house
        self._after = ""  # the last case looked at

    def round(self, *, first_of_all: bool) -> None:
        """Some cases, oldest first."""
        if not first_of_all:
            return
        house, now = self._house, self._house.clock()
        with house.store.read() as connection:
            rows, self._after = summaries.wanting(connection, self._after, LONG, _AT_ONCE)
        for row in rows:
            made, text = request_of(row.answer), str(request_of(row.request).get("text", ""))
            if len(text) > LONG:
                read, workflow = _read(house, text), house.shelf.policy(row.release)
                led, unled = (_heading(read, made, workflow, unseen=unseen) for unseen in (False, True))
                values = {"decision": row.decision, "led": led, "unled": unled, "created_at": now}
                house.store.commit(partial(summaries.add, values=values))


def _of(row: Row[Any], *, unseen: bool) -> Summary:
    return list(row.unled if unseen else row.led)


@dataclass(frozen=True, slots=True)
class _Read:
    """A long text in pieces, and how much each of them says of the whole."""

    text: str
    spans: list[tuple[int, int]]
    central: list[float]

    def words(self, place: int) -> str:
        start, end = self.spans[place]
        return self.text[start:end]


def _read(house: House, text: str) -> _Read:
    spans = pieces(text)
    return _Read(text, spans, centrality(house.encoder.encode_many([text[start:end] for start, end in spans])).tolist())


def _heading(read: _Read, made: Mapping[str, Any], workflow: Workflow, *, unseen: bool) -> Summary:
    matched = [] if unseen else _matched(made)
    words = set() if unseen else _label_words(workflow, [scored["label"] for scored in made.get("labels", ())[:1]])
    touched = [not _stems(read.words(place)).isdisjoint(words) for place in range(len(read.spans))]
    score = [value + _TOUCHED * touched[place] for place, value in enumerate(read.central)]
    by_rules = [place for place, span in enumerate(read.spans) if _meets(span, matched)][:_BY_RULES]
    taken = dict.fromkeys(by_rules, "rule")
    length = 0
    for place in sorted(range(len(score)), key=lambda place: (-score[place], place)):
        size = len(read.words(place))
        if place not in taken and length + size <= _MOST:
            taken[place] = "label" if touched[place] else "central"
            length += size
    return [
        {"start": read.spans[place][0], "end": read.spans[place][1], "why": taken[place]} for place in sorted(taken)
    ]


def _matched(made: Mapping[str, Any]) -> list[tuple[int, int]]:
    findings = (made.get("rules") or {}).get("findings", ())
    return [(span[0], span[1]) for finding in findings for span in finding["spans"]]


def _meets(span: tuple[int, int], others: Sequence[tuple[int, int]]) -> bool:
    return any(start < span[1] and span[0] < end for start, end in others)


def _label_words(workflow: Workflow, labels: Sequence[str]) -> set[str]:
    known = [label for name in labels if (label := workflow.label(name)) is not None]
    return _stems(" ".join(text for label in known for text in (label.title, *label.includes)))


def _stems(text: str) -> set[str]:
    return {word[:_STEM].lower() for word in _WORD.findall(text) if len(word) >= _LEAST_WORD}
