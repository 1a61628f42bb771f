"""The house, opened for one command, and who is at the command line."""

from __future__ import annotations

import contextlib
import os
import pwd
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
    """Who is at the command line, as the ledger will say.

    By the account that runs the command: what the environment says of it anybody can change, and with it be two people.
    """
    try:
        return f"cli:{pwd.getpwuid(os.getuid()).pw_name}"
    except KeyError:  # an account without a name, as containers have them
        return f"cli:uid-{os.getuid()}"


def operator() -> Principal:
    return Principal("cli", by(), ROLES["operations"])


def reviewer() -> Principal:
    return Principal("cli", by(), ROLES["reviewer"])


def lead() -> Principal:
    """Who has the database has every queue."""
    return Principal("cli", by(), ROLES["lead"])


def auditor() -> Principal:
    return Principal("cli", by(), ROLES["auditor"])


def model_owner() -> Principal:
    return Principal("cli", by(), ROLES["model-owner"])
