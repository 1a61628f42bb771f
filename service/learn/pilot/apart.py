"""A try in a process of its own: it can be ended in time, its memory is its own, and every one has the same threads."""

from __future__ import annotations

import contextlib
import multiprocessing
import os
import signal
import time
from collections.abc import Iterator
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection
from typing import Final

from index.errors import IndexFault
from service.errors import ServiceError
from service.learn.pilot.attempt import Lesson, attempt
from service.learn.pilot.results import Attempt
from service.learn.pilot.ways import Progress, Way

#: What the libraries below read when a process starts.
_THREADS: Final = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS")
_NICE: Final = 5
_LOOK: Final = 0.5  # seconds between looks at the clock
_GRACE: Final = 5.0  # seconds to end in


class OutOfTime(ServiceError):
    """A way was not done when its time was over."""

    code = "out_of_time"


class TryFailed(ServiceError):
    """A way could not be tried."""

    code = "try_failed"


def attempt_apart(way: Way, lesson: Lesson, seconds: float, threads: int, tell: Progress) -> Attempt:
    """`attempt` in a new process with so many threads; OutOfTime when it takes longer, TryFailed with its reason."""
    context = multiprocessing.get_context("spawn")
    here, there = context.Pipe(duplex=False)
    child = context.Process(target=_child, args=(there, way, lesson, seconds), daemon=True)
    resource_tracker.ensure_running()  # which lets interrupts through again when it starts
    with _threads(threads), _interrupts_held():
        child.start()
    there.close()
    until = time.monotonic() + seconds
    try:
        while True:
            if time.monotonic() > until:
                raise OutOfTime(f"not done after {seconds:.0f} s", remedy="give the pilot more --minutes")
            if not here.poll(_LOOK):
                continue
            match here.recv():
                case ("progress", what, done, total):
                    tell(str(what), int(done), int(total))
                case ("done", Attempt() as found):
                    return found
                case ("failed", str(reason), str(remedy)):
                    raise TryFailed(reason, remedy=remedy)
    except EOFError as error:
        child.join(_GRACE)
        raise TryFailed(f"its process ended with {child.exitcode}", remedy="it may have run out of memory") from error
    finally:
        _end(child)
        here.close()


def _child(there: Connection, way: Way, lesson: Lesson, seconds: float) -> None:
    """What the process does. Whatever goes wrong in a way is a result of the pilot, not its end."""
    os.nice(_NICE)
    last = 0.0

    def tell(what: str, done: int, total: int) -> None:
        nonlocal last
        if time.monotonic() - last > _LOOK:
            last = time.monotonic()
            there.send(("progress", what, done, total))

    try:
        there.send(("done", attempt(way, lesson, seconds, tell)))
    except ServiceError as error:
        there.send(("failed", error.detail, error.remedy))
    except IndexFault as fault:
        there.send(("failed", f"{fault.place}: {fault.reason}", fault.remedy))
    except Exception as error:  # noqa: BLE001 - it is told, with its kind
        there.send(("failed", f"{type(error).__name__}: {error}", ""))


@contextlib.contextmanager
def _threads(threads: int) -> Iterator[None]:
    """The environment that a process started now gets."""
    before = {name: os.environ.get(name) for name in _THREADS}
    os.environ.update(dict.fromkeys(_THREADS, str(threads)))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


@contextlib.contextmanager
def _interrupts_held() -> Iterator[None]:
    """A process started now never hears Ctrl-C, which a terminal sends to all: who started it hears it, and ends it."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _end(child: multiprocessing.process.BaseProcess) -> None:
    child.join(0.1 if child.is_alive() else None)
    if child.is_alive():
        child.terminate()
        child.join(_GRACE)
    if child.is_alive():
        child.kill()
        child.join()
