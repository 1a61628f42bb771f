"""The first words of requests that a look at live traffic names, so that a person sees what came. Reads only."""

from __future__ import annotations

from collections.abc import Sequence

from service.store import decisions, payloads
from service.usecases.collect import text_of
from service.usecases.house import House
from service.usecases.masked import masked

_LONG = 160  # characters


def excerpts(house: House, ids: Sequence[str]) -> dict[str, str]:
    """Decision -> the beginning of its request, without personal data; left out where the request is erased."""
    found = {}
    with house.store.read() as connection:
        for each in ids:
            row = decisions.get(connection, each)
            text = text_of(payloads.get(connection, row.request)) if row is not None else None
            if text is not None:
                found[each] = masked(" ".join(text.split()), None)[:_LONG]
    return found
