from __future__ import annotations

import json
import shutil
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from index import seal
from index.encoder import Encoder, EncoderPool, open_encoder
from index.errors import EncoderDamaged
from index.manifest import FORMAT, MODEL_FILE, SELFTEST_FILE, TOKENIZER_FILE, WEIGHTS_FILE, read_encoder_manifest

LONG = " ".join(
    f"On day {day} the customer wrote about payment {day * 37} and nobody answered; then, silence…" for day in range(60)
)


@pytest.fixture(scope="module")
def alone(encoder_folder: Path) -> Encoder:
    return open_encoder(encoder_folder)


def copy(folder: Path, target: Path) -> Path:
    shutil.copytree(folder, target)
    return target


def test_vectors_are_unit_and_repeat(alone: Encoder) -> None:
    """The same text gives bit for bit the same vector of unit length."""
    vector = alone.encode("Where is my card?")
    assert vector.shape == (384,)
    assert vector.dtype == np.float32
    assert float(np.linalg.norm(vector)) == pytest.approx(1.0, abs=1e-5)
    np.testing.assert_array_equal(vector, alone.encode("Where is my card?"))


def test_meaning_is_near(alone: Encoder) -> None:
    """A paraphrase is nearer than another matter."""
    asked, same, other = (
        alone.encode(text) for text in ("my card was stolen", "someone took my debit card", "interest rates")
    )
    assert asked @ same > asked @ other + 0.2


def test_a_long_text_is_seen_whole(alone: Encoder) -> None:
    """Windows of a long text cover every code point, none is longer than the encoder reads, and all are complete."""
    windows = alone.windows(LONG)
    assert alone.count_tokens(LONG) > 3 * alone.room
    assert len(windows.spans) == len(windows.vectors) > 3
    assert set().union(*(range(*span) for span in windows.spans)) == set(range(len(LONG)))
    assert all(alone.count_tokens(LONG[start:end]) <= alone.room + 2 for start, end in windows.spans)
    assert windows.complete
    assert -1 <= windows.agreement < 1
    assert float(np.linalg.norm(windows.pooled)) == pytest.approx(1.0, abs=1e-5)


def test_the_end_of_a_long_text_counts(alone: Encoder) -> None:
    """A last sentence changes the vector of a long text: nothing is cut."""
    assert not np.array_equal(alone.encode(LONG), alone.encode(LONG + " Please close my account."))


def test_more_windows_than_the_limit_are_owned_up_to(alone: Encoder) -> None:
    """With too few windows allowed the first ones are used and the result says that it is not complete."""
    whole, part = alone.windows(LONG), alone.windows(LONG, max_windows=2)
    assert not part.complete
    assert part.spans == whole.spans[:2]
    np.testing.assert_array_equal(part.vectors, whole.vectors[:2])
    assert alone.windows("short", max_windows=1).complete
    with pytest.raises(ValueError, match="at least 1"):
        alone.windows("short", max_windows=0)


@pytest.mark.parametrize("text", ["", " \n\t ", "\x07", "🙂" * 50, "x" * 5000, "…"])
def test_odd_texts_have_a_vector_and_a_whole_span(alone: Encoder, text: str) -> None:
    """Nothing, white space, controls, symbols and endless words are encoded like any text."""
    windows = alone.windows(text)
    assert np.isfinite(windows.pooled).all()
    assert windows.spans[0][0] == 0
    assert windows.spans[-1][1] == len(text)


def test_vectors_handed_out_cannot_be_changed(encoder_folder: Path) -> None:
    """A caller cannot spoil the cache for the others."""
    pool = EncoderPool(encoder_folder, 1, cache=4)
    with pytest.raises(ValueError, match="read-only"):
        pool.encode("hello")[0] = 9.0


def test_a_pool_gives_the_same_vectors_from_many_threads(alone: Encoder, encoder_folder: Path) -> None:
    """Texts encoded side by side have exactly the vectors they have alone, in their order."""
    texts = [f"request number {place} about cards" for place in range(20)] + [LONG]
    expected = np.stack([alone.encode(text) for text in texts])
    pool = EncoderPool(encoder_folder, 2, cache=16)
    with ThreadPoolExecutor(6) as threads:
        together = np.stack(list(threads.map(pool.encode, texts * 3)))
    np.testing.assert_array_equal(together, np.tile(expected, (3, 1)))
    assert (pool.digest, pool.dim, pool.room) == (alone.digest, alone.dim, alone.room)


def test_bulk_work_gives_the_vectors_that_texts_have_alone(alone: Encoder, encoder_folder: Path) -> None:
    """Batches of equal length change no vector by more than rounding, short texts or long ones, in their order."""
    texts = [f"request number {place} about {'cards ' * (place % 5)}" for place in range(60)] + [LONG, "", "ok"]
    expected = np.stack([alone.encode(text) for text in texts])
    seen: list[tuple[int, int]] = []
    pool = EncoderPool(encoder_folder, 2, cache=16)
    found = pool.encode_many(texts, lambda done, total: seen.append((done, total)))
    assert alone.batches
    assert float(np.sum(found * expected, axis=1).min()) >= 0.99999
    assert seen == sorted(seen)
    assert seen[-1] == (len(texts), len(texts))
    assert pool.encode_many([]).shape == (0, 384)


def test_a_borrowed_session_is_returned_after_an_error(encoder_folder: Path) -> None:
    """A text that cannot be encoded does not cost the pool a session."""
    pool = EncoderPool(encoder_folder, 1, cache=0)
    for _ in range(3):
        with pytest.raises((TypeError, UnicodeEncodeError)):
            pool.encode("\ud800")
    done = threading.Event()

    def work() -> None:
        pool.encode("still at work")
        done.set()

    threading.Thread(target=work, daemon=True).start()
    assert done.wait(60)


def test_the_cache_knows_limits_apart(encoder_folder: Path) -> None:
    """The same text with another window limit is another answer."""
    pool = EncoderPool(encoder_folder, 1, cache=8)
    assert pool.windows(LONG).complete
    assert not pool.windows(LONG, max_windows=1).complete
    assert pool.windows(LONG).complete


def test_a_pool_needs_a_session(encoder_folder: Path) -> None:
    """A pool of no sessions would wait for ever, so it is refused."""
    with pytest.raises(ValueError, match="at least one session"):
        EncoderPool(encoder_folder, 0)


@pytest.mark.parametrize("name", [MODEL_FILE, WEIGHTS_FILE, TOKENIZER_FILE, SELFTEST_FILE])
@pytest.mark.parametrize("harm", ["flip", "cut", "remove"])
def test_a_damaged_file_is_refused_before_it_is_opened(
    encoder_folder: Path, tmp_path: Path, name: str, harm: str
) -> None:
    """A changed, cut or missing file is named, with the remedy; the model is never run."""
    folder = copy(encoder_folder, tmp_path / "encoder")
    content = bytearray((folder / name).read_bytes())
    if harm == "remove":
        (folder / name).unlink()
    else:
        content[len(content) // 2] ^= 1
        (folder / name).write_bytes(content if harm == "flip" else content[:-1])
    with pytest.raises(EncoderDamaged, match="signoff encoder compile") as caught:
        open_encoder(folder)
    assert caught.value.place.endswith(name)


def test_a_missing_folder_is_refused(tmp_path: Path) -> None:
    """No encoder at all is the same clear error."""
    with pytest.raises(EncoderDamaged, match="signoff encoder compile"):
        open_encoder(tmp_path / "nowhere")


def test_other_arithmetic_is_noticed_at_opening(encoder_folder: Path, tmp_path: Path) -> None:
    """A runtime that computes other vectors than the certified ones is refused, though every file is whole."""
    folder = copy(encoder_folder, tmp_path / "encoder")
    manifest = json.loads((folder / seal.MANIFEST).read_text())
    expected = json.loads((folder / SELFTEST_FILE).read_text())
    expected["vectors"][0] = expected["vectors"][1]
    (folder / SELFTEST_FILE).write_text(json.dumps(expected))
    (folder / seal.MANIFEST).unlink()
    seal.seal(folder, {key: value for key, value in manifest.items() if key not in {"digest", "files"}})
    with pytest.raises(EncoderDamaged, match="computes another vector"):
        open_encoder(folder)


def test_the_manifest_tells_what_was_compiled(encoder_folder: Path, alone: Encoder) -> None:
    """Digest, window and certificate can be read without opening the model."""
    manifest = read_encoder_manifest(encoder_folder, "")
    assert manifest.digest == alone.digest
    assert (manifest.dim, manifest.max_tokens, manifest.precision, manifest.pooling) == (384, 256, "int8", "mean")
    assert manifest.certificate.mean_cosine >= 0.985


def test_a_manifest_without_its_fields_is_refused(encoder_folder: Path, tmp_path: Path) -> None:
    """A sealed folder that is no encoder is not taken for one."""
    folder = copy(encoder_folder, tmp_path / "encoder")
    (folder / seal.MANIFEST).unlink()
    seal.seal(folder, {"format": FORMAT, "dim": 384})
    with pytest.raises(EncoderDamaged, match="a field is missing"):
        open_encoder(folder)
