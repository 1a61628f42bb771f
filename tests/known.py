"""What is thought of the starter's calibration cases: worked out once a machine, known to every process of the tests.

A house remembers it by everything that it depends on (`service/usecases/remember.py`), so that a change of rules costs
a moment. A house just opened knows nothing yet: its first change takes seconds, and tests open a thousand of them.
"""

from __future__ import annotations

import hashlib
import os
import pickle
from collections import OrderedDict
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any

from index.latest import Latest

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / ".bench" / "test-home"

_Kept = OrderedDict[Any, Any]


@cache
def tree_digest() -> str:
    """Names the product's code and files as they are."""
    digest = hashlib.sha256()
    for package in ("service", "rules", "index"):
        for path in sorted((ROOT / package).rglob("*")):
            if path.is_file() and "__pycache__" not in path.parts and path.suffix != ".pyc":
                digest.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()[:24]


def file() -> Path:
    """Where it is kept for this code, once an instance was initialised."""
    return CACHE / f"{tree_digest()}.known"


def keep(house: Any) -> None:
    """Keep what this house thinks, for all that are opened from now on."""
    draft = file().with_suffix(f".{os.getpid()}")
    draft.write_bytes(pickle.dumps((house.opinions._kept, house.readings._kept)))
    draft.replace(file())
    _read.cache_clear()


def opinions(path: Path) -> Latest[Any, Any]:
    return _filled(8_192, _kept(path)[0])


def readings(path: Path) -> Latest[Any, Any]:
    return _filled(16_384, _kept(path)[1])


def to_each_house(path: Path) -> None:
    """From now on, every house of this process knows it from the start."""
    from service.usecases.house import House

    made: Callable[..., None] = House.__init__

    def make(house: House, *given: Any, **named: Any) -> None:
        for name, of in (("opinions", opinions), ("readings", readings)):
            if name not in named:
                named[name] = of(path)
        made(house, *given, **named)

    House.__init__ = make  # type: ignore[assignment, method-assign]


def _filled(size: int, items: _Kept) -> Latest[Any, Any]:
    latest: Latest[Any, Any] = Latest(size)
    for key, value in items.items():
        latest.put(key, value)
    return latest


def _kept(path: Path) -> tuple[_Kept, _Kept]:
    return _read(path) if path.is_file() else (OrderedDict(), OrderedDict())


@cache
def _read(path: Path) -> tuple[_Kept, _Kept]:
    found: tuple[_Kept, _Kept] = pickle.loads(path.read_bytes())
    return found
