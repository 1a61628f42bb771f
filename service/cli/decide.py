"""Decide every row of a file."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from service.cli.opening import opened, operator
from service.cli.saying import plain, progress_shown, say


def decide(
    source: Annotated[Path, typer.Argument(help="CSV or JSON lines with a column `text`.")],
    workflow: Annotated[str, typer.Option(help="The workflow that decides.")],
    out: Annotated[Path, typer.Option("-o", "--out", help="Answers, one JSON object a line.")],
) -> None:
    """Decide every row of a file and record it all. Interrupted, it goes on where it stopped."""
    from service.usecases.decide_file import decide_file

    with opened() as house, progress_shown() as progress:
        report = decide_file(house, operator(), workflow, source, out, progress)
    _say_report(report, out)
    if report.bad:
        raise typer.Exit(1)


def _say_report(report: Any, out: Path) -> None:
    done = report.decided or 1
    say.print(f"\n{report.decided} of {report.rows} rows decided ({report.repeated} by an earlier run), in {out}")
    say.print("outcomes: " + ", ".join(f"{name} {n} ({n / done:.1%})" for name, n in report.outcomes.most_common()))
    if report.reasons:
        say.print("reasons:  " + ", ".join(f"{name} {n}" for name, n in report.reasons.most_common()))
    say.print(f"decided automatically: {report.automatic / done:.1%}")
    if report.labelled:
        say.print(f"label accuracy over all {report.labelled}: {report.right / report.labelled:.4f}")
    if report.automatic_labelled:
        error = report.automatic_wrong / report.automatic_labelled
        say.print(f"error among the {report.automatic_labelled} automatic ones: {error:.4f}")
    if report.bad:
        say.print(f"[yellow]{len(report.bad)} rows not decided, kept in {out}.rejects:[/]")
        for bad in report.bad[:10]:
            say.print(f"  {plain(str(bad))}")
