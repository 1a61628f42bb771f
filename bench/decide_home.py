"""The home folder that `bench.decide` serves from, made by Signoff's own commands as a user would make it.

A workflow of BANKING77's labels with SciFact's documents, every label allowed when it is sure, under 1,000 generated
rules. Made once and kept; each run serves from a copy.
"""

from __future__ import annotations

import csv
import os
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from bench import cache, rule_pack
from bench.data import ROOT, Message, read_documents, read_messages, write_lines
from index.compile import compile_encoder, pretrained_folder
from service.settings import Settings
from service.usecases.initialise import prepare_home

WORKFLOW = "decide-bench"
PACK = "generated"


@dataclass(frozen=True, slots=True)
class Size:
    """How much goes in; None: all of the data."""

    rules: int = 1_000
    documents: int | None = None
    labels: int | None = None

    def __str__(self) -> str:
        documents = "SciFact's documents" if self.documents is None else f"{self.documents} documents"
        labels = "BANKING77's labels" if self.labels is None else f"{self.labels} labels"
        return f"{documents}, {labels}, {self.rules:,} rules"

    def keep(self, messages: Sequence[Message]) -> list[Message]:
        """Those of the labels that go in, the first in the alphabet."""
        labels = sorted({message.label for message in messages})[: self.labels]
        return [message for message in messages if message.label in labels]


FULL = Size()
SAMPLE = Size(rules=100, documents=40, labels=4)  #: what `--quick` makes when nothing is there yet


def name_of(data: Path, size: Size) -> str:
    """The cached folder's name, from the data, the rules, and the code that embeds, fits and stores them."""
    code = [ROOT / "index", ROOT / "service" / "learn", ROOT / "service" / "store"]
    own = [Path(__file__), Path(rule_pack.__file__)]
    files = [data / "banking77" / "train.csv.gz", data / "scifact" / "corpus.jsonl.gz"]
    return f"decide-{cache.digest([str(size), *own, *files, *code])}"


def make_home(data: Path, size: Size, folder: Path, until: float | None = None) -> None:
    """Fill `folder` with `home` (served from), `key` (a caller's) and `input` (what it was made from).

    subprocess.TimeoutExpired when it is not done at `until` on the monotonic clock.
    """
    sources = folder / "input"
    sources.mkdir()
    documents = read_documents(data / "scifact" / "corpus.jsonl.gz")
    write_lines(sources / "documents.jsonl", documents[: size.documents])
    _write_examples(sources / "examples.csv", size.keep(read_messages(data / "banking77" / "train.csv.gz")))
    rule_pack.write_pack(sources / PACK, size.rules)

    home = folder / "home"
    # What `signoff init` does, but for the starter workflow: it would be served along and measured along.
    prepare_home(Settings(home=home), _tell, seed=compiled_encoder())
    create = ["workflow", "create", WORKFLOW, "--examples", str(sources / "examples.csv")]
    create += ["--documents", str(sources / "documents.jsonl"), "--rules", str(sources / PACK)]
    signoff(home, *create, "--outcome", "allow", "--attested-by", "bench", until=until)
    key = signoff(home, "keys", "create", "bench", "--role", "caller", until=until).strip()
    (folder / "key").write_text(key, encoding="utf-8")


def compiled_encoder() -> Path:
    """A folder with the default encoder, compiled: it takes a while and depends on nothing but `index`.

    A seed as `prepare_home` takes it, in which nothing was learned yet.
    """

    def compile_into(folder: Path) -> None:
        compile_encoder(pretrained_folder(), folder / "encoder", progress=_tell)

    folder = cache.made(f"encoder-{cache.digest([ROOT / 'index'])}", compile_into)
    (folder / "models").mkdir(exist_ok=True)
    return folder


def signoff(home: Path, *arguments: str, until: float | None = None) -> str:
    """Run one command on this home folder, its progress shown; what it prints to standard output."""
    command = [sys.executable, "-m", "service", *arguments]
    print(f"$ signoff {' '.join(arguments[:3])}", file=sys.stderr, flush=True)
    left = None if until is None else max(0.0, until - time.monotonic())
    ended = subprocess.run(command, env=environment(home), stdout=subprocess.PIPE, text=True, check=True, timeout=left)
    return ended.stdout


def _tell(what: str, done: int, total: int) -> None:
    if done == total:
        print(what, file=sys.stderr, flush=True)


def environment(home: Path, settings: Mapping[str, str] | None = None) -> dict[str, str]:
    """This process's environment with these settings of Signoff and no other."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("SIGNOFF_")}
    return {**kept, "SIGNOFF_HOME": str(home), **(settings or {})}


def _write_examples(file: Path, messages: Sequence[Message]) -> None:
    """Text, label and one column an attribute, as every request carries them."""
    with file.open("w", encoding="utf-8", newline="") as out:
        writer = csv.DictWriter(out, ["text", "label", *rule_pack.ATTRIBUTES])
        writer.writeheader()
        for place, message in enumerate(messages):
            attributes = rule_pack.attributes_of(place)
            listed = {name: ";".join(value) for name, value in attributes.items() if isinstance(value, list)}
            writer.writerow({"text": message.text, "label": message.label, **attributes, **listed})
