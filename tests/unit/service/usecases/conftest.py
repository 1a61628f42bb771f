"""What tests of use cases share."""

from __future__ import annotations

import dataclasses
from collections.abc import Hashable, Iterator
from pathlib import Path
from typing import Any, cast

import pytest

from index.latest import Latest
from service.settings import Settings
from service.store.engine import open_store
from service.store.migrate import migrate
from service.usecases.house import House, furnish, open_house
from tests import house as instance
from tests import known
from tests.unit.service.usecases.document_desk import Clock, Desk
from tests.unit.service.usecases.model_desk import open_shop


@pytest.fixture(scope="session")
def opinions(starter: Path) -> Latest[tuple[Hashable, ...], Any]:
    """What is thought of calibration cases: worked out once for all tests, by everything that it depends on."""
    return known.opinions(known.file())


@pytest.fixture(scope="session")
def readings(starter: Path) -> Latest[tuple[Hashable, ...], Any]:
    """What encoder and classifier make of their texts, likewise."""
    return known.readings(known.file())


@pytest.fixture
def house(
    home: Path, opinions: Latest[tuple[Hashable, ...], Any], readings: Latest[tuple[Hashable, ...], Any]
) -> Iterator[House]:
    """An opened instance of the test's own."""
    opened = dataclasses.replace(open_house(Settings(home=home)), opinions=opinions, readings=readings)
    yield opened
    opened.close()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A desk of the test's own, with nothing on it."""
    settings, clock = Settings(home=tmp_path), Clock()
    store = open_store(settings.database)
    migrate(store)
    house = furnish(settings, store, cast("Any", None), bytes(32), clock)
    yield Desk(house, clock)
    house.close()


@pytest.fixture(scope="session")
def shop_home(starter: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home folder with a small workflow to train models of; not to be written into."""
    folder = tmp_path_factory.mktemp("shop")
    home = instance.copy_of(starter, folder / "home")
    opened = open_house(Settings(home=home))
    open_shop(opened, folder)
    opened.close()
    return home


@pytest.fixture
def shop(shop_home: Path, tmp_path: Path) -> Iterator[House]:
    """An opened instance of the test's own, with that workflow."""
    opened = open_house(Settings(home=instance.copy_of(shop_home, tmp_path / "home")))
    yield opened
    opened.close()
