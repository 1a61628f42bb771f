"""Fit retrieval to your own words, and take it back."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.opening import by, opened
from service.cli.reading import one_of
from service.cli.rules.arguments import AcceptNone
from service.cli.saying import plain, print_table, progress_shown, say

if TYPE_CHECKING:
    from collections.abc import Iterator

    from index.quality import Interval
    from index.tuning.compare import Comparison
    from service.usecases.release_tuned import Released


def encoder_tune(
    workflow: Annotated[str, typer.Argument(help="The workflow's name.")],
    pairs: Annotated[Path | None, typer.Option(help='JSON lines: {"text": "…", "documents": ["id"]}')] = None,
    queries: Annotated[Path | None, typer.Option(help="Queries in the BEIR layout; with --qrels.")] = None,
    qrels: Annotated[Path | None, typer.Option(help="Their judgements: query-id, corpus-id, score.")] = None,
    examples: Annotated[
        bool, typer.Option("--examples", help="Learn from the workflow's examples and their labels' documents.")
    ] = False,
    reviews: Annotated[bool, typer.Option(help="Learn from the passages that reviewers marked.")] = True,
    structure: Annotated[
        bool, typer.Option("--structure", help="Learn from titles and headings too; without questions: always.")
    ] = False,
    method: Annotated[str, typer.Option(help="adapter (seconds), lora or full (minutes, with the models extra).")] = (
        "adapter"
    ),
    source: Annotated[
        Path | None, typer.Option(help="lora, full: folder of a sentence-transformers model to begin from.")
    ] = None,
    epochs: Annotated[int, typer.Option(min=1, help="lora, full: passes over what is learned from, at most.")] = 3,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Show what it gains, and release nothing.")] = False,
) -> None:
    """Learn from questions and the documents that answer them, and release what is better on other questions."""
    from service.usecases.tune_encoder import Method, Plan, tune
    from service.usecases.tuning_questions import Sources

    plan = Plan(
        workflow=workflow,
        sources=Sources(reviews, pairs, queries, qrels, examples),
        method=one_of(Method, method, "--method"),
        structure=structure,
        source=source,
        epochs=epochs,
        dry_run=dry_run,
    )
    with opened() as house, progress_shown() as progress:
        tuned = tune(house, plan, by(), progress)
    say.print(f"Learned from {plain(tuned.learned)}: {plain(tuned.what)}. Judged by {plain(tuned.judged_by)}.")
    for sentence in tuned.left_out:
        say.print(f"[yellow]{plain(sentence)}[/]")
    headings = ("questions not learned from", "search", "nDCG@10", "after", "gain (95 %)", "recall@10", "after")
    print_table(headings, [*_rows("all", tuned.judged), *_rows("about documents new to it", tuned.new)])
    if not tuned.verdict.better:
        say.print(f"[yellow]Not kept:[/] {plain(tuned.verdict.why)}. What answers stays as it is.")
        raise typer.Exit(1)
    if tuned.released is None:
        say.print(f"Better: {plain(tuned.verdict.why)}. Without --dry-run it is released.")
        return
    say.print(f"Better: {plain(tuned.verdict.why)}.")
    _say_released(workflow, tuned.released)
    say.print(f"To take it back: signoff encoder rollback {workflow} --why …")


def encoder_rollback(
    workflow: Annotated[str, typer.Argument(help="The workflow's name.")],
    why: Annotated[str, typer.Option(help="The reason.")],
    accept_none: AcceptNone = False,
) -> None:
    """Undo the last tuning: encoder, adapter and classifier answer as before, under today's rules."""
    from service.usecases.release_tuned import take_back

    with opened() as house, progress_shown() as progress:
        _say_released(workflow, take_back(house, workflow, by(), why, progress, accept_none=accept_none))


def _say_released(workflow: str, released: Released) -> None:
    before, after = released.automation
    say.print(
        f"[bold]{plain(workflow)}[/] answers by {released.id}, before by {released.before}; "
        f"automation {before:.0%} → {after:.0%} of the calibration cases."
    )
    if released.refusal:
        say.print(f"[yellow]No certificate, so people decide everything:[/] {plain(released.refusal)}")


def _rows(who: str, comparison: Comparison | None) -> Iterator[tuple[str, ...]]:
    for way, change in comparison.ways.items() if comparison else ():
        yield (
            f"{who}: {comparison.questions if comparison else 0}",
            way,
            f"{change.before.ndcg.mean:.4f}",
            f"{change.after.ndcg.mean:.4f}",
            _gain(change.gain),
            f"{change.before.recall.mean:.3f}",
            f"{change.after.recall.mean:.3f}",
        )


def _gain(gain: Interval) -> str:
    return f"{gain.mean:+.4f} ({gain.low:+.4f} to {gain.high:+.4f})"
