"""Own C as a `Language`, and how a user's own macros make a C of their own.

It only puts together what the other modules of C do.
"""

from __future__ import annotations

from functools import partial

from glossator_indexer.languages.c_lexer import code_tokens
from glossator_indexer.languages.c_macros import KERNEL_AND_FRIENDS, MacroTable
from glossator_indexer.languages.c_mask import readings
from glossator_indexer.languages.c_outline import outline
from glossator_indexer.languages.language import Language


def c_language(macros: MacroTable) -> Language:
    """Return C as it reads with these macros."""
    return Language(
        id="c",
        lsp_ids=frozenset({"c"}),
        suffixes=frozenset({".c", ".h"}),
        grammar="c",
        macros=macros,
        code_tokens=code_tokens,
        outline=partial(outline, macros=macros),
        readings=partial(readings, macros=macros),
    )


C = c_language(KERNEL_AND_FRIENDS)
