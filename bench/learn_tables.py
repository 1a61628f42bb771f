"""The tables of bench.learn."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rich.table import Table

from bench.learn_best import Best
from bench.learn_figures import Curve, ece, said
from bench.learn_judged import Fitted, Judged
from bench.learn_promise import DELTA, SPLITS, Promise
from bench.learn_sets import LabelledSet
from service.learn.curves import aurc, coverage_at, excess_aurc


def heads_table(heads: Mapping[str, tuple[LabelledSet, Fitted]]) -> Table:
    headings = (
        "set",
        "examples",
        "labels",
        "accuracy",
        "AURC",
        "E-AURC",
        "ECE",
        "decided at 1 / 2 / 5 % error",
        "fitted in",
    )
    table = _table("The default head on the served encoder; shares decided by an oracle's threshold", headings)
    for name, (labelled, fitted) in heads.items():
        found = fitted.parts[0]
        decided = " / ".join(f"{coverage_at(*said(found), error):.1%}" for error in (0.01, 0.02, 0.05))
        table.add_row(
            name,
            f"{len(labelled.train.texts):,}",
            str(len(labelled.names)),
            f"{found.accuracy:.4f}",
            f"{aurc(*said(found)):.4f}",
            f"{excess_aurc(*said(found)):.4f}",
            f"{ece(found):.4f}",
            decided,
            f"{fitted.seconds:.1f} s",
        )
    return table


def promise_table(promised: Sequence[Promise], found: Judged) -> Table:
    title = (
        f"BANKING77: {SPLITS} random splits, delta = {DELTA:.0%}, error {1 - found.accuracy:.1%} when all is decided"
    )
    table = _table(
        title,
        ("alpha", "certified: broken", "truly", "decided", "refused", "usual threshold: broken", "truly", "decided"),
    )
    for each in promised:
        table.add_row(
            f"{each.alpha:.0%}",
            f"{each.certified.violations:.1%}",
            f"{each.certified.truly:.1%}",
            f"{each.certified.coverage:.1%}",
            f"{each.certified.refused:.1%}",
            f"{each.naive.violations:.1%}",
            f"{each.naive.truly:.1%}",
            f"{each.naive.coverage:.1%}",
        )
    return table


def curve_table(curves: Sequence[Curve]) -> Table:
    headings = ("labels", "accuracy", "decided at 5 % error by an oracle", "granted by the certificate")
    table = _table("BANKING77 with fewer labels", headings)
    for each in curves:
        table.add_row(f"{each.labels:,}", f"{each.accuracy:.4f}", f"{each.oracle:.1%}", f"{each.granted:.1%}")
    return table


def best_table(banking: Judged, clinc: Judged, frozen: Mapping[int, float], best: Best) -> Table:
    table = _table("Accuracy", ("set", "served encoder", "tuned encoder"))
    table.add_row("BANKING77", f"{banking.accuracy:.4f}", _said(best.banking))
    for each, accuracy in frozen.items():
        table.add_row(f"BANKING77, {each} examples a label", f"{accuracy:.4f}", _said(best.few.get(each)))
    table.add_row("CLINC150, in scope", f"{clinc.accuracy:.4f}", _said(best.clinc))
    return table


def _said(accuracy: float | None) -> str:
    return "not measured" if accuracy is None else f"{accuracy:.4f}"


def _table(title: str, headings: Sequence[str]) -> Table:
    table = Table(title=title)
    for place, heading in enumerate(headings):
        table.add_column(heading, justify="right" if place else "left")
    return table
