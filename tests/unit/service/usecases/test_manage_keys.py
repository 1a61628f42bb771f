"""API keys: one valid key a name, because the name is who one is."""

from __future__ import annotations

import dataclasses
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest

from service import cli
from service.errors import Conflict, InvalidRequest, NotFound, Unauthenticated
from service.settings import Settings
from service.store.engine import open_store
from service.store.migrate import migrate
from service.store.tables import api_keys
from service.usecases.house import House, furnish
from service.usecases.manage_keys import create, listing, revoke
from service.usecases.sign_in import authenticate

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)


@pytest.fixture
def store_only(tmp_path) -> Iterator[House]:
    """An instance without encoder or workflow: enough for keys."""
    settings = Settings(home=tmp_path)
    store = open_store(settings.database)
    migrate(store)
    house = furnish(settings, store, cast("Any", None), bytes(32), lambda: NOW)
    yield house
    house.close()


def test_a_name_that_a_valid_key_has_is_refused(store_only):
    """Two keys of one name would be one person to leases, four-eyes checks and the ledger."""
    first = create(store_only, "test", name="Ann", role="reviewer")
    for name in ("Ann", " Ann "):
        with pytest.raises(Conflict) as error:
            create(store_only, "test", name=name, role="operations")
        assert first["id"] in error.value.remedy
    assert [key["name"] for key in listing(store_only)] == ["Ann"]


def test_a_revoked_name_is_free_again(store_only):
    """Replacing a key: revoke, then create."""
    first = create(store_only, "test", name="Ann", role="reviewer")
    revoke(store_only, "test", first["id"])
    second = create(store_only, "test", name="Ann", role="reviewer")
    assert authenticate(store_only, f"Bearer {second['key']}").name == "Ann"
    with pytest.raises(Unauthenticated):
        authenticate(store_only, f"Bearer {first['key']}")
    with pytest.raises(NotFound):
        revoke(store_only, "test", first["id"])


def test_an_expired_name_is_free_again(store_only):
    """A key that opens nothing any more keeps nobody out."""
    create(store_only, "test", name="Ann", role="reviewer")
    store_only.store.commit(lambda c: c.execute(api_keys.update().values(expires_at=NOW + timedelta(days=1))))
    with pytest.raises(Conflict):
        create(store_only, "test", name="Ann", role="reviewer")
    later = dataclasses.replace(store_only, clock=lambda: NOW + timedelta(days=1))
    create(later, "test", name="Ann", role="reviewer")


@pytest.mark.parametrize(
    "name, role, field", [("Ann", "king", "role"), ("  ", "caller", "name"), ("a" * 201, "caller", "name")]
)
def test_a_key_needs_a_name_and_a_role(store_only, name, role, field):
    """The refusal names the field."""
    with pytest.raises(InvalidRequest) as error:
        create(store_only, "test", name=name, role=role)
    assert [problem.field for problem in error.value.problems] == [field]


def test_the_command_line_says_that_the_name_is_taken(home, monkeypatch, capsys):
    """In a sentence with its remedy, and a code that scripts notice."""
    monkeypatch.setenv("SIGNOFF_HOME", str(home))
    monkeypatch.setattr(sys, "argv", ["signoff", "keys", "create", "first reviewer", "--role", "reviewer"])
    with pytest.raises(SystemExit) as ended:
        cli.main()
    told = capsys.readouterr().err
    assert ended.value.code == 2
    assert "has a valid key already" in told
    assert "signoff keys revoke key_" in told
