"""The text format of protocol buffers, as far as the CEL conformance tests use it.

Reads any message without its schema: a field is a name with the list of its values, each a text, a number, a word
or another message.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import TypeAlias

Value: TypeAlias = "bytes | str | Message"
Message: TypeAlias = Mapping[str, Sequence[Value]]
"""Field -> values in written order; bytes for what stood in quotes, str for numbers and words."""

_TOKEN = re.compile(
    rb"""\s+|\#[^\n]*|(?P<text>"(?:\\.|[^"\\])*"|'(?:\\.|[^'\\])*')|(?P<sign>[{}<>:,;])
      |(?P<word>\[[^\]]*\]|[-+.\w]+)""",
    re.VERBOSE | re.DOTALL,
)
_ESCAPE = re.compile(rb"\\(?:x([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-7]{1,3})|(.))", re.DOTALL)
_LETTERS = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"a": b"\a", b"b": b"\b", b"f": b"\f", b"v": b"\v"}


def read_message(data: bytes) -> Message:
    """Read a whole file. Raises ValueError where it is not text format."""
    tokens = list(_tokens(data))
    message, place = _message(tokens, 0)
    if place != len(tokens):
        raise ValueError(f"a bracket closes that was not opened, at token {place}")
    return message


def _tokens(data: bytes) -> Iterator[tuple[str, bytes]]:
    place = 0
    while place < len(data):
        hit = _TOKEN.match(data, place)
        if hit is None:
            raise ValueError(f"not text format at byte {place}: {data[place : place + 20]!r}")
        if hit.lastgroup:
            yield hit.lastgroup, hit[0]
        place = hit.end()


def _message(tokens: Sequence[tuple[str, bytes]], place: int) -> tuple[Message, int]:
    fields: dict[str, list[Value]] = defaultdict(list)
    while place < len(tokens) and tokens[place][1] not in (b"}", b">"):
        kind, word = tokens[place]
        if word in (b",", b";"):
            place += 1
            continue
        if kind != "word":
            raise ValueError(f"a field's name was expected, not {word!r}")
        place += 1
        if tokens[place][1] == b":":
            place += 1
        value: Value
        if tokens[place][1] in (b"{", b"<"):
            value, place = _message(tokens, place + 1)
            place += 1
        elif tokens[place][0] == "text":
            value = b""
            while place < len(tokens) and tokens[place][0] == "text":  # texts beside each other are one
                value += _plain(tokens[place][1][1:-1])
                place += 1
        else:
            value = tokens[place][1].decode()
            place += 1
        fields[word.decode()].append(value)
    return fields, place


def _plain(text: bytes) -> bytes:
    def letter(hit: re.Match[bytes]) -> bytes:
        hexadecimal, short, long, octal, other = hit.groups()
        if hexadecimal or octal:
            return bytes([int(hexadecimal, 16) if hexadecimal else int(octal, 8)])
        if short or long:
            return chr(int(short or long, 16)).encode("utf-8", "surrogatepass")
        return _LETTERS.get(other, other)

    return _ESCAPE.sub(letter, text)
