"""Everything people taught about a workflow, as a model may learn from it: file and database, in today's labels.

What is kept for calibration is a random sample of one kind of traffic, as it came: never mixed from several, never
trained on. The best there is counts: live requests drawn at random, else a random part of the backlog, else the file's;
while none of them is enough, whichever has most.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from service.domain.audit import keyed_digest
from service.domain.moved import labels_now
from service.domain.types import Workflow
from service.store import examples as store
from service.store import labelling
from service.store.engine import Connection, Row
from service.usecases.backlog import Unlabelled
from service.usecases.collect import Source, request_of, text_of, words_of
from service.usecases.examples import CALIBRATION, FILE, FROM_FILE, Example, read_examples
from service.usecases.house import House
from service.usecases.stage_release import DEMO_SAMPLE
from service.usecases.start_labelling import enough_cases

_MOST_LIVE = 2_000  # drawn requests that a certificate is tried on, the latest: trying it takes seconds with so many

_NO_SAMPLE = "no request was drawn at random and labelled yet"
_ASIDE = "set aside by a person"
_ERASED = "the request is erased"
_LABEL_GONE = "its label was split or is no more: label it anew"
_SAID_SINCE = "the same words were labelled again since"
_KEPT = "the same words are kept for calibration"


@dataclass(frozen=True, slots=True)
class Gathered:
    """What a model may learn from, and what it is tried on."""

    train: tuple[Example, ...]
    calibration: tuple[Example, ...]
    sample: str  #: what the calibration cases are, in words
    sources: Mapping[str, int]  #: how many of both parts came from where
    skipped: Mapping[str, int]  #: why -> how many of the training part were left out
    digest: str  #: keyed, of everything in both parts


@dataclass(frozen=True, slots=True)
class _Said:
    """An example with what has to be known of it here and not later."""

    example: Example
    source: str
    words: str
    probability: float = 1.0  #: of having been drawn
    times: int = 1  #: how often these words were drawn
    at: datetime | None = None  #: when it was asked; None: not known


def gather(house: House, workflow: Workflow) -> Gathered:
    """All that was taught about this workflow, in the labels that this policy has. CannotStart for a broken file.

    A calibration case whose label is no more stays, under its old label: an automatic decision on it counts as wrong
    until somebody labels these words anew. Leaving it out would bend the random sample.
    """
    skipped: Counter[str] = Counter()
    with house.store.read() as connection:
        rows = store.everything(connection, workflow.name)
        said = [*_of_file(house, workflow.name), *_of_database(rows, skipped)]
        said = _in_todays_labels(said, workflow)
        calibration, sample = _calibration(connection, workflow, said)
    known = frozenset(label.id for label in workflow.labels)
    train = list(_train(said, known, {each.words for each in calibration}, skipped))
    kept = _times(calibration)
    learned = tuple(each.example for each in train)
    sources = Counter(each.source for each in train)
    sources.update({each.source: 0 for each in calibration})
    for each in calibration:
        sources[each.source] += each.times
    left_out = {why: count for why, count in skipped.items() if count}
    return Gathered(learned, kept, sample, dict(sources), left_out, _digest(house, learned, kept))


def drawn(house: House, workflow: Workflow) -> tuple[Example, ...]:
    """What was drawn at random and labelled, as a certificate counts it: of one kind of traffic, each request as often
    as it came. Of two kinds the one that would be taken; what lies in the file is neither."""
    with house.store.read() as connection:
        rows = store.everything(connection, workflow.name, CALIBRATION)
    kept = _in_todays_labels(_of_database(rows, Counter()), workflow)
    live, backlog = _times(_live(kept)), _times(_backlog(kept))
    return live if len(live) >= enough_cases(workflow) or len(live) > len(backlog) else backlog


def _times(said: Iterable[_Said]) -> tuple[Example, ...]:
    return tuple(each.example for each in said for _ in range(each.times))


@dataclass(frozen=True, slots=True)
class Unsettled:
    """A request whose label is no more: somebody has to say anew what it is."""

    words: str  #: keyed digest
    request: Unlabelled
    payload: str | None  #: that holds it; None for what lies in the workflow's file


def unsettled(house: House, workflow: Workflow) -> list[Unsettled]:
    """The examples of both parts that no label of today is known for, each words once."""
    with house.store.read() as connection:
        rows = store.everything(connection, workflow.name)
    payloads = {row.id: row.payload for row in rows}
    said = _in_todays_labels([*_of_file(house, workflow.name), *_of_database(rows, Counter())], workflow)
    known = {label.id for label in workflow.labels}
    lost = {each.words: each.example for each in said if not known.issuperset(each.example.labels)}
    return [
        Unsettled(words, Unlabelled(example.text, example.attributes), payloads.get(example.origin))
        for words, example in lost.items()
    ]


def _of_file(house: House, name: str) -> Iterator[_Said]:
    """The workflow's own file; a workflow whose labels all come from people needs none."""
    path = house.home / "workflows" / name / FILE
    for example in read_examples(path) if path.is_file() else ():
        yield _Said(example, FROM_FILE, words_of(house, example.text))


def _of_database(rows: Sequence[Row[Any]], skipped: Counter[str]) -> Iterator[_Said]:
    for row in rows:
        text, request = text_of(row.request), request_of(row.request)
        if row.aside_by is not None or text is None:
            skipped[_ASIDE if row.aside_by is not None else _ERASED] += 1
            continue
        labels = tuple(row.labels)
        given = request.get("attributes") or {}
        example = Example(text, labels[0] if labels else None, row.part, given, labels, row.id, row.outcome)
        times = int(request.get("times", 1)) if row.part == CALIBRATION else 1
        yield _Said(example, row.source, row.words, row.probability, times, row.asked_at or row.created_at)


def _in_todays_labels(said: Iterable[_Said], workflow: Workflow) -> list[_Said]:
    """Each under the labels of today; where its own are no more, under what was said last of the same words."""
    known = {label.id for label in workflow.labels}
    mapped = [(each, labels_now(each.example.labels, workflow.moved)) for each in said]
    anew = {each.words: labels for each, labels in mapped if labels is not None and known.issuperset(labels)}

    def today(each: _Said, labels: tuple[str, ...] | None) -> _Said:
        if labels is None or not known.issuperset(labels):
            labels = anew.get(each.words, each.example.labels)
        if labels == each.example.labels:
            return each
        return replace(each, example=each.example.relabelled(labels))

    return [today(each, labels) for each, labels in mapped]


def _calibration(connection: Connection, workflow: Workflow, said: Sequence[_Said]) -> tuple[list[_Said], str]:
    """One random sample, and what it is in words: live requests where there are enough of them, else the backlog's
    where these are; of samples that are all too small the largest. Never a mixture of two."""
    kept = [each for each in said if each.example.part == CALIBRATION]
    enough = enough_cases(workflow)  # with fewer a certificate may be refused that others may have
    live, backlog = _live(kept), _backlog(kept)
    written = [each for each in kept if each.source == FROM_FILE]
    count = sum(each.times for each in backlog)
    if live and (len(live) >= enough or len(live) > max(count, len(written))):
        return live, _live_words(connection, workflow.name, live)
    if backlog and (count >= enough or count > len(written)):
        open_ = labelling.open_of(connection, workflow.name, CALIBRATION)
        return backlog, f"{count} requests drawn at random from a backlog that was handed in{_open_words(open_)}"
    return written, DEMO_SAMPLE if written else _NO_SAMPLE


def _live(kept: Sequence[_Said]) -> list[_Said]:
    return _equally_drawn([each for each in kept if each.source == Source.CHECK])[-_MOST_LIVE:]


def _backlog(kept: Sequence[_Said]) -> list[_Said]:
    """What was asked again is still one request of the sample."""
    return _equally_drawn(list({each.words: each for each in kept if each.source == Source.LABELLING}.values()))


def _equally_drawn(said: Sequence[_Said]) -> list[_Said]:
    """A part in which each request of its time had the same chance, where the share that is drawn was changed.

    So too where other shares of several backlogs were drawn. Of those drawn with another chance than the rest, a part
    is kept at random (by their words' digest, so always the same part) or none: whatever leaves most. Which, depends
    on no label.
    """
    chances = sorted({each.probability for each in said})
    parts = [[each for each in said if _number(each) * each.probability < chance] for chance in chances]
    even = [[each for each in part if each.probability >= chance] for part, chance in zip(parts, chances, strict=True)]
    return max(even, key=len, default=[])


def _number(said: _Said) -> float:
    """From 0 up to 1, as good as drawn at random, and always the same for the same example."""
    return int(keyed_digest(said.words.encode(), said.example.origin.encode())[:12], 16) / 16**12


def _live_words(connection: Connection, workflow: str, live: Sequence[_Said]) -> str:
    times = [each.at for each in live if each.at is not None]
    first, last = min(times), max(times)
    open_ = store.drawn_between(connection, workflow, first, last) - len(live)
    return f"{len(live)} requests drawn at random from {_day(first)} to {_day(last)}{_open_words(open_)}"


def _open_words(count: int) -> str:
    """What nobody labelled yet may be harder than the rest, so it is said."""
    return f" ({count} more were drawn and do not count yet)" if count > 0 else ""


def _day(at: datetime) -> str:
    return f"{at.day} {at:%B %Y}"


def _train(
    said: Sequence[_Said], known: frozenset[str], calibration: Collection[str], skipped: Counter[str]
) -> Iterator[_Said]:
    """What may be learned from: in labels there are, never of words that are kept, and what was said last of each."""
    part = [each for each in said if each.example.part != CALIBRATION]
    usable = [each for each in part if known.issuperset(each.example.labels)]
    skipped[_LABEL_GONE] += len(part) - len(usable)
    last = {each.words: each.example.origin for each in usable}
    for each in usable:
        if each.words in calibration:
            skipped[_KEPT] += 1
        elif last[each.words] != each.example.origin:
            skipped[_SAID_SINCE] += 1
        else:
            yield each


def _digest(house: House, train: Sequence[Example], calibration: Sequence[Example]) -> str:
    said = [
        [[each.text, list(each.labels), dict(each.attributes), each.origin, each.outcome] for each in part]
        for part in (train, calibration)
    ]
    return keyed_digest(house.secret, json.dumps(said, sort_keys=True, ensure_ascii=False).encode())
