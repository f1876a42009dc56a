"""The exporter: a span for each exchange, as the audit log tells of it, and nobody waits for it."""

from __future__ import annotations

import asyncio
import hashlib
import json
import logging
import random
import threading
import time
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest
from loopback_server import LoopbackServer, Received, Reply, serving
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span, Status

from glossator_gate import egress, exchanges, telemetry
from glossator_gate.audit import default_folder, lines
from glossator_gate.exchanges import Exchange
from glossator_gate.policy import destination_of_telemetry, key_variables
from glossator_gate.redaction import sealed_body
from glossator_gate.spans import encoded
from glossator_gate.telemetry import Pace, SpanExporter
from glossator_gate.types import DataClass, Destination, Errand, Origin, Policy, TelemetryEntry
from tests.gate.test_policy import HEAD, Machine

PROMPT = b'{"prompt": "int secret_function(void);"}'
SOON = Pace(every_s=0.01)
COLLECTOR = "[telemetry]\notlp = 'http://127.0.0.1:4318'\n"


@pytest.fixture(autouse=True)
def nobody_watches() -> Iterator[None]:
    yield
    exchanges.watch_with(None)


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


async def taken(_: Received, reply: Reply) -> None:
    await reply.whole(200, b"", Content_Type="application/x-protobuf")


async def answered(received: Received, reply: Reply) -> None:
    await reply.json({"answer": "static int quiet;"}, 500 if received.path == "/broken" else 200)


@asynccontextmanager
async def told_to(
    server: LoopbackServer, pace: Pace = SOON, key: str | None = None
) -> AsyncIterator[SpanExporter]:
    entry = TelemetryEntry(Origin.parse(server.origin), key=key, rule="user [telemetry]")
    exporter = SpanExporter(entry, pace)
    exchanges.watch_with(exporter)
    yield exporter
    await asyncio.to_thread(exchanges.end_watching)


async def ask(origin: str, path: str = "/v1/chat") -> None:
    destination = Destination(Origin.parse(origin), id="coder", rule="a rule", key="sk-hush")
    errand = Errand("chat", "document", DataClass.INTERNAL)
    async with httpx.AsyncClient(transport=egress.ollama_http_transport(destination)) as client:
        await client.post(f"{origin}{path}", content=PROMPT, headers=errand.headers())


def spans_of(server: LoopbackServer) -> list[Span]:
    found: list[Span] = []
    for it in server.requests:
        for resource in ExportTraceServiceRequest.FromString(it.body).resource_spans:
            found += [span for scope in resource.scope_spans for span in scope.spans]
    return found


def attributes(span: Span) -> dict[str, Any]:
    return {it.key: getattr(it.value, it.value.WhichOneof("value")) for it in span.attributes}


def exchange(number: int = 1, **fields: str) -> Exchange:
    known = {"gen_ai.operation.name": "chat", "gen_ai.request.model": "coder"}
    return Exchange({**known, **fields}, number, 200, 7, 1_700_000_000_000_000_000, 0.25)


async def test_a_span_says_what_the_audit_log_says_and_nothing_more() -> None:
    async with serving(answered) as model, serving(taken) as collector:
        async with told_to(collector):
            before = time.time_ns()
            await ask(model.origin)
            after = time.time_ns()
        (span,) = spans_of(collector)
        sent = collector.requests[0]
    logged = [line for _, _, _, line in lines(default_folder()) if line is not None]
    egress_line, answer_line = logged[:2]
    assert (span.name, span.kind) == ("chat coder", Span.SPAN_KIND_CLIENT)
    assert span.status.code == Status.STATUS_CODE_UNSET
    assert before <= span.start_time_unix_nano <= span.end_time_unix_nano <= after
    expected = {
        name: it
        for name, it in egress_line.items()
        if name not in {"n", "time", "kind", "prev", "pid"} and it is not None
    }
    assert attributes(span) == {
        **expected,
        "glossator.line": egress_line["n"],
        "http.response.status_code": answer_line["http.response.status_code"],
        "http.response.body.size": answer_line["glossator.bytes"],
    }
    assert expected["glossator.sha256"] == hashlib.sha256(PROMPT).hexdigest()
    for hidden in (b"secret_function", b"quiet", b"sk-hush"):
        assert hidden not in sent.body
    assert (sent.method, sent.path) == ("POST", "/v1/traces")
    assert sent.headers["content-type"] == "application/x-protobuf"


async def test_the_exporters_own_requests_are_in_the_log_and_make_no_spans() -> None:
    async with serving(answered) as model, serving(taken) as collector:
        async with told_to(collector):
            await ask(model.origin)
        assert len(spans_of(collector)) == 1
    logged = [line for _, _, _, line in lines(default_folder()) if line is not None]
    assert [it.get("gen_ai.operation.name") for it in logged if it["kind"] == "egress"] == [
        "chat",
        "telemetry",
    ]
    assert logged[2]["glossator.class"] == "public"
    assert logged[2]["glossator.rule"] == "user [telemetry]"


async def test_what_failed_is_an_error() -> None:
    async with serving(answered) as model, serving(taken) as collector:
        async with told_to(collector):
            await ask(model.origin, "/broken")
            with pytest.raises(httpx.ConnectError):
                await ask("http://127.0.0.1:1")
        spans = spans_of(collector)
    assert [it.status.code for it in spans] == [Status.STATUS_CODE_ERROR] * 2
    assert attributes(spans[0])["http.response.status_code"] == 500
    assert "http.response.status_code" not in attributes(spans[1])


async def test_the_collector_gets_its_key_and_nothing_of_the_environment(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("COLLECTOR_KEY", "right")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_HEADERS", "authorization=stray,x-more=1")
    monkeypatch.setenv("OTEL_EXPORTER_OTLP_ENDPOINT", "http://127.0.0.1:1")
    monkeypatch.setenv("OTEL_RESOURCE_ATTRIBUTES", "host.name=mine")
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    async with serving(taken) as collector:
        async with told_to(collector, key="env:COLLECTOR_KEY") as exporter:
            exporter.note(exchange())
        (sent,) = collector.requests
    assert sent.headers["authorization"] == "Bearer right"
    assert "x-more" not in sent.headers
    request = ExportTraceServiceRequest.FromString(sent.body)
    about = {it.key for it in request.resource_spans[0].resource.attributes}
    assert about == {"service.name", "service.version"}


async def test_many_go_at_once(caplog: pytest.LogCaptureFixture) -> None:
    async with serving(taken) as collector:
        async with told_to(collector, Pace(at_once=50, every_s=60)) as exporter:
            for number in range(120):
                exporter.note(exchange(number))
        assert [attributes(it)["glossator.line"] for it in spans_of(collector)] == [*range(120)]
        assert len(collector.requests) == 3
    assert (exporter.lost, caplog.text) == (0, "")


async def test_what_finds_no_room_is_dropped_and_counted(
    caplog: pytest.LogCaptureFixture,
) -> None:
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slow(received: Received, reply: Reply) -> None:
        begun.set()
        await go_on.wait()
        await taken(received, reply)

    async with serving(slow) as collector:
        async with told_to(collector, Pace(waiting=3, every_s=0.01)) as exporter:
            exporter.note(exchange(0))
            await begun.wait()
            for number in range(1, 9):
                exporter.note(exchange(number))
            assert exporter.lost == 5
            go_on.set()
        assert [attributes(it)["glossator.line"] for it in spans_of(collector)] == [0, 1, 2, 3]
        last = ExportTraceServiceRequest.FromString(collector.requests[-1].body)
    told = {it.key: it.value.int_value for it in last.resource_spans[0].resource.attributes}
    assert told["glossator.lost_spans"] == 5
    assert "was not told of 5 exchanges" in caplog.text


@pytest.mark.parametrize("trouble", ["hang", "refuse"])
async def test_a_collector_in_trouble_holds_up_nobody(
    trouble: str, caplog: pytest.LogCaptureFixture
) -> None:
    async def bad(_: Received, reply: Reply) -> None:
        if trouble == "hang":
            await reply.hang()
        await reply.json({}, 503)

    async with serving(answered) as model, serving(bad) as collector:
        async with told_to(collector, Pace(every_s=0.01, flush_s=0.2)) as exporter:
            for _ in range(3):
                await ask(model.origin)
            began = time.monotonic()
        assert time.monotonic() - began < 2
        assert len(model.requests) == 3
    assert exporter.lost == 3
    assert "was not told of 3 exchanges" in caplog.text
    assert not [it for it in threading.enumerate() if it.name == "span-exporter"]


async def test_nobody_there_is_told_in_one_sentence(caplog: pytest.LogCaptureFixture) -> None:
    entry = TelemetryEntry(Origin.parse("http://127.0.0.1:1"))
    exchanges.watch_with(SpanExporter(entry, SOON))
    async with serving(answered) as model:
        await ask(model.origin)
    await asyncio.to_thread(exchanges.end_watching)
    (record,) = [it for it in caplog.records if it.levelno >= logging.WARNING]
    assert "Nothing answers at http://127.0.0.1:1" in record.getMessage()
    assert record.getMessage().endswith("remove [telemetry] from the policy.")


async def test_another_collector_of_a_changed_policy_is_told_from_then_on() -> None:
    was_told = asyncio.Event()

    async def last(received: Received, reply: Reply) -> None:
        await taken(received, reply)
        was_told.set()

    async with serving(last) as first, serving(taken) as second:
        entries = [TelemetryEntry(Origin.parse(it.origin)) for it in (first, second)]
        for number, entry in enumerate(entries):
            telemetry.follow(entry)
            telemetry.follow(entry)
            exchanges.tell(exchange(number))
        former = exchanges.watcher()
        await asyncio.to_thread(exchanges.end_watching)
        await asyncio.wait_for(was_told.wait(), 5)
        assert [attributes(it)["glossator.line"] for it in spans_of(first)] == [0]
        assert [attributes(it)["glossator.line"] for it in spans_of(second)] == [1]
    telemetry.follow(None)
    assert exchanges.watcher() is None
    assert isinstance(former, SpanExporter)
    former.note(exchange())
    assert former.lost == 1


def test_hashes_and_ids_pass_the_last_look_for_secrets_unchanged() -> None:
    rng = random.Random(1)
    for _ in range(20):
        many = [exchange(at, **{"glossator.sha256": rng.randbytes(32).hex()}) for at in range(100)]
        body = encoded(many, 0)
        assert sealed_body(body).body == body


def test_both_files_must_name_the_collector(machine: Machine) -> None:
    policy = machine.policy(HEAD + COLLECTOR, HEAD + COLLECTOR + "timeout_s = 2\n")
    assert policy.telemetry is not None
    assert policy.telemetry.timeout_s == 2
    places = machine.places
    assert policy.telemetry.rule == (
        f"managed [telemetry] ({places.managed}) and user [telemetry] ({places.user})"
    )
    policy = machine.policy(HEAD, HEAD + COLLECTOR)
    assert policy.telemetry is None
    assert "does not list the collector telemetry" in policy.warnings[0]
    assert machine.policy(HEAD + COLLECTOR, HEAD).telemetry is None
    elsewhere = COLLECTOR.replace("4318", "4319")
    assert machine.policy(HEAD + COLLECTOR, HEAD + elsewhere).telemetry is None


def test_one_file_alone_names_it_and_none_means_nobody(machine: Machine) -> None:
    assert machine.policy().telemetry is None
    policy = machine.policy(HEAD + COLLECTOR)
    assert policy.telemetry is not None
    assert destination_of_telemetry(policy.telemetry).origin.port == 4318


FAR = "[telemetry]\notlp = 'https://otel.corp.example'\naddress = 'private'\nkey = 'env:OTEL'\n"


def test_a_mistake_in_a_file_leaves_a_collector_of_this_machine_only(machine: Machine) -> None:
    assert machine.policy(user=HEAD + FAR).telemetry is not None
    policy = machine.policy(user=HEAD + "colour = 1\n" + FAR)
    assert policy.telemetry is None
    assert any(it.startswith("telemetry is not on this machine") for it in policy.warnings)
    assert machine.policy(user=HEAD + "colour = 1\n" + COLLECTOR).telemetry is not None
    wrong = FAR.replace("'private'", "'prvate'")
    assert machine.policy(user=HEAD + wrong).telemetry is None
    plain = FAR.replace("https", "http").replace("private", "public")
    assert "plain text" in machine.policy(user=HEAD + plain).warnings[0]


def test_the_owner_of_an_index_gets_the_key_of_the_collector(machine: Machine) -> None:
    assert key_variables(machine.policy(user=HEAD + FAR)) == {"OTEL"}


def test_a_missing_exporter_is_told(monkeypatch: pytest.MonkeyPatch, machine: Machine) -> None:
    policy = machine.policy(user=HEAD + COLLECTOR)
    assert telemetry.missing_part(policy) is None
    monkeypatch.setattr(telemetry, "find_spec", lambda _name: None)
    assert "glossator[otel]" in (telemetry.missing_part(policy) or "")
    assert telemetry.missing_part(Policy(models=())) is None


async def test_without_the_exporter_exchanges_go_on(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setitem(__import__("sys").modules, "glossator_gate.spans", None)
    async with serving(answered) as model, serving(taken) as collector:
        async with told_to(collector):
            await ask(model.origin)
        assert (len(model.requests), collector.requests) == (1, [])
    assert "was not told of 1 exchange " in caplog.text
    assert json.loads(model.requests[0].body)["prompt"]
