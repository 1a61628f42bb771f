"""A real instance for tests: the starter workflow, initialised once a machine and copied for each test that writes.

Kept under `.bench/`, named by the content of the source tree, so that a change of the code makes it anew. Fitted heads
are kept apart, by what they were fitted on, because fitting takes most of the time. So is what is thought of the
starter's calibration cases, by everything that it depends on: see `tests/known.py`.
"""

from __future__ import annotations

import contextlib
import dataclasses
import fcntl
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

from service.settings import Settings
from service.store.engine import open_store
from service.usecases.house import House
from tests import known
from tests.forked import Forked, command

ROOT = Path(__file__).resolve().parent.parent
CACHE = known.CACHE
LINKED = ("encoder", "snapshots", "models")  # never written to in place, so copies may share them


@dataclass(frozen=True)
class Keys:
    """The API keys of a test instance."""

    caller: str
    reviewer: str
    operations: str
    auditor: str


@dataclass
class LiveServer:
    """A `signoff serve` of its own process."""

    home: Path
    port: int
    keys: Keys
    process: subprocess.Popen[bytes] | Forked
    log: Path
    environment: dict[str, str] = field(default_factory=dict)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def caller_key(self) -> str:
        return self.keys.caller

    @property
    def reviewer_key(self) -> str:
        return self.keys.reviewer

    @property
    def operations_key(self) -> str:
        return self.keys.operations

    def kill(self) -> None:
        """As a power cut would: no chance to finish anything."""
        self.process.send_signal(signal.SIGKILL)
        self.process.wait(10)

    def stop(self) -> int:
        if self.process.poll() is None:
            self.process.terminate()
        return self.process.wait(60)


def starter_home(encoder: Path) -> Path:
    """The initialised home folder with that compiled encoder; never write into it, take a `copy_of` it."""
    CACHE.mkdir(parents=True, exist_ok=True)
    home = CACHE / known.tree_digest()
    with _only_one(CACHE / "lock"):
        if not (home / "keys.json").is_file():
            _forget_old()
            initialised(home, encoder)
    return home


def copy_of(home: Path, target: Path) -> Path:
    """A home of one's own that starts where `home` stands."""
    shutil.copytree(home, target, ignore=shutil.ignore_patterns(*LINKED))
    for name in LINKED:
        shutil.copytree(home / name, target / name, copy_function=os.link)
    return target


def keys_of(home: Path) -> Keys:
    return Keys(**json.loads((home / "keys.json").read_text()))


@contextlib.contextmanager
def serving(home: Path, folder: Path, *, workers: int = 1, knows: bool = True, **settings: str) -> Iterator[LiveServer]:
    """`signoff serve` on a free port, ready to answer; stopped afterwards."""
    server = start(home, folder, workers=workers, knows=knows, **settings)
    try:
        yield server
    finally:
        server.stop()


def start(home: Path, folder: Path, *, workers: int = 1, knows: bool = True, **settings: str) -> LiveServer:
    """Without `knows` it works out for itself what it thinks of calibration cases, as a server in the field does."""
    port = free_port()
    environment = {
        **os.environ,
        **where(home),
        "SIGNOFF_PORT": str(port),
        "SIGNOFF_CHECKPOINT_MINUTES": "1000000",  # the record it leaves would come into the midst of a test
        "OMP_NUM_THREADS": "1",
        **{f"SIGNOFF_{name.upper()}": value for name, value in settings.items()},
    }
    log = folder / f"serve-{port}-{time.monotonic_ns()}.log"
    process: subprocess.Popen[bytes] | Forked
    if workers == 1:
        process = command(["serve"], environment, log, knows=knows)
    else:  # the parent of several opens nothing itself, and they are not forked off it
        with log.open("wb") as out:
            several = [sys.executable, "-m", "service", "serve", "--workers", str(workers)]
            process = subprocess.Popen(several, cwd=ROOT, env=environment, stdout=out, stderr=out)
    server = LiveServer(home, port, keys_of(home), process, log, environment)
    _wait_until_ready(server)
    return server


def where(home: Path) -> dict[str, str]:
    """The variables by which a process of its own finds that instance."""
    url = Settings(home=home).database_url
    if url is None:
        return {"SIGNOFF_HOME": str(home)}
    open_store(url).close()  # so that it is there
    return {"SIGNOFF_HOME": str(home), "SIGNOFF_DATABASE_URL": url}


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _wait_until_ready(server: LiveServer, seconds: float = 180) -> None:
    until = time.monotonic() + seconds
    while time.monotonic() < until:
        if server.process.poll() is not None:
            raise AssertionError(f"the server ended:\n{server.log.read_text()[-4000:]}")
        with contextlib.suppress(OSError), urllib.request.urlopen(server.url + "/readyz", timeout=2) as answer:
            if answer.status == 200:
                return
        time.sleep(0.05)
    server.kill()
    raise AssertionError(f"the server was not ready in {seconds} s:\n{server.log.read_text()[-4000:]}")


def initialised(home: Path, encoder: Path, url: str | None = None) -> Path:
    """A home folder as after the first start, with that compiled encoder and, with `url`, its rows there. Fitted heads
    are taken from `CACHE`.
    """
    from service.usecases.house import open_house
    from service.usecases.initialise import first_keys, open_workflows, prepare_home
    from service.usecases.manage_keys import create

    draft = home.with_name(f"draft-{home.name}")
    shutil.rmtree(draft, ignore_errors=True)
    shutil.copytree(encoder, draft / "encoder", copy_function=os.link)
    heads = CACHE / "heads"
    heads.mkdir(parents=True, exist_ok=True)
    shutil.copytree(heads, draft / "models")
    _starter_that_tells_at_once(draft)
    settings = Settings(home=draft, database_url=url)
    prepare_home(settings)
    house = open_house(settings)
    open_workflows(house)
    made = {key["role"]: key["key"] for key in first_keys(house)}
    made["auditor"] = create(house, "tests", name="auditor", role="auditor")["key"]
    known.keep(house)
    house.close()
    (draft / "keys.json").write_text(json.dumps(made))
    shutil.copytree(draft / "models", heads, dirs_exist_ok=True)
    draft.rename(home)
    return home


def _starter_that_tells_at_once(home: Path) -> None:
    """The starter's files as they ship, except that a decision is out at once, and each request has a case of
    its own: no test waits, and many ask the same twice."""
    from service.usecases.initialise import STARTER

    shutil.copytree(ROOT / "service" / "workflows" / STARTER, home / "workflows" / STARTER)
    policy = home / "workflows" / STARTER / "workflow.yaml"
    shipped = policy.read_text()
    patient = ", undo_seconds: 10, attach: {most: 50}}"
    assert patient in shipped, f"{policy} gives no seconds for undoing any more: this is not needed then"
    policy.write_text(shipped.replace(patient, "}"))


def _forget_old() -> None:
    """Homes of trees that nobody has tested for a day, and what they know."""
    for old in CACHE.glob("[0-9a-f]*"):
        if old.name != "heads" and time.time() - old.stat().st_mtime > 86_400:
            shutil.rmtree(old) if old.is_dir() else old.unlink()


@contextlib.contextmanager
def _only_one(path: Path) -> Iterator[None]:
    with path.open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def moved_by(house: House, delta: timedelta) -> House:
    """The same instance, with its clock put forward."""
    clock = house.clock
    return dataclasses.replace(house, clock=lambda: clock() + delta)
