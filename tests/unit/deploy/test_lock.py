"""The lock's own arithmetic on small texts, and what the committed lock files promise."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from deploy import lock

ROOT = Path(__file__).resolve().parents[3]

SMALL = """\
nvidia-cublas==13.1.1.3 ; sys_platform == 'linux' \\
    --hash=sha256:aa
torch==2.13.0 \\
    --hash=sha256:bb \\
    --hash=sha256:cc
triton==3.7.1 ; sys_platform == 'linux' \\
    --hash=sha256:dd
trove-classifiers==2026.9.21 \\
    --hash=sha256:ee
"""


def committed(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def test_gpu_packages_go_and_their_namesakes_stay():
    """Packages that only torch's GPU build needs leave the lock, hashes and all; nothing else does."""
    assert lock.pins(lock.without_gpu(SMALL)) == ["torch==2.13.0", "trove-classifiers==2026.9.21"]


def test_extra_hash_joins_its_pin_alone():
    """A stand-in file's hash is added to the very version it was made from."""
    listing = "# why\ntorch==2.13.0 ff CPU build\ntorch==2.12.0 00 an older one\n"
    locked = lock.with_hashes(SMALL, lock.read_extra_hashes(listing))
    torch = next(entry for entry in lock.entries(locked) if entry.startswith("torch"))
    assert re.findall(r"sha256:(\w+)", torch) == ["bb", "cc", "ff"]
    assert locked.count("sha256:") == SMALL.count("sha256:") + 1


@pytest.mark.parametrize("name", lock.LOCKS)
def test_every_pin_is_hashed(name: str):
    """Nothing can be installed from a lock whose bytes the lock does not name."""
    found = lock.entries(committed(name))
    pinned = [entry for entry in found if "==" in lock.pin_of(entry)]
    assert len(pinned) > 50
    assert [lock.pin_of(entry) for entry in pinned if "--hash=sha256:" not in entry] == []


@pytest.mark.parametrize("name", lock.LOCKS)
def test_lock_names_no_host_and_no_folder(name: str):
    """A lock holds on every machine: no index, no address, no path, nothing for GPUs."""
    text = committed(name)
    assert re.findall(r"://|--index-url|--find-links|file:|^/|nvidia-|\btriton==", text, flags=re.MULTILINE) == []


def test_locks_agree_and_grow():
    """Each lock holds every pin of the smaller one, so they can be installed over each other."""
    serving, models, dev = (
        set(lock.pins(committed(name)))
        for name in ("requirements.lock", "requirements-models.lock", "requirements-dev.lock")
    )
    assert serving < models < dev


def test_locks_cover_what_the_project_asks_for():
    """Every dependency in pyproject.toml stands in the lock that is to bring it."""
    project = tomllib.loads(committed("pyproject.toml"))
    asked = {
        "requirements.lock": project["project"]["dependencies"],
        "requirements-models.lock": project["project"]["optional-dependencies"]["models"],
        "requirements-dev.lock": [need for need in project["dependency-groups"]["dev"] if isinstance(need, str)],
    }
    for name, needs in asked.items():
        locked = {pin.split("==")[0] for pin in lock.pins(committed(name))}
        wanted = {re.split(r"[<>=;\s\[]", need)[0].replace(".", "-").lower() for need in needs}
        assert wanted - locked == set(), name


def test_serving_needs_no_model_maker():
    """The serving lock brings neither torch nor anything that trains."""
    names = {pin.split("==")[0] for pin in lock.pins(committed("requirements.lock"))}
    assert names & {"torch", "transformers", "sentence-transformers", "scikit-learn", "onnx"} == set()


def test_a_cpu_build_of_torch_may_stand_in():
    """The torch pin carries the registry's hashes and that of the CPU build."""
    extra = lock.read_extra_hashes((ROOT / "deploy" / "extra-hashes.txt").read_text(encoding="utf-8"))
    torch = next(entry for entry in lock.entries(committed("requirements-models.lock")) if entry.startswith("torch=="))
    assert set(extra[lock.pin_of(torch)]) < set(re.findall(r"sha256:(\w+)", torch))
