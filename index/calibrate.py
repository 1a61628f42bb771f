"""How far each channel of a transformer reaches, found by running it over texts.

Two kinds of text: the starter documents, and token ids drawn at random over the whole vocabulary, which no language or
subject is left out of. None of them is a probe or belongs to a data set that a model is judged on.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import numpy as np
import numpy.typing as npt
import onnxruntime
from tokenizers import Tokenizer

from index.bert import Array, Bert
from index.graph import Place, Site, site_name

Ids = npt.NDArray[np.int64]  #: token ids, special ones included, shape (1, tokens)

_CORPORA = Path(__file__).parent / "corpora"
_DRAWN = 48  #: texts of random tokens, from two tokens to a full window
_READ = 96  #: tokens of each starter document
_FIXED: tuple[Place, ...] = ("attend", "mix", "up")  #: places of fixed scale in each layer


def calibration_ids(
    tokenizer: Tokenizer, front: Sequence[int], back: Sequence[int], room: int, vocabulary: int
) -> list[Ids]:
    """The texts as token ids between `front` and `back`, none with more than `room` tokens of its own."""
    drawn = np.random.default_rng(0)
    special = {*front, *back, *tokenizer.get_added_tokens_decoder()}
    plain = np.array([token for token in range(vocabulary) if token not in special])
    lengths = np.geomspace(2, room, _DRAWN).astype(int)
    texts = [list(drawn.choice(plain, length)) for length in lengths]
    documents = [file.read_text(encoding="utf-8") for file in sorted(_CORPORA.rglob("*.md"))]
    texts += [tokenizer.encode(document, add_special_tokens=False).ids[: min(room, _READ)] for document in documents]
    return [np.array([[*front, *text, *back]], dtype=np.int64) for text in texts]


def watched(bert: Bert) -> Iterator[Site]:
    """The places whose reach is needed."""
    for place in range(len(bert.layers)):
        for name in _FIXED:
            yield place, name


def find_reach(
    session: onnxruntime.InferenceSession,
    sites: Sequence[Site],
    texts: Sequence[Ids],
    progress: Callable[[int, int], None],
) -> dict[Site, Array]:
    """The largest absolute value of each channel over all texts and tokens; the session is of a watched graph."""
    names = [site_name(site) for site in sites]
    reach: dict[Site, Array] = {}
    for done, text in enumerate(texts, 1):
        for site, values in zip(sites, session.run(names, {"input_ids": text}), strict=True):
            here = np.abs(values).max(axis=(0, 1))
            reach[site] = np.maximum(reach.get(site, here), here)
        progress(done, len(texts))
    return reach
