"""Own how TypeScript is indexed, with and without JSX.

It only declares; `extraction.tree_entities` does the reading.
"""

from __future__ import annotations

from glossator_indexer.languages.javascript import IMPORTERS, JSDOC, SHARED_QUERY, TRANSPARENT
from glossator_indexer.languages.tree_language import TreeLanguage

QUERY = f"""
{SHARED_QUERY}
(abstract_class_declaration name: (_) @name) @class
(interface_declaration name: (_) @name) @interface
(type_alias_declaration name: (_) @name) @type
(enum_declaration name: (_) @name) @enum
(internal_module name: (_) @name) @module
(module name: (_) @name) @module
(function_signature name: (_) @name) @function
(method_signature name: (_) @name) @method
(abstract_method_signature name: (_) @name) @method
(public_field_definition name: (_) @name
  value: [(arrow_function body: (_) @body) (function_expression body: (_) @body)]) @method

(ambient_declaration [(function_signature) (class_declaration) (abstract_class_declaration)
  (interface_declaration) (type_alias_declaration) (enum_declaration) (internal_module) (module)]
  @wrapped) @wrapper
(program (ambient_declaration
  (lexical_declaration (variable_declarator name: (identifier) @name)) @variable))
(program (ambient_declaration
  (variable_declaration (variable_declarator name: (identifier) @name)) @variable))
(import_require_clause source: (string (string_fragment) @import))
(decorator) @lead
(type_identifier) @use
"""

TYPESCRIPT = TreeLanguage(
    id="typescript",
    # JSX makes casts in angle brackets unreadable, so that each has a grammar of its own.
    grammars=("typescript:language_typescript", "typescript:language_tsx"),
    suffixes=frozenset({".ts", ".tsx", ".mts", ".cts"}),
    lsp_ids=frozenset({"typescript", "typescriptreact"}),
    query=QUERY,
    doc_comment=JSDOC,
    interpreters=frozenset({"deno", "ts-node", "tsx"}),
    transparent=TRANSPARENT,
    importers=IMPORTERS,
)
