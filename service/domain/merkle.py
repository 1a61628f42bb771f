"""The tree over a stream: one hash that stands for all of it, and proofs that a record is in it.

As RFC 9162, section 2.1, has it: a leaf is SHA-256 over 0x00 and its data, a node over 0x01 and its two parts. A proof
is a hash for each level of the tree, twenty for a million records. Pure.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Sequence

Node = bytes  #: SHA-256, 32 bytes

EMPTY: Node = hashlib.sha256().digest()  #: the root of a tree without leaves


def leaf(data: bytes) -> Node:
    """The leaf for a record, whose data is its hash in the chain."""
    return hashlib.sha256(b"\x00" + data).digest()


def join(left: Node, right: Node) -> Node:
    return hashlib.sha256(b"\x01" + left + right).digest()


#: Roots of full parts of 2**8 leaves are kept, so that a proof reads some hundred leaves and not all of them.
KEPT_LEVEL = 8


class Peaks:
    """A tree that only grows, as the roots of its full parts, largest first: all that is needed to go on with it.

    `size` leaves leave one part for each bit that is set in `size`. `kept` are the roots of the parts of 2**KEPT_LEVEL
    leaves that became full since.
    """

    __slots__ = ("kept", "nodes", "size")

    def __init__(self, size: int = 0, nodes: Iterable[Node] = ()) -> None:
        """ValueError when there are not as many parts as that size has."""
        self.size, self.nodes, self.kept = size, list(nodes), list[Node]()
        if size < 0 or len(self.nodes) != size.bit_count() or any(len(node) != 32 for node in self.nodes):
            raise ValueError(f"{len(self.nodes)} parts are not those of a tree of {size} leaves")

    def add(self, node: Node) -> None:
        """One more leaf."""
        self.size += 1
        carry, level = self.size, 0
        while not carry & 1:
            node = join(self.nodes.pop(), node)
            carry, level = carry >> 1, level + 1
            if level == KEPT_LEVEL:
                self.kept.append(node)
        self.nodes.append(node)

    def root(self) -> Node:
        if not self.nodes:
            return EMPTY
        found = self.nodes[-1]
        for node in reversed(self.nodes[:-1]):
            found = join(node, found)
        return found


def root(leaves: Sequence[Node]) -> Node:
    """The root of the tree over these leaves."""
    peaks = Peaks()
    for each in leaves:
        peaks.add(each)
    return peaks.root()


#: The root of the full part of 2**level leaves that begins with leaf index * 2**level; None where it is not known.
Part = Callable[[int, int], Node | None]


def proof(index: int, size: int, part: Part) -> list[Node]:
    """The inclusion proof of a leaf in the tree of the first `size` leaves: siblings from the leaf up.

    `part` is asked for full parts, largest first, and has to know at least each single leaf (level 0).
    """
    if not 0 <= index < size:
        raise ValueError(f"a tree of {size} leaves has no leaf {index}")
    found: list[Node] = []
    begin, end = 0, size
    while end - begin > 1:
        middle = begin + _largest_power_below(end - begin)
        if index < middle:
            found.append(_range(middle, end, part))
            end = middle
        else:
            found.append(_range(begin, middle, part))
            begin = middle
    return found[::-1]


def _largest_power_below(size: int) -> int:
    """The largest power of two that is smaller than `size`."""
    return 1 << ((size - 1).bit_length() - 1)


def _range(begin: int, end: int, part: Part) -> Node:
    """The root over the leaves from begin up to end, as they stand in a tree: begin is a multiple of what fits."""
    size = end - begin
    if size.bit_count() == 1:
        level = size.bit_length() - 1
        known = part(level, begin >> level)
        if known is not None:
            return known
        if not level:
            raise LookupError(f"leaf {begin} is not known")
    middle = begin + _largest_power_below(size)
    return join(_range(begin, middle, part), _range(middle, end, part))


def included(data: Node, index: int, size: int, path: Sequence[Node], expected: Node) -> bool:
    """Whether `path` proves the leaf at `index` to be in the tree of `size` leaves with that root.

    After RFC 9162, section 2.1.3.2.
    """
    if not 0 <= index < size:
        return False
    place, last, found = index, size - 1, data
    for node in path:
        if last == 0:
            return False
        if place & 1 or place == last:
            found = join(node, found)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            found = join(found, node)
        place, last = place >> 1, last >> 1
    return last == 0 and found == expected
