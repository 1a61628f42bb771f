"""The page of one rule."""

from __future__ import annotations

from service.console.one_rule_views import ClauseView, clause, rule_view, source_view
from tests.unit.service.console.rule_material import NOW, rule, whole


def test_a_condition_reads_as_headings_with_what_stands_under_them() -> None:
    """Groups within groups, `none` always by name, and a lone clause without ceremony."""
    tree = {"all": [{"source": "a"}, {"any": [{"source": "b"}, {"source": "c \n  == 1"}]}], "none": [{"source": "d"}]}
    either = ClauseView(groups=(("At least one of these", (ClauseView("b"), ClauseView("c == 1"))),))
    assert clause(tree).groups == (
        ("All of these", (ClauseView("a"), either)),
        ("None of these", (ClauseView("d"),)),
    )
    assert clause({"all": [{"source": "a"}]}) == ClauseView("a")
    assert clause({"none": [{"source": "a"}]}).groups == (("None of these", (ClauseView("a"),)),)


def test_everything_its_owner_answers_for_is_on_the_page() -> None:
    """Citation, review date with whether it is late, obligations, what it cannot do without."""
    facts = dict(rule_view(whole(), rule(), NOW).facts)
    assert facts["cites"] == "Communications standard 2"
    assert facts["to be reviewed by"] == "2026-06-30 (overdue)"
    assert facts["in force until"] == "31 Dec 2027, 00:00 UTC"
    assert facts["cannot be settled without"] == "channel"
    assert (facts["masks"], facts["documents by jurisdiction"]) == ("iban", "IE")
    assert (facts["priority"], facts["queue"], facts["exemptions"]) == ("0", "press-office", "none may be made")


def test_the_words_it_looks_for_are_listed() -> None:
    """Phrases and patterns of its matchers with how they are read, values of its lists; long ones unfold."""
    many = [f"word {place}" for place in range(30)]
    matcher = {"name": "m", "phrases": many, "regexes": ["x+"], "views": ["plain", "folded"], "whole_words": True}
    listed, embargoed = rule_view(whole(matchers=[matcher]), rule(), NOW).words
    assert listed.what == "read in small letters and with look-alike letters made plain, whole words"
    assert (len(listed.first), len(listed.rest), listed.regexes) == (24, 6, ("x+",))
    assert (embargoed.what, embargoed.first) == ("list of 2", ("BY", "IR"))


def test_tests_show_the_request_and_what_is_expected() -> None:
    """With the attributes of the request."""
    (test,) = rule_view(whole(), rule(), NOW).tests
    assert (test.name, test.text, test.facts, test.expect.short) == (
        "a journalist",
        "I am one",
        (("amount", "4.5"),),
        "Fires",
    )


def test_another_wording_elsewhere_is_told() -> None:
    """Where a pinned workflow holds an older one, each has its own page and file."""
    places = [
        {"workflow": "retail", "release": "rel_2", "same": True},
        {"workflow": "cards", "release": "rel_1", "same": False},
    ]
    shown = rule_view(whole(workflows=places), rule(), NOW)
    assert [(each.workflow, each.same, each.here) for each in shown.elsewhere] == [
        ("retail", True, True),
        ("cards", False, False),
    ]
    assert shown.source == "/console/rules/press/file?workflow=retail#line-59"
    assert rule_view(whole(), rule(), NOW).source == "/console/rules/press/file#line-59"


def test_the_line_where_a_rule_begins_is_marked_in_its_file() -> None:
    """The file has every line it had, numbered from one."""
    found = {
        "rule": "press",
        "title": "P",
        "file": "a.rule.yaml",
        "line": 2,
        "release": "rel_1",
        "text": "# a\n- id: press\n",
    }
    assert source_view(found).lines == ((1, "# a", False), (2, "- id: press", True), (3, "", False))
