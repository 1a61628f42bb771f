"""API keys at the terminal."""

from __future__ import annotations

import re
import sys

import pytest

from service import cli
from service.settings import Settings
from service.store.engine import open_store
from service.store.migrate import migrate
from service.usecases.secret import make_secret


@pytest.fixture
def signoff(tmp_path, monkeypatch, capsys, encoder_folder):
    """Runs the command in an instance of its own; what it printed."""
    make_secret(tmp_path)
    (tmp_path / "encoder").symlink_to(encoder_folder)
    store = open_store(Settings(home=tmp_path).database)
    migrate(store)
    store.close()
    monkeypatch.setenv("SIGNOFF_HOME", str(tmp_path))
    monkeypatch.setenv("COLUMNS", "250")

    def run(*words: str, code: int = 0) -> str:
        monkeypatch.setattr(sys, "argv", ["signoff", *words])
        with pytest.raises(SystemExit) as ended:
            cli.main()
        said = capsys.readouterr()
        assert (ended.value.code or 0) == code, said.err
        return str(said.out + said.err)

    return run


def found(pattern: str, text: str) -> str:
    match = re.search(pattern, text)
    assert match is not None, text
    return match[0]


def test_keys_at_the_terminal(signoff):
    """Make a narrow one, replace it by its name, see both, revoke the new one."""
    made = signoff("keys", "create", "shop", "--role", "operations", "--scope", "read", "--days", "10", "--rate", "60")
    assert "scopes read; 60 a minute" in made
    first = found(r"key_\w+", made)
    old_secret = found(r"sgn_\S+", made)
    changed = signoff("keys", "rotate", "shop", "--overlap", "1h")
    assert f"{first} is good until" in changed
    second = (set(re.findall(r"key_\w+", changed)) - {first}).pop()
    listed = signoff("keys", "list")
    assert first in listed
    assert old_secret not in listed
    assert "shop ends soon: signoff keys rotate 'shop'" in listed
    assert second in signoff("keys", "revoke", "shop")
    assert "is no span of time" in signoff("keys", "rotate", "shop", "--overlap", "soon", code=2)
    assert "no scope 'lead'" in signoff("keys", "create", "app", "--role", "caller", "--scope", "lead", code=2)
