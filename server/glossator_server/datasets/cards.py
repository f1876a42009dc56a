"""Own the data card: what a dataset holds, where it comes from, what it is good for and what not.

Pure; every number in it is the manifest's.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any


def data_card(manifest: Mapping[str, Any]) -> str:
    """Return the card of an exported dataset, in Markdown."""
    return "\n".join(_lines(manifest)) + "\n"


def _lines(manifest: Mapping[str, Any]) -> Iterator[str]:
    prompt = manifest["prompt"]
    yield "# Data card"
    yield ""
    yield (
        "Documented code of the repositories below: each example is the question that Glossator"
        f" asks a model for a doc comment (prompt `{prompt['name']}`, sha256"
        f" `{prompt['sha256'][:16]}`), and as the answer the words that people wrote."
    )
    yield ""
    yield "## Splits"
    yield ""
    yield "| split | examples | prompt tokens (estimated) |"
    yield "|---|---|---|"
    for name, split in manifest["splits"].items():
        yield f"| {name} | {split['examples']} | {split['estimated_prompt_tokens']} |"
    yield ""
    held_out = ", ".join(f"`{it}`" for it in manifest["hold_out"]) or "nothing"
    yield (
        f"Divided by {manifest['split_by']} (seed {manifest['seed']}); held out for the test:"
        f" {held_out}. What is nearly the same (four fifths of its shingles) as an example that is"
        " measured with is not learned from."
    )
    for title, key, what in (
        ("Projects", "projects", "project"),
        ("Licences", "licences", "SPDX expression"),
        ("Styles", "styles", "style"),
        ("Classes", "classes", "class of the policy"),
        ("Left out", "left_out", "filter"),
        ("Not asked for", "unasked", "why a description is not asked for"),
        ("Decisions of people on offered comments", "decisions", "what became of it"),
    ):
        yield from _table(title, what, manifest[key])
    yield ""
    yield "## Known limits"
    yield ""
    yield (
        "- Licences are read from SPDX lines, notices in the heads of files and the nearest licence"
        ' file; "unknown" is where none of these was recognised. Whether a licence allows what'
        " you have in mind is for you to judge."
    )
    yield "- Secrets are recognised by their form and replaced; what has no form is not seen."
    yield "- Words are held against the code as far as a syntax tree tells; they may be wrong."
    yield "- English only, as far as letters and the commonest words tell."


def _table(title: str, what: str, counts: Mapping[str, int]) -> Iterator[str]:
    if not counts:
        return
    yield ""
    yield f"## {title}"
    yield ""
    yield f"| {what} | records |"
    yield "|---|---|"
    for name, count in counts.items():
        yield f"| {name} | {count} |"
