"""Workflows: make one, fit it anew, see what answers."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Any

import typer

from service.cli.opening import by, opened, operator
from service.cli.reading import one_of
from service.cli.rules.arguments import AcceptNone
from service.cli.saying import plain, progress_shown, say

app = typer.Typer(no_args_is_help=True, help="Workflows.")


@app.command("create")
def make_workflow(
    name: Annotated[str, typer.Argument(help="a-z, 0-9 and -")],
    examples: Annotated[Path, typer.Option(help="CSV: text,label[,outcome,documents]")],
    rules: Annotated[str, typer.Option(help="A pack of the home folder by name, or a folder.")],
    documents: Annotated[Path | None, typer.Option(help="JSON lines, or a folder of Markdown files.")] = None,
    outcome: Annotated[str | None, typer.Option(help="For labels without one: allow, block or review.")] = None,
    evidence: Annotated[str, typer.Option(help="when_named, required or off.")] = "when_named",
    autonomy: Annotated[str, typer.Option(help="auto, draft or people.")] = "auto",
    attested_by: Annotated[str | None, typer.Option(help="Who vouches that the documents are approved.")] = None,
    alpha: Annotated[float, typer.Option(help="Share of automatic decisions that may be wrong.")] = 0.05,
    delta: Annotated[float, typer.Option(help="Chance that the promise does not hold.")] = 0.10,
) -> None:
    """Make a workflow from your own files: it learns, is certified, and serves."""
    from service.domain.types import Autonomy, EvidencePolicy, Outcome
    from service.usecases.create_workflow import Plan, create_workflow

    plan = Plan(
        name=name,
        examples=examples,
        documents=documents,
        rules=rules,
        evidence=one_of(EvidencePolicy, evidence, "--evidence"),
        outcome=one_of(Outcome, outcome, "--outcome") if outcome else None,
        autonomy=one_of(Autonomy, autonomy, "--autonomy"),
        attested_by=attested_by,
        alpha=alpha,
        delta=delta,
    )
    with opened() as house, progress_shown() as progress:
        made = create_workflow(house, plan, by(), progress)
    from service.usecases.import_documents import sample

    say.print(f"\n[bold]{made.name}[/] serves as {made.release}: {made.labels} labels, {made.train} examples to learn")
    say.print(f"from, {made.calibration} kept for calibration only.")
    if made.repeats:
        say.print(
            f"{made.repeats} more rows repeat the words of those kept, and are left out: a case is never learned from."
        )
    if made.filed:
        standing = (
            f"approved, attested by {plain(attested_by)}" if attested_by else "submitted, nobody approved them yet"
        )
        say.print(f"{made.filed.added} documents filed ({standing}), {made.filed.unchanged} unchanged.")
    if made.bad_rows:
        say.print(f"[yellow]{len(made.bad_rows)} rows left out:[/] " + plain("; ".join(map(str, made.bad_rows[:5]))))
    if made.unreadable:
        say.print(f"[yellow]{len(made.unreadable)} documents left out:[/]\n" + plain(sample(made.unreadable)))
    for sentence in made.unknown_documents:
        say.print(f"[yellow]{plain(sentence)}[/]")
    if made.too_few:
        say.print(f"[yellow]Labels with too few examples, left out:[/] {plain(', '.join(made.too_few))}")
    if made.without_outcome:
        say.print(
            f"[yellow]{len(made.without_outcome)} labels have no outcome, so people decide them[/] (outcome: review). "
            "Name one in the CSV column `outcome`, or with --outcome."
        )
    _say_certificate(made.certified)
    _say_autonomy(autonomy)


def _say_autonomy(autonomy: str) -> None:
    if autonomy == "auto":
        say.print(f"Autonomy: auto, stepped up by {by()} with this command (--autonomy draft leaves people deciding).")
    else:
        say.print(f"Autonomy: {autonomy}. Edit `autonomy` in workflow.yaml and reload to step up.")


def _say_certificate(certified: Any) -> None:
    from service.domain.types import Certificate

    if isinstance(certified, Certificate):
        say.print(
            f"Certificate: with confidence {1 - certified.delta:.0%} at most {certified.alpha:.0%} of automatic "
            f"decisions are wrong; {certified.coverage:.1%} of {certified.cases} calibration cases go through "
            f"({certified.errors} of {certified.accepted} wrong; {certified.sample})."
        )
    else:
        say.print(f"[yellow]No certificate, so people decide everything:[/] {plain(certified.why)}")


@app.command("refit")
def refit_workflow(name: str, accept_none: AcceptNone = False) -> None:
    """Fit, build and certify a workflow anew from its files, as after a change of examples or encoder."""
    from service.usecases.establish import establish

    with opened() as house, progress_shown() as progress:
        staged = establish(house, name, by(), "refit", accept_none=accept_none, progress=progress)
    say.print(f"\n{name} serves as {staged.release.id}")
    _say_certificate(staged.release.certificate or staged.release.refusal)


@app.command("list")
def list_workflows() -> None:
    """Every workflow with what answers for it."""
    from service.usecases.read_release import page

    with opened() as house:
        for release in page(house, operator()):
            if release["active"]:
                granted = release["certificate"]
                automation = f"{granted['accepted'] / granted['cases']:.0%}" if granted else "none"
                print(f"{release['workflow']:<24} {release['id']}  automation {automation}  {release['created_at']}")
