"""What is typed at the command line: read exactly, or refused with what would be taken."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import typer

from rules.model import Attribute, AttributeType
from service.cli.reading import attributes, moment, one_of, past, span
from service.domain.types import Autonomy

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
DECLARED = [
    Attribute("country", AttributeType.STRING),
    Attribute("tags", AttributeType.STRINGS),
    Attribute("amount", AttributeType.NUMBER),
    Attribute("age", AttributeType.INTEGER),
    Attribute("vip", AttributeType.BOOLEAN),
    Attribute("channel", AttributeType.STRING, ("app", "web")),
]


@pytest.mark.parametrize(
    "written, expected",
    [("30m", timedelta(minutes=30)), ("4h", timedelta(hours=4)), (" 2D ", timedelta(days=2))],
)
def test_spans_are_read(written: str, expected: timedelta) -> None:
    """Minutes, hours, days."""
    assert span(written, "--for") == expected


@pytest.mark.parametrize("written", ["", "4", "h", "0h", "-1h", "1.5h", "4 h", "4w", "4hours", "99999999h", "٤h"])
def test_other_spans_are_refused_with_an_example(written: str) -> None:
    """Nothing is guessed: four what?"""
    with pytest.raises(typer.BadParameter, match="as in 30m, 4h, 2d"):
        span(written, "--for")


@pytest.mark.parametrize(
    "written, expected",
    [
        ("2026-11-21", datetime(2026, 11, 21, tzinfo=UTC)),
        ("2026-11-21T09:00:00", datetime(2026, 11, 21, 9, tzinfo=UTC)),
        ("2026-11-21T09:00:00Z", datetime(2026, 11, 21, 9, tzinfo=UTC)),
        ("2026-11-21T09:00:00+01:00", datetime(2026, 11, 21, 8, tzinfo=UTC)),
    ],
)
def test_moments_are_read_in_utc(written: str, expected: datetime) -> None:
    """A day is its first moment."""
    assert moment(written, "--now") == expected
    assert past(written, NOW, "--since") == expected


def test_the_past_is_a_span_or_a_date() -> None:
    """A week ago, or since the first."""
    assert past("7d", NOW, "--since") == NOW - timedelta(days=7)
    for wrong in ("yesterday", "last week", "20261", ""):
        with pytest.raises(typer.BadParameter, match="2026-11-21"):
            past(wrong, NOW, "--since")


def test_attributes_are_read_by_their_declared_types() -> None:
    """A value may hold an equals sign; a list is written with commas."""
    given = ["country=a=b", "tags=x, y,", "amount=3", "age=41", "vip=TRUE"]
    read = attributes(given, DECLARED, "-a")
    assert read == {"country": "a=b", "tags": ("x", "y"), "amount": 3.0, "age": 41, "vip": True}
    assert isinstance(read["amount"], float)


@pytest.mark.parametrize(
    "given, said",
    [
        (["contry=IR"], "did you mean `country`"),
        (["country"], "name=value"),
        (["country=IR", "country=IQ"], "twice"),
        (["age=41.5"], "integer"),
        (["amount=much"], "number"),
        (["vip=yes"], "boolean"),
        (["channel=fax"], "channel is not one of the allowed values .*`app`, `web`"),
    ],
)
def test_attributes_that_do_not_fit_are_refused(given: list[str], said: str) -> None:
    """With the name, and what would fit."""
    with pytest.raises(typer.BadParameter, match=said):
        attributes(given, DECLARED, "-a")


def test_a_word_of_a_list_is_taken_as_written() -> None:
    """And another one is answered with the list."""
    assert one_of(Autonomy, "draft", "--autonomy") is Autonomy.DRAFT
    with pytest.raises(typer.BadParameter, match="people, draft, auto"):
        one_of(Autonomy, "robots", "--autonomy")
