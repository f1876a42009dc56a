"""Every language and style of the product gives records and examples."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from glossator_clients.types import ModelInfo
from glossator_indexer.styles import STYLES
from glossator_server.datasets.examples import ExampleOptions, example_of
from glossator_server.datasets.records import from_json, to_json
from glossator_server.prompts import load_template
from tests.server.datasets.repositories import read_text

LARGE = ModelInfo("large", "openai", "large", "", None, local=True)
BRACES = "{\n\treturn ring.add(record);\n}\n"
BLOCK = "/**\n * Appends one record.\n *\n{tags}\n */\n"
TAGS = " * @param ring where it goes\n * @param record what is copied\n * {returns} whether it fits"
TYPED = TAGS.replace("@param ring", "@param {{Ring}} ring").replace(
    "@param rec", "@param {{R}} rec"
)
DASHED = TAGS.replace("ring w", "ring - w").replace("record w", "record - w")
CODE = {
    ("kernel-doc", "a.c"): "/**\n * push - Appends one record.\n * @ring: where it goes\n"
    " * @record: what is copied\n *\n * Return: whether it fits\n */\n"
    f"bool push(struct ring *ring, struct record *record)\n{BRACES}",
    ("doxygen", "a.cpp"): BLOCK.format(tags=TAGS.format(returns="@return"))
    + f"bool push(Ring& ring, Record record)\n{BRACES}",
    ("google", "a.py"): 'def push(ring, record):\n    """Appends one record.\n\n    Args:\n'
    "        ring: where it goes\n        record: what is copied\n\n    Returns:\n"
    '        whether it fits\n    """\n    return ring.add(record)\n',
    ("numpy", "a.py"): 'def push(ring, record):\n    """Appends one record.\n\n    Parameters\n'
    "    ----------\n    ring\n        where it goes\n    record\n        what is copied\n\n"
    '    Returns\n    -------\n    bool\n        whether it fits\n    """\n'
    "    return ring.add(record)\n",
    ("rest", "a.py"): 'def push(ring, record):\n    """Appends one record.\n\n'
    "    :param ring: where it goes\n    :param record: what is copied\n"
    '    :returns: whether it fits\n    """\n    return ring.add(record)\n',
    ("jsdoc", "a.js"): BLOCK.format(tags=TYPED.format(returns="@returns {boolean}"))
    + f"function push(ring, record) {BRACES}",
    ("tsdoc", "a.ts"): BLOCK.format(tags=DASHED.format(returns="@returns"))
    + f"function push(ring: Ring, record: R): boolean {BRACES}",
    ("javadoc", "A.java"): "class A {\n"
    + BLOCK.format(tags=TAGS.format(returns="@return"))
    + f"boolean push(Ring ring, Record record) {BRACES}}}\n",
    ("godoc", "a.go"): "package a\n\n// push appends one record and says whether it fits.\n"
    f"func push(ring *Ring, record R) bool {BRACES}",
    ("rustdoc", "a.rs"): "/// Appends one record.\n"
    "fn push(ring: &Ring, record: R) -> bool {\n    ring.add(record)\n}\n",
}


@pytest.mark.parametrize("case", CODE, ids=lambda it: it[0])
def test_a_documented_function_is_a_record_and_an_example(
    tmp_path: Path, case: tuple[str, str]
) -> None:
    style, name = case
    found = {it.symbol.name: it for it, _ in read_text(tmp_path, name, CODE[case]).records}
    record = found["push"]
    assert (record.style, record.left_out) == (style, ())
    assert from_json(to_json(record)) == record
    example = example_of(record, (), ExampleOptions(load_template("document"), LARGE))
    assert example is not None
    answer = json.loads(example.answer)
    assert answer["summary"].lower().rstrip(".").endswith(("one record", "whether it fits"))
    if record.fields.parameters:
        assert answer["parameters"] == {"ring": "where it goes", "record": "what is copied"}
        assert answer["returns"] == "whether it fits"
    assert "Appends" not in example.messages[-1].text


def test_no_style_is_forgotten() -> None:
    assert {style for style, _ in CODE} == set(STYLES)
