"""The figures of a team in words and as a plot."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from service.console.team_views import agreement_view, reply_rows, team_view

NOW = datetime(2026, 11, 21, 12, 0, tzinfo=UTC)


def _queue(**more: Any) -> dict[str, Any]:
    return {
        "queue": "complaints",
        "open": 40,
        "claimed": 2,
        "overdue": 0,
        "asked": 0,
        "oldest_at": "2026-11-21T09:00:00.000Z",
        "decided_a_day": 12.5,
        "late": 5,
        "decided": 50,
        "seconds": 95.0,
        "empty_at": "2026-11-21T18:00:00.000Z",
        "will_be_late": 0,
        **more,
    }


def _figures(*queues: dict[str, Any]) -> dict[str, Any]:
    people = [
        {"reviewer": "Ann", "decided": 30, "seconds": 60.0, "suggested": 20, "overturned": 5},
        {"reviewer": "Ben", "decided": 20, "seconds": None, "suggested": 0, "overturned": 0},
    ]
    days = [{"day": "2026-11-20", "came": 7, "decided": 3}, {"day": "2026-11-21", "came": 0, "decided": 11}]
    return {"queues": list(queues), "people": people, "days": days}


def test_a_queue_says_how_fast_it_goes_and_when_it_is_empty() -> None:
    """With what will be late at this pace, if anything."""
    fine, tight = team_view(_figures(_queue(), _queue(will_be_late=3)), NOW).queues
    assert (fine.oldest, fine.a_day, fine.on_time, fine.handling) == ("3 h ago", "12.5", "90%", "1 min")
    assert (fine.forecast, fine.tone) == ("Empty in 6 h at this pace; all in time.", "allow")
    assert (tight.forecast, tight.tone) == ("Empty in 6 h at this pace; 3 will be late.", "review")


def test_a_queue_that_nobody_works_on_says_so() -> None:
    """There is no pace to reckon with; what runs late within a day is counted."""
    left, new, empty = team_view(
        _figures(
            _queue(empty_at=None, will_be_late=8),
            _queue(empty_at=None, decided=0, seconds=None),
            _queue(open=0, oldest_at=None, empty_at=None),
        ),
        NOW,
    ).queues
    assert left.forecast == "No pace: nobody has decided here for two days. 8 due by tomorrow."
    assert (left.tone, new.tone) == ("review", "plain")
    assert (new.on_time, new.handling) == ("\u2013", "\u2013")
    assert (empty.forecast, empty.oldest) == ("Nothing waits.", "\u2013")


def test_people_are_measured_against_suggestions_only_where_there_were_any() -> None:
    """Whoever decided blind has no such share."""
    ann, ben = team_view(_figures(), NOW).people
    assert (ann.overturned, ann.share) == ("5 of 20", 0.25)
    assert (ben.overturned, ben.share) == ("\u2013", 0.0)


def test_the_plot_has_a_bar_a_day_and_fits_what_came() -> None:
    """The highest of both decides the axis; the words name every figure."""
    view = team_view(_figures(), NOW)
    assert view.decided == 50
    assert [bar.words for bar in view.flow.bars] == ["20 Nov: 3 decided", "21 Nov: 11 decided"]
    assert [tick.text for tick in view.flow.ticks_beside] == ["0", "10", "20"]
    assert len(view.flow.lines[0].points.split()) == 2


def test_replies_are_told_where_some_were_sent() -> None:
    """A share only where something had been drafted."""
    sent = {"workflow": "a", "sent": 4, "drafted": 4, "share_unedited": 0.5}
    none = {"workflow": "b", "sent": 0, "drafted": 0, "share_unedited": None}
    free = {"workflow": "c", "sent": 1, "drafted": 0, "share_unedited": None}
    rows = reply_rows([sent, none, free])
    assert [(row.workflow, row.unedited) for row in rows] == [("a", "50%"), ("c", "\u2013")]


def test_agreement_is_told_beyond_chance_where_there_are_enough_cases() -> None:
    """Everybody first; too few to say is said by the page; whoever may not be reading is named with the figures."""
    few = {"pairs": 3, "agreed": 2, "kappa": None, "interval": None}
    enough = {"pairs": 40, "agreed": 36, "kappa": 0.8123, "interval": [0.6, 1.0]}
    hasty = {
        "reviewer": "Ben",
        "suggested": 200,
        "agreed": 200,
        "seconds": 3.0,
        "others_share": 0.9,
        "others_seconds": 30.0,
    }
    found = {"all": enough, "people": [{"reviewer": "Ann", **few}], "labels": [], "unread": [hasty]}
    shown = agreement_view(found)
    everybody, ann = shown.rows
    assert (everybody.name, everybody.share, everybody.kappa) == ("Everybody", "90%", "0.81 (0.60 to 1.00)")
    assert (ann.share, ann.kappa) == ("67%", "")
    assert shown.unread == ("Ben went along with 200 of 200 suggestions, in 3 s each; the others with 90%, in 30 s.",)
    assert agreement_view({**found, "all": {**few, "pairs": 0}, "unread": []}).rows == ()
