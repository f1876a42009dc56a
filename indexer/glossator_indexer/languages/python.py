"""Own how Python is indexed: its grammar, its query and its docstrings.

It only declares; `extraction.tree_entities` does the reading.
"""

from __future__ import annotations

import re

from glossator_indexer.languages.tree_language import TreeLanguage

QUERY = """
(function_definition name: (identifier) @name) @function
(class_definition name: (identifier) @name) @class
(type_alias_statement left: (type [(identifier) @name (generic_type (identifier) @name)])) @type
(decorated_definition definition: (_) @wrapped) @wrapper
(module (expression_statement . (assignment left: (identifier) @name)) @variable)
(ERROR (expression_statement . (assignment left: (identifier) @name)) @variable)

(function_definition body: (block . (expression_statement . (string)))) @documented
(class_definition body: (block . (expression_statement . (string)))) @documented
(comment) @comment

(call function: [(identifier) @call (attribute attribute: (identifier) @call)])
(type [(identifier) @use (generic_type (identifier) @use)
       (attribute attribute: (identifier) @use)])
(class_definition superclasses: (argument_list [(identifier) @use
                                                (attribute attribute: (identifier) @use)]))
(import_statement name: [(dotted_name) @import (aliased_import name: (dotted_name) @import)])
(import_from_statement module_name: (_) @import)
"""

PYTHON = TreeLanguage(
    id="python",
    grammars=("python",),
    suffixes=frozenset({".py", ".pyi", ".pyw"}),
    lsp_ids=frozenset({"python"}),
    query=QUERY,
    # A comment is for who changes the code; what documents is the docstring.
    doc_comment=re.compile(r"(?!)"),
    has_brackets=False,
    interpreters=frozenset({"python", "python2", "python3", "pypy", "pypy3"}),
)
