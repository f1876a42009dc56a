"""Own what a collector is sent: exchanges as spans of OpenTelemetry's protocol, OTLP in protobuf.

It is the one importer of OpenTelemetry, and of its messages alone: the SDK would read endpoints,
headers and certificates from the environment, and wait half a minute at the end. It must not send.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from importlib.metadata import version

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, InstrumentationScope, KeyValue
from opentelemetry.proto.resource.v1.resource_pb2 import Resource
from opentelemetry.proto.trace.v1.trace_pb2 import ResourceSpans, ScopeSpans, Span, Status

from glossator_gate.audit import Value
from glossator_gate.exchanges import Exchange

CONTENT_TYPE = "application/x-protobuf"
PATH = "/v1/traces"

_SERVICE = "glossator"
_TRACE_ID_BYTES, _SPAN_ID_BYTES = 16, 8
_FIRST_ERROR_STATUS = 400


def encoded(exchanges: Sequence[Exchange], lost: int) -> bytes:
    """Return the body of a request that tells of exchanges; `lost` is how many are told nowhere."""
    about = {"service.name": _SERVICE, "service.version": version(_SERVICE)}
    spans = ScopeSpans(
        scope=InstrumentationScope(name="glossator_gate"), spans=[_span(it) for it in exchanges]
    )
    resource = Resource(
        attributes=_attributes([*about.items(), ("glossator.lost_spans", lost or None)])
    )
    request = ExportTraceServiceRequest(
        resource_spans=[ResourceSpans(resource=resource, scope_spans=[spans])]
    )
    return bytes(request.SerializeToString())


def _span(exchange: Exchange) -> Span:
    fields = exchange.fields
    status = exchange.status
    has_failed = status is None or status >= _FIRST_ERROR_STATUS
    return Span(
        # Each exchange is a trace of its own: what it was part of is nobody's matter elsewhere.
        trace_id=os.urandom(_TRACE_ID_BYTES),
        span_id=os.urandom(_SPAN_ID_BYTES),
        name=f"{fields['gen_ai.operation.name']} {fields['gen_ai.request.model']}",
        kind=Span.SPAN_KIND_CLIENT,
        start_time_unix_nano=exchange.began_ns,
        end_time_unix_nano=exchange.began_ns + int(exchange.seconds * 1e9),
        attributes=_attributes(
            [
                *fields.items(),
                ("glossator.line", exchange.line),
                ("http.response.status_code", status),
                ("http.response.body.size", exchange.answer_bytes),
            ]
        ),
        status=Status(code=Status.STATUS_CODE_ERROR if has_failed else Status.STATUS_CODE_UNSET),
    )


def _attributes(pairs: Iterable[tuple[str, Value]]) -> list[KeyValue]:
    return [KeyValue(key=key, value=_value(it)) for key, it in pairs if it is not None]


def _value(value: Value) -> AnyValue:
    match value:
        case bool():
            return AnyValue(bool_value=value)
        case int():
            return AnyValue(int_value=value)
        case float():
            return AnyValue(double_value=value)
        case _:
            return AnyValue(string_value=str(value))
