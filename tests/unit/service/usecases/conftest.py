"""What tests of use cases share."""

from __future__ import annotations

import dataclasses
from collections.abc import Hashable, Iterator
from pathlib import Path
from typing import Any

import pytest

from index.latest import Latest
from service.settings import Settings
from service.usecases.house import House, open_house


@pytest.fixture(scope="session")
def opinions() -> Latest[tuple[Hashable, ...], Any]:
    """What is thought of calibration cases: worked out once for all tests, by everything that it depends on."""
    return Latest(8_192)


@pytest.fixture
def house(home: Path, opinions: Latest[tuple[Hashable, ...], Any]) -> Iterator[House]:
    """An opened instance of the test's own."""
    opened = dataclasses.replace(open_house(Settings(home=home)), opinions=opinions)
    yield opened
    opened.close()
