"""How well labels are learned, and whether what is promised of them holds: BANKING77 and CLINC150.

    python -m bench.learn [--data DIR] [--quick]

The served encoder and the default head, then what tuning the encoder adds. Nothing is chosen by a test split: settings
and temperatures by folds of the training examples or by a part of them that was held out, the way an encoder is tuned
by parts of BANKING77's training examples alone. Few-shot figures are means over five random draws from the training
examples; a draw is all that is learned from, with the labels' names as definitions, as a workflow has them. AURC, ECE
(15 bins) and the guarantee are of the default head on all test requests. A threshold of the open set is the one that
keeps 95 % of the test requests, as is usual; beside it stands what the threshold of the validation requests does.

The guarantee: of the judged test requests 1,500 are drawn as calibration cases and the others check, 200 times over.
The others are as few as 1,580, so that their error scatters about the true one and a promise that is kept looks broken
now and then; `violations_truly` counts against the true error (see `learn_promise`).
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from bench.data import DEFAULT_DATA
from bench.encoders import served
from bench.learn_best import Best, best_of, fewest
from bench.learn_figures import Bars, Curve, curve, ece, lesson, open_set, rounded, said
from bench.learn_judged import judged
from bench.learn_promise import promises
from bench.learn_sets import Split, banking, clinc
from bench.learn_tables import best_table, curve_table, heads_table, promise_table
from bench.screen import say
from service.learn.curves import aurc

SHOTS = (5, 10)
LABELS = (500, 1_000, 2_000)
_QUICK = 500  # examples of each part to learn from; fitting takes nearly all of the time


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA)
    parser.add_argument("--quick", action="store_true", help="within 50 s: samples, and no encoder is tuned")
    asked = parser.parse_args(arguments)
    columns = (TextColumn("{task.description:<40}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=say, transient=True) as progress:
        figures = measured(asked.data, Bars(progress), quick=asked.quick)
    print(json.dumps(figures))


def measured(data: Path, bars: Bars, *, quick: bool) -> dict[str, Any]:
    """All figures; tables are printed as they are found."""
    most = _QUICK if quick else None
    whole, requests = banking(data), clinc(data).sample(most)
    banks = whole.sample(most)
    encoder = served()
    first = judged(lesson(banks), [banks.test], encoder, bars.of("BANKING77"))
    parts = [requests.test, requests.valid, Split(requests.outside, [""] * len(requests.outside))]
    second = judged(lesson(requests), parts, encoder, bars.of("CLINC150"))
    heads = {"BANKING77": (banks, first), "CLINC150": (requests, second)}
    say.print(heads_table(heads))
    opened = open_set(*second.parts)
    say.print(
        f"no label: AUROC of the energy {opened.auroc:.4f}; {opened.caught:.1%} caught where 95 % are kept; the "
        f"threshold of the validation requests keeps {opened.kept_beside:.1%} and catches {opened.caught_beside:.1%}"
    )
    promised = promises(first.parts[0], calibration=min(1_500, len(banks.test.texts) // 2))
    say.print(promise_table(promised, first.parts[0]))
    curves = [] if quick else [curve(whole, count, encoder, bars) for count in LABELS]
    frozen = {} if quick else {each: fewest(whole, each, encoder, bars) for each in SHOTS}
    best = Best(None, None, {}) if quick else best_of(whole, requests, SHOTS, bars)
    if quick:
        say.print(
            "banking77_best, banking77_5shot, banking77_10shot and clinc150_in_scope are null: they tune an encoder. "
            "Figures of few labels are null: each takes a fit of its own."
        )
    else:
        say.print(curve_table(curves))
    say.print(best_table(first.parts[0], second.parts[0], frozen, best))
    return {
        "banking77_full": rounded(first.parts[0].accuracy),
        "banking77_best": rounded(best.banking),
        **{f"banking77_{each}shot": rounded(best.few.get(each)) for each in SHOTS},
        "clinc150_in_scope": rounded(best.clinc),
        "clinc150_auroc": rounded(opened.auroc),
        "clinc150_oos_recall_keep95": rounded(opened.caught),
        "aurc_banking77": rounded(aurc(*said(first.parts[0]))),
        "aurc_clinc150": rounded(aurc(*said(second.parts[0]))),
        "ece_max": rounded(max(ece(first.parts[0]), ece(second.parts[0]))),
        "violations": {str(each.alpha): rounded(each.certified.violations) for each in promised},
        "coverage": {str(each.alpha): rounded(each.certified.coverage) for each in promised},
        "naive_violations": {str(each.alpha): rounded(each.naive.violations) for each in promised},
        "violations_truly": {str(each.alpha): rounded(each.certified.truly) for each in promised},
        "naive_violations_truly": {str(each.alpha): rounded(each.naive.truly) for each in promised},
        "refused": {str(each.alpha): rounded(each.certified.refused) for each in promised},
        "oracle_coverage": {str(count): _of(curves, count, "oracle") for count in LABELS},
        "granted_coverage": {str(count): _of(curves, count, "granted") for count in LABELS},
        "clinc150_default": rounded(second.parts[0].accuracy),
        **{f"banking77_{each}shot_frozen": rounded(frozen.get(each)) for each in SHOTS},
        "fit_s_banking77": round(first.seconds, 1),
    }


def _of(curves: Sequence[Curve], labels: int, name: str) -> float | None:
    return next((rounded(getattr(each, name)) for each in curves if each.labels == labels), None)


if __name__ == "__main__":
    main()
