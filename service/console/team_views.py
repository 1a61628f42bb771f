"""The figures of a team in words, and their plots. Pure: values in, values out."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from service.console import words
from service.console.plots import Line, Plot, Scale, Tick


@dataclass(frozen=True, slots=True)
class QueueRow:
    """One queue: what waits, how fast it goes, and what will be late."""

    name: str
    open: int
    claimed: int
    overdue: int
    asked: int  #: waiting for their requesters
    oldest: str
    oldest_at: str | None
    a_day: str
    on_time: str  #: share decided by when it was due
    handling: str
    forecast: str
    tone: str


@dataclass(frozen=True, slots=True)
class PersonRow:
    """One person: how much, how long, and how often against the suggestion."""

    name: str
    decided: int
    handling: str
    overturned: str
    share: float  #: of decisions with a suggestion, that went another way


@dataclass(frozen=True, slots=True)
class DayRow:
    """One day."""

    day: str
    came: int
    decided: int


@dataclass(frozen=True, slots=True)
class TeamView:
    """A whole page of it."""

    queues: tuple[QueueRow, ...]
    people: tuple[PersonRow, ...]
    days: tuple[DayRow, ...]
    flow: Plot
    decided: int


def team_view(figures: Mapping[str, Any], now: datetime) -> TeamView:
    days = tuple(DayRow(_day(each["day"]), each["came"], each["decided"]) for each in figures["days"])
    return TeamView(
        queues=tuple(_queue(each, now) for each in figures["queues"]),
        people=tuple(_person(each) for each in figures["people"]),
        days=days,
        flow=flow(days),
        decided=sum(each["decided"] for each in figures["people"]),
    )


def _queue(found: Mapping[str, Any], now: datetime) -> QueueRow:
    decided, oldest = found["decided"], found["oldest_at"]
    late = found["will_be_late"]
    if not found["open"]:
        forecast, tone = "Nothing waits.", "allow"
    elif found["empty_at"] is None:
        forecast = f"No pace: nobody has decided here for two days. {late:,} due by tomorrow."
        tone = "review" if late else "plain"
    else:
        empty = words.span_of_time((datetime.fromisoformat(found["empty_at"]) - now).total_seconds())
        forecast = f"Empty in {empty} at this pace" + (f"; {late:,} will be late." if late else "; all in time.")
        tone = "review" if late else "allow"
    return QueueRow(
        name=found["queue"],
        open=found["open"],
        claimed=found["claimed"],
        overdue=found["overdue"],
        asked=found["asked"],
        oldest=words.ago(datetime.fromisoformat(oldest), now) if oldest else words.NOTHING,
        oldest_at=oldest,
        a_day=f"{found['decided_a_day']:,.1f}",
        on_time=words.percent(1 - found["late"] / decided) if decided else words.NOTHING,
        handling=_span(found["seconds"]),
        forecast=forecast,
        tone=tone,
    )


def _person(found: Mapping[str, Any]) -> PersonRow:
    suggested, overturned = found["suggested"], found["overturned"]
    share = overturned / suggested if suggested else 0.0
    return PersonRow(
        name=found["reviewer"],
        decided=found["decided"],
        handling=_span(found["seconds"]),
        overturned=f"{overturned:,} of {suggested:,}" if suggested else words.NOTHING,
        share=share,
    )


def _span(seconds: float | None) -> str:
    return words.NOTHING if seconds is None else words.span_of_time(seconds)


def _day(text: str) -> str:
    return date.fromisoformat(text).strftime("%-d %b")


def flow(days: Sequence[DayRow]) -> Plot:
    """Cases that came, and cases that were decided, day by day."""
    most = float(_round_up(max((max(each.came, each.decided) for each in days), default=1)))
    scale = Scale(float(max(1, len(days))), most)

    def line(values: Iterable[int], kind: str) -> Line:
        return scale.line([(place + 0.5, float(value)) for place, value in enumerate(values)], kind)

    bars = tuple(
        scale.bar(float(place), place + 1.0, float(each.decided), f"{each.day}: {each.decided:,} decided")
        for place, each in enumerate(days)
    )
    step = max(1, len(days) // 4)
    return Plot(
        title="What came, and what was decided",
        words="Bars: cases decided, day by day. Line: cases that came.",
        below="Day",
        beside="Cases",
        lines=(line((each.came for each in days), "main"),),
        bars=bars,
        marks=(),
        ticks_below=tuple(
            Tick(scale.x(place + 0.5), each.day) for place, each in enumerate(days) if place % step == step // 2
        ),
        ticks_beside=tuple(Tick(scale.y(value), f"{value:,.0f}") for value in (0.0, most / 2, most)),
    )


def _round_up(value: int) -> int:
    """The next 2, 4, 6 or 10 times a power of ten: where an axis may end, and its middle is a whole number."""
    step = 1
    while True:
        for factor in (2, 4, 6, 10):
            if value <= step * factor:
                return step * factor
        step *= 10


@dataclass(frozen=True, slots=True)
class ReplyRow:
    """Replies of one workflow."""

    workflow: str
    sent: int
    drafted: int
    unedited: str


def reply_rows(figures: Iterable[Mapping[str, Any]]) -> tuple[ReplyRow, ...]:
    """Those that sent replies."""
    return tuple(
        ReplyRow(
            each["workflow"],
            each["sent"],
            each["drafted"],
            words.percent(each["share_unedited"]) if each["share_unedited"] is not None else words.NOTHING,
        )
        for each in figures
        if each["sent"]
    )


@dataclass(frozen=True, slots=True)
class AgreementRow:
    """How far somebody, or everybody, agrees with whoever looked at the same cases."""

    name: str
    pairs: int
    share: str  #: of cases, with the same labels
    kappa: str  #: beyond chance; empty where there are too few to say


@dataclass(frozen=True, slots=True)
class AgreementView:
    """Second opinions, and who may be agreeing with suggestions without looking."""

    rows: tuple[AgreementRow, ...]  #: everybody first; empty while nobody gave a second opinion
    unread: tuple[str, ...]  #: in words


def agreement_view(found: Mapping[str, Any]) -> AgreementView:
    """As `usecases.team_agreement.figures` has it."""
    together = [{"reviewer": "Everybody", **found["all"]}, *found["people"]] if found["all"]["pairs"] else []
    return AgreementView(tuple(map(_agreement_row, together)), tuple(map(_unread, found["unread"])))


def _agreement_row(row: Mapping[str, Any]) -> AgreementRow:
    interval = row["interval"]
    within = "" if interval is None else f" ({interval[0]:.2f} to {interval[1]:.2f})"
    kappa = "" if row["kappa"] is None else f"{row['kappa']:.2f}{within}"
    return AgreementRow(row["reviewer"], row["pairs"], f"{row['agreed'] / row['pairs']:.0%}", kappa)


def _unread(row: Mapping[str, Any]) -> str:
    own = f"{row['agreed']} of {row['suggested']} suggestions, in {row['seconds']:.0f} s each"
    others = f"the others with {row['others_share']:.0%}, in {row['others_seconds']:.0f} s"
    return f"{row['reviewer']} went along with {own}; {others}."
