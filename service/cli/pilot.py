"""`signoff pilot`: every way of deciding on your own requests, and which one to take."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.saying import plain, print_table, progress_shown, say

if TYPE_CHECKING:
    from service.learn.pilot.results import Tried
    from service.usecases.pilot import Reported


def pilot(
    data: Annotated[
        Path | None, typer.Argument(help="Labelled requests: CSV with the columns text,label, or JSON lines.")
    ] = None,
    pilot: Annotated[Path | None, typer.Option(help="Your answers and figures: see --questions.")] = None,
    test: Annotated[Path | None, typer.Option(help="Requests to be held out; else some of DATA are.")] = None,
    rules: Annotated[str | None, typer.Option(help="A rule pack to try alone: a folder, or a name.")] = None,
    encoder: Annotated[
        list[str] | None, typer.Option(help="A further sentence-transformers model by folder or name; may be repeated.")
    ] = None,
    minutes: Annotated[float, typer.Option(min=0.1, help="How long it may take.")] = 20.0,
    threads: Annotated[int | None, typer.Option(min=1, help="Threads for each way alike; one a core.")] = None,
    quick: Annotated[bool, typer.Option("--quick", help="Leave out searches for settings and tuned encoders.")] = False,
    out: Annotated[Path, typer.Option(help="The folder that the report is written to.")] = Path("pilot-report"),
    questions: Annotated[bool, typer.Option("--questions", help="Print a pilot.yaml to fill in, and end.")] = False,
) -> None:
    """Try rules, simple models, pre-trained and tuned ones on your requests, and say which to take."""
    if questions:
        from service.learn.pilot.owner import template

        print(template(), end="")
        return
    if data is None:
        raise typer.BadParameter("name the file of labelled requests", param_hint="DATA")
    from datetime import UTC, datetime

    from service.settings import load_settings
    from service.usecases.pilot import Asked, run_pilot

    asked = Asked(
        data=data,
        out=out,
        owner=pilot,
        test=test,
        rules=rules or "",
        encoders=tuple(encoder or ()),
        minutes=minutes,
        threads=threads,
        quick=quick,
    )
    try:
        with progress_shown() as progress:
            reported = run_pilot(load_settings(), asked, datetime.now(UTC), progress)
    except KeyboardInterrupt:
        say.print("interrupted: there is no report; what is encoded is kept for the next time")
        raise
    _show(reported)


def _show(reported: Reported) -> None:
    found, advice = reported.pilot, reported.advice
    alphas = found.owner.alphas
    headings = (
        "way",
        *(f"at {alpha:.4g}" for alpha in alphas),
        "right",
        "macro-F1",
        "AURC",
        "ECE",
        "ms p50",
        "s to learn",
    )
    print_table(headings, [_row(way) for way in found.ways])
    for each in found.left_out:
        say.print(f"[yellow]not tried to its end:[/] {plain(each.name)}: {plain(each.why)}")
    warnings = [finding for finding in found.findings if finding.weight == "warning"]
    for finding in warnings:
        say.print(f"[yellow]warning:[/] {plain(finding.words)}")
    say.print(f"\n[bold]{plain(advice.headline)}.[/]")
    for reason in advice.reasons:
        say.print(plain(reason))
    say.print(f"\n{plain(reported.html)} holds the report, {plain(reported.json)} every figure.")


def _row(way: Tried) -> tuple[str, ...]:
    figures, spent = way.figures, way.attempt.spent
    return (
        way.name,
        *(f"{each.certified:.0%}" if each.certified else "–" for each in figures.automation),
        f"{figures.accuracy.value:.1%}",
        f"{figures.macro_f1:.3f}",
        f"{figures.aurc:.4f}",
        f"{figures.ece:.3f}",
        "–" if spent.p50_ms is None else f"{spent.p50_ms:.1f}",
        f"{spent.teach_seconds:.0f}",
    )
