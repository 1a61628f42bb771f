"""Encoders compiled once under `.bench/`, by what they are made of and how."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from bench.cache import digest, made
from bench.data import ROOT
from index.compile import MADE_BY, compile_encoder, pretrained_folder
from index.encoder import EncoderPool


def encoder_folder(precision: str = "int8", source: Path | None = None) -> Path:
    """A compiled encoder; the default model where no other is named."""
    model = source or pretrained_folder()
    parts: list[str | Path] = [
        *(ROOT / "index" / f"{name}.py" for name in MADE_BY),
        model / "model.safetensors",
        precision,
    ]
    kind: Any = precision
    folder = made(f"encoder-{digest(parts)}", lambda folder: _compile(model, folder, kind))
    return folder / "encoder"


def served(*, sessions: int | None = None, precision: str = "int8", cache: int = 0) -> EncoderPool:
    """The encoder as a server opens it, without its cache of texts: what is timed has to be computed."""
    return EncoderPool(encoder_folder(precision), sessions, cache=cache)


def _compile(model: Path, folder: Path, precision: Any) -> None:
    compile_encoder(model, folder / "encoder", precision=precision)
