"""Own how C++ is indexed: templates, namespaces, and members that are defined outside their class.

It only declares; `extraction.tree_entities` does the reading.
"""

from __future__ import annotations

from glossator_indexer.languages.cpp_mask import masked
from glossator_indexer.languages.tree_language import TreeLanguage

# Declarators nest without end, queries do not: what returns a reference to a pointer is the most.
_PROTOTYPE = """[
  (function_declarator) @declarator
  (pointer_declarator (function_declarator)) @declarator
  (reference_declarator (function_declarator)) @declarator
  (pointer_declarator (pointer_declarator (function_declarator))) @declarator
  (reference_declarator (pointer_declarator (function_declarator))) @declarator
  (operator_cast) @declarator]"""

QUERY = f"""
(function_definition declarator: (_) @declarator
  [(default_method_clause) (delete_method_clause)] @body) @function
(function_definition declarator: (_) @declarator) @function
(declaration declarator: {_PROTOTYPE}) @prototype
(field_declaration declarator: {_PROTOTYPE}) @method
(class_specifier name: (_) @declarator body: (_) @body) @class
(struct_specifier name: (_) @declarator body: (_) @body) @struct
(union_specifier name: (_) @declarator body: (_) @body) @union
(enum_specifier name: (_) @declarator body: (_) @body) @enum
(type_definition type: (struct_specifier !name body: (_) @body) declarator: (type_identifier) @name)
  @struct
(type_definition type: (union_specifier !name body: (_) @body) declarator: (type_identifier) @name)
  @union
(type_definition type: (enum_specifier !name body: (_) @body) declarator: (type_identifier) @name)
  @enum
(type_definition declarator: (type_identifier) @name) @type
(alias_declaration name: (_) @name) @type
(concept_definition name: (_) @name) @type
(namespace_definition name: (_) @name body: (_) @body) @module
(preproc_def name: (_) @name) @macro
(preproc_function_def name: (_) @name) @macro
(translation_unit (declaration declarator: (init_declarator declarator: (_) @declarator)) @variable)
(declaration_list (declaration declarator: (init_declarator declarator: (_) @declarator)) @variable)
(template_declaration (_) @wrapped .) @wrapper
(friend_declaration (function_definition) @wrapped) @wrapper
(comment) @comment

(call_expression function: [
  (identifier) @call
  (field_expression field: [(field_identifier) @call
                            (template_method name: (field_identifier) @call)])
  (qualified_identifier name: [(identifier) @call (template_function name: (identifier) @call)
                               (qualified_identifier name: (identifier) @call)])
  (template_function name: (identifier) @call)])
(new_expression type: (type_identifier) @call)
(type_identifier) @use
(preproc_include path: (_) @import)
"""

CPP = TreeLanguage(
    id="cpp",
    grammars=("cpp",),
    suffixes=frozenset(
        {
            *(".cc", ".cpp", ".cxx", ".c++", ".cu", ".ino"),
            *(".hh", ".hpp", ".hxx", ".h++", ".ipp", ".inl", ".tcc", ".cuh"),
        }
    ),
    lsp_ids=frozenset({"cpp", "cuda-cpp"}),
    query=QUERY,
    separator="::",
    masked=masked,
)
