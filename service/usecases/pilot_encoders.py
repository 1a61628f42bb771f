"""The encoders of a pilot, compiled, and the vectors of its texts by each; kept, so that a second run is short."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from index.compile import PRETRAINED_SHA256, compile_encoder, pretrained_folder
from index.encoder import EncoderPool
from index.errors import CompileRefused, EncoderDamaged, IndexFault, WeightsMissing
from index.manifest import EncoderManifest, read_encoder_manifest
from service.errors import CannotStart
from service.learn.pilot.attempt import EncoderAt
from service.learn.pilot.results import LeftOut
from service.settings import Settings
from service.usecases.house import encoder_folder
from service.usecases.progress import Progress

_REMEDY = "signoff encoder compile"


@dataclass(frozen=True, slots=True)
class Encoded:
    """What the pilot looks at requests with."""

    own: EncoderAt
    further: tuple[EncoderAt, ...]
    left_out: tuple[LeftOut, ...]  #: encoders that could not be compiled


def encode(
    settings: Settings, named: Sequence[str], texts: Sequence[str], work: Path, threads: int, progress: Progress
) -> Encoded:
    """The home's own encoder, or the default one where there is no home, and those that are named.

    CannotStart when there is none of its own; one that is named and cannot be compiled is left out and told.
    """
    try:
        own = _encoded(*_own(settings, work, progress), texts, work, threads, progress)
    except IndexFault as fault:
        raise CannotStart(f"{fault.place}: {fault.reason}", remedy=fault.remedy) from fault
    further, left_out = [], []
    for name in named:
        try:
            further.append(_encoded(_compiled(name, work, progress), name, texts, work, threads, progress))
        except IndexFault as fault:
            left_out.append(LeftOut(f"encoder {name}", f"{fault.place}: {fault.reason} ({fault.remedy})"))
    return Encoded(own, tuple(each for each in further if each.digest != own.digest), tuple(left_out))


def _own(settings: Settings, work: Path, progress: Progress) -> tuple[Path, Path | str]:
    """Its folder, and the model that it was compiled from; that is empty when nobody knows."""
    folder = encoder_folder(settings)
    if not folder.is_dir():
        return _compiled(pretrained_folder(), work, progress), pretrained_folder()
    if read_encoder_manifest(folder, _REMEDY).source_sha256 != PRETRAINED_SHA256:
        return folder, ""
    try:
        return folder, pretrained_folder()
    except IndexFault:  # without the extra `models` nothing is tuned, and the rest goes on
        return folder, ""


def _compiled(source: Path | str, work: Path, progress: Progress) -> Path:
    """Compiled as int8, or as float32 where int8 is too far from the original; once for each name."""
    if Path(source).is_absolute() and not Path(source).exists():  # else torch is loaded only to say so
        raise WeightsMissing(source, "there is no such folder", "Name the folder of a sentence-transformers model.")
    folder = work / f"encoder-{hashlib.sha256(str(source).encode()).hexdigest()[:16]}"
    try:
        read_encoder_manifest(folder, _REMEDY)
    except EncoderDamaged:
        work.mkdir(parents=True, exist_ok=True)
        try:
            compile_encoder(source, folder, progress=progress)
        except CompileRefused:
            compile_encoder(source, folder, precision="fp32", progress=progress)
    return folder


def _encoded(
    folder: Path, source: Path | str, texts: Sequence[str], work: Path, threads: int, progress: Progress
) -> EncoderAt:
    manifest = read_encoder_manifest(folder, _REMEDY)
    path = work / f"vectors-{_key(manifest, texts)}.npy"
    seconds = path.with_suffix(".seconds")
    if not (path.is_file() and seconds.is_file()):
        work.mkdir(parents=True, exist_ok=True)
        pool = EncoderPool(folder, sessions=threads, cache=0)
        began = time.perf_counter()
        vectors = pool.encode_many(texts, lambda done, total: progress(f"encoding, {manifest.name}", done, total))
        seconds.write_text(f"{(time.perf_counter() - began) / max(1, len(texts)):.6f}\n", encoding="ascii")
        draft = path.with_suffix(".draft.npy")
        np.save(draft, vectors, allow_pickle=False)
        draft.replace(path)
    return EncoderAt(manifest.name, manifest.digest, folder, source, path, float(seconds.read_text(encoding="ascii")))


def _key(manifest: EncoderManifest, texts: Sequence[str]) -> str:
    digest = hashlib.sha256(manifest.digest.encode())
    for text in texts:
        digest.update(hashlib.sha256(text.encode()).digest())
    return digest.hexdigest()[:24]
