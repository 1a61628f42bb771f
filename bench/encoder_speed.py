"""How fast the served encoder is beside sentence-transformers in the same run, and what it loses for it.

    python -m bench.encoder_speed [--data DIR] [--quick]

Texts are BANKING77's test messages, each distinct, caches off, tokenizing included. One text: 15 tokens as the model
sees them, one thread, both sides in turns. Bulk: all messages together, both cores. Loss: `bench.encoder_loss`.
"""

from __future__ import annotations

import argparse
import json
import time
import warnings
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from rich.progress import BarColumn, MofNCompleteColumn, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars
from rich.table import Table

from bench.data import DEFAULT_DATA, read_messages
from bench.encoder_loss import Loss, Progress, losses, mean_loss
from bench.encoders import served
from bench.screen import say
from index.compile import pretrained_folder
from index.encoder import EncoderPool, cores

_TOKENS = 15  # of the one text, special ones counted
_QUICK_MISSING = 300  # texts that a quick run may encode for the loss


class Speed(NamedTuple):
    """Two encoders timed in turns."""

    ours: float
    theirs: float  #: sentence-transformers in float32


class Figures(NamedTuple):
    """All that is measured here."""

    one: Speed  #: ms, the middle of all runs of one text on one thread
    bulk: Speed  #: texts a second on all cores
    loss: dict[str, Loss | None]

    def keys(self) -> dict[str, float | None]:
        """The figures under their names in the benchmarks' JSON."""
        loss = mean_loss(self.loss)
        return {
            "encoder_p50_ms": round(self.one.ours, 3),
            "encoder_texts_s": round(self.bulk.ours, 1),
            "encoder_speedup": round(self.one.theirs / self.one.ours, 2),
            "encoder_bulk_speedup": round(self.bulk.ours / self.bulk.theirs, 2),
            "encoder_ndcg_loss": None if loss is None else round(loss, 4),
        }


def measure(data: Path, *, quick: bool, progress: Progress) -> Figures:
    """Speed and loss of the default served encoder."""
    texts = list(dict.fromkeys(message.text for message in read_messages(data / "banking77" / "test.csv.gz")))
    alone, pool, original = served(sessions=1), served(), _original()
    special = alone.max_tokens - alone.room
    fitting = [text for text in texts if alone.count_tokens(text) + special == _TOKENS]
    one = _one(fitting[: 40 if quick else 160], alone, original, progress)
    bulk = _bulk(texts[: 300 if quick else 1500], pool, original, rounds=1 if quick else 3, progress=progress)
    loss = losses(data, pool, served(precision="fp32"), progress, most=_QUICK_MISSING if quick else None)
    return Figures(one, bulk, loss)


def _original() -> Any:
    """The model as sentence-transformers runs it."""
    from sentence_transformers import SentenceTransformer
    from transformers.utils import logging

    quieten: Any = logging.disable_progress_bar
    quieten()  # the bars here are ours
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return SentenceTransformer(str(pretrained_folder()), device="cpu")


def _one(texts: Sequence[str], ours: EncoderPool, original: Any, progress: Progress) -> Speed:
    """Milliseconds for one text on one thread, in turns, so that what else the machine does falls on both alike."""
    import torch

    torch.set_num_threads(1)
    taken: tuple[list[float], list[float]] = ([], [])
    sides: tuple[Callable[[str], Any], ...] = (ours.encode, lambda text: original.encode(text, show_progress_bar=False))
    for encode in sides:
        for text in texts[:3]:
            encode(text)  # memory is set aside and caches are warm, as in a server at work
    for done, text in enumerate(texts, 1):
        for encode, times in zip(sides, taken, strict=True):
            begun = time.perf_counter()
            encode(text)
            times.append(1e3 * (time.perf_counter() - begun))
        progress("one text", done, len(texts))
    return Speed(*(float(np.median(times)) for times in taken))


def _bulk(texts: Sequence[str], ours: EncoderPool, original: Any, *, rounds: int, progress: Progress) -> Speed:
    """Texts a second on all cores, the best of some rounds in turns."""
    import torch

    torch.set_num_threads(cores())
    rates: tuple[list[float], list[float]] = ([], [])
    sides: tuple[Callable[[list[str]], Any], ...] = (
        ours.encode_many,
        lambda many: original.encode(many, batch_size=32, show_progress_bar=False),
    )
    for done in range(1, rounds + 1):
        for encode, found in zip(sides, rates, strict=True):
            begun = time.perf_counter()
            encode(list(texts))
            found.append(len(texts) / (time.perf_counter() - begun))
        progress("many texts", done, rounds)
    return Speed(*(max(found) for found in rates))


def tables(figures: Figures) -> tuple[Table, Table]:
    """For people."""
    speed = Table(title="Speed, in the same run")
    for heading in ("", "served", "sentence-transformers", "times"):
        speed.add_column(heading, justify="right" if heading else "left")
    one, bulk = figures.one, figures.bulk
    speed.add_row("one text of 15 tokens, one thread, p50 ms", *_cells(one, one.theirs / one.ours))
    speed.add_row("many short texts, all cores, texts/s", *_cells(bulk, bulk.ours / bulk.theirs))
    loss = Table(title="Dense nDCG@10")
    for heading in ("set", "float32", "served", "loss"):
        loss.add_column(heading, justify="left" if heading == "set" else "right")
    for name, each in figures.loss.items():
        cells = ("", "", "") if each is None else (*(f"{x:.4f}" for x in each), f"{each.exact - each.served:+.4f}")
        loss.add_row(name, *cells)
    return speed, loss


def _cells(speed: Speed, times: float) -> tuple[str, str, str]:
    return f"{speed.ours:.2f}", f"{speed.theirs:.2f}", f"{times:.1f}"


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA)
    parser.add_argument("--quick", action="store_true", help="within 50 s: fewer texts, loss of sets encoded already")
    asked = parser.parse_args(arguments)
    columns = (TextColumn("{task.description:<28}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Bars(*columns, console=say, transient=True) as bars:
        task = bars.add_task("", total=None)
        figures = measure(
            asked.data,
            quick=asked.quick,
            progress=lambda what, done, total: bars.update(task, description=what, completed=done, total=total),
        )
    for table in tables(figures):
        say.print(table)
    if absent := [name for name, each in figures.loss.items() if each is None]:
        say.print(f"encoder_ndcg_loss is null: {', '.join(absent)} not encoded yet; a run without --quick encodes them")
    print(json.dumps(figures.keys()))


if __name__ == "__main__":
    main()
