"""Keys: durable before they are used, unreadable without the master key, and gone for good once destroyed."""

from __future__ import annotations

import os
from datetime import UTC, datetime

import pytest
import sqlalchemy as sa

from service.errors import CannotStart, Erased, KeysUnavailable
from service.store import key_store
from service.store.key_ring import KeyRing
from service.store.key_store import open_key_store
from service.store.master_key import master_key
from service.store.sealed import is_sealed, parts

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)


@pytest.fixture
def folder(tmp_path):
    return tmp_path


def opened(folder, given=None):
    url = f"sqlite:///{folder / 'keys.db'}"
    return KeyRing(url, master_key(given, folder / "master.key"), lambda: NOW)


@pytest.fixture
def ring(folder):
    made = opened(folder)
    yield made
    made.close()


def open_again(sealed, ring):
    return ring.open(*parts(sealed))


def test_what_is_sealed_is_opened_by_another_process(ring, folder):
    """The same bytes come back, by whoever has key store and master key; the sealed form holds none of the words."""
    key = ring.new()
    sealed = ring.seal(key, b"She was charged twice.")
    assert is_sealed(sealed)
    assert b"charged" not in sealed
    other = opened(folder)
    assert open_again(sealed, other) == b"She was charged twice."
    other.close()


def test_the_same_words_are_never_sealed_alike(ring):
    """A nonce is never used twice, so that nobody sees who wrote the same."""
    key = ring.new()
    assert len({ring.seal(key, b"same") for _ in range(100)}) == 100


def test_keys_are_durable_before_they_are_given_out(ring, folder):
    """A process killed right after it used a key leaves it in the key store."""
    keys = [ring.new() for _ in range(70)]  # more than are made ahead
    assert len(set(keys)) == 70
    store = open_key_store(f"sqlite:///{folder / 'keys.db'}")
    with store.read() as connection:
        assert all(key_store.find(connection, key)[0] for key in keys)
    store.close()


def test_what_was_made_ahead_and_not_used_goes_again(folder):
    """A clean stop leaves those keys that something may be sealed under, and no others."""
    ring = opened(folder)
    used = ring.new()
    ring.close()
    store = open_key_store(f"sqlite:///{folder / 'keys.db'}")
    with store.read() as connection:
        assert connection.scalars(sa.text("SELECT id FROM keys")).all() == [used]
    store.close()


def test_a_destroyed_key_opens_nothing_anywhere(ring, folder):
    """Neither here nor in a process that starts later; nothing can be sealed under it, and its bytes are gone."""
    key, kept = ring.new(), ring.new()
    sealed, other = ring.seal(key, b"one"), ring.seal(kept, b"two")
    store = open_key_store(f"sqlite:///{folder / 'keys.db'}")
    with store.read() as connection:
        _, wrapped = key_store.find(connection, key)
    store.close()
    assert wrapped is not None
    assert ring.destroy([key]) == 1
    assert ring.destroy([key]) == 0
    assert open_again(sealed, ring) is None
    with pytest.raises(Erased):
        ring.seal(key, b"more")
    later = opened(folder)
    assert open_again(sealed, later) is None
    assert open_again(other, later) == b"two"
    assert later.destroyed() == [key]
    later.close()
    assert not any(wrapped in path.read_bytes() for path in folder.glob("keys.db*"))


def test_a_process_that_forgets_finds_out_what_was_destroyed(ring, folder):
    """Another process destroys a key that this one has in memory: once told, it opens nothing with it."""
    sealed = ring.seal(key := ring.new(), b"one")
    other = opened(folder)
    other.destroy([key])
    other.close()
    ring.forget()
    assert open_again(sealed, ring) is None


def test_a_key_that_is_nowhere_is_an_error_and_not_erased(ring):
    """A lost key store is damage that can be mended; it must not pass for an erasure."""
    sealed = ring.seal(key := ring.new(), b"one")
    store = ring._open().store
    store.commit(lambda connection: key_store.remove_unused(connection, [key]))
    ring.forget()
    with pytest.raises(KeysUnavailable, match="not in the key store"):
        open_again(sealed, ring)


def test_altered_words_are_noticed(ring):
    """One bit flipped anywhere in the sealed form is an error, not other words."""
    sealed = bytearray(ring.seal(ring.new(), b"one"))
    sealed[-1] ^= 1
    with pytest.raises(KeysUnavailable, match="altered"):
        open_again(bytes(sealed), ring)


def test_only_so_many_keys_stay_in_memory(ring, monkeypatch):
    """However many people ask, memory is bounded, and what was let go of is read again."""
    monkeypatch.setattr("service.store.key_ring._KEPT", 8)
    sealed = [ring.seal(ring.new(), b"%d" % i) for i in range(100)]
    assert len(ring._kept) <= 8
    assert [open_again(each, ring) for each in sealed] == [b"%d" % i for i in range(100)]


def test_an_owner_is_told_again_and_tells_nothing(ring, folder):
    """The same subject has the same owner in every process; with another master key another one."""
    owner = ring.owner("customer-4711")
    assert owner == ring.owner("customer-4711") != ring.owner("customer-4712")
    assert "4711" not in owner
    other = folder / "other"
    other.mkdir()
    apart = opened(other)
    assert apart.owner("customer-4711") != owner
    apart.close()


def test_another_master_key_is_refused(ring, folder):
    """With the wrong one nothing is read and nothing written: the start ends, saying what to do."""
    ring.new()
    wrong = opened(folder, given=os.urandom(32).hex())
    with pytest.raises(CannotStart, match="not the one"):
        wrong.check()


def test_a_lost_master_key_is_not_made_anew(ring, folder):
    """Keys are there that need the old one: a new one would make the loss final."""
    ring.new()
    (folder / "master.key").unlink()
    with pytest.raises(CannotStart, match="missing"):
        opened(folder).check()
    assert not (folder / "master.key").exists()


def test_the_master_key_is_its_owners_alone(ring, folder):
    """Its file is made with mode 600; one that others can read is refused."""
    ring.check()
    file = folder / "master.key"
    assert file.stat().st_mode & 0o777 == 0o600
    file.chmod(0o640)
    with pytest.raises(CannotStart, match="read by others"):
        opened(folder).check()


@pytest.mark.parametrize("given", ["", "xyz", "00" * 31])
def test_a_setting_that_is_no_key_is_refused(folder, given):
    """Too short, or no hexadecimal digits: the start ends before anything is sealed under it."""
    with pytest.raises(CannotStart, match="holds no master key"):
        opened(folder, given=given).check()


@pytest.mark.slow
def test_keys_may_lie_in_postgresql(postgres_url, folder):
    """Several hosts share them there: one process seals, another opens and destroys, and the first is told."""
    master = master_key(None, folder / "master.key")
    one, other = (KeyRing(postgres_url, master, lambda: NOW) for _ in range(2))
    sealed, kept = one.seal(key := one.new(), b"one"), one.seal(one.new(), b"two")
    assert open_again(sealed, other) == b"one"
    assert other.check() == one.check()
    other.destroy([key])
    one.forget()
    assert open_again(sealed, one) is None
    assert open_again(kept, one) == b"two"
    one.close()
    other.close()
