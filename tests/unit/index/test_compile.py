from __future__ import annotations

import shutil
import sys
import warnings
from collections.abc import Sequence
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

from index import compile as compiling
from index.compile import compile_encoder, pretrained_folder
from index.encoder import EncoderPool
from index.errors import CompileRefused, WeightsDamaged, WeightsMissing
from index.manifest import read_encoder_manifest
from index.model import Vectors
from index.probes import LABELS
from index.source import Source, load_source

TEXTS = [
    "How long does a transfer take?",
    "ok",
    "A cheque drawn on a foreign bank clears within ten working days, sometimes later. " * 12,
]
SHORT = ("Where is my card?", "ok", "A fee of five euros applies.", "close my account", "Who may sign?")


@pytest.fixture(scope="module")
def exported(original: Source, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The original's graph, exported once: it takes seconds."""
    path = tmp_path_factory.mktemp("exported") / "full.onnx"
    original.export(path)
    return path


@pytest.fixture
def at_hand(original: Source, exported: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Compile from the loaded original and its exported graph, with few probes, so that a test takes a second."""
    monkeypatch.setattr(compiling, "load_source", lambda source: original)
    monkeypatch.setattr(Source, "export", lambda self, path: shutil.copy(exported, path))
    monkeypatch.setattr(compiling, "probe_texts", lambda: SHORT)
    monkeypatch.setattr(compiling, "SELFTEST_PROBES", (1, 2))


@pytest.fixture
def unknown(at_hand: None, monkeypatch: pytest.MonkeyPatch) -> None:
    """The original, taken for a transformer of a kind that no graph is built for."""
    monkeypatch.setattr(compiling, "read_bert", lambda transformer: None)


@pytest.fixture(scope="module")
def original(encoder_folder: Path) -> Source:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return load_source(pretrained_folder())


def test_compiled_vectors_are_close_to_the_original(
    encoder: EncoderPool, encoder_folder: Path, original: Source
) -> None:
    """Texts that were no probes are as close to sentence-transformers as the certificate says, short and long."""
    expected = original.encode(TEXTS)
    found = np.stack([encoder.windows(text, max_windows=1).pooled for text in TEXTS])
    cosines = np.sum(found * expected, axis=1)
    certificate = read_encoder_manifest(encoder_folder, "").certificate
    assert cosines.min() >= certificate.min_cosine - 0.01
    assert cosines.mean() >= 0.99
    assert certificate.mean_cosine >= 0.995
    assert certificate.worst_batch_cosine >= 0.99999


def test_the_exported_graph_is_exact_and_ignores_padding(original: Source, exported: Path) -> None:
    """Before quantising, the graph gives the original's vectors, for a text alone and beside a longer one."""
    onnxruntime = pytest.importorskip("onnxruntime")
    session = onnxruntime.InferenceSession(str(exported), providers=["CPUExecutionProvider"])
    tokenizer = original.model.tokenizer
    expected = original.encode(TEXTS[:2])
    batch = tokenizer(TEXTS[:2], padding=True, return_tensors="np")
    feed = {name: batch[name].astype(np.int64) for name in ("input_ids", "attention_mask")}
    np.testing.assert_allclose(session.run(None, feed)[0], expected, atol=1e-5)
    one = {name: values[1:, :3] for name, values in feed.items()}
    np.testing.assert_allclose(session.run(None, one)[0], expected[1:], atol=1e-5)


def test_a_form_too_far_from_the_original_is_refused(
    unknown: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When the certificate fails the error gives the figures and the remedy, and nothing is left at the target."""

    def elsewhere(self: Source, texts: Sequence[str]) -> Vectors:
        return -encode(self, texts)

    encode = Source.encode
    monkeypatch.setattr(Source, "encode", elsewhere)
    monkeypatch.setattr(compiling, "quantise", lambda model: None)  # what is refused is the distance, however it came
    with pytest.raises(CompileRefused, match=r"mean cosine -1\.0+ .* precision fp32"):
        compile_encoder(pretrained_folder(), tmp_path / "encoder")
    assert list(tmp_path.iterdir()) == []


def test_progress_runs_through_every_stage(at_hand: None, tmp_path: Path) -> None:
    """Compiling as fp32 reports each stage to its end, and the vectors are the original's, alone and in batches."""
    seen: list[tuple[str, int, int]] = []
    manifest = compile_encoder(
        pretrained_folder(),
        tmp_path / "encoder",
        progress=lambda stage, done, total: seen.append((stage, done, total)),
        precision="fp32",
    )
    assert manifest.certificate.min_cosine > 0.9999
    assert manifest.certificate.top1_agreement == 1.0
    assert (manifest.certificate.rank_changes, manifest.certificate.decision_flips) == (0, 0)
    assert manifest.batches
    assert list(dict.fromkeys(stage for stage, _, _ in seen)) == ["load", "build", "certify", "seal"]
    assert {(stage, total) for stage, done, total in seen if done == total} == {
        ("load", 1),
        ("build", 1),
        ("certify", len(SHORT) + len(LABELS)),
        ("seal", 1),
    }
    found = EncoderPool(tmp_path / "encoder", 1).encode_many(TEXTS[:2])
    np.testing.assert_allclose(found[0], EncoderPool(tmp_path / "encoder", 1).encode(TEXTS[0]), atol=1e-5)


def test_a_transformer_of_another_kind_takes_one_text_at_a_time(
    unknown: None, encoder: EncoderPool, tmp_path: Path
) -> None:
    """It is exported as it is; as int8 its vectors depend on the batch, which is measured, recorded and kept to."""
    manifest = compile_encoder(pretrained_folder(), tmp_path / "encoder")
    assert not manifest.batches
    assert manifest.certificate.worst_batch_cosine < 0.99999
    pool = EncoderPool(tmp_path / "encoder", 2)
    np.testing.assert_array_equal(pool.encode_many(SHORT), np.stack([pool.encode(text) for text in SHORT]))
    assert float(pool.encode(SHORT[0]) @ encoder.encode(SHORT[0])) > 0.97


def test_weights_of_other_bytes_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A package that carries other weights than the publisher's is not compiled."""
    (tmp_path / "model.safetensors").write_bytes(b"not the weights")
    package = ModuleType(compiling.PRETRAINED_PACKAGE)
    package.get_model_path = lambda: tmp_path  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, compiling.PRETRAINED_PACKAGE, package)
    with pytest.raises(WeightsDamaged, match="not the publisher's"):
        pretrained_folder()
    (tmp_path / "model.safetensors").unlink()
    with pytest.raises(WeightsMissing, match="signoff\\[models\\]"):
        pretrained_folder()


def test_a_missing_package_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without the extra `models`, the error names it."""
    monkeypatch.setitem(sys.modules, compiling.PRETRAINED_PACKAGE, None)
    with pytest.raises(WeightsMissing, match="signoff\\[models\\]"):
        pretrained_folder()


def test_a_model_that_is_not_here_is_not_downloaded(tmp_path: Path) -> None:
    """A name this machine does not have is refused by name; nothing is fetched."""
    pytest.importorskip("sentence_transformers")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with pytest.raises(WeightsMissing, match="nothing is downloaded"):
            compile_encoder(tmp_path / "no-such-model", tmp_path / "encoder")
