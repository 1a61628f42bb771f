"""Cases at the command line: take them out, and see how good the drafts of replies are."""

from __future__ import annotations

import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from service.cli.opening import by, opened
from service.cli.saying import plain, print_json, print_table, say
from service.domain.access import ROLES, Principal
from service.domain.export import Form, What

app = typer.Typer(no_args_is_help=True, help="Cases, and the replies that go with them.")

_FORMS = {".csv": Form.CSV, ".jsonl": Form.JSONL, ".ndjson": Form.JSONL}


@app.command("export")
def export_command(
    out: Annotated[
        Path | None, typer.Option("--out", "-o", help="A new file, .csv or .jsonl; else standard output.")
    ] = None,
    what: Annotated[What, typer.Option(help="Cases, or requests with the labels that people gave them.")] = What.CASES,
    form: Annotated[Form | None, typer.Option("--format", help="By the file's name unless said.")] = None,
    workflow: Annotated[str | None, typer.Option(help="Of this workflow only.")] = None,
    queue: Annotated[str | None, typer.Option(help="Of this queue only.")] = None,
    state: Annotated[str | None, typer.Option(help="In this state only, or `open`.")] = None,
    since: Annotated[datetime | None, typer.Option(help="Created then or later, UTC.")] = None,
    until: Annotated[datetime | None, typer.Option(help="Created before, UTC.")] = None,
    unmasked: Annotated[bool, typer.Option("--unmasked", help="With personal data; the ledger says so.")] = False,
) -> None:
    """Take cases or labels out, as CSV or JSON Lines. Personal data is blotted out unless asked for."""
    from service.store.exports import Wanted
    from service.usecases.export_cases import Export, export

    chosen = form or _FORMS.get(out.suffix.lower() if out else "", Form.JSONL)
    wanted = Wanted(workflow, queue, state, _utc(since), _utc(until))
    with opened() as house:
        rows = export(house, _auditor(), Export(what, chosen, wanted, unmasked))
        if out is None:
            for line in rows:
                sys.stdout.buffer.write(line)
            sys.stdout.buffer.flush()
            return
        try:
            with out.open("xb") as file:
                lines = sum(1 for line in rows if file.write(line))
        except FileExistsError as error:
            raise typer.BadParameter(f"{out} is there already; name a new file", param_hint="--out") from error
    say.print(f"{lines - (chosen is Form.CSV)} rows of {what.value} in {plain(out)}")


@app.command("replies")
def replies(
    workflow: Annotated[str, typer.Argument(help="The workflow's name.")],
    days: Annotated[float, typer.Option(min=0.01, help="How far to look back.")] = 30.0,
    as_json: Annotated[bool, typer.Option("--json", help="For machines.")] = False,
) -> None:
    """How many replies were sent as drafted, label by label."""
    from service.usecases.reply_figures import figures

    with opened() as house:
        found = figures(house, workflow, days)
    if as_json:
        print_json(found)
        return
    every = {"title": "all", **found}
    rows = [
        (each["title"] or "none of these", each["sent"], each["drafted"], _share(each["share_unedited"]),
         _share(each["mean_changed"]))
        for each in (*found["by_label"], every)
    ]  # fmt: skip
    print_table(("LABEL", "SENT", "DRAFTED", "UNEDITED", "WORDS CHANGED"), rows)


def _share(value: float | None) -> str:
    return "" if value is None else f"{value:.0%}"


def _utc(given: datetime | None) -> datetime | None:
    return given.replace(tzinfo=UTC) if given is not None and given.tzinfo is None else given


def _auditor() -> Principal:
    return Principal("cli", by(), ROLES["auditor"])
