"""The table of states as docs/cases.md shows it: a diagram and a table, made from the table itself.

Written into the page, between its marks, by `python -m service.usecases.case_diagram docs/cases.md`; a test holds the
page to it.
"""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Final

from service.domain.case import SETTLED, TRANSITIONS, WAITING, CaseAction, CaseState, Step

BEGIN: Final = "<!-- made by python -m service.usecases.case_diagram -->"
END: Final = "<!-- end -->"


def page_part() -> str:
    """What stands between the marks."""
    return f"{BEGIN}\n\n{diagram()}\n\n{table()}\n\n{END}"


def diagram() -> str:
    """Mermaid; what leads back to any of the waiting states leads to the one that the case was claimed from."""
    lines = [f"    [*] --> {CaseState.QUEUED}", "    its_stage: where it was claimed from"]
    for (state, action), step in TRANSITIONS.items():
        if state not in step.to or len(step.to) > 1:
            targets = ["its_stage"] if step.to == WAITING else list(step.to)
            lines += [f"    {state} --> {target}: {action}" for target in targets]
    lines += [f"    {state} --> [*]" for state in SETTLED]
    return "\n".join(["```mermaid", "stateDiagram-v2", *lines, "```"])


def table() -> str:
    """One line an action and who may, with all states that it is possible in."""
    found: dict[tuple[CaseAction, tuple[str, ...], str], list[str]] = {}
    for (state, action), step in TRANSITIONS.items():
        found.setdefault((action, tuple(step.who), _leads_to(state, step)), []).append(f"`{state}`")
    rows = [
        f"| `{action}` | {', '.join(states)} | {to} | {', '.join(who)} |"
        for (action, who, to), states in sorted(found.items(), key=lambda each: list(CaseAction).index(each[0][0]))
    ]
    return "\n".join(["| Action | From | To | Who |", "|---|---|---|---|", *rows])


def _leads_to(state: CaseState, step: Step) -> str:
    if step.to == (state,):
        return "the same"
    if step.to == WAITING:
        return "its stage"
    return " or ".join(f"`{to}`" for to in step.to)


def renewed(page: str) -> str:
    """The page with the part between its marks made anew."""
    before, _, rest = page.partition(BEGIN)
    return before + page_part() + rest.partition(END)[2]


if __name__ == "__main__":
    path = Path(sys.argv[1])
    path.write_text(renewed(path.read_text()))
