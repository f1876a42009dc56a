"""Secrets are named instead of kept, everything else is left as it is."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from glossator_gate.redaction import redact
from tests.gate.secrets_made_up import base62, key_block, secrets

SEEDS = range(0, 400, 20)
NO_SECRETS = [
    'password = getenv("DB_PASSWORD");',
    'password = "";',
    'char *password = "password";',
    'password = "<your password>";',
    'password: "changeme"',
    'printf("password: %s\\n", password);',
    'PASSWORD_FIELD = "user_password_field"',
    'password_file = "/etc/app/password.txt"',
    'passwordLabel: "Enter your password:"',
    'token = "TOKEN_TYPE_IDENTIFIER_2"',
    "token = parse_next_token_from_stream(a, b, 42);",
    'TOKENS = {"left_parenthesis": 1}',
    'csrf_token_header = "X-CSRF-Token-Header-Name"',
    'secret_name = "projects/my-project/secrets/database"',
    '.name = "sha256-generic-driver-v2"',
    "struct crypto_akcipher *private_key = NULL;",
    '#define KEY "0123"',
    "https://example.org/a:b@c",
    "see https://lore.kernel.org/r/20220101.abc@mail.example for more",
    "git://git.kernel.org:8080/pub/scm",
    "mask_test_bit(task-struct, disk-based-metadata-operations-table)",
    '"-----BEGIN " "PRIVATE KEY" "-----"',
    "eyJ is how base64 of a JSON object begins",
    "Bearer of the message is whoever sends it to the server in time",
    "0xAKIA",
    "",
]


@pytest.mark.parametrize("name", sorted(secrets()))
def test_a_secret_is_named(name: str) -> None:
    for seed in SEEDS:
        secret, line = secrets(seed)[name]
        before, after = "/* Größe: 3 µ */\nint a;\n", "\nint b;\n"
        redacted = redact(before + line + after)
        assert secret not in redacted.text
        assert redacted.count == 1
        assert redacted.text.startswith(before)
        assert redacted.text.endswith(after)
        assert re.search(r"<redacted: [a-z ]+>", redacted.text)


@pytest.mark.parametrize("line", NO_SECRETS)
def test_what_is_no_secret_is_left_alone(line: str) -> None:
    text = f"before\n{line}\nafter\n"
    redacted = redact(text)
    assert redacted.text is text
    assert redacted.count == 0


@pytest.mark.parametrize("kind", ["", "RSA", "EC", "OPENSSH", "ENCRYPTED"])
@pytest.mark.parametrize("end", ["\n", "\r\n", '\\n"\n"', "\\n"])
def test_a_private_key_loses_its_body_and_keeps_its_lines(kind: str, end: str) -> None:
    text = f'int a;\nkey = "{key_block(kind, 12, 7, end)}";\nint b;\n'
    redacted = redact(text)
    assert redacted.count == 1
    assert redacted.text.count("\n") == text.count("\n")
    assert redacted.text.endswith('";\nint b;\n')
    assert not re.search(r"[A-Za-z0-9+/]{20}", redacted.text)
    assert "<redacted: private key>" in redacted.text


def test_a_private_key_that_is_cut_off_ends_where_its_lines_end() -> None:
    whole = key_block("RSA", 9, 3)
    cut = whole[: whole.index("-----END")]
    redacted = redact(f"{cut}\nint keep_this(void);\nint and_this;\n")
    assert redacted.text.endswith("\nint keep_this(void);\nint and_this;\n")
    assert not re.search(r"[A-Za-z0-9+/]{20}", redacted.text)


def test_each_of_many_is_counted() -> None:
    lines = [line for _, line in secrets(1).values()]
    redacted = redact("\n".join(lines))
    assert redacted.count == len(lines)
    assert redacted.text.count("\n") == len(lines) - 1
    assert not [it for it, _ in secrets(1).values() if it in redacted.text]


def test_letters_that_grow_when_lowered_do_not_shift_the_place() -> None:
    secret = base62(32, 5)
    redacted = redact(f'/* İİİİ İstanbul */ token = "{secret}"; int İ;')
    assert redacted.text == '/* İİİİ İstanbul */ token = "<redacted: credential>"; int İ;'


def test_half_a_pair_of_surrogates_hides_nothing() -> None:
    secret = base62(32, 5)
    redacted = redact(f'/* \ud800 Ä */ token = "{secret}"; \udfff')
    assert redacted.text == '/* \ud800 Ä */ token = "<redacted: credential>"; \udfff'


_FRAGMENTS = st.sampled_from(
    [line for _, line in secrets(2).values()]
    + [it for it, _ in secrets(3).values()]
    + [key_block("RSA", 3, 11), key_block("", 2, 12)[:150], *NO_SECRETS]
    + ['password = "', '"', "\n", "\r\n", "://a:", "@b", "token: ", "Bearer ", "İ", "-----", "\\n"]
)


@given(st.lists(_FRAGMENTS | st.text(max_size=8), max_size=12))
def test_redacting_twice_changes_nothing_more_and_lines_stay(parts: list[str]) -> None:
    text = "".join(parts)
    once = redact(text)
    assert redact(once.text).text == once.text
    assert once.text.count("\n") == text.count("\n")
    assert once.text.count("\r") == text.count("\r")
    assert (once.count == 0) == (once.text == text)


@pytest.mark.timeout(20)
@pytest.mark.parametrize(
    "text",
    [
        "password" * 60_000,
        'password = "' * 40_000,
        "://" * 200_000,
        "a://b:" * 80_000,
        "-----BEGIN PRIVATE KEY-----\n" * 20_000,
        "-----BEGIN PRIVATE KEY-----" * 20_000,
        "-----BEGIN RSA PRIVATE KEY-----\n" + ("A" * 64 + "\n") * 8_000,
        "eyJ" + "a" * 500_000 + ".eyJ",
        ".eyJ" * 120_000,
        "sk-" * 160_000,
        "token " + "x" * 500_000,
        "token" + " " * 500_000,
        "bearer " * 70_000,
    ],
    ids=lambda it: str(it[:12]),
)
def test_texts_that_were_made_to_hang_do_not(text: str) -> None:
    redact(text)


@pytest.mark.kernel
def test_the_kernel_holds_no_secrets(kernel_tree: Path) -> None:
    for folder in ("mm", "kernel", "drivers/crypto"):
        for path in (kernel_tree / folder).rglob("*.[ch]"):
            assert redact(path.read_text("utf-8", "replace")).count == 0, path
