"""The tree over the ledger: one root, and short proofs that hold for nothing else."""

from __future__ import annotations

import hashlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from service.domain.merkle import EMPTY, KEPT_LEVEL, Peaks, included, join, leaf, proof, root

LEAVES = [leaf(bytes([number])) for number in range(90)]


def by_definition(leaves):
    """RFC 9162, section 2.1.1, word for word."""
    if not leaves:
        return hashlib.sha256().digest()
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while 2 * k < len(leaves):
        k *= 2
    return join(by_definition(leaves[:k]), by_definition(leaves[k:]))


def part(level, index):
    return LEAVES[index] if level == 0 else None


@pytest.mark.parametrize("size", [0, 1, 2, 3, 5, 8, 13, 64, 79])
def test_the_root_is_that_of_the_standard(size):
    """Grown leaf by leaf, as the definition has it for all of them at once."""
    assert root(LEAVES[:size]) == by_definition(LEAVES[:size])


def test_an_empty_tree_has_the_root_of_nothing():
    """As the standard says."""
    assert root([]) == EMPTY


@pytest.mark.parametrize("size", [1, 2, 7, 8, 33, 80])
def test_each_leaf_is_proved_and_no_other(size):
    """A proof leads from its own leaf, at its own place, to the root of that size."""
    found = root(LEAVES[:size])
    for index in range(size):
        path = proof(index, size, part)
        assert included(LEAVES[index], index, size, path, found)
        assert not included(leaf(b"other"), index, size, path, found)
        assert not included(LEAVES[index], index, size + 1, path, root(LEAVES[: size + 1]))
        assert size == 1 or not included(LEAVES[index], (index + 1) % size, size, path, found)
        assert not path or not included(LEAVES[index], index, size, path[:-1], found)
        assert not included(LEAVES[index], index, size, [*path, LEAVES[0]], found)


def test_a_proof_is_short():
    """A hash for each level."""
    assert max(len(proof(index, 80, part)) for index in range(80)) <= 7


@given(st.integers(0, 80), st.integers(0, 80))
def test_a_tree_goes_on_from_its_parts(first, size):
    """Where one process stopped, another goes on, with nothing but the parts."""
    before = Peaks()
    for each in LEAVES[: min(first, size)]:
        before.add(each)
    after = Peaks(before.size, before.nodes)
    for each in LEAVES[before.size : size]:
        after.add(each)
    assert after.root() == root(LEAVES[:size])


def test_parts_that_are_not_of_that_size_are_refused():
    """Three leaves leave two parts."""
    with pytest.raises(ValueError, match="are not those of a tree of 3"):
        Peaks(3, LEAVES[:1])


def test_full_parts_are_kept_as_they_become_full():
    """So that proofs need not read every leaf."""
    block = 1 << KEPT_LEVEL
    leaves = [leaf(number.to_bytes(4, "big")) for number in range(2 * block + 5)]
    peaks = Peaks()
    for each in leaves:
        peaks.add(each)
    assert peaks.kept == [root(leaves[:block]), root(leaves[block : 2 * block])]

    def kept(level, index):
        if level == KEPT_LEVEL:
            return peaks.kept[index]
        return leaves[index] if level == 0 else None

    for index in (0, block - 1, block, 2 * block + 4):
        path = proof(index, len(leaves), kept)
        assert included(leaves[index], index, len(leaves), path, peaks.root())


def test_no_proof_of_what_is_not_there():
    """A leaf behind the last one has none."""
    with pytest.raises(ValueError, match="no leaf 80"):
        proof(80, 80, part)
    assert not included(LEAVES[0], 5, 5, [], LEAVES[0])
