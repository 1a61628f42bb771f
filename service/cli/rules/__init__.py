"""Rule and policy files: check, try, change, take back."""

from __future__ import annotations

import typer

from service.cli.rules import approving, asking, changing, checking, comparing, measuring, starting, watching

app = typer.Typer(no_args_is_help=True, help="Rule and policy files.")
for command in (
    starting.new,
    starting.schema,
    checking.check,
    measuring.cover,
    measuring.mutate,
    measuring.lint,
    comparing.diff,
    asking.explain,
    asking.replay,
    changing.reload,
    changing.rollback,
    changing.unpin,
    changing.disable,
    changing.enable,
    watching.status,
    watching.history,
    approving.proposals,
    approving.approve,
    approving.reject,
    watching.alarms,
    watching.acknowledge,
):
    app.command()(command)
app.command("test")(checking.run_tests)
