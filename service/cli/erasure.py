"""What is kept, and how it goes: erase somebody, hold what a court may ask for, delete what is too old."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from service.cli.opening import by, opened, operator
from service.cli.saying import plain, print_json, print_table, say

holds = typer.Typer(no_args_is_help=True, help="Legal holds: what is neither erased nor deleted by age.")

_Json = Annotated[bool, typer.Option("--json", help="Everything, as JSON.")]
_KINDS = "subject, decision or workflow."


def erase(
    subject: Annotated[str, typer.Argument(help="As callers name them in `subject`; - reads it from standard input.")],
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what would go.")] = False,
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    as_json: _Json = False,
) -> None:
    """Erase everything there is of somebody, for good. Decisions stay counted; the ledger still verifies."""
    from service.usecases.erase_subject import erase as erase_them

    if subject == "-":  # so that it is in no history of commands
        subject = typer.get_text_stream("stdin").readline().strip()
    with opened() as house:
        found = erase_them(house, operator(), subject, dry_run=True)
        if not as_json:
            _tell(found)
        if not dry_run:
            if not yes:
                typer.confirm("Erase it? Nothing brings it back", abort=True)
            found = erase_them(house, operator(), subject)
            if not as_json:
                say.print(f"Erased: {found['id']}." if found["id"] else "There was nothing to erase.")
    if as_json:
        print_json(found)


def _tell(found: Mapping[str, Any]) -> None:
    texts = ", ".join(f"{count} {kind}" for kind, count in found["payloads"].items()) or "none"
    say.print(f"{found['decisions']} decisions; texts: {texts}; {found['examples']} examples")
    for case in found["cases"]:
        say.print(f"case {case['case']} is {case['state']} and would be cancelled")
    if found["models"]:
        say.print(f"may have learned from it: {', '.join(found['models'])}")
    for at in found["erased_before"]:
        say.print(f"erased before: {at}")
    if found["holds"]:
        say.print(f"kept by a legal hold: {', '.join(found['holds'])}")


def purge(
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only tell what would go.")] = False,
    workflow: Annotated[str | None, typer.Option(help="This one only.")] = None,
    as_json: _Json = False,
) -> None:
    """Delete what people wrote about decisions whose time is over; `signoff serve` does so by itself once a day."""
    from service.usecases.purge import purge as delete

    with opened() as house:
        found = delete(house, by(), dry_run=dry_run, workflow=workflow)
    if as_json:
        print_json(found)
        return
    rows = [
        (each["workflow"], each["days"], each["before"], each["decisions"], *each["kept"].values())
        for each in found["workflows"]
    ]
    print_table(("workflow", "days", "before", "deleted", "held", "open", "calibration"), rows)


def seal() -> None:
    """Seal texts from before there were keys at once, and rewrite the database so that no free page holds them.

    Nobody else can write meanwhile. `signoff serve` seals them as well, little by little, and rewrites nothing.
    """
    from service.usecases.seal_payloads import rewrite, seal_all

    with opened() as house:
        count = seal_all(house)
        rewrite(house)
    say.print(f"sealed {count} texts and rewrote the database")


@holds.command("add")
def add_hold(
    kind: Annotated[str, typer.Argument(help=f"What is held: {_KINDS}")],
    target: Annotated[str, typer.Argument(help="Its name or id.")],
    why: Annotated[str, typer.Option(help="Why, in your own words.")],
) -> None:
    """Keep it from being erased, and from being deleted by age."""
    from service.usecases.legal_holds import place

    with opened() as house:
        made = place(house, operator(), kind, target, why)
    say.print(f"{made['id']} is in force")


@holds.command("release")
def release_hold(hold: Annotated[str, typer.Argument(help="Its id.")]) -> None:
    """Let it be erased again; its age counts."""
    from service.usecases.legal_holds import release

    with opened() as house:
        release(house, operator(), hold)
    say.print(f"{hold} is released")


@holds.command("list")
def list_holds(
    released: Annotated[bool, typer.Option("--released", help="Those that were released as well.")] = False,
    as_json: _Json = False,
) -> None:
    """Newest first."""
    from service.usecases.legal_holds import listing

    with opened() as house:
        found = listing(house, released=released)
    if as_json:
        print_json(found)
        return
    for each in found["items"]:
        state = f"released {each['released_at']}" if each["released_at"] else "in force"
        what = f"{each['kind']} {each['target'] or '(erased)'}"
        say.print(
            plain(f"{each['id']}  {what}  {each['by']}  {each['placed_at']}  {state}: {each['why'] or '(erased)'}")
        )
