"""Own a seeded generator of model replies, good, malformed and hostile, marked as they were built.

A reply is usable where a real summary and real descriptions of at least half of the parameters are
in it, wherever they are. It must not look at what the product makes of a reply.
"""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from benchmarks import hostile_text
from benchmarks.hostile_text import sentence

_RENAMED = ("arg", "input_", "parameter", "p")


@dataclass(frozen=True, slots=True)
class Asked:
    """What a reply is to describe: the names that a comment should have, and whether a value."""

    name: str
    parameters: tuple[str, ...]
    returns: bool
    code: str


@dataclass(frozen=True, slots=True)
class Reply:
    """What the model says; `broken_off` streams end without their end mark."""

    family: str
    text: str
    usable: bool
    broken_off: bool = False


def reply_of(family: str, asked: Asked, rng: random.Random) -> Reply:
    """Return a reply of the family; the same seed gives the same reply."""
    text, usable = FAMILIES[family](asked, rng)
    return Reply(family, text, usable, broken_off=family == "broken-off")


def any_reply(asked: Asked, rng: random.Random) -> Reply:
    """Return a reply of any family, each as likely as the others."""
    return reply_of(rng.choice(sorted(FAMILIES)), asked, rng)


Built = tuple[str, bool]


def _good(asked: Asked, rng: random.Random) -> dict[str, object]:
    answer: dict[str, object] = {"summary": sentence(rng)}
    if asked.parameters:
        answer["parameters"] = {name: sentence(rng) for name in asked.parameters}
    if asked.returns:
        answer["returns"] = rng.choice(("zero, or a negative error code", sentence(rng)))
    if rng.random() < 0.5:
        answer["details"] = f"{sentence(rng)}. {sentence(rng)}."
    return answer


def _dump(answer: object, rng: random.Random) -> str:
    return json.dumps(
        answer, ensure_ascii=rng.random() < 0.5, indent=rng.choice((None, None, 2)), default=str
    )


def _with_texts(asked: Asked, rng: random.Random, change: Callable[[str], str]) -> str:
    """Return a good answer, every text of which went through `change`."""
    answer = _good(asked, rng)

    def changed(value: object) -> object:
        if isinstance(value, dict):
            return {name: changed(text) for name, text in value.items()}
        return change(str(value))

    return _dump(changed(answer), rng)


def _hostile(spoil: Callable[[str, random.Random], str]) -> Callable[[Asked, random.Random], Built]:
    def build(asked: Asked, rng: random.Random) -> Built:
        return _with_texts(asked, rng, lambda text: spoil(text, rng)), True

    return build


def _worthless(fill: Callable[[random.Random], str]) -> Callable[[Asked, random.Random], Built]:
    def build(asked: Asked, rng: random.Random) -> Built:
        return _with_texts(asked, rng, lambda _: fill(rng)), False

    return build


def _plain(asked: Asked, rng: random.Random) -> Built:
    return _dump(_good(asked, rng), rng), True


def _labels(asked: Asked, rng: random.Random) -> Built:
    names = (*asked.parameters, asked.name, "other", "...")
    return _with_texts(asked, rng, lambda text: hostile_text.labels(text, names, rng)), True


def _missing_parameters(asked: Asked, rng: random.Random) -> Built:
    answer = _good(asked, rng)
    kept = [name for name in asked.parameters if rng.random() < 0.5]
    answer["parameters"] = {name: sentence(rng) for name in kept}
    if rng.random() < 0.5:
        answer.pop("returns", None)
    return _dump(answer, rng), 2 * len(kept) >= len(asked.parameters)


def _extra_parameters(asked: Asked, rng: random.Random) -> Built:
    answer = _good(asked, rng)
    extra = {f"{rng.choice(_RENAMED)}{n}": sentence(rng) for n in range(rng.randint(1, 30))}
    pairs = [*dict.fromkeys((*asked.parameters, *extra))]
    rng.shuffle(pairs)
    answer["parameters"] = {name: sentence(rng) for name in pairs}
    return _dump(answer, rng), True


def _duplicate_keys(asked: Asked, rng: random.Random) -> Built:
    names = [*asked.parameters, *asked.parameters]
    rng.shuffle(names)
    pairs = ", ".join(f"{json.dumps(it)}: {json.dumps(sentence(rng))}" for it in names)
    text = json.dumps(_good(asked, rng)).rstrip("}") if not asked.parameters else ""
    if text:
        return f'{text}, "summary": {json.dumps(sentence(rng))}}}', True
    summary = json.dumps(sentence(rng))
    returns = json.dumps(sentence(rng))
    return f'{{"summary": {summary}, "parameters": {{{pairs}}}, "returns": {returns}}}', True


def _decorated_names(asked: Asked, rng: random.Random) -> Built:
    answer = _good(asked, rng)
    decorate = rng.choice(("@{}", "*{}", "`{}`", "{}:", "&{}", " {} ", "**{}**", "{}[]"))
    answer["parameters"] = {decorate.format(name): sentence(rng) for name in asked.parameters}
    return _dump(answer, rng), True


def _renamed_parameters(asked: Asked, rng: random.Random) -> Built:
    answer = _good(asked, rng)
    stem = rng.choice(_RENAMED)
    texts = {f"{stem}{n}_renamed": sentence(rng) for n, _ in enumerate(asked.parameters)}
    answer["parameters"] = texts
    return _dump(answer, rng), not asked.parameters


def _parameters_as_list(asked: Asked, rng: random.Random) -> Built:
    answer = _good(asked, rng)
    key = rng.choice(("description", "text"))
    answer["parameters"] = [{"name": it, key: sentence(rng)} for it in asked.parameters]
    return _dump(answer, rng), True


def _parameters_as_lines(asked: Asked, rng: random.Random) -> Built:
    answer = _good(asked, rng)
    mark = rng.choice(("{}: {}", "@{}: {}", "{} - {}"))
    lines = [mark.format(it, sentence(rng)) for it in asked.parameters]
    answer["parameters"] = lines if rng.random() < 0.5 else "\n".join(lines)
    return _dump(answer, rng), True


def _nested(asked: Asked, rng: random.Random) -> Built:
    key = rng.choice(("comment", "result", "doc", asked.name))
    answer: object = {key: _good(asked, rng)}
    return _dump([answer] if rng.random() < 0.3 else answer, rng), True


def _nested_texts(asked: Asked, rng: random.Random) -> Built:
    answer = _good(asked, rng)
    answer["parameters"] = {
        it: {"type": "int", "description": sentence(rng)} for it in asked.parameters
    }
    return _dump(answer, rng), True


def _wrong_types(asked: Asked, rng: random.Random) -> Built:
    junk: tuple[object, ...] = (7, None, True, [], {}, 1e308, [[]], {"a": {"b": []}})
    answer = {key: rng.choice(junk) for key in ("summary", "parameters", "returns", "details")}
    if rng.random() < 0.5:
        answer["parameters"] = {it: rng.choice(junk) for it in asked.parameters}
    return _dump(answer, rng), False


def _truncated(asked: Asked, rng: random.Random) -> Built:
    text = json.dumps(_good(asked, rng))
    cut = rng.randrange(1, len(text))
    enough = 0
    if asked.parameters:
        # Usable once half of the descriptions stand before the cut, closing quotes included.
        decoder = json.JSONDecoder()
        half = asked.parameters[(len(asked.parameters) + 1) // 2 - 1]
        start = text.index(": ", text.index(json.dumps(half), text.index('"parameters"'))) + 2
        enough = decoder.raw_decode(text, start)[1]
    else:
        enough = json.JSONDecoder().raw_decode(text, len('{"summary": '))[1]
    return text[:cut], cut >= enough


def _fenced(asked: Asked, rng: random.Random) -> Built:
    language = rng.choice(("json", "", "JSON", "javascript", "c"))
    return f"```{language}\n{_dump(_good(asked, rng), rng)}\n```", True


def _in_prose(asked: Asked, rng: random.Random) -> Built:
    before = rng.choice(hostile_text.CHATTER)
    after = rng.choice(hostile_text.CHATTER)
    brace = rng.choice(("", "The set {1, 2} is not it. ", "For `struct {` see below. "))
    return f"{before} {brace}\n\n{_dump(_good(asked, rng), rng)}\n\n{after}", True


def _trailing_commas(asked: Asked, rng: random.Random) -> Built:
    text = json.dumps(_good(asked, rng), indent=2)
    return text.replace('"\n', '",\n').replace("}\n", "},\n"), True


def _python_literal(asked: Asked, rng: random.Random) -> Built:
    return repr(_good(asked, rng)), True


def _raw_newlines(asked: Asked, rng: random.Random) -> Built:
    text = json.dumps(_good(asked, rng))
    return text.replace(" the ", "\nthe ").replace(" that ", "\tthat "), True


def _as_comment(asked: Asked, rng: random.Random) -> Built:
    lines = [f" * {asked.name}() - {sentence(rng)}"]
    lines += [f" * @{it}: {sentence(rng)}" for it in asked.parameters]
    lines += [" *", f" * {sentence(rng)}."] if rng.random() < 0.5 else []
    lines += [" *", f" * Return: {sentence(rng)}"] if asked.returns else []
    return "\n".join(("/**", *lines, " */", asked.code)), True


def _prose(asked: Asked, rng: random.Random) -> Built:
    told = " ".join(f"{sentence(rng)}." for _ in range(rng.randint(1, 20)))
    return f"The function {asked.name} is interesting. {told}", False


def _prompt_echo(asked: Asked, rng: random.Random) -> Built:
    schema = {"type": "object", "properties": {"summary": {"type": "string"}}}
    words = rng.choice((json.dumps(schema), asked.code, f"Document this function.\n{asked.code}"))
    if rng.random() < 0.5:
        return words, False
    return _dump(
        {"summary": words, "parameters": dict.fromkeys(asked.parameters, words)}, rng
    ), False


def _code(asked: Asked, rng: random.Random) -> Built:
    return f"```c\n{asked.code}\n{{\n\treturn {rng.randint(0, 99)};\n}}\n```", False


def _empty(asked: Asked, rng: random.Random) -> Built:  # noqa: ARG001 -- families share a signature
    return rng.choice(("", " ", "\n\n", "{}", "null", "[]", "{", '""', "```json\n```")), False


def _binary(asked: Asked, rng: random.Random) -> Built:  # noqa: ARG001 -- families share a signature
    raw = rng.randbytes(rng.randint(1, 4000)).decode("latin-1")
    return (json.dumps({"summary": raw}) if rng.random() < 0.5 else raw), False


def _random_json(asked: Asked, rng: random.Random) -> Built:
    def value(depth: int) -> object:
        pick = rng.random()
        if depth > 4 or pick < 0.4:
            return rng.choice((None, True, 0, -1.5, "", "x", "\u0000", asked.name))
        if pick < 0.7:
            return [value(depth + 1) for _ in range(rng.randint(0, 4))]
        keys = ("summary", "parameters", "returns", *asked.parameters)
        return {rng.choice(keys): value(depth + 1) for _ in range(rng.randint(0, 4))}

    return _dump(value(0), rng), False


def _braces(asked: Asked, rng: random.Random) -> Built:  # noqa: ARG001 -- families share a signature
    return rng.choice(('{"a":', "[", "{", '{"summary": ', "}{")) * rng.randint(100, 60_000), False


def _good_text(asked: Asked, rng: random.Random) -> Built:
    answer = _good(asked, rng)
    listed = "\n".join(f"- {sentence(rng)}" for _ in range(rng.randint(2, 6)))
    code = "    if (!ready)\n        return;"
    answer["details"] = rng.choice((f"{sentence(rng)}:\n\n{listed}", f"{sentence(rng)}:\n\n{code}"))
    return _dump(answer, rng), True


FAMILIES: Mapping[str, Callable[[Asked, random.Random], Built]] = {
    "good": _plain,
    "good-structured": _good_text,
    "delimiters": _hostile(hostile_text.delimiters),
    "labels": _labels,
    "sections": _hostile(hostile_text.sections),
    "splices": _hostile(hostile_text.splices),
    "control-characters": _hostile(hostile_text.control_characters),
    "surrogates": _hostile(hostile_text.surrogates),
    "long-words": _hostile(hostile_text.long_words),
    "long-texts": _hostile(hostile_text.long_texts),
    "markup": _hostile(hostile_text.markup),
    "fenced-texts": _hostile(hostile_text.fenced),
    "chatter-in-texts": _hostile(hostile_text.chatter),
    "loops": _hostile(hostile_text.looping),
    "mixture": _hostile(hostile_text.mixture),
    "only-loops": _worthless(hostile_text.only_loop),
    "placeholders": _worthless(hostile_text.placeholder),
    "instructions": _worthless(hostile_text.instruction),
    "noise": _worthless(hostile_text.noise),
    "missing-parameters": _missing_parameters,
    "extra-parameters": _extra_parameters,
    "duplicate-keys": _duplicate_keys,
    "decorated-names": _decorated_names,
    "renamed-parameters": _renamed_parameters,
    "parameters-as-list": _parameters_as_list,
    "parameters-as-lines": _parameters_as_lines,
    "nested": _nested,
    "nested-texts": _nested_texts,
    "wrong-types": _wrong_types,
    "truncated": _truncated,
    "broken-off": lambda asked, rng: (_truncated(asked, rng)[0], False),
    "fenced": _fenced,
    "in-prose": _in_prose,
    "trailing-commas": _trailing_commas,
    "python-literal": _python_literal,
    "raw-newlines": _raw_newlines,
    "as-comment": _as_comment,
    "prose": _prose,
    "prompt-echo": _prompt_echo,
    "code": _code,
    "empty": _empty,
    "binary": _binary,
    "random-json": _random_json,
    "braces": _braces,
}
