"""What the workers of one `signoff serve` counted, kept where each of them can read it, so that any can answer for all.

Each writes its own sheet down every other second, and again before it answers; an answer is made of what is written, so
no counter that is read here ever goes back. A worker that is gone leaves a sheet that nobody holds: what it counted is
added to what others that are gone counted, how it stood is dropped. Counting itself touches no file.

The library's own way maps a file into memory for each process and kind, and counts in it. Where the disk is full that
ends the process (SIGBUS), which is when an operator would like to read the figures.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import shutil
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import IO, Final

import structlog
from prometheus_client import REGISTRY
from prometheus_client.registry import CollectorRegistry

from service.observe.errors import code_of
from service.observe.merged import Sheet, folded

#: Tells a worker where the sheets are. No setting: the parent of the workers makes the folder and takes it away.
FOLDER: Final = "_SIGNOFF_SHEETS"
_MEMORY: Final = Path("/dev/shm")  # noqa: S108 - a file system in memory where there is one; the folder in it is made safely
_PREFIX: Final = "signoff-figures-"
_PARENT: Final = "parent.alive"
_GONE: Final = "gone.json"
_EVERY: Final = 2.0  # seconds

_log = structlog.get_logger("signoff")


@contextlib.contextmanager
def shared_folder() -> Iterator[Path]:
    """An empty folder for the workers that are started within, and for nobody else."""
    folder = _new_folder()
    held = _held(folder / _PARENT)
    os.environ[FOLDER] = str(folder)
    try:
        yield folder
    finally:
        os.environ.pop(FOLDER, None)
        shutil.rmtree(folder, ignore_errors=True)
        held.close()


def _new_folder() -> Path:
    """In memory where that has room; after those are taken away whose server was killed."""
    with contextlib.suppress(OSError):
        for left in _MEMORY.glob(f"{_PREFIX}*/{_PARENT}"):
            with contextlib.suppress(OSError):  # somebody else's
                if _let_go(left):
                    shutil.rmtree(left.parent)
        return Path(tempfile.mkdtemp(prefix=_PREFIX, dir=_MEMORY))
    return Path(tempfile.mkdtemp(prefix=_PREFIX))


class Sheets:
    """One worker's own sheet, and those of the others where there are any."""

    def __init__(self, folder: Path | None, registry: CollectorRegistry = REGISTRY) -> None:
        """Without a folder this process is the only one."""
        self._registry = registry
        self._folder = folder
        self._name = f"{os.getpid()}-{os.urandom(4).hex()}"
        self._lock = threading.Lock()
        self._alive = _held(folder / f"{self._name}.alive") if folder is not None else None
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="sheets", daemon=True)
        self._failing = False

    def start(self) -> None:
        """Write it down every other second from now on, where there are others to read it."""
        if self._folder is not None:
            self._thread.start()

    def write(self) -> Sheet:
        """Write this worker's sheet down, whole or not at all, and return it."""
        with self._lock:
            sheet = Sheet(str(os.getpid()), tuple(self._registry.collect()))
            if self._folder is not None:
                _write(self._folder / f"{self._name}.json", sheet.written())
        return sheet

    def all(self) -> list[Sheet]:
        """This worker's as it is now, and the others' as they were last written. OSError where they cannot be read."""
        own = self.write()
        if self._folder is None:
            return [own]
        with _only_one(self._folder):
            gone = _gone(self._folder)
            others = [path for path in sorted(self._folder.glob("*-*.json")) if path.stem != self._name]
            sheets = {path: Sheet.read(json.loads(path.read_text())) for path in others}
            left = [path for path in others if _let_go(path.with_suffix(".alive"))]
            if left:
                # It names those that were added last: killed now, this process leaves their sheets to be taken away.
                added = [gone, *(sheets[path] for path in left if path.stem not in gone.process.split())]
                gone = folded(added, " ".join(path.stem for path in left))
                _write(self._folder / _GONE, gone.written())
                for path in left:
                    path.unlink()
                    path.with_suffix(".alive").unlink()
        return [own, *(sheet for path, sheet in sheets.items() if path not in left), gone]

    def close(self) -> None:
        """Write down the last of it, and let the others take it over."""
        self._stop.set()
        if self._thread.is_alive():
            self._thread.join()
        if self._alive is not None and not self._alive.closed:
            self._try()
            self._alive.close()

    def _keep(self) -> None:
        while not self._stop.wait(_EVERY):
            self._try()

    def _try(self) -> None:
        """A sheet that cannot be written is written the next time; the others read the last one till then."""
        try:
            self.write()
        except OSError as error:
            if not self._failing:
                _log.warning("figures_not_written", error=code_of(error), doing="trying again")
            self._failing = True
        else:
            self._failing = False


def own_sheets() -> Sheets:
    """Of this process: among those whose parent made a folder, or alone."""
    folder = os.environ.get(FOLDER)
    return Sheets(Path(folder) if folder else None)


def _held(path: Path) -> IO[bytes]:
    """A file that is locked as long as this process lives, however it ends."""
    file = path.open("ab")
    fcntl.flock(file, fcntl.LOCK_EX)
    return file


def _let_go(path: Path) -> bool:
    with path.open("ab") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return False
        return True


@contextlib.contextmanager
def _only_one(folder: Path) -> Iterator[None]:
    with (folder / "lock").open("ab") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def _gone(folder: Path) -> Sheet:
    path = folder / _GONE
    return Sheet.read(json.loads(path.read_text())) if path.exists() else Sheet("", ())


def _write(path: Path, content: object) -> None:
    draft = path.with_suffix(".draft")
    draft.write_text(json.dumps(content))
    draft.replace(path)
