"""Files are read in a process of their own: one that hangs, grows or crashes is named, and the next one is read."""

from __future__ import annotations

import io
import signal
import subprocess
import sys
import time
import zipfile
from datetime import date

import pytest

from index.formats.apart import Apart
from index.formats.child import serve
from index.formats.model import Reading, Unreadable

SLOW = b"x<!--" * 100_000  # the standard library's parser looks for the end from every beginning
REGULATION = (
    b'<regulation xmlns="eregs"><preamble><effectiveDate>2020-02-01</effectiveDate></preamble><part label="9005">'
    b'<content><section label="9005-6"><subject>Liability</subject><paragraph marker="(a)"><content>See <ref '
    b'reftype="internal" target="9006-1">there</ref>.</content></paragraph></section></content></part></regulation>'
)


def test_what_is_read_comes_over_whole():
    """Every value of a reading, as if it had been read here."""
    with Apart() as apart:
        assert apart.read(REGULATION, "a.xml") == [
            Reading(
                "(a) See there.\n",
                "Liability",
                "9005-6",
                ("9006-1",),
                date(2020, 2, 1),
                {"kind": ("section",), "part": ("9005",)},
            )
        ]
        assert apart.read(b"x", "a.doc") == [
            Unreadable("a.doc", "files of the kind .doc are not read; save it as .docx")
        ]


def test_a_file_that_takes_too_long_is_named_and_the_next_one_is_read():
    """The child is ended; another takes its place."""
    with Apart(seconds=2) as apart:
        began = time.monotonic()
        (slow,) = apart.read(SLOW, "slow.html")
        assert time.monotonic() - began < 20
        assert isinstance(slow, Unreadable)
        assert slow.place == "slow.html"
        assert "took longer than 2 seconds" in slow.why
    with Apart() as apart:
        assert apart.read(b"<p>words", "next.html") == [Reading("words\n")]


def test_a_child_that_is_gone_is_replaced():
    """Whatever ended it."""
    with Apart() as apart:
        assert apart.read(b"<p>one", "a.html") == [Reading("one\n")]
        assert apart._child is not None
        apart._child.kill()
        apart._child.wait()
        assert apart.read(b"<p>two", "b.html") == [Reading("two\n")]


class Struck(Apart):
    """Its children are killed as soon as they live, as the kernel kills one that takes all memory."""

    def _started(self) -> subprocess.Popen[bytes]:
        child = super()._started()
        child.kill()
        return child


def test_a_child_that_breaks_off_over_a_file_is_told():
    """As native code may; nothing of it reaches this process."""
    with Struck() as apart:
        for name in ("a.html", "b.html"):
            (found,) = apart.read(b"<p>words" * 100_000, name)
            assert found == Unreadable(name, "the reader broke off over it; it may be damaged or made to do harm")


def test_all_files_together_have_their_time_too():
    """A request that sends many hostile files does not hold a core for hours."""
    with Apart(budget=0) as apart:
        (found,) = apart.read(b"<p>words", "a.html")
        assert isinstance(found, Unreadable)
        assert "time for one import was used up" in found.why


def test_a_child_whose_parent_was_killed_comes_to_its_end():
    """Nobody is left to stop it over a file that takes for ever, so it has a bound of its own, anew for each file."""
    resource = pytest.importorskip("resource")
    code = (
        "import sys, time, resource\n"
        "from index.formats import child\n"
        "child._MOST_SECONDS = 1\n"
        "child._bound_time()\n"
        "first, _ = resource.getrlimit(resource.RLIMIT_CPU)\n"
        "while time.process_time() < 0.9: pass\n"
        "child._bound_time()\n"
        "print(resource.getrlimit(resource.RLIMIT_CPU)[0] >= first, flush=True)\n"
        "while True: pass\n"
    )
    ended = subprocess.run([sys.executable, "-c", code], capture_output=True, timeout=60, check=False)
    assert ended.stdout.split() == [b"True"]
    assert ended.returncode == -signal.SIGXCPU
    assert resource.getrlimit(resource.RLIMIT_CPU)[0] == resource.RLIM_INFINITY, "this process is not bounded"


def test_nothing_is_left_running():
    """Leaving the block ends the child."""
    with Apart() as apart:
        apart.read(b"<p>x", "a.html")
        child = apart._child
    assert child is not None
    assert child.poll() is not None


def test_a_fault_of_a_reader_is_one_files_trouble(monkeypatch: pytest.MonkeyPatch):
    """A parser that stumbles, or runs out of memory or stack, says over which file."""
    faults = iter([MemoryError(), RecursionError(), KeyError("x")])

    def failing(data: bytes, name: str) -> list[Reading | Unreadable]:
        raise next(faults)

    monkeypatch.setattr("index.formats.child.read_file", failing)
    answers = io.BytesIO()
    serve(io.BytesIO(b'["a.xml", 2]\nab["b.xml", 0]\n["c.xml", 1]\nc'), answers)
    first, second, third = answers.getvalue().splitlines()
    assert b"a.xml" in first
    assert b"more memory" in first
    assert b"nested too deep" in second
    assert b"KeyError" in third


@pytest.mark.slow
def test_a_document_that_fills_the_memory_is_named():
    """A package of a few hundred kilobytes with more elements than any document has."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("word/document.xml", b"<d><body>" + b"<p/>" * 9_000_000 + b"</body></d>")
    with Apart() as apart:
        (found,) = apart.read(file.getvalue(), "a.docx")
        assert isinstance(found, Unreadable)
        assert "1,000,000 elements" in found.why
