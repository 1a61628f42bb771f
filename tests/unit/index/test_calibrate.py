from __future__ import annotations

from pathlib import Path

from index.calibrate import calibration_ids
from index.encoder import frame, load_tokenizer
from index.manifest import TOKENIZER_FILE


def test_calibration_sees_the_whole_vocabulary_and_real_texts(encoder_folder: Path) -> None:
    """Random tokens of every length and the starter documents, framed as texts are, the same ones each time."""
    tokenizer = load_tokenizer(encoder_folder / TOKENIZER_FILE)
    front, back = frame(tokenizer)
    texts = calibration_ids(tokenizer, front, back, 254, 30_522)
    assert all(text.shape[0] == 1 and list(text[0, :1]) == front and list(text[0, -1:]) == back for text in texts)
    lengths = [text.shape[1] for text in texts]
    assert (min(lengths), max(lengths)) == (4, 256)
    drawn = {int(token) for text in texts[:48] for token in text[0, 1:-1]}
    assert len(drawn) > 2000
    assert max(drawn) > 30_000
    assert not drawn & {*front, *back}
    assert any("overdraft" in tokenizer.decode(list(text[0])) for text in texts[48:])
    again = calibration_ids(tokenizer, front, back, 254, 30_522)
    assert all((one == other).all() for one, other in zip(texts, again, strict=True))
