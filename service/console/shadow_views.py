"""What the report of a shadow shows: a candidate beside what answers. Pure: values in, values out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from service.console import words


@dataclass(frozen=True, slots=True)
class SliceRow:
    """One kind of request in a report."""

    name: str
    cases: int
    before: str
    after: str
    worse: bool


@dataclass(frozen=True, slots=True)
class ReportView:
    """The shadow report."""

    decisions: int
    needed: int
    share: float  #: of what is needed, 0 to 1
    figures: tuple[tuple[str, str, str], ...]  #: what, by what answers, by the candidate
    notes: tuple[str, ...]
    errors: tuple[SliceRow, ...]
    reviews: tuple[SliceRow, ...]


def report_view(report: Mapping[str, Any]) -> ReportView:
    """The shadow report in words and figures."""
    done, needed = report["decisions"], report["needed"]
    automation, overturns, handling = report["automation"], report["overturns"], report["handling"]
    wrong, alone = overturns["wrong"], overturns["automatic_wrong"]
    figures = (
        ("Decided automatically", _percent(automation["before"]), _percent(automation["after"])),
        (f"Wrong, of {overturns['reviewed']:,} reviewed", f"{wrong['before']:,}", f"{wrong['after']:,}"),
        (
            "Automatic and wrong, as far as reviewed",
            f"{alone['before']['wrong']:,} of {alone['before']['of']:,}",
            f"{alone['after']['wrong']:,} of {alone['after']['of']:,}",
        ),
    )
    notes = [
        f"Both say the same of {_percent(report['agreement'])} of the decisions.",
        (
            f"{words.plural(report['released'], 'request')} people had to look at it would have decided alone; "
            f"{report['escalated']:,} that were automatic it would have put before people."
        ),
    ]
    if handling["median_seconds"] is not None:
        notes.append(
            f"A case takes {words.span_of_time(handling['median_seconds'])} (median): it would have spared "
            f"{handling['spared_hours']:g} and cost {handling['added_hours']:g} hours of waiting."
        )
    return ReportView(
        decisions=done,
        needed=needed,
        share=min(1.0, done / needed) if needed else 1.0,
        figures=figures,
        notes=tuple(notes) if done else (),
        errors=tuple(
            SliceRow(_slice(each), each["cases"], f"{each['before']:,}", f"{each['after']:,}", each["worse"])
            for each in report["slices"]["errors"]
        ),
        reviews=tuple(
            SliceRow(
                _slice(each),
                each["cases"],
                words.percent(each["rate"]),
                f"{words.percent(each['low'])} to {words.percent(each['high'])}",
                each["worse"],
            )
            for each in report["slices"]["reviews"]
        ),
    )


def _slice(each: Mapping[str, Any]) -> str:
    return f"{each['attribute']}: {each['value']}" if each["attribute"] else "all of them"


def _percent(share: float | None) -> str:
    return words.NOTHING if share is None else words.percent(share)
