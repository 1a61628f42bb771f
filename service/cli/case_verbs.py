"""What reviewers and leads do with one case, at the command line.

Whatever is done to a case needs its lease. With `--token` it is the one that `claim` gave; without, the case is claimed
for as long as it takes, and given back when the deed is refused.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any, TypeVar

import typer

from service.cli.case_telling import tell_case, tell_cases
from service.cli.cases import app
from service.cli.opening import lead, opened
from service.cli.saying import plain, print_json, say
from service.domain.types import Outcome
from service.errors import LeaseLost, ServiceError

if TYPE_CHECKING:
    from service.usecases.house import House

T = TypeVar("T")

CaseId = Annotated[str, typer.Argument(metavar="CASE", help="As `signoff cases list` shows it, case_….")]
Json = Annotated[bool, typer.Option("--json", help="For machines.")]
TokenOption = Annotated[
    str | None, typer.Option("--token", help="As `claim` gave it; without: claimed for the moment.")
]
Note = Annotated[str, typer.Option("--note", help="In your own words.")]
MaybeNote = Annotated[str | None, typer.Option("--note", help="In your own words.")]
Until = Annotated[datetime, typer.Option("--until", help="When it comes back, UTC.")]
Allow = Annotated[bool, typer.Option("--allow", help="Whatever the labels settle.")]
Block = Annotated[bool, typer.Option("--block", help="Whatever the labels settle.")]
Labels = Annotated[list[str] | None, typer.Argument(help="Ids of labels; none: none of these.")]
Reason = Annotated[str, typer.Option("--reason", help="A code; the label's own unless said.")]
Reply = Annotated[str | None, typer.Option("--reply", help="For the person who asked.")]


@app.command("list")
def list_cases(
    queue: Annotated[str | None, typer.Option(help="Of this queue only.")] = None,
    state: Annotated[str, typer.Option(help="In this state, or `open`: whatever has still to be decided.")] = "open",
    reason: Annotated[str | None, typer.Option(help="There for this reason.")] = None,
    after: Annotated[str | None, typer.Option(help="The cursor that the page before ended with.")] = None,
    limit: Annotated[int, typer.Option(min=1, max=200, help="Cases a page.")] = 50,
    as_json: Json = False,
) -> None:
    """Cases, open ones best first, others newest first."""
    from service.usecases.read_case import page

    with opened() as house:
        found = page(house, lead(), queue=queue, state=state, reason=reason, after=after, limit=limit)
    if as_json:
        print_json(found)
    else:
        tell_cases(found)


@app.command("show")
def show(case: CaseId, as_json: Json = False) -> None:
    """One case: the request, why it is here, what would be said, what may be chosen, what happened."""
    from service.usecases.read_case import view

    with opened() as house:
        found = view(house, lead(), case)
    if as_json:
        print_json(found)
    else:
        tell_case(found)


@app.command("claim")
def claim(
    queue: Annotated[str, typer.Argument(help="A queue: its best case is leased to you. Or a case, case_….")],
    as_json: Json = False,
) -> None:
    """Lease the next case of a queue, or one by its id. The token is on the standard output; nobody else has it."""
    from service.usecases import claim_case

    with opened() as house:
        named = queue.startswith("case_")
        leased = claim_case.claim(house, lead(), queue) if named else claim_case.claim_next(house, lead(), queue)
    if as_json:
        print_json(leased)
    elif leased is None:
        say.print(f"nothing waits for you in {plain(queue)}")
    else:
        say.print(f"{leased['case']} is yours until {leased['until']}; the token:")
        print(leased["token"])


@app.command("decide")
def decide_case(
    case: CaseId,
    labels: Labels = None,
    allow: Allow = False,
    block: Block = False,
    reason: Reason = "",
    note: MaybeNote = None,
    passage: Annotated[list[str] | None, typer.Option(help="Id of a passage that justifies it; repeatable.")] = None,
    reply: Reply = None,
    token: TokenOption = None,
    as_json: Json = False,
) -> None:
    """Say what a case is, and with that what comes of it."""
    from service.usecases.resolve_case import Resolution, resolve

    said = Resolution(tuple(labels or ()), reason, outcome_of(allow, block), note, tuple(passage or ()), reply)
    with opened() as house:
        done = _leased(house, case, token, lambda held: resolve(house, lead(), case, held, said))
    if as_json:
        print_json(done)
        return
    review = done["review"]
    say.print(f"{case}: {plain(', '.join(review['labels']) or 'none of these')}, {review['outcome']}")
    if done["undo_until"]:
        say.print(f"[dim]until {done['undo_until']}: signoff cases undo {case}[/]")


@app.command("hold")
def hold(case: CaseId, until: Until, note: Note, token: TokenOption = None, as_json: Json = False) -> None:
    """Put a case aside until a date; it comes back by itself, first."""
    from service.usecases.hold_case import hold as put_aside

    moment = until.replace(tzinfo=UTC) if until.tzinfo is None else until
    with opened() as house:
        done = _leased(house, case, token, lambda held: put_aside(house, lead(), case, held, until=moment, reason=note))
    _told({"case": case, **done}, as_json, f"{case} comes back at {done['until']}")


@app.command("unhold")
def unhold(case: CaseId) -> None:
    """Let a case that was put aside wait again, before others."""
    from service.usecases.hold_case import unhold as take_off

    with opened() as house:
        take_off(house, lead(), case)
    say.print(f"{case} waits again")


@app.command("escalate")
def escalate(case: CaseId, note: Note, token: TokenOption = None, as_json: Json = False) -> None:
    """Send a case to those who know better."""
    from service.usecases.hand_over_case import escalate as send_up

    with opened() as house:
        done = _leased(house, case, token, lambda held: send_up(house, lead(), case, held, note))
    _told({"case": case, **done}, as_json, f"{case} waits in {done['queue']}")


@app.command("assign")
def assign(
    case: CaseId,
    to: Annotated[str, typer.Argument(help="Name of their account or key.")],
    note: MaybeNote = None,
    as_json: Json = False,
) -> None:
    """Hand a case over to somebody by name; whoever holds it has lost it."""
    from service.usecases.hand_over_case import assign as hand_over

    with opened() as house:
        done = hand_over(house, lead(), case, to=to, note=note)
    _told({"case": case, **done}, as_json, f"{case} is for {done['to']}, until {done['until']}")


@app.command("return")
def give_back(case: CaseId, token: TokenOption = None) -> None:
    """Give a case back to its queue undecided."""
    from service.usecases import claim_case

    with opened() as house:
        _leased(house, case, token, lambda held: claim_case.give_back(house, lead(), case, held))
    say.print(f"{case} waits again")


@app.command("skip")
def skip(case: CaseId, note: Note, token: TokenOption = None) -> None:
    """Leave a case to others: claim does not give it to you any more."""
    from service.usecases import claim_case

    with opened() as house:
        _leased(house, case, token, lambda held: claim_case.skip(house, lead(), case, held, note))
    say.print(f"{case} is left to others")


@app.command("undo")
def undo(case: CaseId, as_json: Json = False) -> None:
    """Take your decision back while it is not out. The case is yours again: the token is on the standard output."""
    from service.usecases.undo_case import undo as take_back

    with opened() as house:
        leased = take_back(house, lead(), case)
    if as_json:
        print_json(leased)
        return
    say.print(f"{case} is yours again until {leased['until']}; the token:")
    print(leased["token"])


@app.command("reopen")
def reopen(case: CaseId, note: Note, as_json: Json = False) -> None:
    """Have decided anew what is out; the id of the new case is on the standard output."""
    from service.usecases.reopen_case import reopen as open_again

    with opened() as house:
        done = open_again(house, lead(), case, note)
    if as_json:
        print_json(done)
    else:
        print(done["case"])


@app.command("cancel")
def cancel(case: CaseId, note: MaybeNote = None) -> None:
    """Nobody has to decide it any more; what waited for it is superseded, never allowed."""
    from service.usecases.cancel_case import cancel as end

    with opened() as house:
        end(house, lead(), case, note)
    say.print(f"{case} is cancelled")


@app.command("comment")
def comment(case: CaseId, text: Annotated[str, typer.Argument(help="For colleagues.")], as_json: Json = False) -> None:
    """Write a word to colleagues; whoever holds the case keeps it."""
    from service.usecases.comment_case import comment as write

    with opened() as house:
        done = write(house, lead(), case, text)
    _told({"case": case, **done}, as_json, f"written to {case}")


@app.command("known")
def known(
    case: CaseId,
    note: MaybeNote = None,
    take_back: Annotated[bool, typer.Option("--take-back", help="It is not known any more.")] = False,
    as_json: Json = False,
) -> None:
    """Mark a case that is out as one whose answer is known: copies are mixed into what others claim."""
    from service.usecases import known_answers

    if take_back == (note is not None):
        raise typer.BadParameter("say either --note, why it is sure, or --take-back")
    with opened() as house:
        if note is None:
            known_answers.take_back(house, lead(), case)
            say.print(f"{case} is given to nobody any more")
            return
        made = known_answers.mark(house, lead(), case, note)
    said = f"{', '.join(made['labels']) or 'none of these'}, {made['outcome']}"
    _told(made, as_json, f"{case} is known to be {said}")


def outcome_of(allow: bool, block: bool) -> Outcome | None:
    if allow and block:
        raise typer.BadParameter("--allow and --block exclude each other")
    return Outcome.ALLOW if allow else Outcome.BLOCK if block else None


def _leased(house: House, case: str, token: str | None, act: Callable[[str], T]) -> T:
    """Act under the lease that the token is of, or under one of the moment."""
    from service.usecases import claim_case
    from service.usecases.read_case import view

    if token is not None:
        return act(token)
    lease = view(house, lead(), case)["lease"]
    held = claim_case.claim(house, lead(), case)["token"]
    try:
        return act(held)
    except LeaseLost:
        raise
    except ServiceError:
        if lease is None:
            claim_case.give_back(house, lead(), case, held)
        raise


def _told(done: dict[str, Any], as_json: bool, words: str) -> None:
    if as_json:
        print_json(done)
    else:
        say.print(plain(words))
