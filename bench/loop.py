"""The learning loop, closed over the API: reviews raise what is decided automatically, at the same alpha.

    python -m bench.loop [--data DIR] [--quick]

A real server with a workflow that was shown five examples a label. BANKING77's training messages come in as requests
and simulated people review what is held or drawn for a blind check; every 250 reviews one owner has a model trained,
it looks on in shadow, and another owner promotes it, or it is turned down for what the service says speaks against it.
After each step 400 test messages are asked without being recorded: what would be decided alone, and how much of that
is wrong. Then reviewers err, and the model that learned from them is not to be promoted; then the last promotion is
taken back. At last every decision is asked which model made it. All of it over REST. The plot is `.bench/loop.svg`.
"""

from __future__ import annotations

import argparse
import json
import random
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from rich.table import Table

from bench import cache
from bench.data import DEFAULT_DATA, ROOT, Message
from bench.decide_home import environment
from bench.learn_sets import Split, banking, few
from bench.loop_home import ALPHA, KEYS, make_home
from bench.loop_ledger import Named, named
from bench.loop_people import People, Share, people
from bench.loop_plot import Panel, svg
from bench.screen import say
from bench.server import free_port, serving
from service.client import Model, SignoffError
from service.learn.pilot.drawing import Series, plot

_SEED = 5
_ERRING = 0.25


@dataclass(frozen=True, slots=True)
class Size:
    """How much is done."""

    labels: int | None  #: None: all of them
    shots: int  #: examples of each label to begin with
    rounds: int  #: of reviews, after each of which a model is trained
    reviews: int  #: a round
    held_out: int  #: requests asked after each round
    compared: int  #: decisions a candidate is compared with
    erring: int  #: reviews at the end, a quarter of which give a wrong label
    plot: Path = cache.CACHE / "loop.svg"


FULL = Size(labels=None, shots=5, rounds=4, reviews=250, held_out=400, compared=60, erring=200)
QUICK = Size(
    labels=8, shots=5, rounds=1, reviews=200, held_out=100, compared=10, erring=60, plot=cache.CACHE / "loop-quick.svg"
)


@dataclass(frozen=True, slots=True)
class Step:
    """How things stood after some reviews."""

    what: str
    reviews: int
    model: Model
    share: Share | None  #: of requests held out, decided with this model; None: it never answered
    why: str = ""  #: it does not answer, or nothing is decided alone


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.loop", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA, help="folder of test data")
    parser.add_argument("--quick", action="store_true", help="about a minute: eight labels and one round")
    asked = parser.parse_args(arguments)
    print(json.dumps(run(asked.data, QUICK if asked.quick else FULL)))


def run(data: Path, size: Size) -> dict[str, object]:
    """Go round, show the table, draw the plot, return the figures."""
    began = time.monotonic()
    first, stream, held_out = messages(data, size)
    code = [ROOT / "index", ROOT / "service", ROOT / "bench" / "loop_home.py", data / "banking77" / "train.csv.gz"]
    made = cache.made(
        f"loop-{cache.digest([str(size), *code])}", lambda folder: make_home(folder, first, size.compared)
    )
    labels = sorted({message.label for message in first})
    with tempfile.TemporaryDirectory(prefix="run-", dir=cache.CACHE) as scratch:
        home, port = Path(scratch) / "home", free_port()
        shutil.copytree(made / "home", home)
        command = [sys.executable, "-m", "service", "serve", "--port", str(port)]
        keys = json.loads((made / KEYS).read_text(encoding="utf-8"))
        settings = environment(home, {"OMP_NUM_THREADS": "1"})
        with (
            serving(command, port, "/readyz", cache.CACHE / "loop.log", environment=settings) as server,
            people(server.url, keys, iter(stream), labels) as they,
        ):
            steps = go_round(they, held_out, size)
            found = named(they)
    show(steps, found, size)
    draw(steps, size.plot)
    return figures(steps, found, they) | {"seconds": round(time.monotonic() - began, 1)}


def messages(data: Path, size: Size) -> tuple[list[Message], list[Message], list[Message]]:
    """The first examples, the requests to come in random order, and the test messages that are only asked."""
    whole = banking(data)
    labels = set(sorted(whole.names)[: size.labels])
    train, test = (
        part.take([place for place, label in enumerate(part.labels) if label in labels])
        for part in (whole.train, whole.test)
    )
    first = _messages(few(train, size.shots, _SEED))
    stream = sorted(set(_messages(train)) - set(first))
    random.Random(_SEED).shuffle(stream)
    return first, stream, _messages(test.sample(size.held_out, _SEED))


def _messages(split: Split) -> list[Message]:
    return [Message(*each) for each in zip(split.texts, split.labels, strict=True)]


def go_round(they: People, held_out: Sequence[Message], size: Size) -> list[Step]:
    """From few examples to many reviews; then a bad model that is refused, then a good one that is taken back."""
    steps = [Step("begun", 0, they.answering(), they.measured(held_out))]
    say.print(told(steps[-1]))

    def tried(what: str) -> None:
        """A model is trained and looks on, and answers from now on unless something speaks against it."""
        reviews, model = they.reviews, they.trained()
        they.shadowed(model.id, size.compared)
        released = they.promoted(model.id)
        if isinstance(released, SignoffError):
            steps.append(Step(f"{what}, refused", reviews, they.ann.model(model.id), None, released.detail))
        else:
            steps.append(Step(f"{what}, promoted", reviews, they.ann.model(model.id), they.measured(held_out)))
        say.print(told(steps[-1]))

    for number in range(1, size.rounds + 1):
        they.work(size.reviews * number - they.reviews)
        tried("trained")
    they.work(size.erring, _ERRING, random.Random(_SEED))
    tried(f"trained with {they.flipped} wrong labels")
    if len(they.served) > 1:
        steps.append(Step("taken back", they.reviews, they.taken_back(), they.measured(held_out)))
        they.work(10)
        say.print(told(steps[-1]))
    return steps


def told(step: Step) -> str:
    """A line while it goes on."""
    share, refusal = step.share, step.model.refusal
    said = f"{share.automation:.1%} decided alone" if share else ""
    said += f", {share.error:.1%} of it wrong" if share and share.error is not None else ""
    why = step.why or (refusal["why"] if refusal else "")
    return f"{step.reviews:5} reviews: {step.what}: {'; '.join(filter(None, (said, why)))}"


def show(steps: Sequence[Step], found: Named, size: Size) -> None:
    title = (
        f"Reviews, and what is decided without people at alpha = {ALPHA:.0%} (dry runs of requests nobody learns from)"
    )
    table = Table(title=title)
    for column in ("reviews", "examples", "calibration", "use", "certified", "decided alone", "wrong"):
        table.add_column(column, justify="right")
    table.add_column("model")
    for step in steps:
        granted, share = certified(step.model), step.share
        cases = step.model.certificate or step.model.refusal or {}
        table.add_row(
            f"{step.reviews:,}",
            f"{step.model.examples:,}",
            str(cases.get("cases", "")),
            str(cases.get("use", "")),
            f"{granted:.1%}" if granted else "none",
            f"{share.automation:.1%}" if share else "",
            f"{share.error:.1%}" if share and share.error is not None else "",
            step.what,
        )
    say.print(table)
    say.print(
        f"{found.decisions:,} decisions, made by {found.turns} releases in turn; {found.misnamed} of them name another "
        f"model than the one that answered then. Plot: {size.plot.relative_to(ROOT)}"
    )


def certified(model: Model) -> float:
    """Share of its calibration cases that a model may decide alone."""
    return model.certificate["accepted"] / model.certificate["cases"] if model.certificate else 0.0


def draw(steps: Sequence[Step], file: Path) -> None:
    """How automation and error went with the reviews, without what came after them."""
    shown = [(step.reviews, step.share, certified(step.model)) for step in steps[:-1] if step.share]
    reviews = [each for each, _, _ in shown]
    erring = [(each, share.error) for each, share, _ in shown if share.error is not None]
    most = max(reviews)
    alone = plot(
        [
            Series(
                "decided alone of requests held out", reviews, [share.automation for _, share, _ in shown], dots=True
            ),
            Series(
                "of the calibration cases, by the certificate", reviews, [each for _, _, each in shown], dashed=True
            ),
        ],
        across=(0, most),
        up=(0, 1),
        percent_across=False,
    )
    wrong = plot(
        [
            Series("wrong among what was decided alone", [x for x, _ in erring], [y for _, y in erring], dots=True),
            Series("alpha: what is promised", [0, most], [ALPHA, ALPHA], dashed=True),
        ],
        across=(0, most),
        up=(0, 2 * ALPHA),
        percent_across=False,
    )
    says = f"After {most} reviews {shown[-1][1].automation:.0%} is decided alone, at {ALPHA:.0%} promised errors."
    panels = [Panel("Decided without people", "reviews", alone), Panel("Errors", "reviews", wrong)]
    file.write_text(svg(says, panels), encoding="utf-8")


def figures(steps: Sequence[Step], found: Named, they: People) -> dict[str, object]:
    kept = [(step.reviews, step.share) for step in steps if step.share]
    return {
        "alpha": ALPHA,
        "reviews": [reviews for reviews, _ in kept],
        "automation": [round(share.automation, 4) for _, share in kept],
        "errors": [None if share.error is None else round(share.error, 4) for _, share in kept],
        "certified": [round(certified(step.model), 4) for step in steps if step.share],
        "promoted": sum("promoted" in step.what for step in steps),
        "refused": sum(step.share is None for step in steps),
        "wrong_labels": they.flipped,
        "wrong_labels_refused": any(step.share is None for step in steps if "wrong labels" in step.what),
        "wrong_labels_doubted": any(step.model.doubtful for step in steps if "wrong labels" in step.what),
        "decisions": found.decisions,
        "turns": found.turns,
        "misnamed": found.misnamed,
    }


if __name__ == "__main__":
    main()
