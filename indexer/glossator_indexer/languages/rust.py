"""Own how Rust is indexed: what stands in an `impl` belongs to its type, attributes to their item.

It only declares; `extraction.tree_entities` does the reading.
"""

from __future__ import annotations

import re

from glossator_indexer.languages.tree_language import TreeLanguage

QUERY = """
(function_item name: (_) @name) @function
(function_signature_item name: (_) @name) @function
(struct_item name: (_) @name) @struct
(union_item name: (_) @name) @union
(enum_item name: (_) @name) @enum
(trait_item name: (_) @name) @trait
(type_item name: (_) @name) @type
(mod_item name: (_) @name body: (_) @body) @module
(macro_definition name: (_) @name) @macro
(const_item name: (identifier) @name) @variable
(static_item name: (identifier) @name) @variable
(impl_item type: (_) @name) @container
(attribute_item) @lead
(line_comment) @comment
(block_comment) @comment

(call_expression function: [
  (identifier) @call
  (scoped_identifier name: (identifier) @call)
  (field_expression field: (field_identifier) @call)
  (generic_function function: [
    (identifier) @call
    (scoped_identifier name: (identifier) @call)
    (field_expression field: (field_identifier) @call)])])
(macro_invocation macro: [(identifier) @call (scoped_identifier name: (identifier) @call)])
(type_identifier) @use
(use_declaration argument: (_) @import)
"""

RUST = TreeLanguage(
    id="rust",
    grammars=("rust",),
    suffixes=frozenset({".rs"}),
    lsp_ids=frozenset({"rust"}),
    query=QUERY,
    separator="::",
    # `////` and `/***` are ordinary comments.
    doc_comment=re.compile(r"///(?!/)|/\*\*(?![*/])"),
)
