"""Spans: of the stages, of requests, and nothing of what they are about."""

from __future__ import annotations

import contextvars
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from service.errors import CannotStart
from service.observe import tracing
from service.observe.tracing import Traced, later, set_up_tracing, shut_down_tracing, span, trace_id

TRACE, CALLER = "4bf92f3577b34da6a3ce929d0e0e4736", "00f067aa0ba902b7"


@pytest.fixture
def exporter() -> Iterator[InMemorySpanExporter]:
    exporter = InMemorySpanExporter()
    set_up_tracing(None, exporter)
    yield exporter
    shut_down_tracing()


def sent(exporter: InMemorySpanExporter) -> dict[str, ReadableSpan]:
    assert tracing._provider is not None
    tracing._provider.force_flush()
    return {one.name: one for one in exporter.get_finished_spans()}


def test_off_there_is_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Without an address no tracer is made, no span is begun, no library is asked."""
    for name in tracing.STANDARD:
        monkeypatch.delenv(name, raising=False)
    set_up_tracing(None)
    assert span("rules") is span("encode")
    assert tracing._tracer is None
    traced = Traced("GET", "req_1", [(b"traceparent", f"00-{TRACE}-{CALLER}-01".encode())])
    assert trace_id() is None
    traced.end("/v1/x", 200)
    later("commit")()


def test_a_request_goes_on_with_the_callers_trace(exporter: InMemorySpanExporter) -> None:
    """Stages stand below it, also those in other threads; `tracestate` is not taken over."""
    headers = [(b"tracestate", b"secret=swordfish"), (b"traceparent", f"00-{TRACE}-{CALLER}-01".encode())]
    traced = Traced("POST", "req_1", headers)
    assert trace_id() == TRACE
    with ThreadPoolExecutor(1) as judges:

        def work() -> None:
            with span("rules"):
                pass

        judges.submit(contextvars.copy_context().run, work).result()
    over = later("commit")
    over()
    traced.end("/v1/decisions", 200)
    found = sent(exporter)
    root = found["POST /v1/decisions"]
    assert root.parent is not None
    assert f"{root.parent.span_id:016x}" == CALLER
    assert {f"{one.context.trace_id:032x}" for one in found.values() if one.context} == {TRACE}
    below = [found[name].parent for name in ("rules", "commit")]
    assert all(parent is not None and root.context and parent.span_id == root.context.span_id for parent in below)
    assert dict(root.attributes or {}) == {
        "http.request.method": "POST",
        "signoff.request_id": "req_1",
        "http.route": "/v1/decisions",
        "http.response.status_code": 200,
    }
    assert "swordfish" not in "".join(one.to_json() for one in found.values())
    assert trace_id() is None


@pytest.mark.parametrize("sent_with", [b"", b"00-0-0-01", b"my sister Ana", b"\xff\xfe"])
def test_a_traceparent_that_is_none_begins_a_new_trace(exporter: InMemorySpanExporter, sent_with: bytes) -> None:
    """Nothing of it is kept."""
    Traced("GET", "req_1", [(b"traceparent", sent_with)]).end("/v1/x", 200)
    found = sent(exporter)["GET /v1/x"]
    assert found.parent is None
    assert "Ana" not in found.to_json()


def test_what_fails_is_told_by_type(exporter: InMemorySpanExporter) -> None:
    """An exception's message stays out, and a server error marks the request."""
    with pytest.raises(ValueError, match="Ana"), span("search"):
        raise ValueError("my sister Ana")
    Traced("GET", "req_1", []).end("/v1/x", 503)
    found = sent(exporter)
    assert (found["search"].attributes or {})["error.type"] == "ValueError"
    assert not found["search"].events
    assert found["GET /v1/x"].status.status_code.name == "ERROR"
    assert "Ana" not in "".join(one.to_json() for one in found.values())


def test_traces_without_their_libraries_stop_the_start(monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever asks for them hears how to get them, and does not wait for traces that never come."""
    monkeypatch.setitem(sys.modules, "opentelemetry.sdk.trace", None)
    with pytest.raises(CannotStart, match="libraries") as refused:
        set_up_tracing("http://127.0.0.1:4318")
    assert "signoff[tracing]" in refused.value.remedy


def test_the_standard_switch_keeps_it_off(monkeypatch: pytest.MonkeyPatch) -> None:
    """OTEL_SDK_DISABLED, as the specification has it."""
    monkeypatch.setenv("OTEL_SDK_DISABLED", "true")
    set_up_tracing("http://127.0.0.1:4318")
    assert tracing._tracer is None
