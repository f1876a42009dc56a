"""Own the strict reading of JSON values as lsprotocol's types.

It coerces nothing: a number is no string, a missing property no default. It must not know methods.
"""

from __future__ import annotations

import enum
import logging
import types as python_types
import typing
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from typing import Any

import attrs
from lsprotocol.types import LSPObject

Build = Callable[[Any], Any]

_log = logging.getLogger(__name__)


class StructureError(ValueError):
    """A value is not of the type; `str()` says where and what was expected."""

    def __init__(self, expected: str) -> None:
        super().__init__(expected)
        self.expected = expected
        self.path: list[str] = []

    def __str__(self) -> str:
        place = "".join(reversed(self.path)).removeprefix(".")
        return f"{place or 'the value'} must be {self.expected}"

    def within(self, part: str) -> StructureError:
        """Return the error as seen from one level further out."""
        self.path.append(part)
        return self


def structure(value: object, expected: Any) -> Any:  # noqa: ANN401 -- typing forms have no type
    """Return `value` as an instance of an lsprotocol type; raises `StructureError`.

    Properties that the type does not know are ignored, as the protocol asks. Enumeration values
    that it does not know stay plain numbers or strings, so that a newer editor can still speak.
    """
    return _builder(expected)(value)


@cache
def json_name(attribute: str) -> str:
    """Return a property's name in JSON for lsprotocol's name of it."""
    first, *rest = attribute.removesuffix("_").split("_")
    return first + "".join(part.title() for part in rest)


@cache
def _builder(expected: Any) -> Build:  # noqa: ANN401 -- as above
    if expected in _PLAIN:
        return _PLAIN[expected]
    if expected is Any or expected is object:
        return lambda value: value
    if isinstance(expected, type):
        if attrs.has(expected):
            return _class_builder(expected)
        if issubclass(expected, enum.Enum):
            return _enum_builder(expected)
    origin, arguments = typing.get_origin(expected), typing.get_args(expected)
    if origin in (typing.Union, python_types.UnionType):
        return _union_builder(arguments)
    if origin is typing.Literal:
        return _literal_builder(arguments)
    if origin is tuple:
        return _tuple_builder(tuple(_builder(it) for it in arguments))
    if isinstance(origin, type) and issubclass(origin, Mapping):
        return _mapping_builder(*(_builder(it) for it in arguments))
    if isinstance(origin, type) and issubclass(origin, Sequence):
        return _sequence_builder(_builder(arguments[0]))
    raise TypeError(f"no rule for {expected!r}")


def _plain(expected: str, *accepted: type) -> Build:
    def build(value: Any) -> Any:  # noqa: ANN401 -- JSON can be anything
        # bool is an int to Python, not to JSON.
        if type(value) not in accepted:
            raise StructureError(expected)
        return value

    return build


_PLAIN: dict[Any, Build] = {
    str: _plain("a string", str),
    int: _plain("an integer", int),
    bool: _plain("true or false", bool),
    float: _plain("a number", float, int),
    LSPObject: _plain("an object", dict),
    type(None): _plain("null", type(None)),
    None: _plain("null", type(None)),
}


def _class_builder(cls: Any) -> Build:  # noqa: ANN401 -- attrs classes have no common type
    @cache
    def fields() -> list[tuple[str, str, Build, bool]]:
        # Only when it is needed: some types contain themselves.
        attrs.resolve_types(cls)
        return [
            (json_name(it.name), it.name, _builder(it.type), it.default is attrs.NOTHING)
            for it in attrs.fields(cls)
        ]

    is_forgiving = _is_capabilities(cls.__name__)

    def build(value: Any) -> Any:  # noqa: ANN401 -- JSON can be anything
        if type(value) is not dict:
            raise StructureError("an object")
        arguments = {}
        for name, attribute, builder, is_required in fields():
            if name in value:
                try:
                    arguments[attribute] = builder(value[name])
                except StructureError as trouble:
                    if not is_forgiving or is_required:
                        raise trouble.within(f".{name}") from None
                    _log.info("Ignoring a wrong capability of the editor: %s.%s", name, trouble)
            elif is_required:
                raise StructureError("there").within(f".{name}")
        try:
            return cls(**arguments)
        except (ValueError, TypeError) as trouble:
            # lsprotocol checks the ranges of its integers itself.
            raise StructureError(f"a valid {cls.__name__}") from trouble

    return build


def _is_capabilities(name: str) -> bool:
    # Released editors announce some capabilities in a wrong shape (Neovim 0.9: `callHierarchy`).
    # What cannot be read counts as not announced; refusing to start would help nobody.
    return name.endswith("ClientCapabilities") or (
        name.startswith("Client") and name.endswith("Options")
    )


def _enum_builder(cls: type[enum.Enum]) -> Build:
    members = {it.value: it for it in cls}
    kind = type(next(iter(members)))
    plain = _PLAIN[kind]
    return lambda value: members.get(plain(value), value)


def _literal_builder(values: tuple[Any, ...]) -> Build:
    def build(value: Any) -> Any:  # noqa: ANN401 -- JSON can be anything
        if not any(type(value) is type(it) and value == it for it in values):
            raise StructureError(" or ".join(repr(it) for it in values))
        return value

    return build


def _union_builder(arguments: tuple[Any, ...]) -> Build:
    # A class is told from its siblings by the properties that are there: a change of a range must
    # never be taken for a change of the whole text because its range is wrong.
    classes = [it for it in arguments if isinstance(it, type) and attrs.has(it)]
    names = {it: frozenset(json_name(at.name) for at in attrs.fields(it)) for it in classes}
    # Null comes last, so that an error speaks of what could have been there.
    others = sorted(
        (it for it in arguments if it not in classes), key=lambda it: it in (None, type(None))
    )
    other_builders = [_builder(it) for it in others]

    def build(value: Any) -> Any:  # noqa: ANN401 -- JSON can be anything
        builders = other_builders
        if type(value) is dict and classes:
            present = {name for name, it in value.items() if it is not None}
            most = max(len(names[it] & present) for it in classes)
            best = [it for it in classes if len(names[it] & present) == most]
            builders = [*(_builder(it) for it in best), *other_builders]
        trouble: StructureError | None = None
        for builder in builders:
            try:
                return builder(value)
            except StructureError as error:
                # The error that lies deepest is about the alternative that was meant.
                if trouble is None or len(error.path) > len(trouble.path):
                    trouble = error
        raise trouble or StructureError("an object")

    return build


def _tuple_builder(builders: tuple[Build, ...]) -> Build:
    def build(value: Any) -> Any:  # noqa: ANN401 -- JSON can be anything
        if type(value) is not list or len(value) != len(builders):
            raise StructureError(f"an array of {len(builders)}")
        return tuple(builder(it) for builder, it in zip(builders, value, strict=True))

    return build


def _sequence_builder(builder: Build) -> Build:
    def build(value: Any) -> Any:  # noqa: ANN401 -- JSON can be anything
        if type(value) is not list:
            raise StructureError("an array")
        items = []
        for index, it in enumerate(value):
            try:
                items.append(builder(it))
            except StructureError as trouble:
                raise trouble.within(f"[{index}]") from None
        return items

    return build


def _mapping_builder(key_builder: Build, builder: Build) -> Build:
    def build(value: Any) -> Any:  # noqa: ANN401 -- JSON can be anything
        if type(value) is not dict:
            raise StructureError("an object")
        items = {}
        for key, it in value.items():
            try:
                items[key_builder(key)] = builder(it)
            except StructureError as trouble:
                raise trouble.within(f".{key[:40]}") from None
        return items

    return build
