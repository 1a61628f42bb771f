"""A server is measured from its start to its first good answer, with its children's memory, and is gone afterwards."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from bench.server import free_port, serving
from bench.usage import PeakMemory, memory_of, process_tree

# Serves this folder after a pause, with a child that holds 64 MiB.
PROGRAM = """
import http.server, signal, subprocess, sys, time
signal.signal(signal.SIGTERM, lambda *_: sys.exit())
holds = "import time; kept = bytearray(64 << 20); print(flush=True); time.sleep(60)"
child = subprocess.Popen([sys.executable, "-c", holds], stdout=subprocess.PIPE)
child.stdout.readline()
time.sleep(0.3)
try:
    http.server.test(http.server.SimpleHTTPRequestHandler, port=int(sys.argv[1]), bind="127.0.0.1")
finally:
    child.kill()
    child.wait()
"""


def test_ready_is_timed_memory_is_summed_and_the_end_is_clean(tmp_path: Path):
    """The wait for readiness is in the figure, a child's memory too, and nothing is left running."""
    port = free_port()
    command = [sys.executable, "-c", PROGRAM, str(port)]
    with serving(command, port, "/", tmp_path / "log") as server:
        assert server.ready_s > 0.3
        family = list(process_tree(server.pid))
        assert len(family) == 2
        with PeakMemory(server.pid, every_s=0.05) as memory:
            pass
        assert memory.peak.total > 64
        assert 0 < memory.peak.mapped < memory.peak.total
    assert [memory_of(pid).total for pid in family] == [0, 0]


def test_a_server_that_dies_shows_its_last_words(tmp_path: Path):
    """A failed start is an error with the log's end, not a wait without end."""
    command = [sys.executable, "-c", "raise SystemExit('no such snapshot')"]
    with (
        pytest.raises(RuntimeError, match="no such snapshot"),
        serving(command, free_port(), "/", tmp_path / "log"),
    ):
        pytest.fail("it was taken for ready")
