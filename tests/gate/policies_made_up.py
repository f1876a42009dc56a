"""Own made-up policy files and damage to them.

It must not call the policy: what the files mean is for others to say.
"""

from __future__ import annotations

import json
import random
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

Spec = dict[str, Any]

ORDER = ["public", "internal", "confidential", "restricted"]
ORIGINS = {
    "http://127.0.0.1:11434": "loopback",
    "http://127.0.0.1:8080": "loopback",
    "http://10.0.0.7:8000": "private",
    "https://models.corp.example:443": "private",
    "https://api.vendor.example:443": "public",
    "https://other.example:8443": "public",
}
NAMES = ["qwen:7b", "llama:8b", "big", "small"]
DIGESTS = ["a" * 12, "a" * 20, "b" * 64]
GLOBS = ["**/payments/**", "*.pem", "src/**", "docs/", "/vendor", "**/key*.c", "lib/*.h"]
PATHS = [
    "a.c", "src/a.c", "src/payments/b.c", "payments/x/y.c", "docs/index.md", "vendor/z.c",
    "src/vendor/z.c", "lib/key.c", "lib/list.h", "tls/server.pem", "lib/deep/list.h",
]  # fmt: skip
COMMANDS = [["make"], ["make", "-j2", "check"], ["sh", "-c", "x"], ["pytest"]]
ROLES = ["document", "fix", "ask", "embed"]
USES = ["chat", "embed", "rerank"]
CURRENCIES = ["EUR", "USD"]
PROXIES = ["http://proxy.corp.example:3128", "http://elsewhere.example:3128"]


@dataclass(frozen=True, slots=True)
class Triple:
    """Three files as they are written; None where one is not there."""

    managed: Spec | None
    user: Spec | None
    workspace: Spec | None


def triple(rng: random.Random) -> Triple:
    """Return a random triple; most have all three files."""
    managed = None if rng.random() < 0.2 else _spec(rng, "m")
    user = None if rng.random() < 0.1 else _spec(rng, "u")
    if user is not None and managed is not None and rng.random() < 0.7:
        # Without it, few of the models would be in both.
        user["model"] += [_varied(rng, it, f"c{at}") for at, it in enumerate(managed["model"])]
    workspace = None if rng.random() < 0.2 else _workspace(rng)
    return Triple(managed, user, workspace)


def toml(spec: Spec, *, schema: bool = True) -> str:
    """Write a file."""
    lines = ["schema = 1"] if schema else []
    for name, value in spec.items():
        for table in value if isinstance(value, list) else [value]:
            if not table:
                continue
            lines.append(f"[[{name}]]" if isinstance(value, list) else f"[{name}]")
            lines += [f"{key} = {_literal(it)}" for key, it in table.items()]
    return "\n".join(lines) + "\n"


def _literal(value: object) -> str:
    if isinstance(value, dict):
        return "{ " + ", ".join(f"{key} = {_literal(it)}" for key, it in value.items()) + " }"
    if isinstance(value, list):
        return "[" + ", ".join(map(_literal, value)) + "]"
    return json.dumps(value)


def _some(rng: random.Random, pool: list[Any], most: int) -> list[Any]:
    return rng.sample(pool, rng.randint(0, most))


def _maybe(rng: random.Random, table: Spec, key: str, *values: object) -> None:
    if rng.random() < 0.5:
        table[key] = rng.choice(values)


def _model(rng: random.Random, model_id: str) -> Spec:
    origin = rng.choice(list(ORIGINS))
    api = rng.choice(["ollama", "openai"])
    names = rng.sample(NAMES, rng.randint(1, 3))
    if api == "ollama":
        names = [f"{it}@sha256:{rng.choice(DIGESTS)}" if rng.random() < 0.3 else it for it in names]
    table: Spec = {
        "id": model_id,
        "api": api,
        "origin": origin,
        "model": names,
        "address": _address(rng, origin),
    }
    _maybe(rng, table, "max_class", *ORDER)
    _maybe(rng, table, "uses", ["chat"], ["embed"], ["chat", "embed"])
    _maybe(rng, table, "base_path", "/v1", "/llm")
    if rng.random() < 0.2:
        table["price"] = {"prompt": 1, "completion": 2, "currency": rng.choice(CURRENCIES)}
    if rng.random() < 0.2:
        table["must_be_local"] = True
    if origin.startswith("https") and rng.random() < 0.2:
        table["proxy"] = rng.choice(PROXIES)
    return table


def _address(rng: random.Random, origin: str) -> str:
    # What a name leads to is not known before it is asked for: the files may differ.
    return rng.choice(["private", "public"]) if origin.startswith("https") else ORIGINS[origin]


def _varied(rng: random.Random, table: Spec, model_id: str) -> Spec:
    changed = {**table, "id": model_id, "address": _address(rng, table["origin"])}
    _maybe(rng, changed, "max_class", *ORDER)
    _maybe(rng, changed, "uses", ["chat"], ["chat", "embed"])
    if rng.random() < 0.1 and table["origin"].startswith("https"):
        changed["proxy"] = rng.choice(PROXIES)
    return changed


def _spec(rng: random.Random, prefix: str) -> Spec:
    models = [_model(rng, f"{prefix}{at}") for at in range(rng.randint(0, 4))]
    ids = [it["id"] for it in models]
    spec: Spec = {**_workspace(rng), "model": models}
    if ids:
        spec["roles"] = {
            it: rng.sample(ids, rng.randint(0, len(ids))) for it in _some(rng, ROLES, 3)
        }
    for name, api in (("index_server", "chroma"), ("web_search", "searxng")):
        origins = _some(rng, list(ORIGINS), 2)
        spec[name] = [
            {"id": f"{prefix}{name}{at}", "api": api, "origin": it, "address": ORIGINS[it]}
            for at, it in enumerate(origins)
        ]
        for table in spec[name]:
            _maybe(rng, table, "max_class", *ORDER)
    if rng.random() < 0.5:
        origin = rng.choice(list(ORIGINS)[:3])
        spec["telemetry"] = {"otlp": origin, "address": ORIGINS[origin]}
    if rng.random() < 0.7:
        spec["execute"] = {"sandbox": "required", "commands": _some(rng, COMMANDS, 3)}
    return spec


def _workspace(rng: random.Random) -> Spec:
    spec: Spec = {
        "classify": [
            {"match": {"path": rng.sample(GLOBS, rng.randint(1, 2))}, "class": rng.choice(ORDER)}
            for _ in range(rng.randint(0, 3))
        ]
    }
    if rng.random() < 0.5:
        spec["classes"] = {"default": rng.choice(ORDER)}
    if rng.random() < 0.5:
        spec["redact"] = {"deny_paths": _some(rng, GLOBS, 2)}
    limits: Spec = {}
    _maybe(rng, limits, "requests_per_min", 5, 60)
    _maybe(rng, limits, "tokens_per_day", 1000, 2_000_000)
    _maybe(rng, limits, "cost_per_day", 0.5, 20, {"EUR": 3}, {"USD": 2, "EUR": 9}, {"CHF": 1})
    spec["limits"] = limits
    if rng.random() < 0.4:
        spec["cache"] = {"responses": rng.random() < 0.5}
        if rng.random() < 0.5:
            spec["cache"]["feedback"] = rng.random() < 0.5
    if rng.random() < 0.5:
        spec["mcp"] = {"max_class": rng.choice(ORDER[:3])}
    return spec


# Each of these makes a file that is certainly not right any more.


def damages(rng: random.Random, text: str) -> Iterator[tuple[str, bytes]]:
    """Yield kinds of damage to a file, each with the bytes of the damaged one."""
    lines = text.splitlines()
    keys = [at for at, it in enumerate(lines) if " = " in it]
    heads = [at for at, it in enumerate(lines) if it.startswith("[")]
    at = rng.choice(keys)
    key, _, value = lines[at].partition(" = ")
    yield "misspelled key", _with(lines, at, f"{_misspelled(rng, key)} = {value}")
    yield "value of another type", _with(lines, at, f"{key} = 1979-05-27")
    yield "key twice", _with(lines, at, f"{lines[at]}\n{lines[at]}")
    yield "end missing", _with(lines, at, f"{key} = ")
    yield "half a file", _half(rng, text)
    yield "no UTF-8", text.encode().replace(b"=", b"=\xff", 1)
    yield "NUL inside", _with(lines, at, f"{lines[at]}\0")
    yield (
        "another schema",
        text.replace("schema = 1", "schema = 2", 1).encode()
        + (b"" if "schema = 1" in text else b"[schema]\nx = 1\n"),
    )
    yield "too large", text.encode() + b"#" * (1024 * 1024)
    if heads:
        at = rng.choice(heads)
        name = lines[at].strip("[]")
        brackets = lines[at].count("[")
        head = f"{'[' * brackets}{_misspelled(rng, name)}{']' * brackets}"
        yield "misspelled table", _with(lines, at, head)
        yield "bracket missing", _with(lines, at, lines[at][:-1])
    choices = {"max_class", "class", "default", "address", "api"}
    words = [at for at in keys if lines[at].split(" = ")[0] in choices]
    if words:
        at = rng.choice(words)
        yield "unknown word", _with(lines, at, f'{lines[at][:-1]}x"')


def _with(lines: list[str], at: int, line: str) -> bytes:
    return ("\n".join([*lines[:at], line, *lines[at + 1 :]]) + "\n").encode()


def _misspelled(rng: random.Random, word: str) -> str:
    at = rng.randrange(len(word))
    return rng.choice([word[:at] + word[at + 1 :] + "q", word[:at] + "q" + word[at:], word + "_"])


def _half(rng: random.Random, text: str) -> bytes:
    """Cut a file where what is left is no TOML."""
    for _ in range(100):
        left = text[: rng.randrange(1, len(text))]
        try:
            tomllib.loads(left)
        except ValueError:
            return left.encode()
    return b"["
