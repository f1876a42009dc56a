"""Own which licence a file is under, as its own head or the nearest licence file says.

It recognises the common ones by their words and says UNKNOWN of others; it must not judge whether
a licence allows anything.
"""

from __future__ import annotations

import re
from functools import lru_cache
from pathlib import Path

UNKNOWN = "unknown"
# Licences stand at the top; below are texts about licences.
_HEAD_CHARACTERS = 4000
_LICENCE_BYTES = 64_000
_SPDX = re.compile(
    r"SPDX-License-Identifier:\s*(?P<licence>[A-Za-z0-9.+\-() ]+?)\s*(?:\*/|-->|\n|$)"
)
_OPERATOR = re.compile(r"(?<= )(?:or|and|with)(?= )", re.IGNORECASE)
_NAMES = re.compile(r"(?:licen[cs]e|copying|unlicense)(?:[._-].*)?", re.IGNORECASE)
_GPL = re.compile(
    r"GNU (?P<lesser>Lesser |Library )?(?P<affero>Affero )?General Public Licen[sc]e"
    r"(?P<more>.{0,400})",
    re.IGNORECASE | re.DOTALL,
)
_VERSION = re.compile(
    r"\bversion (?P<version>[23](?:\.[01])?)\b|\bv(?P<short>[23])\b", re.IGNORECASE
)
# The first that is found in the text counts.
_PHRASES = tuple(
    (re.compile(pattern, re.IGNORECASE), licence)
    for pattern, licence in (
        (r"Apache License,?\s+Version 2\.0", "Apache-2.0"),
        (r"Mozilla Public License,?\s+(?:Version|v\.?)\s*2\.0", "MPL-2.0"),
        (r"Eclipse Public License\s*-?\s*v(?:ersion)?\.?\s*2\.0", "EPL-2.0"),
        (r"This is free and unencumbered software released into the public domain", "Unlicense"),
        (r"CC0 1\.0 Universal|Creative Commons Zero", "CC0-1.0"),
        (r"PYTHON SOFTWARE FOUNDATION LICENSE", "PSF-2.0"),
        (r"Boost Software License", "BSL-1.0"),
        (r"Permission is hereby granted, free of charge, to any person obtaining", "MIT"),
        (
            r"Permission to use, copy, modify, and(?:/or)? distribute this software for any",
            "ISC",
        ),
        (r"origin of this software must not be misrepresented", "Zlib"),
        (r"Neither the names? .{0,200}?endorse or promote products", "BSD-3-Clause"),
        (r"Redistribution and use in source and binary forms", "BSD-2-Clause"),
    )
)


def licence_of(path: Path, root: Path, text: str) -> str:
    """Return the SPDX expression of a file's licence, or `UNKNOWN`.

    What the file itself says counts, else the licence file nearest above it, up to the root.
    """
    head = text[:_HEAD_CHARACTERS]
    return recognised(head) or licence_of_folder(path.parent, root) or UNKNOWN


@lru_cache(maxsize=16_384)
def licence_of_folder(folder: Path, root: Path) -> str | None:
    """Return what the licence files of a folder, or of the nearest above it, are; None: unknown."""
    try:
        names = sorted(it.name for it in folder.iterdir() if _NAMES.fullmatch(it.name))
    except OSError:
        names = []
    for name in names:
        if (found := _recognised_in(folder / name)) is not None:
            return found
    if folder == root or root not in folder.parents:
        return None
    return licence_of_folder(folder.parent, root)


def recognised(text: str) -> str | None:
    """Return the licence that a text is or speaks of, None where it is none that is known."""
    if (said := _SPDX.search(text)) is not None:
        return _expression(said["licence"])
    folded = re.sub(r"[\s*#/;]+", " ", text)
    if (gnu := _GPL.search(folded)) is not None:
        return _gnu(gnu)
    return next((licence for phrase, licence in _PHRASES if phrase.search(folded)), None)


def _expression(said: str) -> str:
    """Return an SPDX expression in the one spelling that it has."""
    said = _OPERATOR.sub(lambda it: it[0].upper(), " ".join(said.split()))
    return said[1:-1] if re.fullmatch(r"\([^()]*\)", said) else said


def _gnu(found: re.Match[str]) -> str | None:
    version = _VERSION.search(found["more"])
    if version is None:
        return None
    number = version["version"] or version["short"]
    family = "AGPL" if found["affero"] else "LGPL" if found["lesser"] else "GPL"
    later = re.search(r"any later version", found["more"], re.IGNORECASE)
    return (
        f"{family}-{number if '.' in number else number + '.0'}-{'or-later' if later else 'only'}"
    )


def _recognised_in(path: Path) -> str | None:
    try:
        with path.open("rb") as file:
            return recognised(file.read(_LICENCE_BYTES).decode("utf-8", "replace"))
    except OSError:
        return None
