"""Own how Java is indexed: names are joined below their package.

It only declares; `extraction.tree_entities` does the reading.
"""

from __future__ import annotations

import re

from glossator_indexer.languages.tree_language import TreeLanguage

QUERY = """
(class_declaration name: (_) @name) @class
(record_declaration name: (_) @name) @class
(enum_declaration name: (_) @name) @enum
(interface_declaration name: (_) @name) @interface
(annotation_type_declaration name: (_) @name) @interface
(method_declaration name: (_) @name) @method
(constructor_declaration name: (_) @name) @method
(compact_constructor_declaration name: (_) @name) @method
(annotation_type_element_declaration name: (_) @name) @method
(field_declaration (modifiers "static") declarator: (variable_declarator name: (_) @name)) @variable
(constant_declaration declarator: (variable_declarator name: (_) @name)) @variable
(package_declaration [(identifier) (scoped_identifier)] @package)
(line_comment) @comment
(block_comment) @comment

(method_invocation name: (identifier) @call)
(object_creation_expression type: [(type_identifier) @call
  (generic_type (type_identifier) @call) (scoped_type_identifier (type_identifier) @call .)])
(type_identifier) @use
(import_declaration [(identifier) (scoped_identifier)] @import)
"""

JAVA = TreeLanguage(
    id="java",
    grammars=("java",),
    suffixes=frozenset({".java"}),
    lsp_ids=frozenset({"java"}),
    query=QUERY,
    doc_comment=re.compile(r"/\*\*(?!/)"),
)
