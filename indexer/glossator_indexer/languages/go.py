"""Own how Go is indexed: methods belong to the type of their receiver.

It only declares; `extraction.tree_entities` does the reading.
"""

from __future__ import annotations

from glossator_indexer.languages.tree_language import TreeLanguage

# The package is not part of a container: it is the name of the folder, which the path says already.
QUERY = """
(function_declaration name: (identifier) @name) @function
(method_declaration
  receiver: (parameter_list (parameter_declaration type: (_) @scope))
  name: (field_identifier) @name) @method
(method_elem name: (field_identifier) @name) @method

(type_declaration . (type_spec name: (_) @name type: (struct_type) @body) .) @struct
(type_declaration . (type_spec name: (_) @name type: (interface_type) @body) .) @interface
(type_declaration . (type_spec name: (_) @name) .) @type
(type_declaration . (type_alias name: (_) @name) .) @type
(type_spec name: (_) @name type: (struct_type) @body) @struct
(type_spec name: (_) @name type: (interface_type) @body) @interface
(type_spec name: (_) @name) @type
(type_alias name: (_) @name) @type
(source_file (const_declaration . (const_spec name: (identifier) @name) .) @variable)
(source_file (const_declaration (const_spec name: (identifier) @name) @variable))
(source_file (var_declaration . (var_spec name: (identifier) @name) .) @variable)
(source_file (var_declaration (var_spec_list (var_spec name: (identifier) @name) @variable)))
(ERROR (const_declaration . (const_spec name: (identifier) @name) .) @variable)
(ERROR (const_declaration (const_spec name: (identifier) @name) @variable))
(ERROR (var_declaration . (var_spec name: (identifier) @name) .) @variable)
(ERROR (var_declaration (var_spec_list (var_spec name: (identifier) @name) @variable)))
(comment) @comment

(call_expression function: [(identifier) @call (selector_expression field: (_) @call)
  (type_instantiation_expression type: (type_identifier) @call)])
(type_identifier) @use
(import_spec path: (_) @import)
"""

GO = TreeLanguage(
    id="go",
    grammars=("go",),
    suffixes=frozenset({".go"}),
    lsp_ids=frozenset({"go"}),
    query=QUERY,
)
