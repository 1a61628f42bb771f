"""The command line: every verb of operations, model and document owners. Heavy parts are imported where used."""

from __future__ import annotations

import sys

import typer

from rules.errors import RuleErrors
from service.cli import (
    audit,
    backups,
    case_bulk,  # noqa: F401 - so that its verbs are among those of cases
    case_verbs,  # noqa: F401 - likewise
    cases,
    decide,
    decisions,
    documents,
    encoder,
    encoder_tune,
    erasure,
    halting,
    index,
    keys,
    label,
    model,
    people,
    pilot,
    replay,
    rules,
    serving,
    watch,
    webhooks,
    workflow,
)
from service.cli.saying import complain
from service.errors import ServiceError
from service.observe.logs import set_up_logs

app = typer.Typer(no_args_is_help=True, add_completion=False, help="Decide by rules, documents and a classifier.")
app.command()(serving.init)
app.command()(serving.serve)
app.command("build-seed")(serving.build_seed)
app.command()(decide.decide)
app.add_typer(decisions.app, name="decisions")
app.command()(replay.replay)
app.command()(halting.halt)
app.command()(halting.resume)
app.command()(backups.backup)
app.command()(backups.restore)
app.add_typer(keys.app, name="keys")
app.add_typer(people.app, name="people")
app.add_typer(rules.app, name="rules")
app.add_typer(workflow.app, name="workflow")
app.add_typer(label.app, name="label")
app.add_typer(model.app, name="model")
app.command()(pilot.pilot)
app.command()(watch.watch)
app.add_typer(webhooks.app, name="webhooks")
app.add_typer(documents.app, name="documents")
encoder.encoder_app.command("tune")(encoder_tune.encoder_tune)
encoder.encoder_app.command("rollback")(encoder_tune.encoder_rollback)
app.add_typer(encoder.encoder_app, name="encoder")
app.add_typer(index.app, name="index")
app.add_typer(cases.app, name="cases")
app.add_typer(audit.app, name="audit")
app.command()(erasure.erase)
app.command()(erasure.purge)
app.command()(erasure.seal)
app.add_typer(erasure.holds, name="hold")


def main() -> None:
    """Entry point: errors are said in a sentence with their remedy, not as a traceback."""
    set_up_logs("WARNING")  # on the standard error: what a command answers may be piped
    try:
        app()
    except ServiceError as error:
        complain(error)
        sys.exit(2)
    except RuleErrors as error:
        from service.errors import RulesBroken

        listed = [
            {"file": p.file, "line": p.line, "column": p.column, "message": p.message, "remedy": p.remedy}
            for p in error.problems
        ]
        complain(RulesBroken("these files do not load", remedy="mend them", extra={"errors": listed}))
        sys.exit(2)
