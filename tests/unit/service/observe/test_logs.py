"""The log's lines."""

from __future__ import annotations

import io
import json
import logging
import sys
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest
import structlog

from service.observe import request
from service.observe.errors import code_of, told
from service.observe.logs import set_up_logs
from service.observe.plain import plain

Lines = Callable[[], list[dict[str, Any]]]
WORDS = "my sister Ana stole the card"


@pytest.fixture
def lines(monkeypatch: pytest.MonkeyPatch) -> Iterator[Lines]:
    """Logging as a server has it, and what it wrote."""
    root, hook, config = logging.getLogger(), threading.excepthook, structlog.get_config()
    handlers, level = root.handlers[:], root.level
    out = io.StringIO()
    monkeypatch.setattr(sys, "stderr", out)
    set_up_logs()
    yield lambda: [json.loads(line) for line in out.getvalue().splitlines()]
    root.handlers[:], threading.excepthook = handlers, hook
    root.setLevel(level)
    structlog.configure(**config)


def test_what_somebody_sent_forges_no_line(lines: Lines) -> None:
    """Line ends, escape sequences and marks that turn text round are written out, in keys and within lists too."""
    evil = 'x"}\r\n{"event": "all is well"}\x1b[2K\x9b1A\u202e\u2028\u0085'
    structlog.get_logger("signoff").info(evil, **{evil: 1}, deep={"in": [evil]}, plain="as it is, ä")
    logging.getLogger("uvicorn.error").warning("bad request %s", evil)
    first, second = lines()
    assert first["plain"] == "as it is, ä"
    assert "all is well" in first["event"]
    for text in (first["event"], *first, *first["deep"]["in"], second["event"]):
        assert text.isprintable(), text
    assert "\\u001b[2K" in first["event"]


def test_a_line_says_which_request_it_is_about(lines: Lines) -> None:
    """Also one that a library writes; and none where there is no request."""
    token = request.begin("req_01KB3AC9K2N5Q8T1W4Y7B0D3F6")
    structlog.get_logger("signoff").info("one")
    logging.getLogger("anything").warning("two")
    request.end(token)
    structlog.get_logger("signoff").info("three")
    assert [line.get("request_id") for line in lines()] == [*["req_01KB3AC9K2N5Q8T1W4Y7B0D3F6"] * 2, None]


def test_an_exception_is_told_by_kind_and_place(lines: Lines) -> None:
    """Its message quotes what it is about, and so does the one that caused it: neither is repeated."""
    try:
        try:
            raise KeyError(WORDS)
        except KeyError as error:
            raise ValueError(WORDS) from error
    except ValueError:
        structlog.get_logger("signoff").exception("it_failed")
        logging.getLogger("asyncio").exception("never retrieved\nfuture: %r", ValueError(WORDS))
    ours, theirs = lines()
    assert ours["exception"].splitlines()[0] == "ValueError"
    assert "KeyError" in ours["exception"]
    assert f"{__file__}:" in ours["exception"]
    assert theirs["event"] == "never retrieved"
    assert WORDS not in json.dumps([ours, theirs])


def test_a_thread_that_ends_by_an_exception_is_told_the_same_way(lines: Lines) -> None:
    """Python would print the message and the line of code as they are."""

    def work() -> None:
        raise RuntimeError(WORDS)

    thread = threading.Thread(target=work, name="steward-x")
    thread.start()
    thread.join()
    (line,) = lines()
    assert (line["event"], line["thread"]) == ("thread_ended", "steward-x")
    assert line["exception"].startswith("RuntimeError\n")
    assert WORDS not in json.dumps(line)


def test_codes_of_system_and_database_are_kept() -> None:
    """They say what is wrong and quote nothing."""
    import sqlite3

    import sqlalchemy as sa

    full = sqlite3.OperationalError("database or disk is full")
    full.sqlite_errorname = "SQLITE_FULL"
    assert code_of(sa.exc.OperationalError("INSERT", {"text": WORDS}, full)) == "SQLITE_FULL"
    assert code_of(OSError(28, "No space left on device", "/home/ana")) == "ENOSPC"
    assert code_of(ValueError(WORDS)) == ""
    group = ExceptionGroup(WORDS, [ValueError(WORDS), OSError(5, WORDS)])
    assert told(group) == "ExceptionGroup of ValueError, OSError EIO"


def test_secrets_are_cut() -> None:
    """Wherever one gets into a line, only what it is remains."""
    said = plain("key sgn_AbC-123 and whsec_Zm9v/+= sent as Authorization: Bearer eyJ0.eyJ1.c2ln, twice")
    assert said == "key sgn_… and whsec_… sent as Authorization: Bearer …, twice"
    assert len(plain("x" * 10_000)) < 5_000
