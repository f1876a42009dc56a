"""JSON is read strictly as lsprotocol's types, for every method there is."""

from __future__ import annotations

import json
from typing import Any

import attrs
import pytest
from lsprotocol import types
from lsprotocol.converters import get_converter
from pytest_lsp import client_capabilities

from benchmarks.lsp_messages import Generator
from glossator_server.lsp.structure import StructureError, json_name, structure

WITH_PARAMS = sorted(
    method for method, known in types.METHOD_TO_TYPES.items() if known[2] is not None
)
CONVERTER = get_converter()


@pytest.mark.parametrize("method", WITH_PARAMS)
def test_reads_right_params_of(method: str) -> None:
    params = types.METHOD_TO_TYPES[method][2]
    for seed in range(30):
        value = Generator(seed).value(params)
        structure(value, params)


@pytest.mark.parametrize("method", WITH_PARAMS)
def test_refuses_params_of_a_wrong_type_of(method: str) -> None:
    params = types.METHOD_TO_TYPES[method][2]
    if not attrs.has(params):
        assert structure([[None]], params) == [[None]]  # Any value is right.
        return
    attrs.resolve_types(params)
    value = Generator(1).value(params)
    for it in attrs.fields(params):
        if it.default is attrs.NOTHING and it.type is not types.LSPAny and it.type is not Any:
            name = json_name(it.name)
            without = {key: part for key, part in value.items() if key != name}
            with pytest.raises(StructureError, match=name):
                structure(without, params)
            # No type of the protocol is an array of arrays of null.
            with pytest.raises(StructureError, match=name):
                structure({**value, name: [[None]]}, params)
    for wrong in (None, [], 5, "x", True):
        with pytest.raises(StructureError):
            structure(wrong, params)


def test_agrees_with_lsprotocol_on_what_a_message_says() -> None:
    for seed in range(40):
        value = Generator(seed).value(types.CodeActionParams)
        read = structure(value, types.CodeActionParams)
        again = CONVERTER.unstructure(read)
        assert structure(json.loads(json.dumps(again)), types.CodeActionParams) == read


@pytest.mark.parametrize(
    ("value", "sentence"),
    [
        ({"textDocument": {"uri": 5}, "position": {}}, "textDocument.uri must be a string"),
        (
            {"textDocument": {"uri": ""}, "position": {"line": "3", "character": 0}},
            "position.line must be an integer",
        ),
        (
            {"textDocument": {"uri": ""}, "position": {"line": True, "character": 0}},
            "position.line must be an integer",
        ),
        (
            {"textDocument": {"uri": ""}, "position": {"line": -1, "character": 0}},
            "position must be a valid Position",
        ),
        ({"position": {}}, "textDocument must be there"),
    ],
)
def test_says_where_and_what_was_expected(value: object, sentence: str) -> None:
    with pytest.raises(StructureError) as trouble:
        structure(value, types.HoverParams)
    assert str(trouble.value) == sentence


def changes(value: object) -> list[types.TextDocumentContentChangeEvent]:
    params = {"textDocument": {"uri": "a", "version": 1}, "contentChanges": [value]}
    read = structure(params, types.DidChangeTextDocumentParams)
    return list(read.content_changes)


@pytest.mark.parametrize("wrong", [5, {"start": {"line": 0}}, []])
def test_a_change_with_a_wrong_range_is_no_change_of_the_whole_text(wrong: object) -> None:
    with pytest.raises(StructureError, match="range"):
        changes({"range": wrong, "text": ""})


def test_a_change_without_a_range_is_one_of_the_whole_text() -> None:
    for value in ({"text": "a"}, {"text": "a", "range": None}):
        assert changes(value) == [types.TextDocumentContentChangeWholeDocument("a")]


def test_an_enumeration_value_of_a_newer_editor_stays_as_it_is() -> None:
    read = structure({"diagnostics": [], "triggerKind": 9}, types.CodeActionContext)
    assert read.trigger_kind == 9


def test_a_wrong_capability_counts_as_not_announced() -> None:
    # Neovim 0.9 announces its call hierarchy in an array.
    wrong = {"textDocument": {"callHierarchy": [{}], "hover": {"contentFormat": ["markdown"]}}}
    read = structure(wrong, types.ClientCapabilities)
    assert read.text_document.call_hierarchy is None
    assert read.text_document.hover.content_format == [types.MarkupKind.Markdown]


@pytest.mark.parametrize("editor", ["visual-studio-code", "neovim", "emacs"])
def test_reads_the_capabilities_of(editor: str) -> None:
    announced = json.loads(json.dumps(CONVERTER.unstructure(client_capabilities(editor))))
    read = structure(announced, types.ClientCapabilities)
    assert json.loads(json.dumps(CONVERTER.unstructure(read))) == announced
