"""One request through rules, evidence, judgement and routing: the middle that everything shares.

Deciding, trying out and certifying all take this path, so that a certificate is of the very route that serves.
Nothing is read or written here but the memory it is handed.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import datetime

from index.encoder import EncoderPool
from index.model import AllowedSet, Evidence
from index.windows import Windows
from rules.evaluate import evaluate
from rules.model import AttributeValue, Effect, Ruling
from rules.normalize import Text, normalize
from service.domain.decide import ORDINARY, Circumstances, decide
from service.domain.types import Automatic, Certificate, Judgement
from service.learn.head import Head
from service.observe.metrics import STAGE_SECONDS
from service.usecases.shelf import OpenRelease

#: The documents this caller may find now, narrowed by what the rules oblige to.
Allow = Callable[[Mapping[str, frozenset[str]]], AllowedSet]

# A window this sure of another label than the whole means two matters in one text.
_WINDOW_SURE = 0.5


@dataclass(frozen=True, slots=True)
class Considered:
    """Everything the rooms on the way found out about one request."""

    text: Text
    ruling: Ruling
    windows: Windows | None  #: None when the rules blocked: nothing after them is run
    evidence: tuple[Evidence, ...]
    judgement: Judgement | None
    automatic: Automatic
    seconds: Mapping[str, float]  #: room -> seconds spent there


@dataclass(slots=True)
class _Stopwatch:
    """Seconds spent in each room, also observed as metrics."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def room(self, name: str) -> Iterator[None]:
        begun = time.perf_counter()
        yield
        self.seconds[name] = time.perf_counter() - begun
        STAGE_SECONDS.labels(name).observe(self.seconds[name])


def consider(
    release: OpenRelease,
    encoder: EncoderPool,
    raw: str,
    attributes: Mapping[str, AttributeValue],
    allow: Allow,
    now: datetime,
    *,
    k: int,
    max_windows: int,
    circumstances: Circumstances = ORDINARY,
    certificate: Certificate | None = None,
) -> Considered:
    """Take one request through the rooms. Raises nothing for odd content: what is odd becomes a reason."""
    watch = _Stopwatch()
    with watch.room("clean"):
        text = normalize(raw)
    with watch.room("law"):
        ruling = evaluate(release.ruleset, text, attributes, now)
    windows: Windows | None = None
    evidence: tuple[Evidence, ...] = ()
    judgement: Judgement | None = None
    if ruling.effect is not Effect.BLOCK:
        with watch.room("encode"):
            windows = encoder.windows(text.clean, max_windows=max_windows)
        with watch.room("evidence"):
            allowed = allow(ruling.obligations.narrow)
            evidence = tuple(release.searcher.search(windows.pooled, text.clean, allowed, k))
        with watch.room("judgement"):
            judgement = release.head.judge(windows.pooled, text.clean)
            agree = windows_agree(release.head, windows, text.clean, judgement)
        circumstances = replace(
            circumstances, windows_complete=windows.complete, windows_agree=circumstances.windows_agree and agree
        )
    with watch.room("routing"):
        automatic = decide(release.workflow, ruling, judgement, evidence, certificate, circumstances)
    return Considered(text, ruling, windows, evidence, judgement, automatic, watch.seconds)


def windows_agree(head: Head, windows: Windows, text: str, judgement: Judgement) -> bool:
    """Whether no window of a long text is sure of another label than the whole text is given."""
    if len(windows.spans) < 2:
        return True
    best = judgement.scores[0].label
    return all(
        part.scores[0].label == best or part.confidence < _WINDOW_SURE for part in _judge_windows(head, windows, text)
    )


def _judge_windows(head: Head, windows: Windows, text: str) -> Iterable[Judgement]:
    for vector, (start, end) in zip(windows.vectors, windows.spans, strict=True):
        yield head.judge(vector, text[start:end])
