"""Look at a workflow's live traffic, and let automation go on after an alarm."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any

import typer

from service.cli.opening import model_owner, opened
from service.cli.saying import plain, print_json, print_table, progress_shown, say

_PERIOD = re.compile(r"(\d+(?:\.\d+)?)([dhw])")
_DAYS = {"h": 1 / 24, "d": 1.0, "w": 7.0}
_MEASURES = {
    "psi": "stability index",
    "ks": "largest gap",
    "mix": "went to other labels",
    "two_sample": "told apart",
    "mmd": "mean discrepancy",
}


def watch(
    workflow: Annotated[str, typer.Argument(help="The workflow's name.")],
    since: Annotated[str, typer.Option(help="How far back: 30d, 12h or 2w; else as the policy says.")] = "",
    last: Annotated[bool, typer.Option("--last", help="Show the newest look; do not look anew.")] = False,
    resume: Annotated[bool, typer.Option("--resume", help="Let automation go on after an alarm.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Everything, as JSON.")] = False,
) -> None:
    """Whether live traffic is still like what the model was made for, and the promise kept.

    What is alarming raises an alarm; where the policy says so, people decide everything until it is resumed.
    """
    from service.usecases import watch_pause, watch_traffic

    if sum((last, resume, bool(since))) > 1:
        raise typer.BadParameter("--since, --last and --resume exclude each other")
    days = _days(since)
    with opened() as house:
        if resume:
            watch_pause.resume(house, model_owner(), workflow)
            say.print(f"{plain(workflow)} decides automatically again where it is certified.")
            return
        if last:
            found = watch_traffic.latest(house, workflow)
        else:
            with progress_shown() as progress:
                found = watch_traffic.look(house, workflow, days, progress)
    if as_json:
        print_json(found)
    else:
        _tell(found)


def _days(since: str) -> float | None:
    if not since:
        return None
    read = _PERIOD.fullmatch(since)
    if read is None or not float(read[1]):
        raise typer.BadParameter(f"{since!r} is no period; write 30d, 12h or 2w", param_hint="--since")
    return float(read[1]) * _DAYS[read[2]]


def _tell(found: Mapping[str, Any]) -> None:
    say.print(
        f"{found['decisions']} decisions from {found['since'][:10]} to {found['until'][:10]},"
        f" compared with {plain(found['compared_with']['words'])}"
    )
    if not found["enough"]:
        say.print(f"[yellow]too few to tell whether traffic changed: {found['needed']} are needed on each side[/]")
    if found["signals"]:
        rows = [_signal_row(each) for each in found["signals"]]
        print_table(("WHAT", "MEASURE", "VALUE", "ALARMING FROM", "BY CHANCE", ""), rows)
    for each in found["labels"]:
        say.print(f"label {plain(each['label'])}: {each['before']:.0%} → {each['now']:.0%}")
    for each in found["live_error"]:
        say.print(_live(each))
    now = found["expected_error"]["now"]
    if now:
        say.print(f"by their confidences {now['rate']:.1%} of {now['cases']} automatic decisions are wrong")
    _tell_slices(found["slices"])
    _tell_alarms(found)


def _tell_slices(slices: Mapping[str, Any]) -> None:
    for part, words in (("errors", "wrong"), ("reviews", "put before people")):
        for each in slices[part]:
            if each["worse"]:
                named = plain(f"{each['attribute']} {each['value']}")
                say.print(f"[yellow]{named}: {each['hits']} of {each['cases']} {words}, more than elsewhere[/]")


def _tell_alarms(found: Mapping[str, Any]) -> None:
    for each in found["alarms"]:
        say.print(f"[red]alarm:[/] {plain(each['says'])}")
    if found["paused"]:
        say.print(f"[red]people decide everything.[/] To go on: signoff watch {plain(found['workflow'])} --resume")
    elif not found["alarms"] and found["enough"]:
        say.print("[green]nothing is alarming[/]")


def _signal_row(each: Mapping[str, Any]) -> tuple[object, ...]:
    limit = "" if each["limit"] is None else f"{each['limit']:g}"
    chance = "< 0.001" if each["p"] < 0.001 else f"{each['p']:.3f}"
    value, alarm = f"{each['value']:.3f}", "ALARM" if each["alarming"] else ""
    return each["name"], _MEASURES[each["measure"]], value, limit, chance, alarm


def _live(each: Mapping[str, Any]) -> str:
    rules = each["alpha"] is None
    what = "rule blocks that people would let through" if rules else "wrong automatic decisions"
    group = f" ({plain(each['group'])})" if each["group"] and not rules else ""
    waiting = f"; {each['waiting']} wait for a check" if each["waiting"] else ""
    if not each["checked"]:
        return f"{what}{group}: none was checked{waiting}"
    promised = "" if rules else f", promised {each['alpha']:.1%}"
    interval = f"{each['rate']:.1%}, by this look between {each['low']:.1%} and {each['high']:.1%}"
    broken = f"; BROKEN: at least {each['at_least']:.1%}, however often one looks" if each["broken"] else ""
    return f"{what}{group}: {interval} ({each['wrong']} of {each['checked']} checked{waiting}){promised}{broken}"
