"""One secret for all homes of a database: a home with another one is refused before it writes a digest with it."""

from __future__ import annotations

from pathlib import Path

import pytest

from service.errors import CannotStart
from service.store import instance
from service.store.engine import open_store
from service.usecases.secret import KEY_FILE, make_secret, read_secret, refuse_other_secret, settle_secret


@pytest.fixture
def store(migrated_url: str):
    opened = open_store(migrated_url)
    yield opened
    opened.close()


def home(tmp_path: Path, name: str) -> Path:
    folder = tmp_path / name
    folder.mkdir()
    return folder


def test_the_first_home_gets_a_secret_and_the_database_a_check_that_does_not_give_it_away(store, tmp_path):
    """Readable by its owner only; settling it again changes nothing."""
    first = home(tmp_path, "first")
    settle_secret(store, first)
    secret = read_secret(first)
    assert (first / KEY_FILE).stat().st_mode & 0o777 == 0o600
    settle_secret(store, first)
    assert read_secret(first) == secret
    with store.read() as connection:
        known = instance.get(connection, "secret_check")
        refuse_other_secret(connection, first, secret)
    assert known is not None
    assert secret.hex() not in known


def test_a_second_home_gets_no_secret_of_its_own(store, tmp_path):
    """It is told where to take it from, and nothing is made; with the first one's it is let in."""
    first, second = home(tmp_path, "first"), home(tmp_path, "second")
    settle_secret(store, first)
    with pytest.raises(CannotStart) as error:
        settle_secret(store, second)
    assert "copy secret.key" in error.value.remedy
    assert not (second / KEY_FILE).exists()
    (second / KEY_FILE).write_bytes((first / KEY_FILE).read_bytes())
    settle_secret(store, second)


def test_a_home_with_another_secret_is_refused(store, tmp_path):
    """When it is prepared and when it is opened."""
    first, other = home(tmp_path, "first"), home(tmp_path, "other")
    settle_secret(store, first)
    make_secret(other)
    with pytest.raises(CannotStart) as error:
        settle_secret(store, other)
    assert "not the secret of this database" in error.value.detail
    with store.read() as connection, pytest.raises(CannotStart):
        refuse_other_secret(connection, other, read_secret(other))


@pytest.mark.parametrize("written", [None, "", "not hex"])
def test_a_secret_that_is_gone_or_altered_is_named(tmp_path, written):
    """With where to get it back."""
    if written is not None:
        (tmp_path / KEY_FILE).write_text(written or "zz")
    with pytest.raises(CannotStart) as error:
        read_secret(tmp_path)
    assert KEY_FILE in error.value.detail
    assert "backup" in error.value.remedy
