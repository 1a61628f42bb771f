"""Write the three lock files from `pyproject.toml`: exact versions, with the hash of every file that may be installed.

`requirements.lock` is what serving needs, `requirements-models.lock` adds compiling and training,
`requirements-dev.lock` adds the tools of `make test` and `make check`. Each is whole in itself and they agree:
the largest is resolved first and the others are held to it. One resolution covers every Python and platform that
`pyproject.toml` admits.

Run by `make lock`. Needs `uv` in the running environment; installing from a lock needs pip alone.
"""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OLDEST_PYTHON = "3.11"

#: torch's GPU build names these itself, by exact version. Left out, so that a CPU build needs none of them; the
#: Makefile lets torch fetch its own after the lock is installed.
GPU_ONLY = re.compile(r"^(nvidia-|cuda-|triton\b)")

#: A server may be given either database and told where to send traces, by settings alone.
SERVING = ["--extra", "postgres", "--extra", "tracing"]

LOCKS = {
    "requirements-dev.lock": [*SERVING, "--extra", "models", "--group", "dev"],
    "requirements-models.lock": [*SERVING, "--extra", "models", "--group", "build"],
    "requirements.lock": SERVING,
}

HEADER = "# Made by `make lock`; do not edit. Installed with: pip install --require-hashes --no-deps -r {name}\n"


def main() -> None:
    extra = read_extra_hashes((ROOT / "deploy" / "extra-hashes.txt").read_text(encoding="utf-8"))
    held_to = ROOT / "deploy" / "constraints.txt"
    for name, chosen in LOCKS.items():
        text = with_hashes(without_gpu(resolve(chosen, held_to)), extra)
        (ROOT / name).write_text(HEADER.format(name=name) + text, encoding="utf-8")
        print(f"{name}: {len(pins(text))} packages")
        held_to = ROOT / "requirements-dev.lock"


def resolve(chosen: list[str], held_to: Path) -> str:
    """The resolver's answer for these extras and groups, in requirements.txt form, with hashes."""
    command = [sys.executable, "-m", "uv", "pip", "compile", "pyproject.toml", *chosen]
    command += ["--constraint", str(held_to), "--universal", "--python-version", OLDEST_PYTHON]
    command += ["--fork-strategy", "fewest", "--generate-hashes", "--no-header", "--no-annotate", "--quiet"]
    command += ["--no-emit-index-url", "--no-emit-find-links"]
    return subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.PIPE, text=True).stdout


def entries(lock: str) -> list[str]:
    """The lock's entries: a pin with the hash lines that belong to it."""
    return re.findall(r"^\S[^\n]*\n(?:[ \t]+[^\n]*\n)*", lock, flags=re.MULTILINE)


def without_gpu(lock: str) -> str:
    return "".join(entry for entry in entries(lock) if not GPU_ONLY.match(entry))


def read_extra_hashes(listing: str) -> dict[str, list[str]]:
    """`package==version` to the hashes it may have besides those of the registry."""
    extra: dict[str, list[str]] = {}
    for line in listing.splitlines():
        if line.strip() and not line.startswith("#"):
            pin, digest, *_ = line.split()
            extra.setdefault(pin, []).append(digest)
    return extra


def with_hashes(lock: str, extra: dict[str, list[str]]) -> str:
    """The lock with the extra hashes added to their pins."""
    return "".join(
        entry.rstrip("\n")
        + "".join(f" \\\n    --hash=sha256:{digest}" for digest in extra.get(pin_of(entry), []))
        + "\n"
        for entry in entries(lock)
    )


def pin_of(entry: str) -> str:
    """`package==version` of one entry."""
    return entry.split(maxsplit=1)[0]


def pins(lock: str) -> list[str]:
    return [pin_of(entry) for entry in entries(lock) if "==" in pin_of(entry)]


if __name__ == "__main__":
    main()
