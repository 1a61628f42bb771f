"""A database of any version that ever was is brought to this one, with everything that is in it.

`tests/fixtures/schemas` holds one of each: small instances, made and used over HTTP by the code of their time, with
what it answered then.
"""

from __future__ import annotations

import json
import lzma
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, cast

import pytest

from service.domain.access import ROLES, Principal
from service.domain.types import Outcome
from service.settings import Settings
from service.store import dump, ledger, migrate
from service.store.engine import open_store
from service.usecases import claim_case, read_decision, verify_ledger
from service.usecases.house import furnish
from service.usecases.resolve_case import Resolution, resolve
from service.usecases.seal_payloads import seal_all

FOLDER = Path(__file__).parent.parent / "fixtures" / "schemas"
SCHEMAS = sorted(path.stem for path in FOLDER.glob("*.json"))
READER = Principal("k1", "olga", ROLES["operations"])
REVIEWER = Principal("k2", "ann", ROLES["reviewer"])
QUEUE = "retail-banking"


def then(schema):
    """What the code of that time answered."""
    return json.loads((FOLDER / f"{schema}.json").read_text())


def unpacked(schema, home):
    """The home of that instance, with the database as it was left."""
    home.mkdir()
    (home / "signoff.db").write_bytes(lzma.decompress((FOLDER / f"{schema}.db.xz").read_bytes()))
    return f"sqlite:///{home / 'signoff.db'}"


def opened(home, url):
    """As a house, without the encoder, which nothing here asks."""
    settings, store = Settings(home=home, database_url=url), open_store(url)
    return furnish(settings, store, cast("Any", None), bytes(32), lambda: datetime.now(UTC))


def lines(store):
    with store.read() as connection:
        return {table.name: list(dump.lines(connection, table)) for table in dump.tables(connection)}


@pytest.mark.parametrize("schema", SCHEMAS)
def test_everything_is_there_after_an_upgrade_and_work_goes_on(schema, tmp_path):
    """The chain to the hash that was the last one then, each decision as it was answered, before and after its texts
    are sealed; and a case that waited is claimed and decided."""
    told, home = then(schema), tmp_path / "home"
    url = unpacked(schema, home)
    store = open_store(url)
    with store.read() as connection:
        assert migrate.revision(connection) == schema
    migrate.migrate(store)
    migrate.check_schema(store)
    with store.read() as connection:
        assert ledger.head(connection) == (told["records"], told["head"])
    store.close()
    house = opened(home, url)
    try:
        assert verify_ledger.verify(house)["ok"]
        for _ in range(2):
            for was in told["decisions"]:
                now = read_decision.view(house, READER, was["id"])
                assert {name: now[name] for name in was} == was
            seal_all(house)
        waiting = {was["case"] for was in told["decisions"] if was["state"] == "waiting"}
        decided = set()
        while (lease := claim_case.claim_next(house, REVIEWER, QUEUE)) is not None:
            settled = Resolution(("complaint",), "upgraded", Outcome.BLOCK, note="as before")
            resolve(house, REVIEWER, lease["case"], lease["token"], settled)
            decided.add(lease["case"])
        assert decided
        assert decided <= waiting
        assert verify_ledger.verify(house)["ok"]
    finally:
        house.close()


ON_SERVER = [pytest.param(name, marks=() if name == SCHEMAS[0] else pytest.mark.slow) for name in SCHEMAS]


@pytest.mark.parametrize("schema", ON_SERVER)
def test_an_upgrade_comes_to_the_same_on_postgresql(schema, postgres_url, tmp_path):
    """The same rows under the same earlier schema: every migration since then makes the same of them."""
    store = open_store(unpacked(schema, tmp_path / "home"))
    before = lines(store)
    migrate.migrate(store)
    after = lines(store)
    store.close()

    def work(connection):
        migrate.make_schema(connection, schema)
        dump.empty(connection)
        for table in dump.tables(connection):
            head, *rows = before[table.name]
            dump.refill(connection, table, dump.Heading.read(head), rows)
        migrate.upgrade(connection)

    server = open_store(postgres_url)
    try:
        server.alter(work)
        migrate.check_schema(server)
        assert lines(server) == after
    finally:
        server.close()


def test_there_is_one_of_each_schema_that_landed():
    """Whoever adds migrations leaves an instance from before them here: `tests/fixtures/schemas/README.md` says how."""
    assert SCHEMAS[0] == "0001"
    assert set(SCHEMAS) <= set(migrate._known())
    assert all((FOLDER / f"{name}.db.xz").stat().st_size < 200_000 for name in SCHEMAS)
