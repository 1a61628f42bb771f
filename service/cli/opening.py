"""The house, opened for one command, and who is at the command line."""

from __future__ import annotations

import contextlib
import getpass
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from service.domain.access import ROLES, Principal

if TYPE_CHECKING:
    from service.usecases.house import House


@contextlib.contextmanager
def opened(clock: Callable[[], datetime] | None = None) -> Iterator[House]:
    from service.settings import load_settings
    from service.usecases.house import open_house

    house = open_house(load_settings(), clock)
    try:
        yield house
    finally:
        house.close()


def by() -> str:
    """Who is at the command line, as the ledger will say."""
    return f"cli:{getpass.getuser()}"


def operator() -> Principal:
    return Principal("cli", by(), ROLES["operations"])
