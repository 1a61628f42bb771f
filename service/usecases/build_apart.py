"""Build a snapshot in a process of its own, so that no request shares its interpreter with a minute of chunking.

The child is told on its standard input what to build, opens the same instance, and says the digest. It runs at low
priority. Killed at any moment it leaves a draft folder that is swept later; if its parent is killed it comes to its
end, and the snapshot lies there unused.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence

from index.encoder import EncoderPool
from service.errors import ServiceError
from service.settings import Settings
from service.usecases.house import House, open_house

_NICE = 5
_PATIENCE = 3_600  # seconds; a hundred thousand passages take minutes


class BuildFailed(ServiceError):
    """A snapshot could not be built in the background."""


def build_here(house: House, collections: Sequence[str], encoder: EncoderPool) -> str:
    """Build it in this process; its digest."""
    return house.snapshots.build(collections, encoder)


def build_apart(house: House, collections: Sequence[str], encoder: EncoderPool) -> str:
    """Build it in a process of its own; its digest. BuildFailed says what the child said last."""
    asked = {
        "settings": house.settings.model_dump(mode="json"),
        "collections": list(collections),
        "encoder": encoder.digest,
    }
    try:
        child = subprocess.run(
            [sys.executable, "-m", "service.usecases.build_apart"],
            input=json.dumps(asked),
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "OMP_NUM_THREADS": "1"},
            timeout=_PATIENCE,
        )
    except subprocess.TimeoutExpired as error:
        raise BuildFailed(f"building a snapshot did not end within {_PATIENCE} seconds") from error
    if child.returncode != 0:
        said = child.stderr.strip().splitlines()[-1:] or ["nothing"]
        raise BuildFailed(f"building a snapshot ended with {child.returncode}: {said[0]}")
    return child.stdout.split()[-1]


def main() -> None:
    """What the child does."""
    os.nice(_NICE)
    asked = json.load(sys.stdin)
    settings = Settings(**asked["settings"]).model_copy(update={"encoder_sessions": 1, "decision_threads": 1})
    house = open_house(settings)
    try:
        digest = build_here(house, asked["collections"], house.encoders.of(asked["encoder"]))
    finally:
        house.close()
    sys.stdout.write(f"{digest}\n")


if __name__ == "__main__":
    main()
