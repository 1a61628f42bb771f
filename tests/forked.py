"""Processes of `signoff`, forked from one that has imported the application already.

Importing it takes longer than everything else at a start, and tests start many servers and commands. From the fork on
they are what `python -m service` is: with a process id, an environment, a folder, output and an end of their own.

Run as a program it is that process: it reads orders, a JSON value a line, and answers each with a line.
"""

from __future__ import annotations

import gc
import importlib
import json
import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from tests import known

ROOT = Path(__file__).resolve().parent.parent
#: What a server imports before it has opened anything.
_BEFOREHAND = (
    "service.cli",
    "service.server",
    "service.app",
    "uvicorn.lifespan.on",
    "uvicorn.loops.auto",
    "uvicorn.protocols.http.auto",
    "uvicorn.protocols.websockets.auto",
)
_WRITTEN = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
_THREADED = "onnxruntime"  #: starts a thread when it is loaded, which no fork would have: each loads it for itself


class Forked:
    """A process that was forked off, to be treated as a `subprocess.Popen`."""

    def __init__(self, source: _Source, pid: int) -> None:
        self._source = source
        self.pid = pid
        self.returncode: int | None = None

    def poll(self) -> int | None:
        """How it ended, as `Popen` says it; None as long as it runs."""
        if self.returncode is None:
            self.returncode = self._source.ask({"ended": self.pid})
        return self.returncode

    def wait(self, timeout: float | None = None) -> int:
        until = time.monotonic() + (timeout if timeout is not None else 600)
        while (code := self.poll()) is None:
            if time.monotonic() > until:
                raise subprocess.TimeoutExpired(f"process {self.pid}", timeout or 600)
            time.sleep(0.01)
        return code

    def send_signal(self, number: int) -> None:
        if self.poll() is None:  # until it was asked how it ended, nobody else has its number
            os.kill(self.pid, number)

    def terminate(self) -> None:
        self.send_signal(signal.SIGTERM)

    def kill(self) -> None:
        self.send_signal(signal.SIGKILL)


def command(
    arguments: Sequence[str],
    environment: Mapping[str, str],
    log: Path,
    errors: Path | None = None,
    *,
    folder: Path = ROOT,
    knows: bool = True,
) -> Forked:
    """`signoff` with these arguments in a process of its own, begun in `folder`; what it says goes into `log`, on both
    streams or, with `errors`, apart. It `knows` what is in `tests/known.py`."""
    source = _source()
    said = {"log": str(log), "errors": str(errors or log)}
    begun = {"environment": dict(environment), "folder": str(folder), "knows": str(known.file()) if knows else None}
    return Forked(source, source.ask({"arguments": list(arguments), **begun, **said}))


def run(
    arguments: Sequence[str],
    environment: Mapping[str, str],
    *,
    folder: Path = ROOT,
    apart: bool = True,
    timeout: float = 180,
) -> subprocess.CompletedProcess[str]:
    """`signoff` with these arguments, run to its end. Without `apart`, `stdout` holds both streams as they came."""
    with tempfile.TemporaryDirectory() as place:
        out, errors = Path(place) / "out", Path(place) / "errors"
        process = command(arguments, environment, out, errors if apart else None, folder=folder)
        try:
            code = process.wait(timeout)
        except BaseException:
            process.kill()
            raise
        said = out.read_text(encoding="utf-8"), errors.read_text(encoding="utf-8") if apart else ""
    return subprocess.CompletedProcess(["signoff", *arguments], code, *said)


class _Source:
    """The process that the others are forked from. It ends when nobody can ask it any more."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.forked"],
            cwd=ROOT,
            env={**os.environ, "OMP_NUM_THREADS": "1"},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def ask(self, order: Mapping[str, Any]) -> Any:
        with self._lock:
            assert self._process.stdin is not None
            assert self._process.stdout is not None
            self._process.stdin.write(json.dumps(order) + "\n")
            self._process.stdin.flush()
            return json.loads(self._process.stdout.readline())


@cache
def _source() -> _Source:
    return _Source()


def _take_orders() -> dict[str, Any] | None:
    """Fork and tell how forks ended, as long as somebody asks: then None. In a fork: what it is to be."""
    for line in sys.stdin:
        order = json.loads(line)
        if "ended" in order:
            pid, status = os.waitpid(order["ended"], os.WNOHANG)
            answer = os.waitstatus_to_exitcode(status) if pid else None
        else:
            answer = os.fork()
            if not answer:
                return dict(order)
        os.write(1, json.dumps(answer).encode() + b"\n")
    return None


def _become(order: Mapping[str, Any]) -> None:
    """In a fork: with the environment, the arguments and the output that were ordered."""
    os.environ.clear()
    os.environ.update(order["environment"])
    os.chdir(order["folder"])
    nothing, log = os.open(os.devnull, os.O_RDONLY), os.open(order["log"], _WRITTEN)
    errors = log if order["errors"] == order["log"] else os.open(order["errors"], _WRITTEN)
    for place, file in enumerate((nothing, log, errors)):
        os.dup2(file, place)
    sys.argv = ["signoff", *order["arguments"]]


def _load_when_used(name: str) -> None:
    later = ModuleType(name)

    def attribute(asked: str) -> Any:
        if asked.startswith("__"):  # whoever looks through all modules does not use this one
            raise AttributeError(asked)
        if sys.modules.get(name) is later:
            del sys.modules[name]
        return getattr(importlib.import_module(name), asked)

    later.__getattr__ = attribute  # type: ignore[method-assign]
    sys.modules[name] = later


if __name__ == "__main__":
    _load_when_used(_THREADED)
    for name in _BEFOREHAND:
        importlib.import_module(name)
    tasks = Path("/proc/self/task")
    gc.collect()
    gc.freeze()  # or each fork would walk all of it, and by that copy it, when it collects and when it ends
    assert not tasks.is_dir() or len(list(tasks.iterdir())) == 1, "a fork would lack the other threads"
    if ordered := _take_orders():
        _become(ordered)
        from service.cli import main

        if ordered["knows"]:
            known.to_each_house(Path(ordered["knows"]))

        main()
