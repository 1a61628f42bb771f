from __future__ import annotations

from collections.abc import Mapping

import pytest

from rules.conditions import Engine
from rules.model import AttributeValue
from tests.unit.rules.given import SCHEMA

ENGINE = Engine(SCHEMA, {"p/embargoed": frozenset({"IR", "NO"})})
NOTHING: Mapping[str, AttributeValue] = {}


def ask(source: str, attributes: Mapping[str, AttributeValue] = NOTHING, hits: tuple[str, ...] = ()) -> bool | str:
    return ENGINE.compile(source).ask(ENGINE.facts(attributes, hits))


TRUE, FALSE, UNKNOWN = "amount > 1.0", "amount < 1.0", "age > 1"  # with only the amount known


@pytest.mark.parametrize(
    "left, right, conjunction, disjunction",
    [
        (TRUE, TRUE, True, True),
        (TRUE, FALSE, False, True),
        (FALSE, FALSE, False, False),
        (TRUE, UNKNOWN, "UNKNOWN", True),
        (FALSE, UNKNOWN, False, "UNKNOWN"),
        (UNKNOWN, UNKNOWN, "UNKNOWN", "UNKNOWN"),
    ],
)
def test_three_valued_table(left: str, right: str, conjunction: bool | str, disjunction: bool | str):
    """False AND unknown is false, true OR unknown is true, everything else with unknown is unknown, in either order."""
    attributes = {"amount": 2.0}
    for one, other in ((left, right), (right, left)):
        assert ask(f"({one}) && ({other})", attributes) == conjunction
        assert ask(f"({one}) || ({other})", attributes) == disjunction


def test_negation_of_unknown_is_unknown():
    """Not knowing is not the same as no."""
    assert ask(f"!({UNKNOWN})") == "UNKNOWN"


def test_hits_and_lists():
    """Conditions see the names of what hit and whether a value is in a list."""
    assert ask("matched('p/weapons')", hits=("p/weapons",)) is True
    assert ask("matched('p/weapons')") is False
    assert ask("pii('pii:card')", hits=("pii:card",)) is True
    assert ask("in_list(country, 'p/embargoed')", {"country": "NO"}) is True
    assert ask("in_list(country, 'p/embargoed')", {"country": "FR"}) is False
    assert ask("in_list(country, 'p/embargoed')") == "UNKNOWN"


def test_text_lists_are_typed():
    """A list attribute is searched item by item."""
    assert ask("tags.exists(t, t.startsWith('vi'))", {"tags": ("a", "vip")}) is True
    assert ask("'vip' in tags", {"tags": ()}) is False


@pytest.mark.parametrize(
    "source, attributes",
    [
        ("1 / age == 1", {"age": 0}),
        ("tags[0] == 'a'", {"tags": ()}),
        ("int(country) == 1", {"country": "secret-value"}),
        ("in_list(country, 'p/gone')", {"country": "IR"}),
    ],
)
def test_an_error_is_an_answer_without_values(source: str, attributes: Mapping[str, AttributeValue]):
    """A condition that fails says that it failed, never raises, and never quotes what it was given."""
    answer = ask(source, attributes)
    assert isinstance(answer, str)
    assert "secret-value" not in answer


def test_endless_work_is_an_answer_too():
    """The engine's budget ends nested loops; the condition then cannot say."""
    many = tuple("abcdefghij") * 10
    assert isinstance(ask("tags.all(a, tags.all(b, tags.all(c, a == a)))", {"tags": many}), str)


def test_batch_answers_like_each_alone():
    """Asked together or alone, conditions give the same answers, also when one of them fails."""
    sources = ["amount > 1.0", "age > 1", "1 / age == 1", "matched('p/x')"]
    programs = [ENGINE.compile(source) for source in sources]
    (batch,) = ENGINE.batches(programs)
    for attributes in ({"amount": 2.0, "age": 1}, {"amount": 2.0, "age": 0}, {"amount": 2.0}):
        facts = ENGINE.facts(attributes, ("p/x",))
        assert batch.ask(facts) == [program.ask(facts) for program in programs]


def test_batch_of_loops_is_not_poisoned_by_the_budget_of_all():
    """Loops that fit the budget alone but not together are each asked alone."""
    programs = [ENGINE.compile(f"tags.all(a, tags.all(b, a != 'x{place}'))") for place in range(30)]
    facts = ENGINE.facts({"tags": tuple("abcdefghij") * 5}, ())
    assert ENGINE.batches(programs)[0].ask(facts) == [True] * 30


def test_batches_keep_order_and_limits():
    """Many programs are packed into several lists, in their order."""
    programs = [ENGINE.compile(f"age == {place}") for place in range(450)]
    batches = ENGINE.batches(programs)
    assert len(batches) == 3
    answers = [answer for batch in batches for answer in batch.ask(ENGINE.facts({"age": 449}, ()))]
    assert answers == [False] * 449 + [True]
    assert ENGINE.batches([]) == []


@pytest.mark.parametrize(
    "source, offset, message, remedy",
    [
        ("contry == 'IR'", 0, "nothing is called `contry`", "did you mean `country`?"),
        ("amount > 10", 7, "`>` cannot take (number, integer)", "beside a number write a decimal point: 10000.0"),
        ("country > 1", 8, "`>` cannot take (string, integer)", "use values of types that go together"),
        ("country.matches('a')", 8, "`matches` is not part of the rule language", "write a matcher"),
        ("tags.map(t, t) == tags", 5, "`map` is not part of the rule language", "use all, exists"),
        ("dyn(age) == 1", 0, "`dyn` is not part of the rule language", "compare values of one type"),
        ("amount", 0, "is a value (number), not true or false", "compare it"),
        ("country ==", 10, "is not CEL: mismatched input '<EOF>'", "`and` is &&"),
        ("'é' == country &&\n  foo", 20, "nothing is called `foo`", "known names"),
    ],
)
def test_check_names_what_the_type_checker_finds(source: str, offset: int, message: str, remedy: str):
    """Wrong types and names are found at load, at their place, with a remedy."""
    fault = next(fault for fault in ENGINE.check(source) if fault.message == message)
    assert fault.offset == offset
    assert fault.remedy.startswith(remedy)


def test_check_finds_several_at_once():
    """All names that do not exist are told in one go."""
    assert [fault.offset for fault in ENGINE.check("contry == 'x' && ammount > 1.0")] == [0, 17]


def test_too_deep_is_refused_at_compile():
    """A condition the engine could not evaluate is refused when it is compiled."""
    with pytest.raises(ValueError, match="recursion"):
        ENGINE.compile("(" * 60 + "authenticated" + "&& authenticated)" * 60)
