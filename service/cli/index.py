"""Snapshots, and how what is found in them is ranked."""

from __future__ import annotations

from json import dumps
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.opening import by, opened
from service.cli.rules.arguments import AcceptNone
from service.cli.saying import plain, print_table, progress_shown, say
from service.errors import BadRequest

if TYPE_CHECKING:
    from index.quality import Interval
    from service.usecases.learn_ranking import LearntRanking

app = typer.Typer(no_args_is_help=True, help="Snapshots, and how what is found in them is ranked.")


@app.command("build")
def index_build(
    workflow: Annotated[str | None, typer.Option(help="One workflow; all if not named.")] = None,
    accept_none: AcceptNone = False,
) -> None:
    """Build the snapshots anew from the database and release them."""
    from service.usecases.rebuild_snapshot import rebuild

    with opened() as house, progress_shown() as progress:
        for release in rebuild(house, workflow, by(), progress, accept_none=accept_none):
            say.print(f"released {release}")


@app.command("eval")
def index_eval(
    workflow: Annotated[str, typer.Argument(help="The workflow's name.")],
    queries: Annotated[Path, typer.Option(help='JSON lines: {"_id": "…", "text": "…"}, as in BEIR.')],
    qrels: Annotated[Path, typer.Option(help="Right documents: query-id, corpus-id and score, separated by tabs.")],
    group: Annotated[list[str] | None, typer.Option(help="Search as a caller of this group; may be repeated.")] = None,
    html: Annotated[Path | None, typer.Option(help="Write the report with plots and worst queries here.")] = None,
    json: Annotated[Path | None, typer.Option(help="Write every figure here.")] = None,
) -> None:
    """How well the right documents are found: as ranked, by meaning alone, by words alone."""
    from index.quality_report import MEASURES, to_html, to_json
    from service.usecases.evaluate_retrieval import evaluate
    from service.usecases.judged_queries import read_judged_queries

    _refuse_unwritable(html, json)
    judged = read_judged_queries(queries, qrels)
    with opened() as house, progress_shown() as progress:
        quality, about = evaluate(house, workflow, judged, frozenset(group or ()), progress)
    headings = ("way of searching", *(cell for _, label in MEASURES for cell in (label, "95 % interval")))
    rows = [
        (name, *(cell for field, _ in MEASURES for cell in _row(getattr(way, field))))
        for name, way in quality.ways.items()
    ]
    print_table(headings, rows)
    if quality.gain is not None:
        mean, between = _row(quality.gain, sign="+")
        say.print(f"as ranked against {quality.rival}: {mean} nDCG@10 (95 % interval {between}, by pairs)")
        if quality.gain.low <= 0 <= quality.gain.high:
            say.print("[yellow]These queries do not tell the two apart.[/]")
    say.print(f"{quality.queries} queries with a known right document")
    if quality.unjudged:
        say.print(f"left out, because no right document of theirs can be found here: {quality.unjudged}")
    for name, value in about.facts.items():
        say.print(f"[dim]{plain(name)}: {plain(value)}[/]")
    if html is not None:
        _write(html, to_html(quality, about))
    if json is not None:
        _write(json, dumps(to_json(quality, about), indent=1, ensure_ascii=False) + "\n")


@app.command("weights")
def index_weights(
    workflow: Annotated[str, typer.Argument(help="The workflow's name.")],
    pairs: Annotated[
        Path | None, typer.Option(help='JSON lines: {"text": "…", "documents": ["id"], "attributes": {…}}')
    ] = None,
    reviews: Annotated[bool, typer.Option(help="Learn from the passages that reviewers marked.")] = True,
    write: Annotated[bool, typer.Option("--write", help="Put better weights into the workflow's file.")] = False,
) -> None:
    """Learn what meaning, words and signals should weigh, and show whether that finds the right documents sooner."""
    from index.signals.learn import TooFew
    from service.usecases.learn_ranking import learn_ranking, write_weights

    with opened() as house:
        with progress_shown() as progress:
            learned = learn_ranking(house, workflow, pairs=pairs, reviews=reviews, progress=progress)
        _say_grounds(learned)
        learnt = learned.learnt
        if isinstance(learnt, TooFew):
            say.print(
                f"[yellow]Nothing learned:[/] {learnt.teaching} of {learnt.queries} requests have a right document "
                f"among those found, and {learnt.needed} are needed. The present weights stay."
            )
            raise typer.Exit(1)
        present = learned.ranking.weights
        total = sum(present.values())
        rows = [
            (part, f"{present.get(part, 0.0) / total:.3f}", f"{weight:.3f}") for part, weight in learnt.weights.items()
        ]
        print_table(("part", "share now", "share learned"), rows)
        now, after = learnt.before, learnt.after
        print_table(
            ("nDCG@10", "mean", "95 % interval"),
            [("now", *_row(now)), ("learned, on others", *_row(after)), ("gain", *_row(learnt.gain, sign="+"))],
        )
        if learnt.missed:
            say.print(f"For {learnt.missed} of {learnt.queries} requests no right document was found at all.")
        if not learnt.better:
            say.print("The gain is no more than chance may give: the present weights stay.")
        elif write:
            path = write_weights(house, learned)
            say.print(f"written to {plain(path)}; take it over with: signoff rules reload")
        else:
            say.print("The learned weights are better. --write puts them into the workflow's file.")


def _say_grounds(learned: LearntRanking) -> None:
    say.print(f"{learned.reviewed} requests from reviews, {learned.written} from the file.")
    if learned.gone:
        say.print(f"[yellow]{learned.gone} left out:[/] their documents are not approved, in force and visible now.")


def _refuse_unwritable(*paths: Path | None) -> None:
    """Before minutes of searching, not after."""
    for path in paths:
        if path is not None and (path.is_dir() or not path.absolute().parent.is_dir()):
            raise BadRequest(f"{path} cannot be written", remedy="name a file in a folder that there is")


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise BadRequest(f"{path} cannot be written: {error.strerror}", remedy="name another file") from error
    say.print(f"written to {plain(path)}")


def _row(interval: Interval, sign: str = "") -> tuple[str, str]:
    return f"{interval.mean:{sign}.4f}", f"{interval.low:{sign}.4f} to {interval.high:{sign}.4f}"
