"""One request through rules, evidence, judgement and routing: the middle that everything shares.

Deciding, trying out and certifying all take this path, so that a certificate is of the very route that serves.
Nothing is read or written here but the memory it is handed.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime
from functools import partial

import structlog

from index.model import AllowedSet, Evidence, Query, Searcher, Vector
from index.windows import Windows
from rules.evaluate import evaluate
from rules.model import AttributeValue, Effect, Ruling
from rules.normalize import Text
from service.domain.decide import ORDINARY, Circumstances, decide
from service.domain.signal_values import signal_values
from service.domain.types import Automatic, Certificate, Judgement
from service.domain.votes import votes_of
from service.learn.judge import Head, Need, Seen
from service.observe.metrics import STAGE_SECONDS, STAGES
from service.observe.tracing import span
from service.usecases.house import House
from service.usecases.read_as import read_as
from service.usecases.shelf import OpenRelease

#: The documents this caller may find now, narrowed by what the rules oblige to.
Allow = Callable[[Mapping[str, frozenset[str]]], AllowedSet]

# A window this sure of a label that the whole is not given means two matters in one text.
_WINDOW_SURE = 0.5

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Reading:
    """What the encoders make of one text."""

    windows: Windows  #: by the release's encoder: documents are looked for with it
    judged: Windows  #: by the head's own encoder, where it brings one; else the very same

    @property
    def complete(self) -> bool:
        """The whole text was read, by whichever encoder."""
        return self.windows.complete and self.judged.complete


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the classifier makes of one request."""

    judgement: Judgement
    agree: bool  #: no window of a long text is sure of a label that the whole is not given


@dataclass(frozen=True, slots=True)
class Opinion:
    """What encoders, documents and classifier make of one request. It depends on nothing but `opinion`'s arguments."""

    reading: Reading
    evidence: tuple[Evidence, ...]
    verdict: Verdict

    @property
    def windows(self) -> Windows:
        return self.reading.windows

    @property
    def judgement(self) -> Judgement:
        return self.verdict.judgement


@dataclass(frozen=True, slots=True)
class Considered:
    """Everything the rooms on the way found out about one request."""

    text: Text
    ruling: Ruling
    opinion: Opinion | None  #: None when the rules blocked: nothing after them is run; or when a room failed
    automatic: Automatic
    seconds: Mapping[str, float]  #: room -> seconds spent there
    fault: Exception | None = None  #: what kept encoder, searcher or classifier from doing their work
    circumstances: Circumstances = ORDINARY  #: what it was routed under

    @property
    def evidence(self) -> tuple[Evidence, ...]:
        return self.opinion.evidence if self.opinion else ()

    @property
    def judgement(self) -> Judgement | None:
        return self.opinion.judgement if self.opinion else None


@dataclass(slots=True)
class Stopwatch:
    """Seconds spent in each room; of a request that somebody waits for also as metrics and in traces."""

    seconds: dict[str, float] = field(default_factory=dict)
    live: bool = False  #: somebody waits for it: it is no replay and no calibration case
    last: str = ""  #: the room entered last

    @contextmanager
    def room(self, name: str) -> Iterator[None]:
        self.last = name
        begun = time.perf_counter()
        try:
            if self.live:
                with span(STAGES[name]):
                    yield
            else:
                yield
        finally:
            self.seconds[name] = time.perf_counter() - begun
            if self.live:
                STAGE_SECONDS.labels(STAGES[name]).observe(self.seconds[name])


@dataclass(frozen=True, slots=True)
class Rooms:
    """The rooms after the rules, as one release, the documents of one sequence and one deployment furnish them."""

    release: OpenRelease
    view: Callable[[], Searcher]  #: called when documents are looked for; what goes wrong there is that room's fault
    today: date  #: what recency is counted from
    k: int  #: documents that count as found
    max_windows: int  #: encoder windows that are read

    def opinion(
        self, text: str, attributes: Mapping[str, AttributeValue], allowed: AllowedSet, watch: Stopwatch
    ) -> Opinion:
        """Encode the clean text, search the allowed documents, judge. Raises whatever a room raises."""
        reading = self.read(text, watch)
        evidence = self.find(reading, text, attributes, allowed, watch)
        return Opinion(reading, evidence, self.judge(reading, text, attributes, evidence, watch))

    def read(self, text: str, watch: Stopwatch) -> Reading:
        release = self.release
        with watch.room("encode"):
            windows = release.encoder.windows(text, max_windows=self.max_windows)
            if release.judge_encoder is release.encoder:
                return Reading(windows, windows)
            return Reading(windows, release.judge_encoder.windows(text, max_windows=self.max_windows))

    def find(
        self,
        reading: Reading,
        text: str,
        attributes: Mapping[str, AttributeValue],
        allowed: AllowedSet,
        watch: Stopwatch,
    ) -> tuple[Evidence, ...]:
        with watch.room("evidence"):
            vector = adapted(self.release, reading.windows.pooled)
            query = Query(text, vector, self.today, signal_values(attributes))
            return tuple(self.view().search(query, allowed, self.k))

    def judge(
        self,
        reading: Reading,
        text: str,
        attributes: Mapping[str, AttributeValue],
        evidence: Sequence[Evidence],
        watch: Stopwatch,
    ) -> Verdict:
        head = self.release.head
        with watch.room("judgement"):
            votes = votes_of(evidence, self.release.workflow.labels) if Need.VOTES in head.needs else {}
            seen = Seen(reading.judged.pooled, text, attributes, votes)
            judgement = head.judge(seen)
            if not all(map(math.isfinite, (judgement.confidence, judgement.margin, judgement.energy))):
                raise ValueError("the classifier's figures are no numbers, so it said nothing")
            return Verdict(judgement, windows_agree(head, reading.judged, seen, judgement))


def rooms_at(house: House, release: OpenRelease, sequence: int, now: datetime) -> Rooms:
    """The rooms of a release with the documents of that sequence."""
    settings = house.settings
    view = partial(house.views.at, release, sequence)
    return Rooms(release, view, utc_date(now), settings.evidence_k, settings.max_windows)


def retrieval_vector(house: House, release: OpenRelease, text: str) -> Vector:
    """The vector that a clean text is looked for with, of unit length."""
    return adapted(release, release.encoder.windows(text, max_windows=house.settings.max_windows).pooled)


def adapted(release: OpenRelease, vector: Vector) -> Vector:
    """A request's vector, brought nearer to the documents' words where the release has learned how."""
    return vector if release.adapter is None else release.adapter.apply(vector)


def utc_date(now: datetime) -> date:
    return now.astimezone(UTC).date()


#: Gives the opinion on a request over the allowed documents: `Rooms.opinion`, or one that remembers.
Opine = Callable[[str, Mapping[str, AttributeValue], AllowedSet, Stopwatch], Opinion]


def consider(
    release: OpenRelease,
    opine: Opine,
    text: Text,
    attributes: Mapping[str, AttributeValue],
    allow: Allow,
    now: datetime,
    *,
    key: str | None = None,
    off: Collection[str] = (),
    circumstances: Circumstances = ORDINARY,
    certificate: Certificate | None = None,
    watch: Stopwatch | None = None,
) -> Considered:
    """Take one request through the rooms. Raises nothing for odd content: what is odd becomes a reason.

    `key` chooses the side of rules in canary, `off` are the ids of disabled rules. A room after the rules that fails
    is logged and becomes the reason `degraded`: what the rules said holds, and nothing is allowed.
    """
    watch = watch or Stopwatch()
    with watch.room("law"):
        ruling = evaluate(release.ruleset, text, attributes, now, key=key, off=off)
    opinion: Opinion | None = None
    fault: Exception | None = None
    if ruling.effect is not Effect.BLOCK:
        try:
            opinion = opine(read_as(text), attributes, allow(ruling.obligations.narrow), watch)
        except Exception as error:  # noqa: BLE001 - whatever it is, a person decides, and operations hear of it
            fault = error
            _tell(release, watch.last, error)
        circumstances = _under(circumstances, opinion)
    with watch.room("routing"):
        judgement, evidence = (opinion.judgement, opinion.evidence) if opinion else (None, ())
        automatic = decide(release.workflow, ruling, judgement, evidence, certificate, circumstances)
    return Considered(text, ruling, opinion, automatic, watch.seconds, fault, circumstances)


def routed_again(
    considered: Considered, release: OpenRelease, certificate: Certificate | None, circumstances: Circumstances
) -> Considered:
    """The same findings, routed under other circumstances."""
    judgement, evidence = considered.judgement, considered.evidence
    automatic = decide(release.workflow, considered.ruling, judgement, evidence, certificate, circumstances)
    return replace(considered, automatic=automatic, circumstances=circumstances)


def _under(circumstances: Circumstances, opinion: Opinion | None) -> Circumstances:
    if opinion is None:
        return replace(circumstances, degraded=True)
    agree = circumstances.windows_agree and opinion.verdict.agree
    return replace(circumstances, windows_complete=opinion.reading.complete, windows_agree=agree)


def _tell(release: OpenRelease, room: str, error: Exception) -> None:
    """Into the log, by kind and place: an error's own words may quote the request."""
    trace, place = error.__traceback__, "unknown"
    while trace is not None:
        place = f"{trace.tb_frame.f_code.co_filename}:{trace.tb_lineno}"
        trace = trace.tb_next
    about = {"workflow": release.workflow.name, "release": release.id, "room": room}
    log.error("degraded", **about, error=type(error).__name__, at=place)


def windows_agree(head: Head, windows: Windows, seen: Seen, judgement: Judgement) -> bool:
    """Whether no window of a long text is sure of a label that the whole text is not given.

    `seen` is the whole, `windows` are by the head's encoder.
    """
    if len(windows.spans) < 2:
        return True
    given = {*judgement.chosen, judgement.scores[0].label}
    parts = (
        head.judge(replace(seen, vector=vector, text=seen.text[start:end]))
        for vector, (start, end) in zip(windows.vectors, windows.spans, strict=True)
    )
    return all(scored.label in given for part in parts for scored in part.scores if scored.probability >= _WINDOW_SURE)
