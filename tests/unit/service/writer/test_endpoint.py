"""A language model is asked over real HTTP, by servers that behave and servers that do not."""

from __future__ import annotations

import json
import socket
import time

import pytest

from service.writer.endpoint import Endpoint, NotAnswered, Trouble, ask
from tests.unit.service.writer.model_server import drips, model_server, says, send

QUESTION = [{"role": "user", "content": "What of the fee? " * 20}]


def asked(answer, seconds=60.0, key=""):
    with model_server(answer) as server:
        return ask(Endpoint(server.url, "small", seconds, key), QUESTION, 100), server


def trouble(answer, seconds=60.0):
    with pytest.raises(NotAnswered) as error:
        asked(answer, seconds)
    return error.value.why


def test_the_answer_comes_with_what_it_cost():
    """The question goes to the interface's own address, with the key, and asks for one whole answer."""
    said, server = asked(says("We refund it [1]."), key="secret-key")
    assert (said.text, said.tokens, said.whole) == ("We refund it [1].", 321, True)
    (question,), (headers,) = server.asked, server.headers
    assert question["path"] == "/v1/chat/completions"
    assert (question["model"], question["max_tokens"], question["stream"]) == ("small", 100, False)
    assert question["messages"] == QUESTION
    assert headers["Authorization"] == "Bearer secret-key"


def test_the_key_is_in_no_repr():
    """Logs and errors show endpoints."""
    assert "secret-key" not in repr(Endpoint("http://localhost/v1", "small", 1.0, "secret-key"))


@pytest.mark.parametrize("usage", [None, {"total_tokens": 0}, {"total_tokens": -5}, {"total_tokens": "9"}, [], 7])
def test_a_server_that_says_it_costs_nothing_is_not_believed(usage):
    """A budget that a server could talk down would be none."""
    said, _ = asked(says("We refund it [1].", usage=usage))
    assert said.tokens >= 50


@pytest.mark.parametrize(
    "more",
    [
        {"finish_reason": "length"},
        {"finish_reason": "content_filter"},
        {"message": {"tool_calls": [{"function": {"name": "send_money"}}]}},
    ],
)
def test_what_was_cut_off_or_wants_something_done_is_not_whole(more):
    """Nothing is ever done for a model; it is offered no tools."""
    said, server = asked(says("We refund it [1].", **more))
    assert not said.whole
    assert "tools" not in server.asked[0]


@pytest.mark.parametrize(
    "body",
    [b"", b"{", b"[]", b"{}", b'{"choices": []}', b'{"choices": [{"message": {"content": 7}}]}', b"\xff\xfe", b"null",
     b'{"choices": [{"message": {"content": null}}]}', b"[" * 100_000],
)  # fmt: skip
def test_an_answer_that_is_none_is_broken(body):
    """Whatever it is, it is told apart from what a person could use."""
    assert trouble(lambda handler, _: send(handler, body)) is Trouble.BROKEN


@pytest.mark.parametrize(
    "status, why",
    [(500, Trouble.BROKEN), (503, Trouble.BROKEN), (429, Trouble.BROKEN), (401, Trouble.TURNED_AWAY),
     (404, Trouble.TURNED_AWAY), (204, Trouble.TURNED_AWAY)],
)  # fmt: skip
def test_refusals_are_told_from_errors(status, why):
    """A wrong key is the operator's to mend, an error the server's."""
    assert trouble(lambda handler, _: send(handler, b"" if status == 204 else b"{}", status)) is why


def test_no_redirect_is_followed():
    """What leaves the machine goes to the one address that was set."""
    with model_server(says("We refund it [1].")) as elsewhere:
        why = trouble(lambda handler, _: send(handler, b"", 307, Location=f"{elsewhere.url}/chat/completions"))
        assert (why, elsewhere.asked) == (Trouble.TURNED_AWAY, [])


def test_proxies_of_the_environment_are_not_used(monkeypatch):
    """Nor anything else that the environment says of connections."""
    with model_server(says("no")) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.url)
        monkeypatch.setenv("ALL_PROXY", proxy.url)
        asked(says("We refund it [1]."))
        assert proxy.asked == []


def test_what_is_packed_or_too_large_is_not_read():
    """A small file may unpack into all the memory there is."""
    packed = trouble(lambda handler, _: send(handler, b"x", Content_Encoding="gzip"))
    large = json.dumps({"choices": [{"message": {"content": "x" * 300_000}}]}).encode()
    assert (packed, trouble(lambda handler, _: send(handler, large))) == (Trouble.BROKEN, Trouble.TOO_LARGE)


@pytest.mark.parametrize("answer", [drips(90.0), lambda handler, _: time.sleep(90.0)])
def test_a_slow_server_is_left_in_time(answer):
    """Also one that sends a byte now and then: the time is for the whole exchange."""
    begun = time.monotonic()
    assert trouble(answer, seconds=0.4) is Trouble.TOO_SLOW
    assert time.monotonic() - begun < 60


def test_nobody_there():
    """A port that nobody listens on."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        endpoint = Endpoint(f"http://127.0.0.1:{free.getsockname()[1]}/v1", "small", 2.0)
        with pytest.raises(NotAnswered) as error:
            ask(endpoint, QUESTION, 10)
    assert error.value.why is Trouble.UNREACHABLE


def test_a_connection_that_breaks():
    """In the middle of an answer."""

    def answer(handler, _asked):
        handler.send_response(200)
        handler.send_header("Content-Length", "1000")
        handler.end_headers()
        handler.wfile.write(b'{"choices"')

    assert trouble(answer) is Trouble.UNREACHABLE
