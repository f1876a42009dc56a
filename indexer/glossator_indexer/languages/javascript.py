"""Own how JavaScript is indexed, and the part of its query that TypeScript shares.

It only declares; `extraction.tree_entities` does the reading.
"""

from __future__ import annotations

import re

from glossator_indexer.languages.tree_language import TreeLanguage

_FUNCTION = """[(arrow_function body: (_) @body) (function_expression body: (_) @body)
                (generator_function body: (_) @body)]"""

SHARED_QUERY = f"""
(function_declaration name: (_) @name) @function
(generator_function_declaration name: (_) @name) @function
(class_declaration name: (_) @name) @class
(method_definition name: (_) @name) @method

(lexical_declaration . (variable_declarator name: (identifier) @name value: {_FUNCTION}) .)
  @function
(variable_declaration . (variable_declarator name: (identifier) @name value: {_FUNCTION}) .)
  @function
(variable_declarator name: (identifier) @name value: {_FUNCTION}) @function
(variable_declarator name: (identifier) @name value: (class body: (_) @body)) @class
(pair key: (_) @name value: {_FUNCTION}) @method
(expression_statement . (assignment_expression
  left: (member_expression object: (_) @scope property: (_) @name) right: {_FUNCTION}) .) @function
(assignment_expression
  left: (member_expression object: (_) @scope property: (_) @name) right: {_FUNCTION}) @function
(assignment_expression left: (identifier) @name right: {_FUNCTION}) @function
(export_statement "default" @name value: {_FUNCTION}) @function
(export_statement "default" @name value: (class body: (_) @body)) @class
(arguments (function_expression name: (identifier) @name) @function)
(return_statement (function_expression name: (identifier) @name) @function)

(variable_declarator name: (identifier) @name value: (call_expression
  function: (identifier) @importer arguments: (arguments . (string (string_fragment) @import)))
  ) @nothing
(program (lexical_declaration (variable_declarator name: (identifier) @name)) @variable)
(program (variable_declaration (variable_declarator name: (identifier) @name)) @variable)
(ERROR (lexical_declaration (variable_declarator name: (identifier) @name)) @variable)
(ERROR (variable_declaration (variable_declarator name: (identifier) @name)) @variable)
(program (export_statement
  (lexical_declaration (variable_declarator name: (identifier) @name)) @variable))
(program (export_statement
  (variable_declaration (variable_declarator name: (identifier) @name)) @variable))

(export_statement declaration: (_) @wrapped) @wrapper
(export_statement value: (_) @wrapped) @wrapper
(comment) @comment

(call_expression function: [(identifier) @call
                            (member_expression property: (property_identifier) @call)])
(new_expression constructor: [(identifier) @call
                              (member_expression property: (property_identifier) @call)])
(import_statement source: (string (string_fragment) @import))
(export_statement source: (string (string_fragment) @import))
"""

JSX_QUERY = """
(jsx_opening_element name: [(identifier) @call
                            (member_expression property: (property_identifier) @call)])
(jsx_self_closing_element name: [(identifier) @call
                                 (member_expression property: (property_identifier) @call)])
"""

QUERY = f"""
{SHARED_QUERY}
{JSX_QUERY}
(field_definition property: (_) @name value: {_FUNCTION}) @method
(class_heritage [(identifier) @use (member_expression property: (property_identifier) @use)])
"""

# `Foo.prototype.bar` is a method of Foo; what a module exports belongs to nothing else.
TRANSPARENT = re.compile(r"prototype|module|exports|this|window|globalThis|self")
IMPORTERS = frozenset({"require"})
# What opens a comment that tools read as documentation.
JSDOC = re.compile(r"/\*\*")

JAVASCRIPT = TreeLanguage(
    id="javascript",
    grammars=("javascript",),
    suffixes=frozenset({".js", ".jsx", ".mjs", ".cjs"}),
    lsp_ids=frozenset({"javascript", "javascriptreact"}),
    query=QUERY,
    doc_comment=JSDOC,
    interpreters=frozenset({"node", "nodejs", "bun"}),
    transparent=TRANSPARENT,
    importers=IMPORTERS,
)
