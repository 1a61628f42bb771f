"""API keys: one valid key a name, because the name is who one is."""

from __future__ import annotations

import dataclasses
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import pytest

from service import cli
from service.domain.access import Scope
from service.errors import Conflict, InvalidRequest, NotFound, Unauthenticated
from service.settings import Settings
from service.store.engine import open_store
from service.store.migrate import migrate
from service.store.tables import api_keys
from service.usecases.house import House, furnish
from service.usecases.manage_keys import Narrow, by_name, create, listing, revoke, rotate, view
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


def later(house: House, **by: float) -> House:
    clock = house.clock
    return dataclasses.replace(house, clock=lambda: clock() + timedelta(**by))


def test_two_keys_are_good_while_one_takes_over(store_only):
    """The new one may do the same and is the same person; the old one ends after the overlap, and both are told of."""
    narrow = Narrow(scopes=["read"], days=90, rate=60)
    old = create(store_only, "test", name="Ann", role="reviewer", groups=["staff"], narrow=narrow)
    new = rotate(store_only, "test", old["id"], timedelta(hours=24))
    assert new["key"] != old["key"]
    assert {view(store_only, old["id"])["replaced_by"], new["id"]} == {new["id"]}
    same = ("name", "role", "scopes", "groups", "rate", "workflows")
    assert [old[part] for part in same] == [new[part] for part in same]
    assert new["expires_at"] == old["expires_at"]
    for key in (old, new):
        who = authenticate(later(store_only, hours=23), f"Bearer {key['key']}")
        assert (who.name, who.scopes, who.rate) == ("Ann", frozenset({Scope.READ}), 60)
    with pytest.raises(Unauthenticated, match="expired"):
        authenticate(later(store_only, hours=25), f"Bearer {old['key']}")
    assert authenticate(later(store_only, hours=25), f"Bearer {new['key']}").name == "Ann"


def test_a_key_is_replaced_once_and_the_new_one_next(store_only):
    """Twice would be three at once; by name it is the newest that is meant."""
    old = create(store_only, "test", name="Ann", role="reviewer")
    new = rotate(store_only, "test", old["id"], timedelta(hours=1))
    with pytest.raises(Conflict) as error:
        rotate(store_only, "test", old["id"], timedelta(hours=1))
    assert new["id"] in error.value.detail
    moved = later(store_only, minutes=1)
    assert by_name(moved, "Ann") == new["id"]
    newest = rotate(moved, "test", by_name(moved, "Ann"), timedelta(0))
    assert by_name(later(store_only, minutes=2), "Ann") == newest["id"]
    with pytest.raises(Unauthenticated):
        authenticate(moved, f"Bearer {new['key']}")
    with pytest.raises(NotFound):
        rotate(moved, "test", new["id"], timedelta(0))
    with pytest.raises(InvalidRequest):
        rotate(moved, "test", newest["id"], timedelta(days=31))


def test_replacing_never_makes_a_key_last_longer(store_only):
    """The overlap ends with the old key's own end."""
    old = create(store_only, "test", name="Ann", role="reviewer", narrow=Narrow(days=1))
    rotate(store_only, "test", old["id"], timedelta(days=20))
    assert view(store_only, old["id"])["expires_at"] == old["expires_at"]


@pytest.mark.parametrize(
    "narrow, field",
    [
        (Narrow(scopes=["operate"]), "scopes"),
        (Narrow(scopes=[]), "scopes"),
        (Narrow(scopes=["fly"]), "scopes"),
        (Narrow(workflows=[]), "workflows"),
        (Narrow(workflows=["nowhere"]), "workflows"),
        (Narrow(days=0), "days"),
        (Narrow(days=10_000), "days"),
        (Narrow(rate=-1), "rate"),
    ],
)
def test_a_key_cannot_be_more_than_its_role_or_of_what_is_not_there(store_only, narrow, field):
    """Each refusal names its field."""
    with pytest.raises(InvalidRequest) as error:
        create(store_only, "test", name="Ann", role="reviewer", narrow=narrow)
    assert {problem.field for problem in error.value.problems} == {field}


def test_whoever_can_give_anything_to_anybody_is_not_narrowed(store_only):
    """A key with `keys` alone could make one that may do everything."""
    for scope in ("keys", "people"):
        with pytest.raises(InvalidRequest, match="anything to anybody"):
            create(store_only, "test", name="Ann", role="operations", narrow=Narrow(scopes=[scope]))


def test_when_a_key_was_used_is_written_now_and_then(store_only):
    """To ten minutes, so that asking for decisions does not write with every request."""
    made = create(store_only, "test", name="Ann", role="reviewer")
    assert made["used_at"] is None
    for minutes, told in ((0, "09:00"), (9, "09:00"), (11, "09:11")):
        authenticate(later(store_only, minutes=minutes), f"Bearer {made['key']}")
        store_only.store.commit(lambda connection: None)  # what was sent before is done by then
        assert told in view(store_only, made["id"])["used_at"]


def test_every_worker_knows_at_once_that_a_key_is_revoked(migrated_url, tmp_path):
    """Another worker's next request is refused, on either database: nothing about keys is kept in memory."""
    workers = [
        furnish(Settings(home=tmp_path), open_store(migrated_url), cast("Any", None), bytes(32), lambda: NOW)
        for _ in range(3)
    ]
    try:
        made = create(workers[0], "test", name="Ann", role="reviewer")
        for worker in workers:
            assert authenticate(worker, f"Bearer {made['key']}").name == "Ann"
        begun = time.monotonic()
        revoke(workers[0], "test", made["id"])
        for worker in workers:
            with pytest.raises(Unauthenticated, match="revoked"):
                authenticate(worker, f"Bearer {made['key']}")
        assert time.monotonic() - begun < 1
    finally:
        for worker in workers:
            worker.close()


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
