"""A conversation's secrets leave as placeholders and come back, whatever the pieces."""

from __future__ import annotations

import json
import pickle
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glossator_gate.redaction import Redaction, sealed_body
from tests.gate.secrets_made_up import base62, key_block, secrets

GITHUB, OTHER = "ghp" + "_" + base62(36, 1), "ghp" + "_" + base62(36, 2)


def test_a_secret_has_a_type_and_one_number_in_a_whole_conversation() -> None:
    redaction = Redaction()
    assert redaction.redacted(f"a {GITHUB} b {OTHER}") == (
        "a <secret:github-token:1> b <secret:github-token:2>"
    )
    assert redaction.redacted(f"{OTHER}, {GITHUB}") == (
        "<secret:github-token:2>, <secret:github-token:1>"
    )
    assert redaction.count == 2
    assert redaction.restored("use <secret:github-token:2>.") == f"use {OTHER}."


def test_what_was_a_secret_once_is_one_where_it_does_not_look_like_one() -> None:
    redaction = Redaction()
    redacted = redaction.redacted('password = "kite-81-Moss"\nlogin(user, kite-81-Moss)')
    assert "kite-81" not in redacted
    assert "kite-81" not in redaction.redacted("kite-81-Moss")


def test_a_placeholder_that_was_never_issued_stays() -> None:
    redaction = Redaction()
    redaction.redacted(GITHUB)
    for invented in ("<secret:github-token:2>", "<secret:password:1>", "<secret:github-token:01>"):
        assert redaction.restored(f"x {invented} y") == f"x {invented} y"


def test_the_users_own_words_never_become_a_secret() -> None:
    redaction = Redaction()
    redaction.redacted(GITHUB)
    lookalike = "see <secret:github-token:1> and <secret:github-token:7>"
    sent = redaction.redacted(lookalike)
    assert "github-token" not in sent
    assert redaction.restored(sent) == lookalike


def test_what_was_redacted_already_can_be_sealed_once_more() -> None:
    redaction = Redaction()
    sent = redaction.redacted(f"a {GITHUB}")
    assert redaction.sealed(f"{sent} {OTHER}") == f"{sent} <secret:github-token:2>"


def test_the_same_conversation_makes_the_same_prompts() -> None:
    texts = [line for _, line in secrets(5).values()]
    one, other = Redaction(), Redaction()
    assert [one.redacted(it) for it in texts] == [other.redacted(it) for it in texts]


def test_nothing_shows_the_secrets_by_accident() -> None:
    redaction = Redaction()
    redaction.redacted(f"{GITHUB} {key_block('RSA', 3, 1)}")
    stream = redaction.stream()
    stream.fed("<secret:github-tok")
    assert GITHUB not in f"{redaction!r}{redaction}{stream!r}"
    assert not hasattr(redaction, "__dict__")
    with pytest.raises(TypeError):
        pickle.dumps(redaction)


_PIECES = st.sampled_from(
    [line for _, line in secrets(2).values()]
    + [GITHUB, key_block("", 3, 4), "<secret:github-token:1>", "<secret:text:1>", "<secret:", "<"]
    + ["\n", '"', "int main(void)", ">", "1>", ":", "token = ", "s"]
)
_TEXTS = st.lists(_PIECES | st.text(max_size=6), max_size=10).map("".join)


@given(_TEXTS)
def test_what_comes_back_unchanged_is_what_was_given(text: str) -> None:
    redaction = Redaction()
    sent = redaction.redacted(text)
    assert redaction.restored(sent) == text
    assert sent.count("\n") == text.count("\n")
    assert (redaction.count == 0) == (sent is text)


@given(_TEXTS, _TEXTS, st.lists(st.integers(0, 400), max_size=12))
def test_pieces_of_an_answer_are_restored_as_the_whole_is(
    text: str, invented: str, cuts: list[int]
) -> None:
    redaction = Redaction()
    answer = redaction.redacted(text) + invented
    stream = redaction.stream()
    places = sorted({0, len(answer), *(it for it in cuts if it < len(answer))})
    out = [stream.fed(answer[start:end]) for start, end in pairwise(places)]
    assert "".join((*out, stream.ended())) == redaction.restored(answer)


def test_a_stream_holds_back_no_more_than_the_beginning_of_a_placeholder() -> None:
    redaction = Redaction()
    redaction.redacted(GITHUB)
    stream = redaction.stream()
    assert stream.fed("if (a <") == "if (a "
    assert stream.fed(" b)") == "< b)"
    assert stream.fed("<secret:github-token:") == ""
    assert stream.fed("1") == ""
    assert stream.fed("> <s") == f"{GITHUB} "
    assert stream.fed("<" * 300) == "<s" + "<" * 299
    endless = "<secret:" + "a" * 1000
    assert len(stream.fed(endless)) > 900


def test_json_is_walked_with_its_keys() -> None:
    value = {
        "messages": [{"role": "user", "content": f"why does {GITHUB} fail?"}],
        "env": [{"name": "DB_PASSWORD", "value": "kite-81-Moss"}],
        OTHER: {"password": "hunter2hunter2", "limit": 3, "ok": [True, None, 1.5]},
    }
    redaction = Redaction()
    sent = redaction.redacted_json(value)
    text = json.dumps(sent)
    for secret in (GITHUB, OTHER, "kite-81-Moss", "hunter2hunter2"):
        assert secret not in text
    assert redaction.restored_json(json.loads(text)) == value
    assert sent["env"][0]["value"] == "<secret:credential:2>"


def test_json_without_secrets_is_the_very_object() -> None:
    value = {"a": ["b", {"token_type": "bearer", "max_tokens": 12}], "password": "<your password>"}
    assert Redaction().redacted_json(value) is value


def test_secrets_that_are_escaped_in_a_string_are_found() -> None:
    inner = json.dumps({"private_key": key_block("RSA", 4, 2), "db_password": "kite-81-Moss"})
    source = f"config = {json.dumps(inner)}"
    redaction = Redaction()
    sent = redaction.redacted(source)
    assert "kite-81" not in sent
    assert key_block("RSA", 4, 2).split("\n")[2] not in sent
    assert redaction.restored(sent) == source


def test_a_body_without_secrets_is_the_very_bytes() -> None:
    body = b'{"model": "qwen",  "messages": [{"role": "user", "content": "h\\u00e9llo"}]}'
    sealed = sealed_body(body)
    assert sealed.body is body
    assert sealed.count == 0


@pytest.mark.parametrize(
    "body",
    [
        json.dumps({"prompt": f"key {GITHUB}"}).encode(),
        json.dumps({"prompt": f"key {GITHUB}"}).encode("utf-16"),
        f'{{"a": "{GITHUB}", "a": "b"}}'.encode(),
        f"token={GITHUB}&x=1".encode(),
        f'{{"cut off": "{GITHUB}'.encode(),
        b"\xff\xfe\x00 " + GITHUB.encode() + b"\xff",
        b"[" * 100_000 + GITHUB.encode(),
        (b'{"a":' * 400 + json.dumps(GITHUB).encode() + b"}" * 400),
    ],
    ids=range(8),
)
def test_no_body_gets_out_with_a_secret(body: bytes) -> None:
    redaction = Redaction()
    sealed = sealed_body(body, redaction)
    assert GITHUB.encode() not in sealed.body
    assert sealed.count == redaction.count == 1
    assert b"<secret:github-token:1>" in sealed.body


def test_a_sealed_body_keeps_what_is_already_a_placeholder() -> None:
    redaction = Redaction()
    prompt = redaction.redacted(f"why does {GITHUB} fail?")
    body = json.dumps({"prompt": prompt}).encode()
    assert sealed_body(body, redaction).body is body
