"""Folders under `.bench/` named by the digest of what went into them, so that nothing stale is ever measured."""

from __future__ import annotations

import hashlib
import shutil
from collections.abc import Callable, Iterable
from pathlib import Path

from bench.data import ROOT

CACHE = ROOT / ".bench"
_READY = "ready"


def digest(parts: Iterable[str | Path]) -> str:
    """Of texts, of files and of all Python files in folders: 16 hex digits."""
    total = hashlib.sha256()
    for part in parts:
        files = sorted(part.rglob("*.py")) if isinstance(part, Path) and part.is_dir() else [part]
        for file in files:
            content = file.read_bytes() if isinstance(file, Path) else file.encode()
            total.update(hashlib.sha256(content).digest())
    return total.hexdigest()[:16]


def is_made(name: str) -> bool:
    return (CACHE / name / _READY).is_file()


def made(name: str, make: Callable[[Path], None]) -> Path:
    """The folder of this name, made by `make` if it is not there whole."""
    folder = CACHE / name
    if not is_made(name):
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        make(folder)
        (folder / _READY).touch()
    return folder
