"""Own the proof that a key is found on its line, however TOML is written."""

from __future__ import annotations

import tomllib
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from glossator_gate.policy.lines import KeyPath, key_lines

TEXT = '''\
schema = 1 # [no.table]
"quoted key" = "a # b = c"
a.b = 1
[[model]]
id = "x"   # = [
model = [
  "one", # ]
  "two = [",
]
price = { prompt = 1, completion = 2 }

[[model]]
id = \'\'\'
[[model]]
id = "no key"
\'\'\'
  text = """
x = 1 \\""" y = 2 ""\"""
  [model.price]
  prompt = 3
[ roles . "fix" ]
'document' = []
'''


def test_every_key_is_on_its_line() -> None:
    lines = key_lines(TEXT)
    assert lines[("schema",)] == 1
    assert lines[("quoted key",)] == 2
    assert lines["a", "b"] == 3
    assert lines[("model",)] == lines["model", 0] == 4
    assert lines["model", 0, "model"] == 6
    assert lines["model", 0, "price"] == 10
    assert lines["model", 1] == 12
    assert lines["model", 1, "id"] == 13
    assert lines["model", 1, "text"] == 17
    assert lines["model", 1, "price", "prompt"] == 20
    assert lines["roles", "fix", "document"] == 22
    assert set(lines) == set(places(tomllib.loads(TEXT)))


KEYS = st.sampled_from(["a", "b", '"c d"', "'e.f'", "g-h"])
TEXTS = ['"x = 1"', "'[[a]]'", '"""\n[a]\nb = 1\n"""', "'''\n# x\n'''"]
VALUES = st.sampled_from(["1", "true", "[\n 1,\n # ]\n 2,\n]", *TEXTS])


@given(st.lists(st.tuples(KEYS, VALUES), max_size=6), st.sampled_from(["\n", "\r\n"]))
def test_keys_are_found_whatever_their_values_look_like(
    pairs: list[tuple[str, str]], end: str
) -> None:
    wanted: dict[str, int] = {}
    lines: list[str] = []
    for key, value in pairs:
        if key in wanted:
            continue
        wanted[key] = sum(it.count("\n") + 1 for it in lines) + 1
        lines.append(f"{key} = {value}")
    text = "\n".join(lines).replace("\n", end)
    names = {key: tomllib.loads(f"{key} = 1") for key in wanted}
    found = key_lines(text)
    assert found == {(next(iter(names[key])),): line for key, line in wanted.items()}


def places(value: Any, place: KeyPath = ()) -> list[KeyPath]:  # noqa: ANN401 -- any TOML
    """Return the places of all keys but those in lists and tables that are values."""
    found: list[KeyPath] = [place] if place else []
    if (isinstance(value, dict) and place[-1:] != ("price",)) or place == ("model", 1, "price"):
        for key, it in value.items():
            found += places(it, (*place, key))
    elif isinstance(value, list) and value and isinstance(value[0], dict):
        for at, it in enumerate(value):
            found += places(it, (*place, at))
    return found
