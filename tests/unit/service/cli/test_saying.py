"""What the command line says, as it reaches the eye."""

from __future__ import annotations

import pytest

from service.cli.saying import complain
from service.errors import FieldProblem, InvalidRequest, RulesBroken


def test_a_place_is_shown_as_it_is(capsys: pytest.CaptureFixture[str]) -> None:
    """Nothing of a file's name, line or words is taken for markup or for the name of a picture."""
    wrong = {"file": "a[b].yaml", "line": 100, "column": 12, "message": "no :smile:", "remedy": "write [bold]"}
    complain(RulesBroken("these files do not load", remedy="mend them", extra={"errors": [wrong]}))
    assert "  a[b].yaml:100:12: no :smile: (write [bold])\n" in capsys.readouterr().err


def test_a_remedy_is_said_once(capsys: pytest.CaptureFixture[str]) -> None:
    """A field's own remedy stands beside it, where it is not that of the whole."""
    problems = (FieldProblem("a", "is x", "use y"), FieldProblem("b", "is z", "use w"))
    complain(InvalidRequest("a: is x; b: is z", remedy="use w", problems=problems))
    assert capsys.readouterr().err.splitlines() == ["error: a: is x; b: is z", "  a: is x (use y)", "remedy: use w"]
