"""What rules make of an answer: nothing is missed, nothing is told twice."""

from __future__ import annotations

from rules.model import Effect, Finding, FindingStatus, Obligations, Ruling, Severity, Span
from service.domain.answered import found_in

BEGINS = 100


def finding(rule: str, effect: Effect = Effect.REVIEW, *spans: tuple[int, int], unknown: bool = False) -> Finding:
    status = FindingStatus.UNKNOWN if unknown else FindingStatus.MATCH
    places = tuple(Span(start, end, "word") for start, end in spans)
    return Finding(rule, "pack", status, effect, Severity.LOW, "X-1", "because", spans=places)


def ruling(*matched: Finding, unknown: tuple[Finding, ...] = (), redact: frozenset[str] = frozenset()) -> Ruling:
    return Ruling("digest", None, Obligations(redact=redact), matched=matched, unknown=unknown)


def test_what_the_answer_alone_says_is_found_where_it_is_said() -> None:
    """Also by a rule that the request met already."""
    found = found_in(ruling(finding("a", Effect.BLOCK, (3, 8))), ruling(finding("a")), {"a"}, BEGINS)
    assert [(each.rule, each.spans[0][:2]) for each in found.matched] == [("a", (3, 8))]
    assert found.effect is Effect.BLOCK


def test_what_only_both_together_say_is_found_and_its_places_are_the_answers() -> None:
    """Those in the request are shown there; one across the border begins with the answer."""
    whole = ruling(finding("b", Effect.BLOCK, (10, 20), (104, 109), (95, 103)))
    found = found_in(ruling(), whole, set(), BEGINS)
    assert [span[:2] for span in found.matched[0].spans] == [(4, 9), (0, 3)]


def test_what_the_request_met_by_itself_is_not_told_again() -> None:
    """Neither matches nor what could not be settled."""
    whole = ruling(finding("a", Effect.BLOCK), unknown=(finding("u", unknown=True),))
    found = found_in(ruling(unknown=(finding("u", unknown=True),)), whole, {"a", "u"}, BEGINS)
    assert (found.matched, found.unknown, found.effect) == ((), (), None)


def test_each_rule_says_one_thing() -> None:
    """A match settles what the other reading left open; what to redact is joined."""
    alone = ruling(unknown=(finding("c", unknown=True),), redact=frozenset({"iban"}))
    found = found_in(alone, ruling(finding("c"), redact=frozenset({"card"})), set(), BEGINS)
    assert ([each.rule for each in found.matched], found.unknown) == (["c"], ())
    assert found.obligations.redact == {"iban", "card"}
