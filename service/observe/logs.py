"""One log format: JSON lines on stderr when it is not a terminal, readable lines when it is.

What somebody sent never forges a line, and what an error quotes is not repeated: exceptions are told by their types
and places, because their messages may hold a request's words.
"""

from __future__ import annotations

import logging
import sys
import threading
from collections.abc import MutableMapping
from types import TracebackType
from typing import Any

import structlog

from service.observe import request, tracing
from service.observe.errors import told
from service.observe.plain import plain

Line = MutableMapping[str, Any]

# Libraries that tell of each step they take, some with addresses or words of a request.
_QUIET = ("alembic", "faiss.loader", "httpx", "httpcore", "uvicorn.access")


def set_up_logs(level: str = "INFO") -> None:
    """Send structlog's and the standard library's records (uvicorn's, alembic's) through one chain."""
    shared: list[structlog.typing.Processor] = [
        structlog.contextvars.merge_contextvars,
        _about_the_request,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
    ]
    renderer: structlog.typing.Processor = (
        structlog.dev.ConsoleRenderer() if sys.stderr.isatty() else structlog.processors.JSONRenderer()
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        cache_logger_on_first_use=True,
    )
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(
        structlog.stdlib.ProcessorFormatter(
            foreign_pre_chain=[_first_line, *shared],
            processors=[
                structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                structlog.processors.ExceptionRenderer(_exception),
                _plain_values,
                renderer,
            ],
        )
    )
    root = logging.getLogger()
    root.handlers[:] = [handler]
    root.setLevel(level)
    for name in _QUIET:
        logging.getLogger(name).setLevel(logging.WARNING)
    threading.excepthook = _thread_ended


def _exception(exc_info: tuple[type[BaseException], BaseException, TracebackType | None]) -> str:
    return told(exc_info[1])


def _about_the_request(_logger: object, _method: str, line: Line) -> Line:
    """The request that it is done for, and the trace that it stands in."""
    if (named := request.current()) is not None:
        line.setdefault("request_id", named)
    if (trace := tracing.trace_id()) is not None:
        line.setdefault("trace_id", trace)
    return line


def _first_line(_logger: object, _method: str, line: Line) -> Line:
    """Of what libraries say: below it asyncio, for one, repeats an exception with all that it quotes."""
    line["event"] = str(line.get("event", "")).partition("\n")[0]
    return line


def _plain_values(_logger: object, _method: str, line: Line) -> Line:
    """Every text without what a terminal would obey, and without secrets of ours. An exception keeps its own lines."""
    return {plain(name): _plain(value, lines=name == "exception") for name, value in line.items()}


def _plain(value: object, *, lines: bool = False) -> object:
    if isinstance(value, str):
        return "\n".join(map(plain, value.split("\n"))) if lines else plain(value)
    if isinstance(value, dict):
        return {plain(str(name)): _plain(inner) for name, inner in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(inner) for inner in value]
    return value if value is None or isinstance(value, (bool, int, float)) else plain(str(value))


def _thread_ended(ended: threading.ExceptHookArgs) -> None:
    """A thread that an exception ended is told as everything else is, not printed with all that it quotes."""
    name = ended.thread.name if ended.thread is not None else ""
    if ended.exc_value is not None and not issubclass(ended.exc_type, SystemExit):
        structlog.get_logger(__name__).error("thread_ended", thread=name, exc_info=ended.exc_value)
