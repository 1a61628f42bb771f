"""The stop button, and going on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any

import typer

from service.cli.background import finished
from service.cli.opening import opened, operator
from service.cli.rules.arguments import Json, Why
from service.cli.saying import plain, print_json, progress_shown, say

Workflow = Annotated[str, typer.Argument(help="One workflow; else all of them.")]


def halt(why: Why, workflow: Workflow = "") -> None:
    """Nothing is allowed automatically any more, in every worker; rules still block."""
    from service.usecases.halt import halt as stop

    with opened() as house:
        found = stop(house, operator(), workflow or None, why)
    say.print(f"halted: {plain(', '.join(found['workflows']))}. To go on: signoff resume")


def resume(
    workflow: Workflow = "",
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Say what would become of what is held.")] = False,
    rerun: Annotated[bool, typer.Option("--rerun/--no-rerun", help="Decide again what is held.")] = True,
    detach: Annotated[bool, typer.Option("--detach", help="Leave that to a running service.")] = False,
    as_json: Json = False,
) -> None:
    """Automatic again where certified, and what waits only because the service could not decide is decided again.

    Held for halted, degraded, no_certificate or rule_unknown; what is still ambiguous stays with people.
    """
    from service.usecases import halt as stop

    with opened() as house:
        found = stop.resume(house, operator(), workflow or None, dry_run=dry_run, rerun=rerun)
        reports = list(found["tried"])
        if not detach:
            for job in found["jobs"]:
                with progress_shown() as progress:
                    reports.append(finished(house, job, progress))
    if as_json:
        print_json({**found, "reports": reports})
        return
    if not dry_run:
        say.print(f"automatic again where certified: {plain(', '.join(found['workflows']))}")
    for each in found["held"]:
        say.print(f"  {plain(each['workflow'])}: {each['cases']} unclaimed cases held for {each['reason']}")
    for each in reports:
        _tell(each)
    if detach and found["jobs"]:
        say.print(f"waiting for a running service: {', '.join(found['jobs'])}")


def _tell(report: Mapping[str, Any]) -> None:
    would = "would be decided" if report["dry_run"] else "decided"
    of = f"of {report['cases']} cases" + (" tried" if report["cases"] < report["waiting"] else "")
    say.print(f"{plain(report['workflow'])}: {report['decided']} {of} {would}; {report['stay']} stay with people")
    for reason, count in report["reasons"].items():
        say.print(f"  {reason}: {count}")
