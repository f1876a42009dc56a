"""People's words as examples: plain, and judged."""

from __future__ import annotations

import pytest

from glossator_indexer.languages.c import C
from glossator_indexer.parsing import parse
from glossator_indexer.symbols import find_symbols
from glossator_indexer.types import DocFields
from glossator_server.datasets.licences import recognised
from glossator_server.datasets.near_duplicates import (
    LIKENESS,
    NearDuplicates,
    likeness,
    signature_of,
)
from glossator_server.datasets.words import is_english, is_trivial, plain_fields, weak_parts


@pytest.mark.parametrize(
    ("style", "written", "plain"),
    [
        ("kernel-doc", "the &struct ring to use, or %NULL", "the struct ring to use, or NULL"),
        ("kernel-doc", "flags & MASK, at 50% of @ring", "flags & MASK, at 50% of @ring"),
        ("kernel-doc", "%-ENOMEM if\nthere is no room", "-ENOMEM if there is no room"),
        ("doxygen", "[in,out] the @c ring of \\p size", "the ring of size"),
        ("doxygen", "ring_size() : how much fits", "how much fits"),
        ("doxygen", "ring_size() :", ""),
        ("google", "int: How much fits.", "How much fits."),
        ("rest", "the :class:`~ring.Ring` or ``None``", "the Ring or None"),
        ("google", "How wide. .. versionadded:: 2.0", "How wide."),
        ("javadoc", "the {@link Ring} to <b>use</b>", "the Ring to use"),
        ("jsdoc", "a {@link Ring}", "a Ring"),
        ("rustdoc", "the [`Ring`](crate::Ring) used", "the `Ring` used"),
    ],
)
def test_markup_of_a_style_is_taken_off(style: str, written: str, plain: str) -> None:
    assert plain_fields(DocFields(written), style).summary == plain


@pytest.mark.parametrize(
    ("details", "returns"),
    [
        ("Locks it.\n\nReturns 0 on success.", "0 on success."),
        ("Locks it. Return: -1 if it is full.", "-1 if it is full."),
        ("Return values:\n%0 - done\n%-EIO - broken", "0 - done; -EIO - broken"),
        ("Waits for the return of the caller.", None),
    ],
)
def test_a_value_is_found_where_it_is_told_in_a_sentence(details: str, returns: str | None) -> None:
    assert plain_fields(DocFields("Do", details=details), "kernel-doc").returns == returns


@pytest.mark.parametrize(
    ("text", "name", "type_text"),
    [
        ("device", "dev", "struct device *"),
        ("pointer to the xdr_stream", "xdr", "struct xdr_stream *"),
        ("The count.", "count", "int"),
    ],
)
def test_what_only_repeats_name_or_type_is_trivial(text: str, name: str, type_text: str) -> None:
    assert is_trivial(text, name, type_text)
    assert not is_trivial(f"{text} that is removed", name, type_text)


def test_a_part_ends_with_its_paragraph_and_a_lost_second_line_shows() -> None:
    fields = DocFields("Fill the ring,", (("ring", "what is filled\n\nOf all rings."),))
    plain = plain_fields(fields, "kernel-doc")
    assert plain.parameters == (("ring", "what is filled"),)
    symbol = find_symbols(parse("int fill(int ring);\n", C), "fill")[0]
    assert ("summary", "broken-off") in list(weak_parts(plain, symbol))


def test_other_languages_are_told_from_english() -> None:
    assert is_english("append one record to the ring, or wait")
    assert is_english("die on error")
    assert not is_english("hängt einen Datensatz an und wartet nicht auf den Ring")
    assert not is_english("ajoute une entrée dans la table pour les clients")
    assert not is_english("リングに記録を追加する")


@pytest.mark.parametrize(
    ("text", "licence"),
    [
        ("Permission is hereby granted, free of charge, to any person obtaining a copy", "MIT"),
        (
            (
                " * under the terms of the GNU General Public\n * License as published by the FSF;"
                " either version 2 of the License, or any later version."
            ),
            "GPL-2.0-or-later",
        ),
        ("GNU Lesser General Public License, version 2.1", "LGPL-2.1-only"),
        ("SPDX-License-Identifier: (GPL-2.0+ OR MIT) */", "GPL-2.0+ OR MIT"),
        ("SPDX-License-Identifier: GPL-2.0-or-later or MIT\n", "GPL-2.0-or-later OR MIT"),
        ("All rights reserved.", None),
    ],
)
def test_licences_are_recognised_by_their_words(text: str, licence: str | None) -> None:
    assert recognised(text) == licence


def test_near_duplicates_meet_and_others_do_not() -> None:
    text = " ".join(f"word{at} says something of its own" for at in range(40))
    near = text.replace("word7 ", "word700 ")
    far = " ".join(f"other{at} tells quite another story" for at in range(40))
    known = NearDuplicates()
    known.add("text", signature_of(text))
    assert list(known.like(signature_of(near))) == ["text"]
    assert not list(known.like(signature_of(far)))
    assert likeness(signature_of(text), signature_of(near)) >= LIKENESS
