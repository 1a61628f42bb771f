"""Spans of the stages of a request, to whatever collects them by OTLP. Off unless an address is set; off costs nothing.

What a span holds is ours: the route as it is written in the code, the status, the request's id. The framework's own
spans hold addresses with everything behind the question mark, which is what people wrote; so they are not used.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager, nullcontext
from types import TracebackType
from typing import TYPE_CHECKING, Final

from service.errors import CannotStart

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.export import SpanExporter
    from opentelemetry.trace import Span, Tracer

#: Any of these switches tracing on, as the OpenTelemetry specification has it; `SIGNOFF_OTLP_URL` does too.
STANDARD: Final = ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", "OTEL_EXPORTER_OTLP_ENDPOINT")
_TRACES: Final = "/v1/traces"
_SECONDS: Final = 3.0  # for one export: a collector that is away must not hold up the stop of a worker
_NOTHING: Final = nullcontext()

_provider: TracerProvider | None = None
_tracer: Tracer | None = None


def set_up_tracing(url: str | None, exporter: SpanExporter | None = None) -> None:
    """Send spans to `url` (as http://collector:4318), or to where the standard variables say; nowhere without either.

    Sampling, the service's name and more are as OTEL_* variables say. CannotStart without the libraries.
    """
    global _provider, _tracer  # noqa: PLW0603 - one of a process, as the log is
    if exporter is None and url is None and not any(os.environ.get(name) for name in STANDARD):
        return
    if os.environ.get("OTEL_SDK_DISABLED", "").lower() == "true":
        return
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.resources import Resource
        from opentelemetry.sdk.trace import TracerProvider
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError as error:
        raise CannotStart(
            "traces are asked for, and the libraries that send them are not installed",
            remedy="pip install 'signoff[tracing]', or unset SIGNOFF_OTLP_URL and OTEL_EXPORTER_OTLP_*ENDPOINT",
        ) from error
    shut_down_tracing()
    name = os.environ.get("OTEL_SERVICE_NAME") or "signoff"
    timeout = None if os.environ.get("OTEL_EXPORTER_OTLP_TIMEOUT") else _SECONDS
    to = exporter or OTLPSpanExporter(url and url.rstrip("/").removesuffix(_TRACES) + _TRACES, timeout=timeout)
    _provider = TracerProvider(resource=Resource.create({"service.name": name}), shutdown_on_exit=False)
    _provider.add_span_processor(BatchSpanProcessor(to))
    _tracer = _provider.get_tracer("signoff")


def shut_down_tracing() -> None:
    """Send what is left, and be off."""
    global _provider, _tracer
    provider, _provider, _tracer = _provider, None, None
    if provider is not None:
        provider.shutdown()


def span(name: str) -> AbstractContextManager[object]:
    """One stage, within whatever is traced here. What goes wrong in it is told by type alone."""
    return _NOTHING if _tracer is None else _Stage(_tracer, name)


def later(name: str) -> Callable[[], None]:
    """Begin one stage that ends elsewhere, in another thread: call what comes back when it has."""
    return _idle if _tracer is None else _tracer.start_span(name).end


class _Stage:
    """A span that does not keep an exception's message, which may quote the request."""

    def __init__(self, tracer: Tracer, name: str) -> None:
        self._within = tracer.start_as_current_span(name, record_exception=False, set_status_on_exception=False)

    def __enter__(self) -> None:
        self._span = self._within.__enter__()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            _failed(self._span, kind.__qualname__)
        self._within.__exit__(kind, error, trace)


class Traced:
    """The span of one request, from its first byte to the last of its answer."""

    def __init__(self, method: str, request_id: str, headers: Iterable[tuple[bytes, bytes]]) -> None:
        """It goes on with the caller's trace where `traceparent` (W3C Trace Context) names one; `tracestate`, which
        may hold anything, is left."""
        self._span: Span | None = None
        if _tracer is None:
            return
        from opentelemetry.trace import SpanKind, use_span
        from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

        sent = next((value.decode("latin-1") for name, value in headers if name == b"traceparent"), "")
        parent = TraceContextTextMapPropagator().extract({"traceparent": sent})
        about = {"http.request.method": method, "signoff.request_id": request_id}
        self._method = method
        self._span = _tracer.start_span(method, context=parent, kind=SpanKind.SERVER, attributes=about)
        self._within = use_span(self._span, record_exception=False, set_status_on_exception=False)
        self._within.__enter__()

    def end(self, route: str, status: int | None) -> None:
        if self._span is None:
            return
        self._span.update_name(f"{self._method} {route}")
        self._span.set_attribute("http.route", route)
        if status is not None:
            self._span.set_attribute("http.response.status_code", status)
        if status is None or status >= 500:
            _failed(self._span, str(status or "no answer"))
        self._within.__exit__(None, None, None)
        self._span.end()


def trace_id() -> str | None:
    """Of the trace that this is done in, as 32 hexadecimal digits; None: tracing is off, or this is in none."""
    if _tracer is None:
        return None
    from opentelemetry.trace import format_trace_id, get_current_span

    context = get_current_span().get_span_context()
    return format_trace_id(context.trace_id) if context.is_valid else None


def _failed(failed: Span, kind: str) -> None:
    from opentelemetry.trace import StatusCode

    failed.set_attribute("error.type", kind)
    failed.set_status(StatusCode.ERROR)


def _idle() -> None:
    """Nothing was begun."""
