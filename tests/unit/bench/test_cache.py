"""What is cached is named by what it was made from, and is only used whole."""

from __future__ import annotations

from pathlib import Path

import pytest

from bench import cache


@pytest.fixture(autouse=True)
def elsewhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(cache, "CACHE", tmp_path / "cache")


def test_digest_changes_with_any_input(tmp_path: Path):
    """Another text, another file or another line of code is another name."""
    code = tmp_path / "code"
    code.mkdir()
    (code / "a.py").write_text("one")
    before = cache.digest(["size", code])
    assert cache.digest(["size", code]) == before
    assert cache.digest(["other", code]) != before
    (code / "a.py").write_text("two")
    assert cache.digest(["size", code]) != before


def test_made_once_and_only_if_whole():
    """A folder that was left half made is made anew; a whole one is used as it is."""
    calls: list[Path] = []

    def broken(folder: Path) -> None:
        (folder / "half").touch()
        raise OSError("no space")

    def whole(folder: Path) -> None:
        calls.append(folder)

    with pytest.raises(OSError, match="no space"):
        cache.made("thing", broken)
    assert not cache.is_made("thing")
    folder = cache.made("thing", whole)
    assert cache.made("thing", whole) == folder
    assert calls == [folder]
    assert not (folder / "half").exists()
