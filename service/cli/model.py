"""Models: train one, look at it, compare it in shadow, promote it, take it back."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from service.cli.opening import by, model_owner, opened
from service.cli.reading import one_of
from service.cli.rules.arguments import AcceptNone
from service.cli.saying import plain, print_json, print_table, progress_shown, say

if TYPE_CHECKING:
    from service.usecases.model_card import Said
    from service.usecases.release_tuned import Released

app = typer.Typer(no_args_is_help=True, help="Models: what is learned, and what of it may answer.")

Model = Annotated[str, typer.Argument(help="The model's id.")]
Why = Annotated[str, typer.Option(help="The reason.")]
Owner = Annotated[str, typer.Option(help="Who answers for it.")]
Licence = Annotated[str, typer.Option(help="By what right the examples are learned from.")]
Limits = Annotated[list[str] | None, typer.Option("--limit", help="What it is not for; may be repeated.")]
AsJson = Annotated[bool, typer.Option("--json", help="Everything, as JSON.")]


@app.command("train")
def train_model(
    workflow: Annotated[str, typer.Argument(help="The workflow's name.")],
    kind: Annotated[str, typer.Option(help="joined, vector, lexical, nearest or prototypes.")] = "joined",
    attributes: Annotated[bool, typer.Option("--attributes", help="Attributes of the request join.")] = False,
    votes: Annotated[bool, typer.Option("--votes", help="What the documents found say of each label joins.")] = False,
    tune: Annotated[str, typer.Option(help="Tune an encoder of its own first: contrast, last, lora or full.")] = "",
    owner: Owner = "",
    licence: Licence = "",
    limits: Limits = None,
    detach: Annotated[bool, typer.Option("--detach", help="Leave it to a running service.")] = False,
) -> None:
    """Learn from everything that was labelled so far. What comes of it is a candidate: it answers nobody."""
    from service.learn.recipes import Kind, Recipe
    from service.usecases.run_jobs import ask, run_here
    from service.usecases.train_model import Wanted
    from service.usecases.tune_model import METHODS

    if tune and tune not in METHODS:
        raise typer.BadParameter(f"{tune!r} is none of {', '.join(METHODS)}", param_hint="--tune")
    recipe = Recipe(one_of(Kind, kind, "--kind"), attributes=attributes, votes=votes)
    wanted = Wanted(workflow, recipe, tune, _said(owner, licence, limits))
    with opened() as house:
        job = ask(house, by(), wanted)["id"]
        if detach:
            say.print(f"{job} waits for a running service. See how far it is: signoff model jobs")
            print(job)
            return
        with progress_shown() as progress:
            made = run_here(house, job, progress)
        _say_model(_view(house, made))
    print(made)


@app.command("list")
def list_models(
    workflow: Annotated[str | None, typer.Argument(help="One workflow; else all.")] = None,
    state: Annotated[str | None, typer.Option(help="candidate, shadow, active, retired or rejected.")] = None,
) -> None:
    """Models, newest first."""
    from service.store.models import STATES
    from service.usecases.read_model import page

    if state is not None and state not in STATES:
        raise typer.BadParameter(f"{state!r} is none of {', '.join(STATES)}", param_hint="--state")
    with opened() as house:
        items = page(house, workflow=workflow, state=state)["items"]
    headings = ("model", "workflow", "state", "kind", "examples", "automation", "made", "by")
    print_table(headings, [_row(each) for each in items])


@app.command("show")
def show_model(model: Model, as_json: AsJson = False) -> None:
    """What a model is, what it learned from, what it may promise."""
    with opened() as house:
        found = _view(house, model)
    if as_json:
        print_json(found)
    else:
        _say_model(found)


@app.command("simulate")
def simulate_model(
    model: Model,
    alpha: Annotated[list[float] | None, typer.Option(help="A promise to try; may be repeated.")] = None,
    per_day: Annotated[float | None, typer.Option(min=0, help="Requests a day; else those of the last week.")] = None,
) -> None:
    """What other promises would cost: automation, expected errors and reviews a day."""
    from service.usecases.read_model import ALPHAS, simulated

    if wrong := [each for each in alpha or () if not 0 < each < 1]:
        raise typer.BadParameter(f"{wrong[0]:g} cannot be promised: give a share as 0.05", param_hint="--alpha")
    with opened() as house:
        found = simulated(house, model, alpha or ALPHAS, per_day)
    say.print(f"{found['cases']} calibration cases, {found['per_day']:g} requests a day, delta {found['delta']:g}")
    headings = ("alpha", "threshold", "automation", "errors a day", "reviews a day", "")
    print_table(headings, [_simulated_row(each) for each in found["rows"]])


@app.command("shadow")
def shadow_model(model: Model) -> None:
    """Put a candidate into shadow, and compare it with what was decided since it was trained.

    A running service goes on comparing.
    """
    from service.usecases.shadow import catch_up, start

    with opened() as house, progress_shown() as progress:
        start(house, model_owner(), model)
        done = catch_up(house, model, progress)
    say.print(f"{model} is in shadow, compared with {done} decisions so far. See: signoff model report {model}")


@app.command("report")
def report_model(model: Model, as_json: AsJson = False) -> None:
    """What letting it answer would change, by the decisions it was compared with in shadow."""
    from service.usecases.shadow_report import shadow_report

    with opened() as house:
        found = shadow_report(house, model)
    if as_json:
        print_json(found)
    else:
        _say_report(found)


@app.command("promote")
def promote_model(
    model: Model,
    why: Why,
    accept_less: Annotated[bool, typer.Option("--accept-less", help="Though it decides less alone.")] = False,
    without_shadow: Annotated[
        bool, typer.Option("--without-shadow", help="Though it was compared with too few decisions.")
    ] = False,
    despite_doubts: Annotated[
        bool, typer.Option("--despite-doubts", help="Though the labels it learned from look wrong.")
    ] = False,
    owner: Owner = "",
    licence: Licence = "",
    limits: Limits = None,
) -> None:
    """Let a model answer. What is missing for that is named; what you waive stands on the ledger."""
    from service.usecases.promote_model import Promotion, Waived, promote

    waived = Waived(accept_less, without_shadow, despite_doubts)
    asked = Promotion(model, why, waived, _said(owner, licence, limits))
    with opened() as house, progress_shown() as progress:
        _say_released(promote(house, model_owner(), asked, progress))
    say.print(f"To take it back: signoff model rollback {plain(model)} --why …")


@app.command("reject")
def reject_model(model: Model, why: Why) -> None:
    """Turn a candidate down for good."""
    from service.usecases.promote_model import reject

    with opened() as house:
        reject(house, model_owner(), model, why)
    say.print(f"{plain(model)} is rejected.")


@app.command("rollback")
def roll_back_model(model: Model, why: Why, accept_none: AcceptNone = False) -> None:
    """Let the model before this one answer again."""
    from service.usecases.promote_model import roll_back

    with opened() as house, progress_shown() as progress:
        _say_released(roll_back(house, model_owner(), model, why, progress, accept_none=accept_none))


@app.command("jobs")
def list_jobs(
    cancel: Annotated[str | None, typer.Option(help="Cancel this one.")] = None,
) -> None:
    """Trainings that wait, run or have ended, newest first."""
    from service.usecases import run_jobs

    with opened() as house:
        if cancel:
            run_jobs.cancel(house, by(), cancel)
        items = run_jobs.page(house)
    headings = ("job", "workflow", "state", "how far", "asked", "by", "model", "")
    print_table(headings, [_job_row(each) for each in items])


def _said(owner: str, licence: str, limits: Sequence[str] | None) -> Said:
    from service.usecases.model_card import Said

    return Said(owner, licence, tuple(limits or ()))


def _view(house: Any, model: str) -> dict[str, Any]:
    from service.usecases.read_model import view

    return view(house, model)


def _row(model: Mapping[str, Any]) -> tuple[object, ...]:
    state = model["state"] + (" (doubtful labels)" if model["doubtful"] else "")
    made, automation = model["created_at"][:16], _automation(model["certificate"])
    kind = model["kind"] + (f"+{model['tune']}" if model["tune"] else "")
    return model["id"], model["workflow"], state, kind, model["examples"], automation, made, model["created_by"]


def _automation(certificate: Mapping[str, Any] | None) -> str:
    return f"{certificate['accepted'] / certificate['cases']:.0%}" if certificate else "none"


def _say_model(model: Mapping[str, Any]) -> None:
    card, held = model["card"], model["reliability"]
    say.print(f"[bold]{model['id']}[/] of {plain(model['workflow'])}: {model['state']}, {plain(model['kind'])}")
    sources = ", ".join(f"{number} from {source}" for source, number in card["sources"].items())
    say.print(f"Learned from {card['examples']} examples of {card['labels']} labels ({plain(sources)}).")
    if held:
        say.print(f"Held out: {held['accuracy']:.1%} of {held['cases']} right, calibration error {held['ece']:.3f}.")
    if model["certificate"]:
        granted = model["certificate"]
        say.print(
            f"Certificate: at most {granted['alpha']:.1%} of automatic decisions wrong; {_automation(granted)} of "
            f"{granted['cases']} calibration cases go through ({plain(granted['sample'])}; use {granted['use']})."
        )
    else:
        say.print(f"[yellow]No certificate:[/] {plain(model['refusal']['why'])}")
    if card["doubts"]:
        say.print(f"[yellow]Doubtful:[/] {plain(card['doubts'])}. See signoff label doubts {plain(model['workflow'])}")
    said = (("owner", card["owner"]), ("licence", card["licence"]), ("limits", "; ".join(card["limits"])))
    for name, value in said:
        say.print(f"{name}: {plain(value) if value else '[yellow]not said yet[/]'}")


def _say_report(report: Mapping[str, Any]) -> None:
    done, automation = report["decisions"], report["automation"]
    say.print(f"Compared with {done} of {report['needed']} live decisions that promotion asks for.")
    if not done:
        return
    say.print(
        f"Same label: {report['agreement']:.1%}. Automatic: {automation['before']:.1%} → {automation['after']:.1%}."
    )
    say.print(f"Newly decided alone: {report['released']}; newly put before people: {report['escalated']}.")
    overturns = report["overturns"]
    wrong = overturns["wrong"]
    say.print(f"Of {overturns['reviewed']} reviewed: wrong {wrong['before']} → {wrong['after']}.")
    headings = ("slice", "reviewed", "wrong", "after", "p", "")
    rows = [
        (
            f"{each['attribute']} {each['value']}".strip(),
            each["cases"],
            each["before"],
            each["after"],
            f"{each['p']:.3f}",
            "worse" if each["worse"] else "",
        )
        for each in report["slices"]["errors"]
    ]
    print_table(headings, rows)


def _say_released(released: Released) -> None:
    before, after = released.automation
    say.print(f"{released.id} answers, before {released.before}; automation {before:.0%} → {after:.0%} of the cases.")
    if released.refusal:
        say.print(f"[yellow]No certificate, so people decide everything:[/] {plain(released.refusal)}")


def _simulated_row(each: Mapping[str, Any]) -> tuple[object, ...]:
    threshold = "–" if each["threshold"] is None else f"{each['threshold']:.4g}"
    figures = f"{each['automation']:.1%}", f"{each['errors_per_day']:.2f}", f"{each['reviews_per_day']:.1f}"
    return f"{each['alpha']:g}", threshold, *figures, each["why"] or ""


def _job_row(each: Mapping[str, Any]) -> tuple[object, ...]:
    told = each["progress"] or {}
    far = f"{told['what']} {told['done']}/{told['total']}" if told else ""
    asked = each["asked"]["recipe"]["kind"] + (f"+{each['asked']['tune']}" if each["asked"]["tune"] else "")
    return each["id"], each["workflow"], each["state"], far, asked, each["by"], each["model"], each["why"]
