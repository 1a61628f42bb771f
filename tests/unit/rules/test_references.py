from __future__ import annotations

import pytest

from rules.references import read_references


def read(source: str):
    return read_references(source, "p", ["weapons", "passport"], ["embargoed"], ["card"])


@pytest.mark.parametrize(
    "source, rewritten",
    [
        ("matched('weapons')", "matched('p/weapons')"),
        ('matched( "weapons" )', "matched( 'p/weapons' )"),
        ("pii('card')", "pii('pii:card')"),
        ("country in lists.embargoed", "in_list(country, 'p/embargoed')"),
        ("!(country in lists.embargoed)", "!(in_list(country, 'p/embargoed'))"),
        ("a && x in lists.embargoed || b", "a && in_list(x, 'p/embargoed') || b"),
        ("tags.exists(t, t in lists.embargoed)", "tags.exists(t, in_list(t, 'p/embargoed'))"),
        ("'IR' in lists.embargoed == true", "in_list('IR', 'p/embargoed') == true"),
        ("in_list(f(a, b), 'embargoed')", "in_list(f(a, b), 'p/embargoed')"),
        ("x == \"matched('other')\" // lists.no", "x == \"matched('other')\" // lists.no"),
        ("a.matched == b.lists", "a.matched == b.lists"),
    ],
)
def test_names_are_qualified(source: str, rewritten: str):
    """Names of matchers and lists get their pack; text in quotes and fields of values are left alone."""
    assert (read(source).source, read(source).faults) == (rewritten, ())


def test_keys_and_words():
    """A condition knows what it listens to and which words it uses."""
    found = read("matched('weapons') && pii('card') && amount > 1.0 && tags.exists(t, t == country)")
    assert found.keys == {"p/weapons", "pii:card"}
    assert {"amount", "tags", "country"} <= found.names
    assert "exists" not in found.names


@pytest.mark.parametrize(
    "source, offset, words",
    [
        ("a && matched('weapon')", 13, "did you mean `weapons`?"),
        ("pii('crad')", 4, "did you mean `card`?"),
        ("x in lists.embargo", 11, "did you mean `embargoed`?"),
        ("in_list(x, 'embargo')", 11, "did you mean `embargoed`?"),
        ("matched(name)", 0, "write matched('name')"),
        ("matched('a' + 'b')", 0, "write matched('name')"),
        ("matched", 0, "write matched('name')"),
        ("in_list(x)", 0, "write in_list(x, 'name')"),
        ("size(lists.embargoed) > 1", 5, "write in_list("),
        ("a + x in lists.embargoed", 9, "write in_list("),
        ("f(x) in lists.embargoed", 8, "write in_list("),
        ("x in lists.embargoed + y", 5, "write in_list("),
        ("lists", 0, "write in_list("),
        ("(a", 2, "close the bracket"),
        ("a) || (b", 1, "check the brackets"),
        ("[a)", 2, "check the brackets"),
        ("x == 'abc", 5, "check quotes"),
        ("x = 1", 2, "equality is =="),
        ("x & y", 2, "`and` is &&"),
    ],
)
def test_faults_have_their_place_and_remedy(source: str, offset: int, words: str):
    """Whatever cannot be a sound reference is named where it stands."""
    fault = read(source).faults[0]
    assert fault.offset == offset
    assert words in fault.remedy


def test_a_condition_must_stand_on_its_own_feet():
    """Brackets that would close something outside the condition make it unwhole."""
    assert not read("true) || (true").whole
    assert read("(true)").whole
