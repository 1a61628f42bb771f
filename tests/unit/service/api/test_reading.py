"""The strict reading of JSON bodies."""

from __future__ import annotations

import time

import pytest

from service.api.problems import UnsupportedMediaType
from service.api.reading import MAX_DEPTH, check_media_type, read_json
from service.errors import BadRequest, InvalidRequest, ServiceError


def refused(body: bytes) -> ServiceError:
    with pytest.raises(ServiceError) as caught:
        read_json(body)
    return caught.value


def test_plain_json_comes_out_as_it_is() -> None:
    """What is ordinary is not touched."""
    body = '{"a": [1, -2.5e3, true, null, "Grüße 👋 \\u00e9"], "b": {"c": {}}}'
    assert read_json(body.encode()) == {"a": [1, -2500.0, True, None, "Grüße 👋 é"], "b": {"c": {}}}


@pytest.mark.parametrize(
    "body, field",
    [
        (b'{"a": 1, "a": 2}', "a"),
        (b'{"a": {"b": 1, "c": 2, "b": 3}}', "a.b"),
        (b'{"a": [{}, {"b": 1, "\\u0062": 2}]}', "a.1.b"),
    ],
)
def test_a_key_that_stands_twice_is_refused_with_its_path(body: bytes, field: str) -> None:
    """Two readers could take different ones of the two values, also when one key is written with an escape."""
    error = refused(body)
    assert isinstance(error, BadRequest)
    assert [problem.field for problem in error.problems] == [field]
    assert field in error.detail


@pytest.mark.parametrize("word", ["NaN", "Infinity", "-Infinity"])
def test_what_json_does_not_know_is_refused_with_its_field(word: str) -> None:
    """NaN and the like are not JSON, though the standard parser takes them."""
    error = refused(f'{{"attributes": {{"amount": {word}}}}}'.encode())
    assert isinstance(error, BadRequest)
    assert error.problems[0].field == "attributes.amount"
    assert word in error.problems[0].message


@pytest.mark.parametrize("number", ["1e400", "-1e999", str(2**63), str(-(2**63) - 1), "9" * 5_000, "-" + "9" * 100_000])
def test_numbers_that_nothing_can_hold_are_refused_with_their_field(number: str) -> None:
    """Neither infinity nor a whole number beyond 64 bits gets in, however long it is written."""
    error = refused(f'{{"attributes": {{"amount": [1, {number}]}}}}'.encode())
    assert isinstance(error, InvalidRequest)
    assert error.problems[0].field == "attributes.amount.1"


@pytest.mark.parametrize("number", [2**63 - 1, -(2**63), 0, -1])
def test_every_64_bit_number_is_taken(number: int) -> None:
    """The limit itself is inside."""
    assert read_json(f'{{"n": {number}}}'.encode()) == {"n": number}


@pytest.mark.parametrize(
    "body, field, words",
    [
        (b'{"text": "a\\u0000b"}', "text", "NUL"),
        (b'{"text": "a\\ud800b"}', "text", "U+D800"),
        (b'{"text": "\\udc00\\ud83d"}', "text", "U+DC00"),
        (b'{"attributes": {"country": ["GB", "\\ud83d"]}}', "attributes.country.1", "U+D83D"),
        (b'{"attributes": {"a\\u0000": 1}}', "name of attributes.a\\u0000", "NUL"),
    ],
)
def test_text_that_no_database_holds_is_refused_with_its_field(body: bytes, field: str, words: str) -> None:
    """NUL and halves of characters are named with the place they stand at, keys included."""
    error = refused(body)
    assert isinstance(error, InvalidRequest)
    assert error.problems[0].field == field
    assert words in error.problems[0].message


def test_a_surrogate_pair_is_a_character() -> None:
    """Only halves are refused."""
    assert read_json(b'{"text": "\\ud83d\\udc4b"}') == {"text": "👋"}


def test_bytes_that_are_not_utf8_are_refused_with_their_field() -> None:
    """Latin-1 or cut UTF-8 is not guessed at."""
    error = refused(b'{"workflow": "x", "text": "caf\xe9"}')
    assert isinstance(error, BadRequest)
    assert error.problems[0].field == "text"
    assert "UTF-8" in error.problems[0].message


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"  \n",
        b"{",
        b'{"a" 1}',
        b"{'a': 1}",
        b'{"a": 1,}',
        b'{"a": 01}',
        b'{"a": .5}',
        b'{"a": +1}',
        b"\xef\xbb\xbf{}",
        b'{"a": 1}{"b": 2}',
        b'{"a": "\x00"}',
        b'{"a": "tab\there"}',
        '{"a": 1}'.encode("utf-16"),
        b"\xff\xfe",
    ],
)
def test_what_is_not_json_is_refused(body: bytes) -> None:
    """Anything that RFC 8259 does not admit is a bad request, with the place it goes wrong at."""
    assert isinstance(refused(body), BadRequest)


def test_the_place_of_a_mistake_is_told() -> None:
    """Line and column lead to the mistake."""
    assert "line 2, column 8" in refused(b'{"a": 1,\n  "b": }').detail


@pytest.mark.parametrize("opening, closing", [("[", "]"), ('{"a":', "}")])
@pytest.mark.parametrize("depth", [MAX_DEPTH + 1, 10_000, 100_000])
def test_deep_nesting_is_refused_before_it_is_parsed(opening: str, closing: str, depth: int) -> None:
    """Ten thousand levels are a bad request, not the end of the stack."""
    body = (opening * depth + "1" + closing * depth).encode()
    error = refused(body)
    assert isinstance(error, BadRequest)
    assert str(MAX_DEPTH) in error.detail


def test_unfinished_nesting_is_refused_too() -> None:
    """A body that only opens is no better."""
    assert isinstance(refused(b"[" * 250_000), BadRequest)


def test_the_deepest_allowed_nesting_is_read() -> None:
    """The limit itself is inside, and brackets within text do not count."""
    text = "[{" * 1_000 + '\\" [['
    body = "[" * MAX_DEPTH + f'"{text}"' + "]" * MAX_DEPTH
    value = read_json(body.encode())
    for _ in range(MAX_DEPTH):
        (value,) = value
    assert value == "[{" * 1_000 + '" [['


def test_many_shallow_objects_are_not_deep() -> None:
    """Depth counts what is open, not what there is."""
    assert len(read_json(b"[" + b"{}," * 5_000 + b"{}]")) == 5_001


@pytest.mark.parametrize(
    "body",
    [b'"' + b'\\"' * 125_000 + b"[" * 40, b"[" * 40 + b'"' * 250_000, b"[" * 40 + b'"\\' * 125_000],
    ids=["escaped quotes", "quotes", "open strings"],
)
def test_hostile_strings_take_no_longer_than_their_length(body: bytes) -> None:
    """Counting depth is linear in the size of the body."""
    begun = time.process_time()
    refused(body)
    assert time.process_time() - begun < 2


def test_at_most_twenty_problems_are_told() -> None:
    """An answer does not grow with the number of mistakes."""
    assert len(refused(b"[" + b'"\\u0000",' * 500 + b'""]').problems) == 20


def test_the_value_itself_is_called_the_body() -> None:
    """A mistake at the top has a name too."""
    assert refused(b"NaN").problems[0].field == "body"


@pytest.mark.parametrize(
    "content_type, encoding",
    [
        ("application/json", None),
        ("Application/JSON; charset=UTF-8", "identity"),
        ('application/json;charset="utf-8"', None),
    ],
)
def test_json_in_utf8_is_taken(content_type: str, encoding: str | None) -> None:
    """Case and quotes do not matter."""
    check_media_type(content_type, encoding)


@pytest.mark.parametrize(
    "content_type, encoding",
    [
        (None, None),
        ("", None),
        ("text/plain", None),
        ("application/x-www-form-urlencoded", None),
        ("application/json; charset=latin-1", None),
        ("application/jsonp", None),
        ("application/json", "gzip"),
    ],
)
def test_another_media_type_is_refused(content_type: str | None, encoding: str | None) -> None:
    """A form sent from another site cannot pass for JSON, and nothing is unpacked."""
    with pytest.raises(UnsupportedMediaType):
        check_media_type(content_type, encoding)
