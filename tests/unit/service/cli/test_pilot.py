"""`signoff pilot`, as it is typed."""

from __future__ import annotations

import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from typer.testing import CliRunner

from service.cli import app
from service.learn.pilot.owner_file import read_owner
from tests.unit.service.learn.pilot.world import requests

#: The command as at a terminal, whatever signals the process that runs the tests ignores.
_HEARS_IT = """
import signal
from service.cli import main
signal.signal(signal.SIGINT, signal.default_int_handler)
main()
"""


def test_the_questions_are_printed_as_a_file_to_fill_in() -> None:
    """It is pilot.yaml as it stands."""
    printed = CliRunner().invoke(app, ["pilot", "--questions"])
    assert printed.exit_code == 0
    assert read_owner(printed.stdout.encode()).answers == {}
    assert "What error is acceptable?" in printed.stdout


def test_without_a_file_it_says_what_it_needs() -> None:
    """Not a traceback."""
    refused = CliRunner().invoke(app, ["pilot"])
    assert refused.exit_code == 2
    assert "DATA" in refused.stderr


def test_a_table_the_recommendation_and_where_the_report_lies(
    encoder_folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The table can be piped; everything about it is on the standard error."""
    shutil.copytree(encoder_folder, tmp_path / "home" / "encoder")
    monkeypatch.setenv("SIGNOFF_HOME", str(tmp_path / "home"))
    files = []
    for seed, each in enumerate((6, 6)):
        rows = "".join(f"{request.text},{request.label}\n" for request in requests(each, seed))
        files.append(tmp_path / f"requests-{seed}.csv")
        files[-1].write_text("message,label\n" + rows.replace(", ", " "), encoding="utf-8")
    owner = tmp_path / "pilot.yaml"
    owner.write_text("columns: {text: message}\n", encoding="utf-8")
    typed = ["pilot", str(files[0]), "--test", str(files[1]), "--pilot", str(owner), "--out", str(tmp_path / "out")]
    told = CliRunner().invoke(app, [*typed, "--quick", "--threads", "1"])
    assert told.exit_code == 0, told.output
    assert told.stdout.splitlines()[0].split()[:2] == ["way", "at"]
    assert "phrase rules" in told.stdout
    assert "pilot.html holds the report" in told.stderr.replace("\n", " ")
    assert (tmp_path / "out" / "pilot.json").is_file()


def test_an_interrupted_pilot_says_so_and_leaves_no_report(encoder_folder: Path, tmp_path: Path) -> None:
    """Ctrl-C reaches the process of every way too; nobody wants to see where each of them was."""
    shutil.copytree(encoder_folder, tmp_path / "home" / "encoder")
    rows = "".join(f'"{request.text}",{request.label}\n' for request in requests(200))
    (tmp_path / "requests.csv").write_text("text,label\n" + rows, encoding="utf-8")
    told = tmp_path / "told"
    with told.open("wb") as out:
        typed = [sys.executable, "-c", _HEARS_IT, "pilot", "requests.csv", "--threads", "1"]
        environment = os.environ | {"SIGNOFF_HOME": "home", "PYTHONPATH": os.pathsep.join(sys.path)}
        process = subprocess.Popen(typed, cwd=tmp_path, env=environment, stdout=out, stderr=out, start_new_session=True)
    until = time.monotonic() + 60
    while b"trying ways" not in told.read_bytes() and process.poll() is None and time.monotonic() < until:
        time.sleep(0.1)
    time.sleep(1)
    os.killpg(process.pid, signal.SIGINT)
    assert process.wait(30) == 130
    assert "interrupted: there is no report" in told.read_text()
    assert "Traceback" not in told.read_text()
    assert [path.name for path in (tmp_path / "pilot-report").iterdir()] == [".work"]
