"""What differs, by meaning: the files and what is in force, or two folders of packs."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from service.cli.opening import opened
from service.cli.rules.arguments import Json
from service.cli.rules.telling import change_lines, loosens
from service.cli.saying import place, plain, print_json, say


def diff(
    old: Annotated[Path | None, typer.Argument(help="Packs as they were.", show_default=False)] = None,
    new: Annotated[Path | None, typer.Argument(help="Packs as they are to be.", show_default=False)] = None,
    as_json: Json = False,
) -> None:
    """What the files would change; or with OLD and NEW, what differs between two folders of packs."""
    if old is None:
        _files_and_running(as_json=as_json)
    elif new is None:
        raise typer.BadParameter("name two folders, or none to compare the files with what is in force")
    else:
        _folders(old, new, as_json=as_json)


def _folders(old: Path, new: Path, *, as_json: bool) -> None:
    from rules.analysis.diff import diff as compare
    from service.cli.rules.inspecting import gather

    before, after = ([pack for found in gather([path]) for pack in found.packs] for path in (old, new))
    changes = [change.as_dict() for change in compare(before, after)]
    if as_json:
        print_json(changes)
        return
    for line in change_lines(changes):
        print(line)
    say.print(_counted(len(changes), sum(map(loosens, changes))))


def _files_and_running(*, as_json: bool) -> None:
    from service.usecases.reload_rules import diff as compare

    with opened() as house:
        report = compare(house)
    if as_json:
        print_json(report)
    else:
        for each in report["workflows"]:
            for line in change_lines(each["changes"], each["policy_changes"]):
                print(line)
            count = [*each["changes"], *each["policy_changes"]]
            loose = sum(map(loosens, count))
            say.print(f"{each['workflow']}: {_counted(len(count), loose)}")
            for rule in each["removed"]:
                say.print(f"[yellow]{plain(rule)} counts now and is gone from the files[/]: mark it `status: retired`")
        for error in report["errors"]:
            print(place(error))
        if not report["workflows"] and not report["errors"]:
            say.print("the files are what is in force")
    if report["errors"]:
        raise typer.Exit(1)


def _counted(changes: int, loose: int) -> str:
    if not changes:
        return "no rule means anything else"
    return f"{changes} changed" + (f", {loose} of them (!) may let more through" if loose else "")
