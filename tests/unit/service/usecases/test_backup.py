"""An instance is copied as it is at work, and restored where nothing is yet, or not at all."""

from __future__ import annotations

import json
import os
import shutil
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from index.seal import digest_of
from service.domain.access import ROLES, Principal
from service.errors import CannotStart, Conflict
from service.settings import Settings
from service.store import dump, ledger, payloads
from service.store.engine import open_store
from service.usecases import backup_folder, restoring
from service.usecases.backup import back_up
from service.usecases.erase_subject import erase
from service.usecases.house import open_house
from service.usecases.initialise import prepare_home
from service.usecases.make_decision import Ask, decide
from service.usecases.restore import look_at, prove, restore
from tests import house as instance

ASKED = Principal("k1", "caller", ROLES["operations"])
CLEAR = "I was charged twice for the same card payment yesterday, please refund me. Marigold {n}"
CANARY = b"Marigold"
NOW = datetime(2026, 11, 22, tzinfo=UTC)


def ask(house, n, subject):
    asked = Ask("retail-banking", CLEAR.format(n=n), {"channel": "app"}, subject=subject)
    return json.loads(decide(house, ASKED, asked).body)["id"]


@pytest.fixture(scope="module")
def folder(starter, tmp_path_factory):
    """An instance that decided twice, `home`; a backup of it, `backup`, and of its keys, `keys`; and keys of before."""
    folder = tmp_path_factory.mktemp("backup")
    settings = Settings(home=instance.copy_of(starter, folder / "home"))
    house = open_house(settings)
    ids = [ask(house, 1, "customer-1")]
    house.close()  # keys that were made ahead go with it: they would be among those of before
    back_up(settings, folder / "early", "cli:ann", NOW, keys=folder / "early-keys", light=True)
    house = open_house(settings)
    ids.append(ask(house, 2, "customer-2"))
    house.close()
    back_up(settings, folder / "backup", "cli:ann", NOW, keys=folder / "keys", light=True)
    (folder / "ids").write_text(json.dumps(ids))
    return folder


def settings_of(tmp_path, name="restored"):
    """Of an instance that is not there yet, with its rows in a file of its own."""
    return Settings(home=tmp_path / name, database_url=f"sqlite:///{tmp_path / name}.db")


def rows(url):
    store = open_store(url)
    try:
        with store.read() as connection:
            return {table.name: list(dump.lines(connection, table)) for table in dump.tables(connection)}
    finally:
        store.close()


def with_encoder(folder, settings):
    shutil.copytree(folder / "home" / "encoder", settings.home / "encoder", copy_function=os.link)


def test_all_of_it_comes_back_and_works(folder, tmp_path):
    """Every row but the two records about copying itself; files with their permissions; texts that can be read; and it
    is ready to answer, with a snapshot that is made anew from the rows."""
    settings = settings_of(tmp_path)
    done = restore(settings, folder / "backup", "cli:bob", NOW, keys=folder / "keys")
    assert done == look_at(folder / "backup")
    before, after = rows(Settings(home=folder / "home").database), rows(settings.database)
    assert after["ledger"][:-1] == before["ledger"][:-1]
    assert [b"backup.restored" in after["ledger"][-1], b"backup.made" in before["ledger"][-1]] == [True, True]
    assert {row for row in after["instance"] if row not in before["instance"]} == {
        dump._line(["restored_from", backup_folder.read(folder / "backup", "signoff-backup-1").digest])
    }
    apart = ("ledger", "instance")
    assert {name for name in before if name not in apart and before[name] != after[name]} == set()
    for name in ("secret.key", "master.key"):
        assert (settings.home / name).read_bytes() == (folder / "home" / name).read_bytes()
        assert (settings.home / name).stat().st_mode & 0o777 == 0o600
    assert (settings.home / "workflows/retail-banking/workflow.yaml").is_file()
    assert not (settings.home / restoring.MARK).exists()
    with pytest.raises(CannotStart, match="encoder"):
        prove(settings)
    with_encoder(folder, settings)
    proved = prove(settings)
    assert (proved["ready"], proved["ledger"]["ok"]) == (True, True), proved
    house = open_house(settings)
    with house.store.read() as connection:
        texts = [
            payloads.get(connection, row.request)
            for row in connection.execute(sa.text("SELECT request FROM decisions"))
        ]
    house.close()
    assert len(texts) == 2
    assert all(CANARY in text for text in texts)


def test_the_ledger_says_who_copied_and_who_restored(folder, tmp_path):
    """By name, with the digest of what it was."""
    settings = settings_of(tmp_path)
    restore(settings, folder / "backup", "cli:bob", NOW, keys=folder / "keys")
    digest = backup_folder.read(folder / "backup", "signoff-backup-1").digest
    store = open_store(settings.database)
    with store.read() as connection:
        body = json.loads(ledger.about(connection, look_at(folder / "backup").id)[-1].record)["body"]
    store.close()
    assert (body["by"], body["digest"]) == ("cli:bob", digest)
    told = rows(Settings(home=folder / "home").database)["ledger"][-1]
    assert b"backup.made" in told


def test_a_backup_holds_no_text_and_no_key(folder):
    """Whoever finds it without the keys reads nothing that anybody wrote; the keys alone show nothing either."""
    lines = {name: list(backup_folder.read_lines(folder / "backup", name)) for name in ("payloads", "decisions")}
    assert len(lines["payloads"]) > 4
    for path in (folder / "backup").rglob("*"):
        assert path.name not in ("keys.db", "master.key", "keys.jsonl.gz")
        data = path.read_bytes() if path.is_file() and path.suffix != ".gz" else b""
        assert CANARY not in data, path
    for name in backup_folder.read(folder / "backup", "signoff-backup-1").fields["tables"]:
        kept = b"".join(backup_folder.read_lines(folder / "backup", name))
        assert CANARY not in kept, name
        assert b"customer-1" not in kept, name


def test_whoever_was_erased_since_stays_erased(folder, tmp_path):
    """An old copy, restored with the keys of today: the rows are back, what they said is not."""
    home = instance.copy_of(folder / "home", tmp_path / "home")
    house = open_house(Settings(home=home))
    erase(house, ASKED, "customer-1")
    house.close()
    settings = settings_of(tmp_path)
    restore(settings, folder / "backup", "cli:bob", NOW, keys=home)
    with_encoder(folder, settings)
    assert prove(settings)["erased"]["subjects"] == 1
    first, second = json.loads((folder / "ids").read_text())
    house = open_house(settings)
    with house.store.read() as connection:
        assert [payloads.erased(connection, first), payloads.erased(connection, second)] == [True, False]
    house.close()


REFUSED = {
    "no keys": ({"keys": None}, "its keys are not in the backup"),
    "older keys": ({"keys": "early-keys"}, "keys are older than the backup: 1 that it needs"),
    "no such keys": ({"keys": "nothing"}, "holds no keys"),
    "no backup": ({"backup": "keys", "keys": "keys"}, "wanted is signoff-backup-1"),
}


@pytest.mark.parametrize("given, says", REFUSED.values(), ids=REFUSED)
def test_what_would_not_work_is_refused(folder, tmp_path, given, says):
    """And no row is there then; with what is missing, the same command goes on."""
    settings = settings_of(tmp_path)
    keys = given.get("keys")
    with pytest.raises(Conflict, match=says):
        restore(settings, folder / given.get("backup", "backup"), "cli:bob", NOW, keys=keys and folder / keys)
    store = open_store(settings.database)
    with store.read() as connection:
        assert dump.is_empty(connection)
    store.close()
    restore(settings, folder / "backup", "cli:bob", NOW, keys=folder / "keys")


def test_keys_of_another_instance_are_refused(folder, starter, tmp_path):
    """Named, before a row is written."""
    other = Settings(home=instance.copy_of(starter, tmp_path / "other"))
    (other.home / "keys.db").unlink(missing_ok=True)
    (other.home / "master.key").unlink(missing_ok=True)
    shutil.copy(folder / "home" / "master.key", other.home / "master.key")
    from service.store.key_store import open_key_store, state

    store = open_key_store(other.keys)
    store.commit(lambda connection: state(connection, "name", b"keys_of_others"))
    store.close()
    with pytest.raises(Conflict, match=r"keys_of_others.*are not of this backup"):
        restore(settings_of(tmp_path), folder / "backup", "cli:bob", NOW, keys=other.home)


def test_nothing_that_is_there_is_overwritten(folder, tmp_path):
    """Neither a home with files in it nor a database with tables."""
    settings = settings_of(tmp_path)
    settings.home.mkdir()
    (settings.home / "workflows").mkdir()
    with pytest.raises(Conflict, match="is not empty: it holds workflows"):
        restore(settings, folder / "backup", "cli:bob", NOW, keys=folder / "keys")
    assert [path.name for path in settings.home.iterdir()] == ["workflows"]
    (settings.home / "workflows").rmdir()
    store = open_store(settings.database)
    store.commit(lambda connection: connection.exec_driver_sql("CREATE TABLE mine (id INTEGER PRIMARY KEY)"))
    store.close()
    with pytest.raises(Conflict, match="database is not empty"):
        restore(settings, folder / "backup", "cli:bob", NOW, keys=folder / "keys")
    assert rows(settings.database).keys() == {"mine"}


def test_half_a_restore_is_not_served_and_is_gone_on_with(folder, tmp_path):
    """Cut short at any place: neither `init` nor `serve` takes the home for one, another backup is not mixed in, and
    the same command brings it to its end."""
    settings = settings_of(tmp_path)
    digest = backup_folder.read(folder / "backup", "signoff-backup-1").digest
    settings.home.mkdir()
    restoring.mark(settings.home, digest)
    (settings.home / "packs").mkdir()
    for start in (open_house, prepare_home):
        with pytest.raises(CannotStart, match="has not come to its end"):
            start(settings)
    with pytest.raises(Conflict, match="half of another backup"):
        restore(settings, folder / "early", "cli:bob", NOW, keys=folder / "keys")
    restore(settings, folder / "backup", "cli:bob", NOW, keys=folder / "keys")
    whole = rows(settings.database)
    restoring.mark(settings.home, digest)  # cut short when all was done but this
    restore(settings, folder / "backup", "cli:bob", NOW, keys=folder / "keys")
    assert rows(settings.database) == whole


@pytest.mark.parametrize("change, says", [("schema", "newer version of Signoff"), ("ledger", "does not end where")])
def test_a_backup_of_a_newer_version_or_with_a_cut_ledger_is_refused(folder, tmp_path, change, says):
    """Whatever its digests say."""
    made_up = shutil.copytree(folder / "backup", tmp_path / "made-up")
    told = json.loads((made_up / "manifest.json").read_text())
    told[change] = "9999" if change == "schema" else [told["ledger"][0] + 1, told["ledger"][1]]
    told["digest"] = digest_of(told)
    (made_up / "manifest.json").write_text(json.dumps(told))
    with pytest.raises((CannotStart, Conflict), match=says):
        restore(settings_of(tmp_path), made_up, "cli:bob", NOW, keys=folder / "keys")


def test_a_backup_lies_elsewhere(folder):
    """Not in the home that it is of, and not together with the keys."""
    settings = Settings(home=folder / "home")
    with pytest.raises(Conflict, match="lies in the home folder"):
        back_up(settings, folder / "home" / "backup", "cli:ann", NOW)
    with pytest.raises(Conflict, match="same folder"):
        back_up(settings, folder / "b", "cli:ann", NOW, keys=folder / "b")
