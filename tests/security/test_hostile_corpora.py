"""Files and texts that were collected to break readers, sent to a real server: answered, or refused in our own form."""

from __future__ import annotations

import json
import socket
import tarfile
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, suppress
from pathlib import Path
from typing import Any
from urllib.parse import quote

import httpx
import pytest

from tests.house import LiveServer

WORKFLOW = "retail-banking"
JSON = {"Content-Type": "application/json"}
#: Addresses that take a JSON body, and whose key opens them: one of each way in which bodies are read.
BODIES = (("caller", "/v1/decisions"), ("operations", "/v1/rules/explain"), ("operations", "/v1/search"))


@pytest.fixture
def ask(shared_server: LiveServer) -> Iterator[Any]:
    """Send as a role, and be sure that the answer is one of ours: never a 5xx, a refusal always with its reason."""
    with httpx.Client(base_url=shared_server.url, timeout=60) as http:

        def send(role: str, method: str, address: str, **parts: Any) -> httpx.Response:
            headers = {"Authorization": f"Bearer {getattr(shared_server.keys, role)}"} | parts.pop("headers", {})
            answer = http.request(method, address, headers=headers, **parts)
            civil(answer, parts)
            return answer

        yield send
        assert http.get("/readyz").status_code == 200, "it is still at work"


def civil(answer: httpx.Response, sent: object) -> None:
    assert answer.status_code < 500, (answer.url, sent, answer.text)
    if answer.is_redirect:  # the router knows the same address without a slash at its end
        assert answer.headers["location"].startswith(f"{answer.url.scheme}://{answer.url.netloc.decode()}/"), (
            answer.headers
        )
    elif not answer.is_success:
        assert answer.headers["content-type"] == "application/problem+json", (answer.url, sent, answer.text)
        told = answer.json()
        assert (told["status"], bool(told["detail"]), bool(told["remedy"])) == (answer.status_code, True, True), told


def members(archive: Path) -> dict[str, bytes]:
    if not archive.is_file():
        pytest.skip(f"no {archive.name} in the test data")
    with tarfile.open(archive) as tar:
        files = ((one, tar.extractfile(one)) for one in tar.getmembers() if one.isfile())
        return {Path(one.name).name: file.read() for one, file in files if file is not None}


@pytest.fixture(scope="module")
def documents(data: Path) -> Mapping[str, bytes]:
    """JSON documents by name; `y_` has to be read, `n_` must not be, the rest is up to the reader."""
    folder = data / "json-test-suite"
    return members(folder / "test_parsing.tar.gz") | members(folder / "test_transform.tar.gz")


@pytest.fixture(scope="module")
def strings(data: Path) -> list[str]:
    file = data / "naughty-strings" / "blns.json"
    if not file.is_file():
        pytest.skip("no naughty-strings in the test data")
    read: list[str] = json.loads(file.read_text(encoding="utf-8"))
    return read


@pytest.mark.parametrize("role, address", BODIES)
def test_a_hostile_document_is_refused_as_a_body(
    ask: Any, documents: Mapping[str, bytes], role: str, address: str
) -> None:
    """None of them is a request of ours: what is no JSON is told so (400), what is another thing than asked for, too
    (422)."""
    seen: Counter[str] = Counter()
    for name, content in documents.items():
        answer = ask(role, "POST", address, content=content, headers=JSON)
        seen[f"{name[:2] if name[1] == '_' else 'transform'} {answer.status_code}"] += 1
        assert answer.status_code in (400, 422), (name, answer.text)
        if name.startswith("n_"):
            assert answer.status_code == 400, (name, answer.text)
    print(f"\n{address}: {dict(sorted(seen.items()))}")  # noqa: T201


def test_a_hostile_document_is_refused_inside_a_good_one(ask: Any, documents: Mapping[str, bytes]) -> None:
    """As the value of an attribute; and what must not be read as JSON makes no decision, wherever it stands."""
    seen: Counter[int] = Counter()
    for name, content in documents.items():
        body = b'{"workflow": "retail-banking", "text": "charged twice", "attributes": {"amount": ' + content + b"}}"
        answer = ask("caller", "POST", "/v1/decisions", content=body, headers=JSON)
        seen[answer.status_code] += 1
        if name.startswith("n_"):
            assert not answer.is_success, (name, answer.text)
    print(f"\nas an attribute: {dict(seen)}")  # noqa: T201


def test_a_naughty_string_is_a_text_like_any_other(ask: Any, strings: list[str]) -> None:
    """It is decided or brought to a person; one with nothing to read is refused."""
    seen: Counter[int] = Counter()
    for text in strings:
        answer = ask("caller", "POST", "/v1/decisions", json={"workflow": WORKFLOW, "text": text})
        seen[answer.status_code] += 1
        assert answer.status_code in (200, 202, 422), (text, answer.text)
        if answer.status_code == 422:
            assert [told["field"] for told in answer.json()["errors"]] == ["text"], (text, answer.text)
    print(f"\nas a text: {dict(seen)}")  # noqa: T201
    assert seen[200] + seen[202] > 450


@pytest.mark.slow
def test_a_naughty_string_is_no_attribute_name_or_place(ask: Any, strings: list[str]) -> None:
    """As a value that is not among the channels, as a name nobody knows, as a workflow, in a query and an address."""
    seen: Counter[str] = Counter()
    for text in strings:
        good = {"workflow": WORKFLOW, "text": "charged twice"}
        sent = {
            "value": ask("caller", "POST", "/v1/decisions", json=good | {"attributes": {"channel": text}}),
            "name": ask("caller", "POST", "/v1/decisions", json=good | {"attributes": {text: 1}}),
            "workflow": ask("caller", "POST", "/v1/decisions", json=good | {"workflow": text}),
            "member": ask("caller", "POST", "/v1/decisions", json=good | {text: text}),
            "after": ask("operations", "GET", "/v1/decisions", params={"after": text}),
            "state": ask("reviewer", "GET", "/v1/cases", params={"state": text}),
            "address": ask("operations", "GET", f"/v1/decisions/{quote(text, safe='') or '%20'}"),
        }
        for place, answer in sent.items():
            seen[f"{place} {answer.status_code}"] += 1
        for place in ("value", "name", "workflow", "member"):
            assert not sent[place].is_success, (place, text, sent[place].text)
    print(f"\nelsewhere: {dict(sorted(seen.items()))}")  # noqa: T201


def test_a_naughty_string_is_no_header(shared_server: LiveServer, strings: list[str]) -> None:
    """As a key, as an idempotency key, as a request id: bytes that HTTP does not allow are not sent on."""
    good = {"workflow": WORKFLOW, "text": "charged twice"}
    key = f"Bearer {shared_server.caller_key}"
    with httpx.Client(base_url=shared_server.url, timeout=60) as http:
        for raw in (text.encode() for text in strings if not any(sign in text for sign in "\r\n\0")):
            guess = {b"Authorization": b"Bearer " + raw}
            once = {b"Authorization": key.encode(), b"Idempotency-Key": raw, b"X-Request-ID": raw}
            for headers in (guess, once):
                try:
                    answer = http.post("/v1/decisions", json=good, headers=headers)
                except httpx.LocalProtocolError:
                    continue  # the client may not send it
                if answer.headers.get("content-type", "").startswith("text/plain"):
                    assert answer.status_code == 400, raw  # no HTTP, so no request of ours
                else:
                    civil(answer, raw)
                assert headers is not guess or not answer.is_success


@pytest.mark.parametrize("address", ["/v1/decisions", "/v1/documents/import", "/v1/keys"])
def test_a_hundred_megabytes_are_refused_when_they_are_announced(shared_server: LiveServer, address: str) -> None:
    """Before one of them was sent, also where files are taken."""
    with socket.create_connection(("127.0.0.1", shared_server.port), timeout=20) as line:
        head = f"POST {address} HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {shared_server.operations_key}\r\n"
        line.sendall(f"{head}Content-Type: application/json\r\nContent-Length: 100000000\r\n\r\n".encode())
        answer = line.recv(65_536).decode()
    assert answer.startswith("HTTP/1.1 413 "), answer
    assert "application/problem+json" in answer


def test_files_of_a_hundred_megabytes_are_cut_off(shared_server: LiveServer) -> None:
    """Where whole documents are taken, without an announced length: 32 MiB is all that is read."""
    head = (
        f"POST /v1/documents/import HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {shared_server.operations_key}\r\n"
        "Content-Type: multipart/form-data; boundary=b\r\nTransfer-Encoding: chunked\r\n\r\n"
    )
    part = b'--b\r\nContent-Disposition: form-data; name="files"; filename="a.txt"\r\n\r\n'
    sent = 0
    with socket.create_connection(("127.0.0.1", shared_server.port), timeout=60) as line:
        line.sendall(head.encode() + b"%x\r\n%s\r\n" % (len(part), part))
        with suppress(OSError):  # the server hangs up
            while sent < 100_000_000:
                line.sendall(b"100000\r\n" + b"a" * 1_048_576 + b"\r\n")
                sent += 1_048_576
    assert sent < 60_000_000
    assert httpx.get(f"{shared_server.url}/readyz").status_code == 200


@pytest.mark.slow
def test_slow_clients_keep_nobody_waiting(shared_server: LiveServer) -> None:
    """Fifty that send a byte a second are told so after ten seconds, and others are answered meanwhile."""
    good = {"workflow": WORKFLOW, "text": "charged twice"}
    headers = {"Authorization": f"Bearer {shared_server.caller_key}"}
    head = (
        f"POST /v1/decisions HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer {shared_server.caller_key}\r\n"
        "Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"
    )
    with ExitStack() as stack, httpx.Client(base_url=shared_server.url, headers=headers, timeout=20) as http:
        address = ("127.0.0.1", shared_server.port)
        lines = [stack.enter_context(socket.create_connection(address, timeout=30)) for _ in range(50)]
        for line in lines:
            line.sendall(head.encode())
        until, took = time.monotonic() + 8, list[float]()
        while time.monotonic() < until:
            began = time.monotonic()
            assert http.post("/v1/decisions", json=good).is_success
            took.append(time.monotonic() - began)
            for line in lines:
                line.sendall(b" ")
            time.sleep(0.9)
        answers = [line.recv(65_536).decode() for line in lines]
    print(f"\n{len(lines)} slow clients; others were answered in {max(took):.3f} s at most")  # noqa: T201
    assert max(took) < 5
    assert {answer.partition("\r\n")[0] for answer in answers} == {"HTTP/1.1 408 Request Timeout"}
    assert all("application/problem+json" in answer for answer in answers)
