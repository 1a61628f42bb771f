"""The public API over a real database, without an encoder: enough for everything that happens at the door."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, cast

import pytest
from fastapi import FastAPI
from starlette.testclient import TestClient

from service.api.routes import install
from service.domain.access import ROLES
from service.settings import Settings
from service.store.engine import open_store
from service.store.migrate import migrate
from service.usecases import manage_keys
from service.usecases.house import House, furnish


@pytest.fixture(scope="session")
def bare_house(tmp_path_factory: pytest.TempPathFactory) -> Iterator[House]:
    home = tmp_path_factory.mktemp("home")
    settings = Settings(home=home, max_body_bytes=50_000, max_text_chars=200)
    store = open_store(settings.database)
    migrate(store)
    no_encoder = cast("Any", None)  # no workflow, so nothing is ever encoded
    house = furnish(settings, store, no_encoder, bytes(32), lambda: datetime.now(UTC))
    yield house
    house.close()


@pytest.fixture(scope="session")
def keys(bare_house: House) -> dict[str, str]:
    """An API key of each role."""
    return {role: manage_keys.create(bare_house, "test", name=role, role=role)["key"] for role in ROLES}


@pytest.fixture(scope="session")
def bare_app(bare_house: House) -> FastAPI:
    app = FastAPI(title="Signoff", version="1", docs_url=None, redoc_url=None, openapi_url=None)
    install(app, bare_house)
    return app


@pytest.fixture
def bare_client(bare_app: FastAPI) -> Iterator[TestClient]:
    with TestClient(bare_app) as client:
        yield client


@pytest.fixture
def caller(bare_client: TestClient, keys: dict[str, str]) -> TestClient:
    """A client with a caller's key."""
    bare_client.headers["Authorization"] = f"Bearer {keys['caller']}"
    return bare_client
