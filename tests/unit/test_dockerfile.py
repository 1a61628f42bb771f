"""The image is made of the Makefile's own steps, and its running stage holds what serving needs and no more.

No engine is needed: the file is read as the list of steps it is.
"""

from __future__ import annotations

import json
import os
import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def read_stages() -> list[list[tuple[str, str]]]:
    """The Dockerfile's stages, each a list of (instruction, argument)."""
    text = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    text = re.sub(r"^\s*#.*\n", "", text, flags=re.MULTILINE).replace("\\\n", " ")
    stages: list[list[tuple[str, str]]] = []
    for line in filter(None, map(str.strip, text.splitlines())):
        word, _, rest = line.partition(" ")
        if word == "FROM":
            stages.append([])
        if stages:
            stages[-1].append((word, " ".join(rest.split())))
    return stages


def arguments(stage: list[tuple[str, str]], word: str) -> list[str]:
    return [rest for instruction, rest in stage if instruction == word]


def test_two_stages_from_one_base():
    """The serving environment is copied between stages, so both must have the same Python."""
    build, run = read_stages()
    assert arguments(build, "FROM") == ["${PYTHON_IMAGE} AS build"]
    assert arguments(run, "FROM") == ["${PYTHON_IMAGE}"]


def test_build_stage_runs_make_targets_alone():
    """Whatever the build stage installs or compiles, it does by a target of the Makefile."""
    steps = [step for step in arguments(read_stages()[0], "RUN") if "apt-get" not in step]
    assert [step for step in steps if not step.startswith("make ")] == []
    assert any("serving" in step for step in steps)
    assert any("seed" in step for step in steps)


@pytest.mark.parametrize("step", [step for step in arguments(read_stages()[0], "RUN") if step.startswith("make ")])
def test_make_knows_each_step(step: str):
    """Each target the image asks for exists, with its prerequisites."""
    words = step.replace('"', "").replace("${TORCH}", "").split()
    alone = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    dry = subprocess.run([*words, "--dry-run"], cwd=ROOT, env=alone, capture_output=True, text=True, check=False)
    assert (dry.returncode, dry.stderr) == (0, "")


def test_everything_copied_is_in_the_context():
    """.dockerignore lets in exactly the files that the build stage copies."""
    copied = {name for step in arguments(read_stages()[0], "COPY") for name in step.split()[:-1]}
    allowed = re.findall(r"^!(.+)$", (ROOT / ".dockerignore").read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert copied == set(allowed)
    assert [name for name in copied if not (ROOT / name).exists()] == []


def test_running_stage_installs_nothing():
    """Neither torch nor a compiler, no key and no database: the stage copies three folders and makes a user."""
    run = read_stages()[1]
    assert arguments(run, "COPY") == [
        "--from=build /opt/signoff /opt/signoff",
        "--from=build /opt/seed/encoder /opt/seed/encoder",
        "--from=build /opt/seed/models /opt/seed/models",
    ]
    assert re.findall(r"apt|pip|make|gcc|torch", " ".join(arguments(run, "RUN"))) == []


def test_running_stage_is_unprivileged_with_one_volume():
    """It runs as a numbered user that is not root, and writes to one volume."""
    run = read_stages()[1]
    assert [int(user) for user in arguments(run, "USER")] == [10001]
    assert arguments(run, "VOLUME") == ["/var/lib/signoff"]
    assert "SIGNOFF_HOME=/var/lib/signoff" in " ".join(arguments(run, "ENV"))


def test_health_check_is_a_program_that_parses():
    """The health check needs no curl: it is Python that compiles and asks /healthz."""
    (check,) = arguments(read_stages()[1], "HEALTHCHECK")
    command = json.loads(check[check.index("CMD ") + 4 :])
    assert command[:2] == ["python", "-c"]
    compile(command[2], "healthcheck", "exec")
    assert "/healthz" in command[2]


def test_settings_in_the_image_exist():
    """Every SIGNOFF_ variable that the image sets is a setting."""
    from service.settings import PREFIX, Settings

    names = re.findall(rf"{PREFIX}(\w+)=", " ".join(arguments(read_stages()[1], "ENV")))
    assert {name.lower() for name in names} - set(Settings.model_fields) == set()
