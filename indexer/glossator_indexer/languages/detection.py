"""Own how the language of a file is told: by its name, by its first line, by what it says.

It reads no file: who has looked at one hands over what it saw.
"""

from __future__ import annotations

import re
from functools import cache
from pathlib import PurePath

from glossator_indexer.languages.c import C
from glossator_indexer.languages.cpp import CPP
from glossator_indexer.languages.go import GO
from glossator_indexer.languages.java import JAVA
from glossator_indexer.languages.javascript import JAVASCRIPT
from glossator_indexer.languages.python import PYTHON
from glossator_indexer.languages.rust import RUST
from glossator_indexer.languages.tree_language import TreeLanguage
from glossator_indexer.languages.typescript import TYPESCRIPT

TREE_LANGUAGES = (CPP, PYTHON, JAVASCRIPT, TYPESCRIPT, GO, RUST, JAVA)

# How much of a file tells what is written in it: licences and include guards come first.
_HEAD_CHARACTERS = 65_536
_SHEBANG = re.compile(rb"#!\s*(?:\S*/)?([^/\s]+)(?:\s+(?:-S\s+|-\S+\s+|\w+=\S*\s+)*(\S+))?")
# The beginning of a line that no C header has outside `#ifdef __cplusplus` and comments. A line
# feed at the front is found much faster than `^`, and all headers of a C repository are asked.
_CPP_LINE = re.compile(
    r"\n[ \t]*(?:template[ \t]*<|(?:inline[ \t]+)?namespace\b[\w: \t]*[{\n]"
    r"|class[ \t]+\w[^;()*\n]*[{\n]|using[ \t]+(?:namespace\b|\w+[ \t]*=|\w+::)"
    r"|(?:public|private|protected)[ \t]*:|constexpr\b"
    r"|[#][ \t]*include[ \t]*<(?:algorithm|array|atomic|chrono|concepts|deque|exception|functional"
    r"|initializer_list|iosfwd|iostream|istream|iterator|limits|list|map|memory|mutex|optional"
    r"|ostream|set|span|sstream|stdexcept|string|string_view|thread|tuple|type_traits"
    r"|unordered_map|unordered_set|utility|variant|vector|c(?:assert|ctype|stddef|stdint|stdio"
    r"|stdlib|string|math|limits))>)"
)
_FOR_BOTH = re.compile(
    r"^[ \t]*#[ \t]*(?:ifdef[ \t]+__cplusplus|if[ \t]+defined[ \t]*\(?[ \t]*__cplusplus).*?"
    r"^[ \t]*#[ \t]*(?:else|elif|endif)",
    re.MULTILINE | re.DOTALL,
)
_COMMENT = re.compile(r"/\*.*?\*/", re.DOTALL)


@cache
def _by_suffix() -> dict[str, str]:
    languages = ((C.suffixes, C.id), *((it.suffixes, it.id) for it in TREE_LANGUAGES))
    return {suffix: language for suffixes, language in languages for suffix in suffixes}


def indexed_language(path: PurePath | str) -> str | None:
    """Return the id of the language that the name of a file tells, None where it tells none.

    A header `.h` is C until `language_of_text` has seen it; `.C` and `.H` are C++ by custom.
    """
    suffix = PurePath(path).suffix
    if suffix in (".C", ".H"):
        return CPP.id
    return _by_suffix().get(suffix.lower())


def language_of_shebang(head: bytes) -> str | None:
    """Return the language of a script without a suffix, by the first line of its file."""
    line, _, _ = head.partition(b"\n")
    match = _SHEBANG.match(line)
    if match is None:
        return None
    program, argument = match[1], match[2]
    if program == b"env" and argument is not None:
        program = argument.rpartition(b"/")[2]
    name = program.decode("ascii", "replace")
    # `python3.11` is python.
    plain = re.sub(r"[\d.]+$", "", name)
    for language in TREE_LANGUAGES:
        if name in language.interpreters or plain in language.interpreters:
            return language.id
    return None


def language_of_text(language_id: str, text: str) -> str:
    """Return the language in which a file is written, `language_id` being what its name says.

    Only C can turn out to be another: a header whose content is C++ at its top level.
    """
    if language_id != C.id:
        return language_id
    head = f"\n{text[:_HEAD_CHARACTERS]}"
    if _CPP_LINE.search(head) is None:
        return language_id
    return CPP.id if _CPP_LINE.search(_COMMENT.sub("", _FOR_BOTH.sub("", head))) else language_id


def tree_language(language_id: str) -> TreeLanguage | None:
    """Return how a language is read by its grammar, None where it is C or not known."""
    return next((it for it in TREE_LANGUAGES if it.id == language_id), None)
