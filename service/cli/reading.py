"""Reads what was typed: words of a list, spans of time, moments, attributes. Each refusal says what would be taken."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import TypeVar

import typer

from rules.model import Attribute, AttributeType, AttributeValue

W = TypeVar("W", bound=StrEnum)

_SPAN = re.compile(r"([1-9][0-9]{0,5})([mhd])")
_UNITS = {"m": "minutes", "h": "hours", "d": "days"}


def one_of(kind: type[W], word: str, option: str) -> W:
    """The member of `kind` that is written so."""
    if word not in set(kind):
        raise typer.BadParameter(f"{word!r} is none of {', '.join(kind)}", param_hint=option)
    return kind(word)


def span(written: str, option: str) -> timedelta:
    """30m, 4h, 2d."""
    found = _SPAN.fullmatch(written.strip().lower())
    if found is None:
        taken = "write a whole number and m, h or d, as in 30m, 4h, 2d"
        raise typer.BadParameter(f"{written!r} is no span of time: {taken}", param_hint=option)
    return timedelta(**{_UNITS[found[2]]: int(found[1])})


def moment(written: str, option: str) -> datetime:
    """An ISO 8601 date or time; without a zone it is UTC, a day is its first moment."""
    try:
        read = datetime.fromisoformat(written.strip())
    except ValueError:
        taken = "write a date as in 2026-11-21 or 2026-11-21T09:00:00Z"
        raise typer.BadParameter(f"{written!r} is no moment: {taken}", param_hint=option) from None
    return read if read.tzinfo else read.replace(tzinfo=UTC)


def past(written: str, now: datetime, option: str) -> datetime:
    """7d is a week before `now`; else a moment."""
    if _SPAN.fullmatch(written.strip().lower()):
        return now - span(written, option)
    if written[:4].isdecimal():
        return moment(written, option)
    taken = "write a span as in 7d or 12h, or a date as in 2026-11-21"
    raise typer.BadParameter(f"{written!r} is neither: {taken}", param_hint=option)


def attributes(written: Sequence[str], declared: Sequence[Attribute], option: str) -> dict[str, AttributeValue]:
    """`name=value` pairs by their declared types; a list of strings is written with commas."""
    types = {attribute.name: attribute.type for attribute in declared}
    found: dict[str, AttributeValue] = {}
    for pair in written:
        name, equals, value = pair.partition("=")
        name = name.strip()
        if not equals:
            raise typer.BadParameter(f"{pair!r} is no name=value, as in country=IR", param_hint=option)
        if name not in types:
            from rules.errors import did_you_mean

            remedy = did_you_mean(name, types, "attributes")
            raise typer.BadParameter(f"there is no attribute {name!r} ({remedy})", param_hint=option)
        if name in found:
            raise typer.BadParameter(f"{name!r} is given twice", param_hint=option)
        found[name] = _value(name, types[name], value, option)
    if found:
        from rules.schema import AttributeSchema

        for wrong in AttributeSchema(tuple(declared)).check(found):
            raise typer.BadParameter(f"{wrong.field} {wrong.message} ({wrong.remedy})", param_hint=option)
    return found


def _value(name: str, kind: AttributeType, value: str, option: str) -> AttributeValue:
    match kind:
        case AttributeType.STRING:
            return value
        case AttributeType.STRINGS:
            return tuple(part.strip() for part in value.split(",") if part.strip())
        case AttributeType.BOOLEAN if value.lower() in ("true", "false"):
            return value.lower() == "true"
        case AttributeType.INTEGER | AttributeType.NUMBER:
            try:
                return int(value) if kind is AttributeType.INTEGER else float(value)
            except ValueError:
                pass
    raise typer.BadParameter(f"{name} is a {kind.value}, which {value!r} is not", param_hint=option)
