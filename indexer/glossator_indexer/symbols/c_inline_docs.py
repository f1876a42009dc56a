"""Own which members are described inside the braces of a struct, union or enum.

It must not judge the descriptions; a comment above the declaration is none of its business.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from glossator_indexer.types import Parameter

_DOC_COMMENT = re.compile(r"/\*\*\s*(?:\*\s*)?@\s*(?P<path>\w[\w.]*)\s*:", re.ASCII)
# The two tags open a comment; what lies between them, or from the first to the end, is hidden.
_PRIVATE = re.compile(
    r"/\*\s*private:.*?\*/(?P<hidden>.*?)(?:/\*\s*public:|\Z)", re.DOTALL | re.IGNORECASE
)
_COMMENT = re.compile(r"/\*.*?\*/|//[^\n]*", re.DOTALL)
_DECLARED_NAME = re.compile(r"\b(?P<name>[A-Za-z_]\w*)\s*(?=[;,:\[)=}])", re.ASCII)


def with_inline_docs(parameters: tuple[Parameter, ...], body: str) -> tuple[Parameter, ...]:
    """Mark the members that an in-line doc comment describes or that a `private:` tag hides.

    Enumerators have neither type nor members, and kernel-doc lets no tag hide them.
    """
    if "/*" not in body:
        return parameters
    described = {found["path"] for found in _DOC_COMMENT.finditer(body)}
    hidden: set[str] = set()
    is_enum = not any(parameter.type or parameter.members for parameter in parameters)
    for region in () if is_enum else _PRIVATE.finditer(body):
        code = _COMMENT.sub("", region["hidden"])
        hidden |= {found["name"] for found in _DECLARED_NAME.finditer(code)}
    return _marked(parameters, described, hidden) if described or hidden else parameters


def _marked(
    parameters: Iterable[Parameter], described: set[str], hidden: set[str], prefix: str = ""
) -> tuple[Parameter, ...]:
    marked: list[Parameter] = []
    for parameter in parameters:
        path = prefix + parameter.name
        inner = f"{path}." if parameter.name else prefix
        inside = path in described or parameter.name in hidden
        members = _marked(parameter.members, described, hidden, inner)
        marked.append(replace(parameter, members=members, described_inside=inside))
    return tuple(marked)
