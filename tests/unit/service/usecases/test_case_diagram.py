"""The page about cases shows the table of states, not somebody's memory of it."""

from __future__ import annotations

from service.domain.case import TRANSITIONS, CaseAction, CaseState
from service.usecases.case_diagram import diagram, renewed, table
from tests.house import ROOT

PAGE = ROOT / "docs" / "cases.md"


def test_the_page_is_what_the_table_makes_of_it():
    """Run `python -m service.usecases.case_diagram docs/cases.md` after a change of the table."""
    page = PAGE.read_text()
    assert renewed(page) == page


def test_nothing_of_the_table_is_left_out():
    """Every state and every action is on the page, and every move that leads elsewhere in the diagram."""
    shown = diagram() + table()
    assert all(f"`{word}`" in table() for word in (*CaseAction, *CaseState))
    for (state, action), step in TRANSITIONS.items():
        if state not in step.to:
            assert f"{state} --> {step.to[0] if len(step.to) < 4 else 'its_stage'}: {action}" in shown
