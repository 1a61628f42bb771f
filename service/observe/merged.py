"""What several workers counted, as if one had: pure, sheets in and metrics out.

A sheet is what one process counted, as lists that JSON can hold. Counters and histograms are added up. A gauge says how
something stands, and each worker that knows says the same or nothing, so the highest counts; except what a process says
of itself (`process_…`): there each is shown, by its number.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from prometheus_client import Metric

_ADDED: Final = frozenset({"counter", "histogram", "summary"})
_OF_ONE_PROCESS: Final = "process_"
_MADE_AT: Final = "_created"  # when each series began, which nobody reads and workers do not share

Labels = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Sheet:
    """What one process counted, or several that are gone."""

    process: str  #: its number; of those that are gone, the names of their sheets that were added last
    families: tuple[Metric, ...]

    def written(self) -> dict[str, Any]:
        """As JSON can hold it."""
        return {
            "process": self.process,
            "families": [
                [one.name, one.documentation, one.type, [[s.name, s.labels, s.value] for s in _kept(one)]]
                for one in self.families
            ],
        }

    @staticmethod
    def read(written: Mapping[str, Any]) -> Sheet:
        families = []
        for name, documentation, kind, samples in written["families"]:
            family = Metric(name, documentation, kind)
            for sample, labels, value in samples:
                family.add_sample(sample, labels, value)
            families.append(family)
        return Sheet(written["process"], tuple(families))


def merge(sheets: Sequence[Sheet]) -> list[Metric]:
    """One family of each name, in the order in which they first come."""
    found: dict[str, tuple[Metric, dict[tuple[str, Labels], float]]] = {}
    for sheet in sheets:
        for family in sheet.families:
            blank = Metric(family.name, family.documentation, family.type)
            _, values = found.setdefault(family.name, (blank, {}))
            own = family.type not in _ADDED and family.name.startswith(_OF_ONE_PROCESS)
            for sample in _kept(family):
                labels = {**sample.labels, "pid": sheet.process} if own else sample.labels
                key = (sample.name, tuple(labels.items()))
                if key not in values:
                    values[key] = sample.value
                elif family.type in _ADDED:
                    values[key] += sample.value
                else:
                    values[key] = max(values[key], sample.value)
    return [_filled(family, values) for family, values in found.values()]


def folded(sheets: Sequence[Sheet], process: str) -> Sheet:
    """What processes that are gone leave behind: what they counted, and nothing of how they stood."""
    counted = (Sheet("", tuple(one for one in sheet.families if one.type in _ADDED)) for sheet in sheets)
    return Sheet(process, tuple(merge(list(counted))))


def _kept(family: Metric) -> Iterable[Any]:
    return (sample for sample in family.samples if family.type not in _ADDED or not sample.name.endswith(_MADE_AT))


def _filled(family: Metric, values: Mapping[tuple[str, Labels], float]) -> Metric:
    for (name, labels), value in values.items():
        family.add_sample(name, dict(labels), value)
    return family
