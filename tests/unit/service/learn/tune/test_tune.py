"""Tuning an encoder to labels. Needs the models extra; each method runs once on a model of two tiny layers."""

from __future__ import annotations

import importlib.util
import warnings
from pathlib import Path

import numpy as np
import pytest

from index.errors import TuningRefused
from service.learn.errors import CannotLearn
from service.learn.tune.compiled import compile_tuned, flipped
from service.learn.tune.options import Method, TuneOptions
from service.learn.tune.tune import tune

pytestmark = [
    pytest.mark.filterwarnings("ignore"),  # of torch, about itself
    pytest.mark.skipif(importlib.util.find_spec("sentence_transformers") is None, reason="needs the extra `models`"),
]

_WORDS = {
    "card": "card chip plastic debit contactless issued".split(),
    "transfer": "transfer send recipient account wire moved".split(),
    "rate": "rate exchange currency abroad euro convert".split(),
}
_FILLERS = "please my the is how why can not when I".split()


def _examples(each: int) -> tuple[list[str], list[tuple[str, ...]]]:
    rng = np.random.default_rng(0)
    texts: list[str] = []
    labels: list[tuple[str, ...]] = []
    for label, words in _WORDS.items():
        for _ in range(each):
            texts.append(" ".join([*rng.choice(_FILLERS, 3), *rng.choice(words, 2)][:: rng.choice([-1, 1])]))
            labels.append((label,))
    return texts, labels


@pytest.fixture(scope="module")
def tiny(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A transformer of two layers with random weights, which knows a few words."""
    import torch
    from sentence_transformers import SentenceTransformer
    from sentence_transformers.sentence_transformer import modules
    from tokenizers import Tokenizer
    from tokenizers.models import WordPiece
    from tokenizers.pre_tokenizers import Whitespace
    from tokenizers.processors import TemplateProcessing
    from transformers import BertConfig, BertModel, PreTrainedTokenizerFast

    folder = tmp_path_factory.mktemp("tiny")
    words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", *(word for part in (*_WORDS.values(), _FILLERS) for word in part)]
    vocabulary = {word: place for place, word in enumerate(words)}
    tokenizer = Tokenizer(WordPiece(vocabulary, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = Whitespace()
    tokenizer.post_processor = TemplateProcessing(single="[CLS] $A [SEP]", special_tokens=[("[CLS]", 2), ("[SEP]", 3)])
    torch.manual_seed(0)
    config = BertConfig(
        vocab_size=len(words), hidden_size=32, num_hidden_layers=2, num_attention_heads=2, intermediate_size=64
    )
    BertModel(config).save_pretrained(folder / "bert")
    PreTrainedTokenizerFast(
        tokenizer_object=tokenizer, pad_token="[PAD]", unk_token="[UNK]", cls_token="[CLS]", sep_token="[SEP]"
    ).save_pretrained(folder / "bert")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        transformer = modules.Transformer(str(folder / "bert"), max_seq_length=64)
        model = SentenceTransformer(
            modules=[transformer, modules.Pooling(32, "mean"), modules.Normalize()], device="cpu"
        )
    model.save(str(folder / "model"))
    return folder / "model"


@pytest.mark.parametrize(
    "method",
    [Method.FULL, *(pytest.param(each, marks=pytest.mark.slow) for each in Method if each is not Method.FULL)],
)
def test_labels_are_learned(tiny: Path, tmp_path: Path, method: Method) -> None:
    """Every method makes another model, by which examples that it did not learn from are told apart better."""
    texts, labels = _examples(40)
    options = TuneOptions(method, epochs=20, batch=16, rate=1e-3, layers=1, patience=20, threads=1)
    told: list[int] = []
    tuned = tune(
        texts, labels, tiny, tmp_path / "tuned", options, progress=lambda _what, done, _total: told.append(done)
    )
    report = tuned.report
    assert (tuned.folder / "modules.json").is_file()
    assert report.before is not None
    assert report.after is not None
    assert report.after.log_loss < report.before.log_loss
    assert report.after.accuracy > 0.8
    assert len(report.held) == 12
    assert told == sorted(told)
    assert report.to_json()["method"] == method


def test_less_is_learned_of_the_last_layer_and_least_by_lora(tiny: Path, tmp_path: Path) -> None:
    """The number of parameters that may change says which method it was."""
    texts, labels = _examples(8)
    learned = {}
    for method in (Method.FULL, Method.LAST, Method.LORA):
        options = TuneOptions(method, epochs=1, layers=1, rank=2, threads=1)
        learned[method] = tune(texts, labels, tiny, tmp_path / method, options).report.learned
    assert learned[Method.LORA] < learned[Method.LAST] < learned[Method.FULL]


def test_it_ends_when_the_time_is_up(tiny: Path, tmp_path: Path) -> None:
    """However many epochs were planned, a budget of a second is kept, and said to be the reason."""
    texts, labels = _examples(40)
    report = tune(
        texts, labels, tiny, tmp_path / "tuned", TuneOptions(epochs=10_000, held_out=0, threads=1, budget_seconds=1)
    ).report
    assert report.ended == "the budget of 1 s was spent"
    assert report.seconds < 10


def test_the_same_seed_gives_the_same_model(tiny: Path, tmp_path: Path) -> None:
    """Twice the same, and something else with another seed."""
    texts, labels = _examples(10)

    def vectors(name: str, seed: int) -> np.ndarray:
        from index.source import load_source

        options = TuneOptions(epochs=2, rate=1e-3, threads=1, seed=seed)
        return load_source(tune(texts, labels, tiny, tmp_path / name, options).folder).encode(texts)

    first, again, other = vectors("first", 0), vectors("again", 0), vectors("other", 1)
    assert np.allclose(first, again, atol=1e-5)
    assert not np.allclose(first, other, atol=1e-3)


@pytest.mark.slow
def test_several_labels_are_learned(tiny: Path, tmp_path: Path) -> None:
    """Texts that ask for two things at once carry both labels, and both are learned."""
    texts, labels = _examples(30)
    both = [f"{texts[place]} {texts[30 + place]}" for place in range(30)]
    report = tune(
        [*texts, *both],
        [*labels, *[("card", "transfer")] * 30],
        tiny,
        tmp_path / "tuned",
        TuneOptions(epochs=40, batch=16, rate=5e-3, held_out=0.2, patience=40, threads=1),
    ).report
    assert report.before is not None
    assert report.after is not None
    assert report.after.accuracy > max(0.6, report.before.accuracy)


def test_where_nothing_is_learned_it_says_so(tiny: Path, tmp_path: Path) -> None:
    """Without the time for a single step nothing is written, and the reason is told."""
    texts, labels = _examples(30)
    with pytest.raises(TuningRefused, match="no epoch did better on the 9 examples"):
        tune(texts, labels, tiny, tmp_path / "tuned", TuneOptions(threads=1, budget_seconds=1e-9))
    assert not (tmp_path / "tuned").exists()


def test_layers_that_are_not_there_cannot_be_tuned(tiny: Path, tmp_path: Path) -> None:
    """The refusal says how many there are."""
    texts, labels = _examples(5)
    with pytest.raises(TuningRefused, match="it has 2 layers"):
        tune(texts, labels, tiny, tmp_path / "tuned", TuneOptions(Method.LAST, layers=3, threads=1))


def test_a_teacher_of_other_texts_is_refused(tiny: Path, tmp_path: Path) -> None:
    """A teacher says one distribution for each text."""
    texts, labels = _examples(5)
    with pytest.raises(CannotLearn, match="does not fit 15 texts of 3 labels"):
        tune(texts, labels, tiny, tmp_path / "tuned", teacher=np.ones((15, 2)))


def test_flips_are_counted_by_the_nearest_mean() -> None:
    """A row that moved over to another label's mean is one flip."""
    original = np.array([[1, 0], [1, 0], [0, 1], [0, 1]], dtype=np.float32)
    moved = np.array([[1, 0], [0.4, 0.6], [0, 1], [0, 1]], dtype=np.float32)
    labels = [("x",), ("x",), ("y",), ("y",)]
    assert flipped(original, original, labels) == 0
    assert flipped(original, moved, labels) == 0.25
    assert flipped(original, original[:, ::-1].copy(), labels) == 0


@pytest.mark.slow
def test_a_tuned_encoder_serves(tmp_path: Path) -> None:
    """The default model, tuned and compiled, opens like any encoder and says in which precision and why."""
    from index.compile import pretrained_folder
    from index.encoder import open_encoder

    texts, labels = _examples(20)
    tuned = tune(texts, labels, pretrained_folder(), tmp_path / "tuned", TuneOptions(epochs=1, held_out=0, threads=1))
    compiled = compile_tuned(tuned.folder, tmp_path / "encoder", texts, labels)
    assert open_encoder(compiled.folder).encode("my card").shape == (384,)
    assert compiled.precision == "int8" or compiled.flips <= 0.001
    assert "decisions" in compiled.why
