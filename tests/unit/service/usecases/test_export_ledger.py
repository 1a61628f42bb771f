"""The ledger taken out: verified with nothing but a key, restored where there is nothing, refused when touched."""

from __future__ import annotations

import json
import shutil
from datetime import UTC, datetime

import pytest

from service.domain.access import ROLES, Principal
from service.errors import Conflict, InvalidRequest
from service.settings import Settings
from service.store import ledger
from service.store.engine import open_store
from service.usecases.check_file import check_file
from service.usecases.checkpoint_key import open_key
from service.usecases.export_ledger import export
from service.usecases.restore_ledger import restore
from service.usecases.verify_ledger import verify_in

AUDREY = Principal("k8", "Audrey", ROLES["auditor"])


@pytest.fixture
def taken(desk, tmp_path):
    """A ledger of some records, taken out, and the key that signed it."""
    house = desk.house

    def work(connection):
        for number in range(1_200):
            ledger.append(connection, "thing.done", f"thing_{number}", house.clock(), {"n": number})

    house.store.commit(work)
    file, key = tmp_path / "ledger.jsonl", tmp_path / "key.pem"
    with file.open("wb") as out:
        out.writelines(export(house, AUDREY))
    key.write_text(open_key(house.home).public.pem)
    return file, key


def test_an_export_verifies_by_itself(taken):
    """Every hash, every byte, and whose it is."""
    file, key = taken
    found = check_file(file, key)
    assert found["ok"], found
    assert (found["kind"], found["trusted"]) == ("ledger", True)
    assert "1201 records" in found["checks"][0]["detail"]
    assert check_file(file)["trusted"] is False


def test_that_it_was_taken_out_is_in_it(taken):
    """As the last record: whoever took it is named."""
    file, _ = taken
    last = json.loads(file.read_bytes().splitlines()[-2])["record"]
    assert (last["kind"], last["body"]["by"]) == ("ledger.exported", "Audrey")


def test_any_change_is_found(taken, tmp_path):
    """A flipped byte, a line gone, a line twice, an end cut off, something behind the end."""
    file, key = taken
    good = file.read_bytes()
    lines = good.splitlines(keepends=True)
    wrong = [good[:at] + bytes([good[at] ^ 1]) + good[at + 1 :] for at in range(0, len(good), len(good) // 60)]
    wrong += [b"".join([*lines[:50], *lines[51:]]), b"".join([*lines[:51], *lines[50:]])]
    wrong += [b"".join(lines[:-1]), b"".join(lines[:-2]), good + b"{}\n", good[:-300]]
    other = tmp_path / "other.jsonl"
    for data in wrong:
        other.write_bytes(data)
        try:
            assert not check_file(other, key)["ok"]
        except InvalidRequest:
            continue


def test_another_key_is_told(taken, tmp_path):
    """Whoever makes an export of their own ledger signs with their own key."""
    file, key = taken
    (tmp_path / "else").mkdir()
    key.write_text(open_key(tmp_path / "else").public.pem)
    found = check_file(file, key)
    assert [each["check"] for each in found["checks"] if not each["ok"]] == ["signature", "checkpoint"]


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
def test_it_is_restored_into_an_empty_instance(taken, tmp_path, request, kind):
    """Record for record, on each database; it verifies there and goes on."""
    file, _ = taken
    url = request.getfixturevalue("postgres_url") if kind == "postgresql" else f"sqlite:///{tmp_path / 'fresh.db'}"
    settings = Settings(home=tmp_path / "fresh", database_url=url)
    made = restore(settings, file, "tests", lambda: datetime.now(UTC))
    assert made["records"] == 1_201
    store = open_store(settings.database)
    found = verify_in(store, settings)
    with store.read() as connection:
        entries = list(ledger.entries(connection))
    store.close()
    assert found["ok"], found
    assert (found["records"], found["rows"]["restored_until"]) == (1_202, 1_202)
    assert [entry.kind for entry in entries[-2:]] == ["ledger.exported", "ledger.restored"]
    lines = file.read_bytes().splitlines(keepends=True)[1:-1]
    assert [entry.record in line for entry, line in zip(entries, lines, strict=False)] == [True] * len(lines)
    with pytest.raises(Conflict, match="has a ledger already"):
        restore(settings, file, "tests", lambda: datetime.now(UTC))


def test_a_file_that_was_touched_restores_nothing(taken, tmp_path, migrated_sqlite):
    """The line is named, and the instance stays empty."""
    file, _ = taken
    file.write_bytes(file.read_bytes().replace(b'"n":600', b'"n":601', 1))
    url = f"sqlite:///{shutil.copy(migrated_sqlite, tmp_path / 'fresh.db')}"
    with pytest.raises(InvalidRequest, match="line 602: record 601 does not hash"):
        restore(Settings(home=tmp_path, database_url=url), file, "tests", lambda: datetime.now(UTC))
    store = open_store(url)
    with store.read() as connection:
        assert ledger.head(connection)[0] == 0
    store.close()


def test_what_is_neither_is_said(tmp_path):
    """With what would be."""
    file = tmp_path / "some.json"
    for data in (b"", b"[]", b"{}", b'{"format": "signoff-ledger/1"}', b"\xff\xfe"):
        file.write_bytes(data)
        with pytest.raises(InvalidRequest, match="neither an export"):
            check_file(file)
