"""The Python client: what it sends, when it sends again, and what it makes of the answers."""

from __future__ import annotations

import asyncio
import inspect
import json
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

import service.client
from service.api import (
    examples,
    examples_cases,
    examples_documents,
    examples_replay,
    examples_rules,
    replies,
    replies_cases,
    replies_documents,
    replies_operations,
    replies_rules,
)
from service.client import (
    AsyncSignoff,
    Case,
    CasePage,
    Claimed,
    Decision,
    DecisionPage,
    Halted,
    LabelExplanation,
    Passage,
    Reloaded,
    Review,
    RuleError,
    Signoff,
    SignoffError,
    Unreachable,
)

CLAIMED = Claimed.model_validate(examples_cases.CLAIMED)
BUSY = {"type": "/problems/busy", "status": 503, "detail": "full"}
LEDGER = {"type": "/problems/ledger_unavailable", "status": 503, "detail": "disk"}

Answer = httpx.Response | httpx.RequestError


def ok(body: object, status: int = 200) -> httpx.Response:
    return httpx.Response(status, json=body)


class Server:
    """Answers in the order given (the last one for ever), and keeps what was asked."""

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)
        self.asked: list[httpx.Request] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        self.asked.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, httpx.RequestError):
            raise answer
        return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)

    def client(self, retries: int = 4) -> Signoff:
        return Signoff("http://signoff.test", "sgn_key", retries=retries, transport=httpx.MockTransport(self))


@pytest.fixture(autouse=True)
def pauses(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Time passes at once; what was slept is kept."""
    slept: list[float] = []
    clock = [1_000.0]

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        clock[0] += seconds

    async def sleep_async(seconds: float) -> None:
        sleep(seconds)

    for part in ("calls", "clients"):
        monkeypatch.setattr(f"service.client.{part}.time", SimpleNamespace(sleep=sleep, monotonic=lambda: clock[0]))
    monkeypatch.setattr("service.client.clients.asyncio", SimpleNamespace(sleep=sleep_async))
    return slept


def test_a_decision_is_asked_for_as_the_api_wants_it() -> None:
    """Key, body and idempotency key are sent; the answer is typed."""
    server = Server(ok(examples.FINAL))
    with server.client() as signoff:
        decision = signoff.decide("charged twice", "retail-banking", {"amount": 23.4}, "customer-4711")
    (request,) = server.asked
    assert (request.method, request.url.path) == ("POST", "/v1/decisions")
    assert request.headers["authorization"] == "Bearer sgn_key"
    assert request.headers["content-type"] == "application/json"
    assert len(request.headers["idempotency-key"]) == 36
    assert json.loads(request.content) == {
        "workflow": "retail-banking",
        "text": "charged twice",
        "attributes": {"amount": 23.4},
        "subject": "customer-4711",
    }
    assert decision.outcome == "allow"
    assert decision.labels[0].label == "card_payment_charged_twice"
    assert decision.documents[0].highlights == [(0, 73)]
    assert decision.created_at.tzinfo is not None
    assert not decision.waiting


def test_two_requests_have_two_keys_and_a_key_of_ones_own_is_kept() -> None:
    """A key names one request."""
    server = Server(ok(examples.FINAL))
    with server.client() as signoff:
        signoff.decide("a", "w")
        signoff.decide("a", "w")
        signoff.decide("a", "w", idempotency_key="order-7")
    keys = [request.headers["idempotency-key"] for request in server.asked]
    assert len(set(keys)) == 3
    assert keys[2] == "order-7"


@pytest.mark.parametrize(
    "trouble",
    [
        httpx.ConnectError("refused"),
        httpx.ReadTimeout("slow"),
        httpx.RemoteProtocolError("cut"),
        ok(BUSY, 503),
        ok(LEDGER, 503),
        httpx.Response(502, text="<html>bad gateway</html>"),
        ok({"type": "about:blank"}, 429),
    ],
    ids=["refused", "no answer", "cut", "busy", "ledger", "bad gateway", "too many"],
)
def test_a_decision_is_asked_for_again_with_the_same_key(trouble: Answer, pauses: list[float]) -> None:
    """Whatever happened to the first attempt, the service makes one decision of it."""
    server = Server(trouble, trouble, ok(examples.FINAL))
    with server.client() as signoff:
        assert signoff.decide("a", "w").state == "final"
    assert len(server.asked) == 3
    assert len({request.headers["idempotency-key"] for request in server.asked}) == 1
    assert len({request.content for request in server.asked}) == 1
    assert len(pauses) == 2
    assert 0.1 <= pauses[0] <= 0.25 <= pauses[1] * 2 <= 1.0


def test_it_gives_up_in_the_end() -> None:
    """After so many attempts the last error comes out."""
    server = Server(httpx.ConnectError("refused"))
    with server.client(retries=2) as signoff, pytest.raises(Unreachable) as caught:
        signoff.decide("a", "w")
    assert len(server.asked) == 3
    assert caught.value.never_sent
    assert isinstance(caught.value.__cause__, httpx.ConnectError)


@pytest.mark.parametrize(
    "header, low, high",
    [("7", 7.0, 7.5), ("0", 0.0, 0.5), ("999999", 60.0, 61.0), ("Fri, 01 Jan 2021 00:00:00 GMT", 0, 0.5)],
)
def test_the_server_says_when_to_come_again(pauses: list[float], header: str, low: float, high: float) -> None:
    """`Retry-After` in seconds or as a date, within reason, with a little jitter."""
    server = Server(httpx.Response(503, json=BUSY, headers={"Retry-After": header}), ok(examples.FINAL))
    with server.client() as signoff:
        signoff.decide("a", "w")
    assert low <= pauses[0] <= high


def test_a_retry_after_that_makes_no_sense_is_overlooked(pauses: list[float]) -> None:
    """Then the client's own pauses hold."""
    server = Server(httpx.Response(503, json=BUSY, headers={"Retry-After": "soon"}), ok(examples.FINAL))
    with server.client() as signoff:
        signoff.decide("a", "w")
    assert pauses[0] <= 0.25


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 413, 422, 500])
def test_a_refusal_is_told_at_once_with_its_reasons(status: int) -> None:
    """What would be refused again is not sent again; every member of the problem can be read."""
    told = {
        "type": "/problems/invalid_request",
        "title": "t",
        "status": status,
        "detail": "text: empty",
        "remedy": "send words",
        "errors": [{"field": "text", "message": "empty", "remedy": ""}],
        "holder": "maria",
    }
    server = Server(ok(told, status))
    with server.client() as signoff, pytest.raises(SignoffError) as caught:
        signoff.decide("", "w")
    error = caught.value
    assert len(server.asked) == 1
    assert (error.status, error.code, error.remedy) == (status, "invalid_request", "send words")
    assert error.errors[0]["field"] == "text"
    assert error.members["holder"] == "maria"
    assert "text: empty" in str(error)
    assert "send words" in str(error)


@pytest.mark.parametrize("body", ["<html>", "[1]", ""])
def test_an_error_that_is_no_problem_is_told_by_its_status(body: str) -> None:
    """A proxy in between speaks another language."""
    with Server(httpx.Response(404, text=body)).client() as signoff, pytest.raises(SignoffError, match="404 Not Found"):
        signoff.get("dec_1")


def test_an_answer_from_something_else_is_not_taken_for_a_decision() -> None:
    """200 with another content, as a sign-in page in between would send."""
    with Server(ok({"hello": 1})).client() as signoff, pytest.raises(SignoffError, match="not a Decision"):
        signoff.get("dec_1")


# --- what must not be done twice ---

Act = Callable[[Signoff], object]
ONCE: dict[str, Act] = {
    "claim": lambda signoff: signoff.claim("q"),
    "return_case": lambda signoff: signoff.return_case(CLAIMED),
    "decide_case": lambda signoff: signoff.decide_case(CLAIMED, ["a"], "clear"),
}


@pytest.mark.parametrize("name", list(ONCE))
@pytest.mark.parametrize(
    "trouble",
    [httpx.ReadTimeout("slow"), httpx.RemoteProtocolError("cut"), httpx.Response(502), ok(LEDGER, 503)],
    ids=["no answer", "cut", "bad gateway", "ledger"],
)
def test_what_may_have_happened_is_not_repeated(name: str, trouble: Answer) -> None:
    """A lost answer to a claim may have leased a case: a second claim would lease another and strand the first."""
    server = Server(trouble, ok(examples_cases.CLAIMED))
    with server.client() as signoff, pytest.raises(SignoffError):
        ONCE[name](signoff)
    assert len(server.asked) == 1


@pytest.mark.parametrize("name", list(ONCE))
@pytest.mark.parametrize(
    "trouble",
    [httpx.ConnectError("refused"), httpx.PoolTimeout("full"), ok(BUSY, 503), httpx.Response(429)],
    ids=["refused", "no connection", "busy", "too many"],
)
def test_what_surely_did_not_happen_is_repeated(name: str, trouble: Answer) -> None:
    """Turned away at the door, or never arrived there."""
    done = examples.REVIEWED if name == "decide_case" else examples_cases.CLAIMED
    server = Server(trouble, ok(done))
    with server.client() as signoff:
        ONCE[name](signoff)
    assert len(server.asked) == 2


def test_an_empty_queue_gives_no_case() -> None:
    """204 is not an error."""
    with Server(httpx.Response(204)).client() as signoff:
        assert signoff.claim("q") is None


def test_a_renewed_lease_keeps_its_token() -> None:
    """And ends later; renewing twice does no harm, so it is repeated."""
    server = Server(httpx.ReadTimeout("slow"), ok({"until": "2026-11-21T09:30:00.000Z"}))
    with server.client() as signoff:
        renewed = signoff.renew(CLAIMED)
    assert len(server.asked) == 2
    assert json.loads(server.asked[0].content) == {"token": CLAIMED.token}
    assert (renewed.token, renewed.case) == (CLAIMED.token, CLAIMED.case)
    assert renewed.until > CLAIMED.until


# --- waiting ---


def test_waiting_ends_when_a_person_has_decided() -> None:
    """The server is asked to wait, in pieces that proxies bear."""
    server = Server(ok(examples.WAITING, 202), ok(examples.REVIEWED))
    with server.client() as signoff:
        decision = signoff.decide("a", "w", wait=60)
    assert decision.state == "final"
    assert decision.review is not None
    assert decision.review.reviewer == "maria"
    assert server.asked[1].url.params["wait"] == "25.0"
    assert server.asked[1].extensions["timeout"]["read"] == 35.0


def test_waiting_ends_when_the_time_is_over(pauses: list[float]) -> None:
    """The decision comes back as it stands; a server that does not wait is not asked without pause."""
    server = Server(ok(examples.WAITING))
    with server.client() as signoff:
        assert signoff.wait("dec_1", 4.5).waiting
    assert sum(pauses) == pytest.approx(4.5)
    assert len(server.asked) == 6
    assert float(server.asked[-1].url.params["wait"]) <= 0.5


def test_a_final_decision_and_a_dry_run_are_not_waited_for() -> None:
    """There is nothing to wait for."""
    for answer, dry_run in ((examples.FINAL, False), (examples.WAITING, True)):
        server = Server(ok(answer))
        with server.client() as signoff:
            signoff.decide("a", "w", wait=10, dry_run=dry_run)
        assert [request.url.params.get("dry_run") for request in server.asked] == ["true" if dry_run else None]


# --- everything else it can ask ---

ASKED: dict[str, tuple[Act, str, Any, type]] = {
    "POST /v1/search": (lambda s: s.search("a", "w", 3)[0], "", examples_documents.FOUND, Passage),
    "GET /v1/cases": (lambda s: s.cases(queue="q"), "queue=q&limit=50", examples_cases.CASES, CasePage),
    "GET /v1/cases/a%2Fb": (lambda s: s.case("a/b"), "", examples_cases.CASE, Case),
    "POST /v1/cases/c/claim": (lambda s: s.claim_case("c"), "", examples_cases.CLAIMED, Claimed),
    "GET /v1/decisions/dec_1/explanation": (
        lambda s: s.explain_label("dec_1"),
        "",
        examples.LABEL_EXPLANATION,
        LabelExplanation,
    ),
    "GET /v1/decisions": (
        lambda s: s.decisions(after="d", limit=2),
        "after=d&limit=2",
        examples.DECISIONS,
        DecisionPage,
    ),
    "POST /v1/rules/check": (lambda s: s.check_rules()[0], "", examples_rules.CHECKED, RuleError),
    "POST /v1/rules/reload": (
        lambda s: s.reload_rules(dry_run=True),
        "dry_run=true",
        examples_rules.RELOADED,
        Reloaded,
    ),
    "GET /v1/releases": (
        lambda s: s.releases(workflow="w")[0],
        "workflow=w",
        examples.RELEASES,
        service.client.Release,
    ),
    "POST /v1/halt": (lambda s: s.halt("why"), "", examples.HALTED, Halted),
    "POST /v1/resume": (lambda s: s.resume("w"), "", examples_replay.RESUMED, service.client.Resumed),
    "POST /v1/decisions/d%2F1/replay": (
        lambda s: s.replay("d/1", "r"),
        "",
        examples_replay.REPLAYED,
        service.client.ReplayedDecision,
    ),
    "POST /v1/decisions/d/appeal": (
        lambda s: s.appeal("d", "no"),
        "",
        examples_replay.APPEALED,
        service.client.Appealed,
    ),
    "POST /v1/decisions/replay": (
        lambda s: s.replay_many("w", "2026-11-20"),
        "",
        examples_replay.REPLAY_ASKED,
        service.client.Job,
    ),
    "POST /v1/decisions/correct": (
        lambda s: s.correct("w", "2026-11-20", rule="r", why="wrong"),
        "",
        examples_replay.CORRECTION_ASKED,
        service.client.Job,
    ),
}


@pytest.mark.parametrize("name", list(ASKED))
def test_every_call_goes_where_it_belongs_and_comes_back_typed(name: str) -> None:
    """Method, address, parameters and type."""
    act, query, answer, kind = ASKED[name]
    server = Server(ok(answer))
    with server.client() as signoff:
        assert isinstance(act(signoff), kind)
    (request,) = server.asked
    assert f"{request.method} {request.url.raw_path.decode().partition('?')[0]}" == name
    assert request.url.query.decode() == query


def test_a_base_address_may_have_a_path() -> None:
    """Behind a gateway the service lives below one."""
    server = Server(ok(examples.FINAL))
    with Signoff("http://gate.test/signoff/", "k", transport=httpx.MockTransport(server)) as signoff:
        signoff.get("dec_1")
    assert server.asked[0].url.path == "/signoff/v1/decisions/dec_1"


# --- the asyncio client ---


def test_the_asyncio_client_does_the_same(pauses: list[float]) -> None:
    """Retries, typed answers and waiting, awaited."""
    server = Server(httpx.ReadTimeout("slow"), ok(examples.WAITING, 202), ok(examples.REVIEWED))

    async def story() -> Decision:
        transport = httpx.MockTransport(server)
        async with AsyncSignoff("http://signoff.test", "sgn_key", transport=transport) as signoff:
            return await signoff.decide("a", "w", wait=5)

    assert asyncio.run(story()).state == "final"
    assert len(server.asked) == 3
    assert len(pauses) == 1


def test_both_clients_have_the_same_methods_with_the_same_arguments() -> None:
    """Who knows one knows the other."""

    def methods(kind: type) -> dict[str, str]:
        named = ((n, m) for n, m in vars(kind).items() if not n.startswith("_") and n != "close")
        return {name: str(inspect.signature(method)) for name, method in named}

    assert methods(Signoff) == methods(AsyncSignoff)
    assert len(methods(Signoff)) > 12


# --- the types ---

PAIRS: list[tuple[type, type]] = [
    (Decision, replies.DecisionView),
    (service.client.ScoredLabel, replies.ScoredLabel),
    (Passage, replies_documents.FoundPassage),
    (service.client.Draft, replies.Draft),
    (Review, replies.Review),
    (DecisionPage, replies.Decisions),
    (service.client.DecisionSummary, replies.DecisionSummary),
    (CasePage, replies_cases.Cases),
    (service.client.CaseSummary, replies_cases.CaseSummary),
    (Case, replies_cases.Case),
    (Claimed, replies_cases.Claimed),
    (LabelExplanation, replies.LabelExplanation),
    (service.client.Lack, replies.Lack),
    (service.client.Telling, replies.Telling),
    (service.client.NearestExample, replies.NearestExample),
    (RuleError, replies_rules.RuleError),
    (Reloaded, replies_rules.Reloaded),
    (Halted, replies_operations.Halted),
    (service.client.Release, replies_operations.Release),
]


@pytest.mark.parametrize("mine, theirs", PAIRS, ids=[mine.__name__ for mine, _ in PAIRS])
def test_the_types_are_those_of_the_api(mine: Any, theirs: Any) -> None:
    """Every member the client names is one the API answers with."""
    assert set(mine.model_fields) <= set(theirs.model_fields)


def test_members_of_a_newer_server_can_be_read() -> None:
    """Nothing that comes is thrown away."""
    decision = Decision.model_validate({**examples.FINAL, "mood": "sunny"})
    assert decision.mood == "sunny"  # type: ignore[attr-defined]


def test_the_client_can_be_taken_along_by_itself() -> None:
    """It imports httpx, pydantic and the standard library, and nothing of the service."""
    files = list(Path(service.client.__file__).parent.glob("*.py"))
    imported = {line.split()[1] for path in files for line in _imports(path.read_text())}
    beside = {f".{path.stem}" for path in files}
    assert len(files) > 5
    assert {name.partition(".")[0] for name in imported - beside} - {"httpx", "pydantic"} <= set(
        sys.stdlib_module_names
    )


def _imports(source: str) -> Iterable[str]:
    return [line for line in source.splitlines() if line.startswith(("import ", "from "))]
