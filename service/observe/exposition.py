"""The figures as Prometheus reads them: what was counted, by all workers, and how things stand."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from prometheus_client import CONTENT_TYPE_LATEST, Metric, generate_latest

from service.observe.merged import Sheet, merge

MEDIA_TYPE = CONTENT_TYPE_LATEST


def exposition(sheets: Sequence[Sheet], standing: Iterable[Metric]) -> bytes:
    """In the text format. `standing` is asked for now and so is nobody's to merge."""
    return generate_latest(_Collected([*merge(sheets), *standing]))


class _Collected:
    """A registry, as far as the library asks for one."""

    def __init__(self, metrics: Sequence[Metric]) -> None:
        self._metrics = metrics

    def collect(self) -> Iterator[Metric]:
        yield from self._metrics
