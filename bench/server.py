"""A server started as a user starts it, timed until it is ready, and ended with the block."""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import time
import urllib.error
import urllib.request
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Server:
    """A running server."""

    url: str
    pid: int
    ready_s: float  #: from the start of the process to the first good answer


def free_port() -> int:
    """A port nobody listens on just now."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


@contextlib.contextmanager
def serving(
    command: Sequence[str],
    port: int,
    ready_path: str,
    log: Path,
    *,
    environment: Mapping[str, str] | None = None,
    patience_s: float = 120.0,
) -> Iterator[Server]:
    """Start `command`, wait until `ready_path` answers 200, end it afterwards. RuntimeError shows the log's end."""
    start = time.monotonic()
    with log.open("wb") as out:
        process = subprocess.Popen(command, env={**os.environ, **(environment or {})}, stdout=out, stderr=out)
    url = f"http://127.0.0.1:{port}"
    try:
        while True:
            answered = _answers(url + ready_path)
            # Asked after the answer: if this server could not have the port, another one answers there.
            late = not answered and time.monotonic() - start > patience_s
            if late or process.poll() is not None:
                tail = "\n".join(log.read_text(encoding="utf-8", errors="replace").splitlines()[-20:])
                raise RuntimeError(f"{command[0]} did not get ready:\n{tail}")
            if answered:
                break
            time.sleep(0.01)
        yield Server(url, process.pid, time.monotonic() - start)
    finally:
        process.terminate()
        try:
            process.wait(timeout=20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(url, timeout=2) as answer:
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False
