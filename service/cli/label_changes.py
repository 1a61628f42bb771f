"""Add, rename, merge and split labels in a workflow's file; a reload puts that in force."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from service.cli.opening import opened
from service.cli.reading import one_of
from service.cli.saying import plain, say

Workflow = Annotated[str, typer.Argument(help="The workflow's name.")]


def add(
    workflow: Workflow,
    label: Annotated[str, typer.Argument(help="Its id.")],
    title: Annotated[str, typer.Option(help="As people read it.")] = "",
    definition: Annotated[str, typer.Option(help="A sentence: what a request of this kind is.")] = "",
    includes: Annotated[list[str] | None, typer.Option(help="What is in; may be repeated.")] = None,
    excludes: Annotated[list[str] | None, typer.Option(help="What is not; may be repeated.")] = None,
    outcome: Annotated[str, typer.Option(help="allow, block, or review: a person says.")] = "review",
) -> None:
    """Write a new label into the workflow's file. A person decides its requests until it is stepped up."""
    from service.domain.types import Outcome
    from service.usecases import move_labels

    made = move_labels.new_label(
        label,
        title=title,
        definition=definition,
        includes=includes or (),
        excludes=excludes or (),
        outcome=one_of(Outcome, outcome, "--outcome"),
    )
    with opened() as house:
        path = move_labels.add(house, workflow, made)
    _written(path, f"label {label} is added")


def rename(
    workflow: Workflow,
    label: Annotated[str, typer.Argument(help="Its id today.")],
    to: Annotated[str, typer.Argument(help="Its new id.")],
    title: Annotated[str, typer.Option(help="A new title, too.")] = "",
) -> None:
    """Call a label otherwise; its examples are read under the new name."""
    from service.usecases import move_labels

    with opened() as house:
        path = move_labels.rename(house, workflow, label, to, title=title)
    _written(path, f"label {label} is now {to}")


def merge(
    workflow: Workflow,
    labels: Annotated[list[str], typer.Argument(help="Labels that are taken in.")],
    into: Annotated[str, typer.Option(help="The label that takes them in.")],
) -> None:
    """Let one label take in others; their examples are read as its own."""
    from service.usecases import move_labels

    with opened() as house:
        path = move_labels.merge(house, workflow, labels, into)
    _written(path, f"{', '.join(labels)} are part of {into}")


def split(
    workflow: Workflow,
    label: Annotated[str, typer.Argument(help="The label that is split.")],
    into: Annotated[list[str], typer.Argument(help="The labels instead of it: id, or id=definition.")],
) -> None:
    """Put several labels in the place of one; its examples are labelled anew."""
    from service.usecases import move_labels

    new = []
    for each in into:
        name, _, definition = each.partition("=")
        new.append(move_labels.new_label(name, definition=definition))
    with opened() as house:
        path = move_labels.split(house, workflow, label, new)
    _written(path, f"label {label} is split into {', '.join(each.id for each in new)}")
    say.print(f"After the reload its examples wait in the queue: signoff label choose {plain(workflow)}")


def _written(path: Path, what: str) -> None:
    say.print(f"{plain(what)} in {plain(path)}; in force after: signoff rules reload")
