"""The mark of a home that a backup is being restored into: until it is whole, nothing is served from it."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Final

from service.errors import CannotStart

MARK: Final = "restoring.json"


def mark(home: Path, digest: str) -> None:
    """Write it, durably, before anything else is put there."""
    path = home / MARK
    draft = home / f".{MARK}.draft"
    with draft.open("w", encoding="utf-8") as file:
        json.dump({"backup": digest}, file)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    sync(home)


def marked(home: Path) -> str | None:
    """The digest of the backup that is being restored there, or None."""
    try:
        text = (home / MARK).read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    return str(json.loads(text)["backup"])


def unmark(home: Path) -> None:
    (home / MARK).unlink(missing_ok=True)
    sync(home)


def refuse_half_restored(home: Path) -> None:
    """CannotStart where a restore was cut short, or is under way."""
    if (home / MARK).exists():
        raise CannotStart(
            f"a backup is being restored into {home}, and that has not come to its end",
            remedy="run the same `signoff restore` again: it goes on; or empty the folder and the database",
        )


def sync(folder: Path) -> None:
    """Force to the disk which files are there."""
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
