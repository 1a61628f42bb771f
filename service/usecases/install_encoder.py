"""Put a compiled encoder into the home folder, and say which ones are there.

The one that was there before moves to `encoders/<digest>`: releases made with it go on answering, and a workflow moves
to the new one when it is fitted anew.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from pathlib import Path

from index.compile import compile_encoder, pretrained_folder
from index.errors import IndexFault
from index.manifest import EncoderManifest, Precision, read_encoder_manifest
from service.errors import Conflict, NotFound
from service.settings import Settings
from service.usecases.house import encoder_folder
from service.usecases.progress import Progress, silent

_REMEDY = "put the compiled encoder back, or compile it again: signoff encoder compile"


@dataclass(frozen=True, slots=True)
class Installed:
    """A compiled encoder and where it lies."""

    folder: Path
    manifest: EncoderManifest


def install_encoder(
    settings: Settings,
    source: Path | str | None = None,
    precision: Precision = "int8",
    progress: Progress = silent,
) -> tuple[Installed, Installed | None]:
    """Compile `source` (the default model if None) as the home's own encoder; that one, and the one it replaced.

    Conflict when the model cannot be compiled: nothing is changed then.
    """
    own = encoder_folder(settings)
    new = own.with_name(f"{own.name}.new")
    settings.home.mkdir(parents=True, exist_ok=True)
    try:
        manifest = compile_encoder(source or pretrained_folder(), new, precision=precision, progress=progress)
    except IndexFault as fault:
        raise Conflict(f"{fault.place}: {fault.reason}", remedy=fault.remedy) from fault
    before = _put_aside(settings, manifest.digest)
    new.replace(own)
    return Installed(own, manifest), before


def encoders(settings: Settings) -> list[Installed]:
    """The home's own encoder first, then those that earlier or tuned releases use. Conflict when one is damaged."""
    own = encoder_folder(settings)
    if not own.exists():
        raise NotFound(f"there is no encoder in {own}", remedy="signoff encoder compile")
    others = sorted(path for path in (settings.home / "encoders").glob("*") if path.is_dir() and path.name[0] != ".")
    return [_read(folder) for folder in (own, *others)]


def _put_aside(settings: Settings, new: str) -> Installed | None:
    """Make room for the encoder `new`: what stood there is kept unless it is the same one or is not whole."""
    own = encoder_folder(settings)
    try:
        before = read_encoder_manifest(own, _REMEDY)
    except IndexFault:
        shutil.rmtree(own, ignore_errors=True)  # no release can have been opened with it as it is
        return None
    kept = settings.home / "encoders" / before.digest
    if before.digest == new or kept.exists():
        shutil.rmtree(own)
        return None
    kept.parent.mkdir(exist_ok=True)
    own.replace(kept)
    return Installed(kept, before)


def _read(folder: Path) -> Installed:
    try:
        return Installed(folder, read_encoder_manifest(folder, _REMEDY))
    except IndexFault as fault:
        raise Conflict(f"{fault.place}: {fault.reason}", remedy=fault.remedy) from fault
