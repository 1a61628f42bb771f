"""The process that `index.formats.apart` starts: files in, readings out, a line of JSON each."""

from __future__ import annotations

import json
import math
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from typing import IO, Final

from index.formats.model import Unreadable
from index.formats.read import read_file

_MOST_MEMORY: Final = 2 * 2**30  #: bytes of address space
#: Of a core for one file: whoever started this process ends it long before, unless that one was killed itself.
_MOST_SECONDS: Final = 150


def main() -> None:
    """Until the other side closes its end."""
    _bound_memory()
    serve(sys.stdin.buffer, sys.stdout.buffer, _bound_time)


def serve(asked: IO[bytes], answered: IO[bytes], before_each: Callable[[], None] = lambda: None) -> None:
    """Each request is a line with name and length, then so many bytes."""
    while header := asked.readline():
        before_each()
        name, length = json.loads(header)
        answered.write(_answer(asked.read(length), name))
        answered.flush()


def _answer(data: bytes, name: str) -> bytes:
    try:
        entries = read_file(data, name)
    except MemoryError:
        entries = [Unreadable(name, "reading it takes more memory than a document can need; it may be made to do harm")]
    except RecursionError:
        entries = [Unreadable(name, "its parts are nested too deep; it may be made to do harm")]
    except Exception as error:  # noqa: BLE001 - a fault of a parser's is one file's trouble, not the import's
        entries = [Unreadable(name, f"the reader failed over it ({type(error).__name__}: {str(error)[:200]})")]
    return json.dumps([asdict(entry) for entry in entries], default=str).encode() + b"\n"


def _bound_memory() -> None:
    try:
        import resource
    except ImportError:  # Windows has no such bound; time is bounded there too
        return
    resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY, _MOST_MEMORY))


def _bound_time() -> None:
    try:
        import resource
    except ImportError:
        return
    _, hard = resource.getrlimit(resource.RLIMIT_CPU)
    soft = math.ceil(time.process_time()) + _MOST_SECONDS
    resource.setrlimit(resource.RLIMIT_CPU, (soft if hard == resource.RLIM_INFINITY else min(soft, hard), hard))


if __name__ == "__main__":
    main()
