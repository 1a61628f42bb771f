"""An exception, told by kinds and places: enough to find the line of code, and nothing of what it was about."""

from __future__ import annotations

import errno
import traceback
from collections.abc import Iterator
from typing import Final

_MOST: Final = 8  # exceptions told of one chain
_FRAMES: Final = 24  # the innermost of each


def told(error: BaseException) -> str:
    """Each exception of the chain, outermost first: its type, its code where it has one, and where it came by.

    Messages are left out. They quote: a value that does not fit, a row, a line of a file.
    """
    lines: list[str] = []
    for one in _chain(error):
        lines.append(_kind(one))
        frames = list(traceback.walk_tb(one.__traceback__))[-_FRAMES:]
        lines += [f"  {frame.f_code.co_filename}:{line} {frame.f_code.co_qualname}" for frame, line in frames]
    return "\n".join(lines)


def _chain(found: BaseException | None) -> Iterator[BaseException]:
    error, seen = found, set[int]()
    while error is not None and id(error) not in seen and len(seen) < _MOST:
        seen.add(id(error))
        yield error
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def _kind(error: BaseException) -> str:
    kind = f"{type(error).__module__}.{type(error).__qualname__}".removeprefix("builtins.")
    code = code_of(error)
    inner = [_kind(one) for one in error.exceptions] if isinstance(error, BaseExceptionGroup) else []
    return kind + (f" {code}" if code else "") + (f" of {', '.join(inner)}" if inner else "")


def code_of(error: BaseException) -> str:
    """What the system or a database calls it, as ENOSPC, SQLITE_FULL or 53100; empty where it has no such name."""
    if isinstance(error, OSError) and error.errno is not None:
        return errno.errorcode.get(error.errno, str(error.errno))
    said = getattr(error, "orig", None) or error  # SQLAlchemy's errors hold the driver's
    return str(getattr(said, "sqlite_errorname", None) or getattr(said, "sqlstate", None) or "")
