from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from index.keys import KeyColumns, Keys
from index.model import DocumentKey

KEYS = st.builds(
    DocumentKey,
    st.sampled_from(["a", "b", "ä", ""]),
    st.sampled_from(["1", "10", "2", "z", "é", ""]),
    st.integers(0, 4),
)
SETS = st.frozensets(KEYS, max_size=40)


def keys_of(keys: frozenset[DocumentKey]) -> Keys:
    return Keys(KeyColumns.of(sorted(keys)))


@given(held=SETS, asked=KEYS)
def test_it_is_the_set_of_its_keys(held: frozenset[DocumentKey], asked: DocumentKey) -> None:
    """In order, with the right rows, and holding exactly those."""
    keys = keys_of(held)
    assert list(keys) == sorted(held) == [keys[row] for row in range(len(keys))]
    assert [(keys.collection(row), keys.id(row)) for row in range(len(keys))] == [
        (key.collection, key.id) for key in sorted(held)
    ]
    assert (asked in keys) == (asked in held)
    assert keys.place(asked) == sum(key < asked for key in held)
    assert keys.row(asked) == (sorted(held).index(asked) if asked in held else None)
    strange: object = "a"
    assert strange not in keys


@given(held=SETS, wanted=SETS)
def test_sets_of_keys_are_taken_together(held: frozenset[DocumentKey], wanted: frozenset[DocumentKey]) -> None:
    """Differences and cuts are those of ordinary sets, and the mask tells the wanted rows; others mean nothing."""
    keys = keys_of(held)
    assert keys - wanted == held - wanted
    assert keys & wanted == held & wanted
    assert wanted - keys == wanted - held
    for asked in (wanted, held, wanted, held - wanted, held | wanted):  # each found from the one before, or anew
        assert [key for key, wants in zip(keys, keys.mask(asked), strict=True) if wants] == sorted(held & asked)


def test_few_keys_are_looked_up_without_a_table_of_all() -> None:
    """To find one document among many, nothing is made for each of the others."""
    keys = keys_of(frozenset(DocumentKey("a", str(number), 1) for number in range(1000)))
    assert keys.mask(frozenset({DocumentKey("a", "500", 1), DocumentKey("b", "500", 1)})).sum() == 1
    assert "_firsts_by_id" not in vars(keys)
    assert keys.mask(frozenset(keys)).all()
    assert "_firsts_by_id" in vars(keys)
