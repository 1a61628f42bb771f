"""Labelling: hand in a backlog, say what each request is, see how far that is, look at labels that seem wrong."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from service.cli import label_changes
from service.cli.label_telling import ask_labels, tell_choices, tell_doubts, tell_progress, tell_proposals
from service.cli.opening import by, opened, reviewer
from service.cli.saying import plain, print_json, progress_shown, say
from service.errors import BadRequest

app = typer.Typer(no_args_is_help=True, help="Requests with labels, and labels themselves.")

Workflow = Annotated[str, typer.Argument(help="The workflow's name.")]
Item = Annotated[str, typer.Argument(help="As `signoff label next` shows it, lab_….")]
ExampleId = Annotated[str, typer.Argument(metavar="EXAMPLE", help="As `signoff label doubts` shows it, exa_….")]
Labels = Annotated[list[str] | None, typer.Argument(help="Ids of labels; none of them: leave it out.")]
Json = Annotated[bool, typer.Option("--json", help="For machines.")]

_SHOWN = 5


@app.command("start")
def start(
    workflow: Workflow,
    backlog: Annotated[Path, typer.Argument(help=".csv with a column text, .jsonl, or a text file: a request a line.")],
    calibration: Annotated[
        int | None, typer.Option(min=0, help="Requests drawn at random, to measure; else what the promise may need.")
    ] = None,
    as_json: Json = False,
) -> None:
    """Put unlabelled requests into the labelling queue, as they came: first a random part, then what teaches most."""
    from service.usecases.backlog import read_backlog
    from service.usecases.choose_labels import choose
    from service.usecases.start_labelling import at_hand
    from service.usecases.start_labelling import start as begin

    with opened() as house, progress_shown() as progress:
        policy, ruleset = at_hand(house, workflow)
        good, bad = read_backlog(backlog, ruleset.schema, house.settings.max_text_chars)
        if not good:
            remedy = str(bad[0]) if bad else "give it a row for each request"
            raise BadRequest(f"{backlog} holds no request that can be asked about", remedy=remedy)
        started = begin(house, policy, good, by(), calibration=calibration)
        chosen = choose(house, workflow, by(), progress=progress)
    if as_json:
        left_out = [{"row": each.line, "why": each.why} for each in bad]
        print_json({**asdict(started), "left_out": left_out, "chosen": asdict(chosen)})
        return
    say.print(
        f"{started.calibration} requests drawn at random come first and measure; {started.train} more teach, "
        f"{'what the model is least sure of' if chosen.by_model else 'what differs most'} first."
    )
    if started.known:
        say.print(f"{started.known} were asked before and are left out.")
    if bad:
        say.print(f"[yellow]{len(bad)} rows left out:[/] " + plain("; ".join(map(str, bad[:_SHOWN]))))
    say.print(f"Label them: signoff label next {plain(workflow)}, or in the console under Labelling.")


@app.command("status")
def status(workflow: Workflow, as_json: Json = False) -> None:
    """How far labelling is towards the promise, and label by label."""
    from service.usecases.label_progress import progress

    with opened() as house:
        found = progress(house, workflow)
    if as_json:
        print_json(found)
    else:
        tell_progress(found)


@app.command("next")
def next_request(workflow: Workflow, as_json: Json = False) -> None:
    """Say what requests are, one after the other; with --json one is leased to you and printed, for `give`."""
    from service.usecases import label_queue
    from service.usecases.choose_labels import chosen_again

    with opened() as house:
        me, before = reviewer(), ""
        item = label_queue.claim_next(house, me, workflow)
        if as_json:
            print_json(item)
            return
        if item is not None:
            tell_choices(item)
        while item is not None:
            said = ask_labels(item, undo=bool(before))
            if said == "quit":
                label_queue.give_back(house, me, item["item"], item["token"])
                return
            if said == "undo":
                label_queue.give_back(house, me, item["item"], item["token"])
                item, before = label_queue.take_back(house, me, before), ""
                continue
            if said == "skip":
                label_queue.skip(house, me, item["item"], item["token"])
            else:
                label_queue.give(house, me, item["item"], item["token"], said)
                chosen_again(house, workflow, by())
            before = item["item"]
            item = label_queue.claim_next(house, me, workflow)
    say.print("nothing waits to be labelled")


@app.command("give")
def give(item: Item, labels: Labels = None, as_json: Json = False) -> None:
    """Say what one request is; without a label: none of these. What you said of it before is replaced."""
    from service.usecases import label_queue
    from service.usecases.choose_labels import chosen_again

    with opened() as house:
        label_queue.check(house, item, labels or [])  # before what was said of it is taken back
        held = label_queue.take_back(house, reviewer(), item)
        said = label_queue.give(house, reviewer(), item, held["token"], labels or [])
        chosen_again(house, said["workflow"], by())
    if as_json:
        print_json(said)
    else:
        say.print(f"{said['example']}: {plain(', '.join(said['labels']) or 'none of these')}")


@app.command("choose")
def choose_next(workflow: Workflow, as_json: Json = False) -> None:
    """Put the waiting requests in order anew; what lost its label by a split is asked again."""
    from service.usecases.choose_labels import choose

    with opened() as house, progress_shown() as progress:
        chosen = choose(house, workflow, by(), progress=progress)
    if as_json:
        print_json(asdict(chosen))
        return
    say.print(f"{chosen.ahead} of {chosen.waiting} waiting requests are put in order, {chosen.anew} of them asked anew")


@app.command("doubts")
def doubts(
    workflow: Workflow,
    limit: Annotated[int, typer.Option(min=1, help="Shown at most, the clearest first.")] = 50,
    as_json: Json = False,
) -> None:
    """Labels that look wrong to a model that never saw the example. Nothing is changed: `correct` or `aside` does."""
    from service.usecases.label_doubts import doubts as look

    with opened() as house, progress_shown() as progress:
        found = look(house, workflow, progress)
    if as_json:
        print_json([asdict(each) for each in found])
    else:
        tell_doubts(found, limit)


@app.command("correct")
def correct(example: ExampleId, labels: Labels = None) -> None:
    """Put an example right; without a label: it is none of these."""
    from service.usecases.correct_examples import correct as put_right

    with opened() as house:
        found = put_right(house, by(), example, labels or [])
    say.print(f"{example}: {plain(', '.join(found['labels']) or 'none of these')}")


@app.command("aside")
def aside(example: ExampleId) -> None:
    """Learn from an example no more, until it is taken in again."""
    from service.usecases.correct_examples import set_aside

    with opened() as house:
        set_aside(house, by(), example)
    say.print(f"{example} is set aside; take it in again with: signoff label take-in {example}")


@app.command("take-in")
def take_in(example: ExampleId) -> None:
    """Learn again from an example that was set aside."""
    from service.usecases.correct_examples import take_in as learn_again

    with opened() as house:
        learn_again(house, by(), example)
    say.print(f"{example} is learned from again")


@app.command("propose")
def propose(
    workflow: Workflow,
    fewest: Annotated[int, typer.Option(min=2, help="Requests that make a proposal.")] = 5,
    as_json: Json = False,
) -> None:
    """Group the requests that people called none of these: what labels are missing?"""
    from service.usecases.propose_labels import propose as group

    with opened() as house, progress_shown() as progress:
        found = group(house, workflow, fewest=fewest, progress=progress)
    if as_json:
        print_json([asdict(each) for each in found])
    else:
        tell_proposals(found, workflow)


app.command("add")(label_changes.add)
app.command("rename")(label_changes.rename)
app.command("merge")(label_changes.merge)
app.command("split")(label_changes.split)
