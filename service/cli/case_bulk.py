"""The same to many cases, at the command line: first shown, then done to these very cases with `--confirm`."""

from __future__ import annotations

from datetime import UTC
from typing import TYPE_CHECKING, Annotated

import typer

from service.cli.case_telling import tell_done, tell_preview
from service.cli.case_verbs import Allow, Block, Json, MaybeNote, Note, Reason, Reply, Until, outcome_of
from service.cli.cases import app
from service.cli.opening import lead, opened
from service.cli.saying import print_json

if TYPE_CHECKING:
    from service.usecases.bulk_cases import Doing
    from service.usecases.choose_cases import Wanted

bulk = typer.Typer(no_args_is_help=True, help="The same to many cases: shown first, done with --confirm.")
app.add_typer(bulk, name="bulk")

Cases = Annotated[list[str] | None, typer.Option("--case", help="This very case; repeatable.")]
Queue = Annotated[str | None, typer.Option("--queue", help="Or: what waits in this queue and fits what follows.")]
Why = Annotated[str | None, typer.Option("--there-for", help="Only those that are here for this reason.")]
Label = Annotated[str | None, typer.Option("--suggested", help="Only those with this most likely label.")]
Like = Annotated[str | None, typer.Option("--like", help="A case: only those whose requests resemble its own.")]
Least = Annotated[float, typer.Option("--least", min=-1, max=1, help="How like: a cosine; 1 is the same words.")]
Confirm = Annotated[str | None, typer.Option("--confirm", help="What the preview gave; without: only show.")]


@bulk.command("decide")
def decide_all(
    labels: Annotated[list[str] | None, typer.Argument(help="Ids of labels; none: none of these.")] = None,
    cases: Cases = None,
    queue: Queue = None,
    there_for: Why = None,
    suggested: Label = None,
    like: Like = None,
    least: Least = 0.9,
    allow: Allow = False,
    block: Block = False,
    reason: Reason = "",
    note: MaybeNote = None,
    reply: Reply = None,
    confirm: Confirm = None,
    as_json: Json = False,
) -> None:
    """One decision for all of them."""
    from service.usecases.bulk_cases import deciding
    from service.usecases.resolve_case import Resolution

    said = Resolution(tuple(labels or ()), reason, outcome_of(allow, block), note, reply=reply)
    _do(_wanted(cases, queue, there_for, suggested, like, least), deciding(said), confirm, as_json)


@bulk.command("hold")
def hold_all(
    until: Until,
    note: Note,
    cases: Cases = None,
    queue: Queue = None,
    there_for: Why = None,
    suggested: Label = None,
    like: Like = None,
    least: Least = 0.9,
    confirm: Confirm = None,
    as_json: Json = False,
) -> None:
    """Put all of them aside."""
    from service.usecases.bulk_cases import holding

    moment = until.replace(tzinfo=UTC) if until.tzinfo is None else until
    _do(_wanted(cases, queue, there_for, suggested, like, least), holding(moment, note), confirm, as_json)


@bulk.command("escalate")
def escalate_all(
    note: Note,
    cases: Cases = None,
    queue: Queue = None,
    there_for: Why = None,
    suggested: Label = None,
    like: Like = None,
    least: Least = 0.9,
    confirm: Confirm = None,
    as_json: Json = False,
) -> None:
    """Send all of them to those who know better."""
    from service.usecases.bulk_cases import escalating

    _do(_wanted(cases, queue, there_for, suggested, like, least), escalating(note), confirm, as_json)


@bulk.command("assign")
def assign_all(
    to: Annotated[str, typer.Argument(help="Name of their account or key.")],
    cases: Cases = None,
    queue: Queue = None,
    there_for: Why = None,
    suggested: Label = None,
    like: Like = None,
    least: Least = 0.9,
    note: MaybeNote = None,
    confirm: Confirm = None,
    as_json: Json = False,
) -> None:
    """Give all of them to a named person."""
    from service.usecases.bulk_cases import assigning

    _do(_wanted(cases, queue, there_for, suggested, like, least), assigning(to, note), confirm, as_json)


@bulk.command("undo")
def undo_all(cases: Cases = None, confirm: Confirm = None, as_json: Json = False) -> None:
    """Take back what you decided, while it is not out; the cases wait again."""
    from service.usecases.bulk_cases import undoing

    _do(_wanted(cases, None, None, None, None, 0.9), undoing(), confirm, as_json)


def _wanted(
    cases: list[str] | None, queue: str | None, there_for: str | None, suggested: str | None, like: str | None,
    least: float,
) -> Wanted:  # fmt: skip
    from service.usecases.choose_cases import Wanted

    return Wanted(tuple(cases or ()), queue, there_for, suggested, like, least)


def _do(wanted: Wanted, doing: Doing, confirm: str | None, as_json: bool) -> None:
    from service.usecases import bulk_cases

    with opened() as house:
        if confirm is None:
            found = bulk_cases.preview(house, lead(), wanted, doing)
        else:
            found = bulk_cases.do(house, lead(), wanted, doing, confirm)
    if as_json:
        print_json(found)
    elif confirm is None:
        tell_preview(found, doing.action)
    else:
        tell_done(found)
