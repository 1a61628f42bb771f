from __future__ import annotations

from rules.errors import Problem, RuleErrors, did_you_mean


def test_problem_reads_as_a_line_an_editor_can_jump_to():
    """A problem is shown as file:line:column, reason and remedy."""
    assert str(Problem("a.yaml", 3, 7, "is wrong", "mend it")) == "a.yaml:3:7: is wrong (mend it)"


def test_errors_hold_all_problems_in_order_once():
    """A refusal names every problem once, by file and place."""
    first, second = Problem("a", 1, 1, "x", "y"), Problem("b", 1, 1, "x", "y")
    errors = RuleErrors([second, first, second])
    assert errors.problems == (first, second)
    assert str(errors) == f"{first}\n{second}"


def test_did_you_mean_names_the_nearest():
    """A typing error gets the name that was meant."""
    assert did_you_mean("contry", ["country", "amount"], "attributes") == "did you mean `country`?"


def test_did_you_mean_lists_what_there_is_when_nothing_is_near():
    """A name from elsewhere gets the names there are, and an empty house is called empty."""
    assert did_you_mean("xyz", ["country", "amount"], "attributes") == "attributes: `amount`, `country`"
    assert did_you_mean("xyz", [], "lists") == "there are no lists"


def test_what_is_quoted_from_a_file_is_cut():
    """A megabyte in the place of a key makes no message of a megabyte, and no long search for what was meant."""
    problem = Problem("f", 1, 1, f"has no key `{'x' * 1_000_000}`", did_you_mean("x" * 1_000_000, ["title"], "keys"))
    assert len(str(problem)) < 1_200
    assert problem.message.endswith("…")
