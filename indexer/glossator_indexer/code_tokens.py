"""Own the question whether two texts hold the same code, whatever their comments say.

It must not know what a comment means; docstrings count as comments.
"""

from __future__ import annotations

from glossator_indexer.parsing import Node, ParsedSource

_COMMENTS = frozenset({"comment", "line_comment", "block_comment"})
# Where the first statement of a block is a text alone, it documents what the block belongs to.
_DOCUMENTED_BLOCKS = frozenset({"module", "block"})
_BLOCK_OWNERS = frozenset({"function_definition", "class_definition"})


def code_tokens(source: ParsedSource) -> list[str]:
    """Return the code without comments and white space, as words with the structure around them.

    Two texts with the same list are the same to a compiler. Nobody may change the list: a whole
    run of proposals is compared with it.
    """
    known = source.overview.get(__name__)
    if isinstance(known, list):
        return known
    lexer = source.language.code_tokens
    tokens = _Flattening(source).run() if lexer is None else lexer(source.text)
    source.overview[__name__] = tokens
    return tokens


class _Flattening:
    """One walk over a tree, parents before children; what no leaf covers is a word of its own."""

    def __init__(self, source: ParsedSource) -> None:
        self._text = source.text
        self._root = source.root(0)
        self._has_docstrings = source.language.id == "python"
        self._words: list[str] = []
        self._covered = 0

    def run(self) -> list[str]:
        cursor = self._root.walk()
        depth = 0
        while True:
            node = cursor.node
            if node is not None and self._enter(node) and cursor.goto_first_child():
                depth += 1
                continue
            while not cursor.goto_next_sibling():
                if depth == 0 or not cursor.goto_parent():
                    self._cover(len(self._text), len(self._text))
                    return self._words
                depth -= 1
                if cursor.node is not None and cursor.node.is_named:
                    self._words.append(")")

    def _enter(self, node: Node) -> bool:
        """Write a node down; say whether its children are to be looked at."""
        if node.type in _COMMENTS or (self._has_docstrings and _is_docstring(node)):
            self._cover(node.start_byte, node.end_byte)
            return False
        if node.child_count == 0:
            self._cover(node.start_byte, node.end_byte)
            word = self._text[node.start_byte : node.end_byte]
            # Some grammars have line ends for leaves; a comment adds some.
            if word.strip():
                self._words.append(word)
            return False
        if node.is_named:
            self._words.append(f"({node.type}")
        return True

    def _cover(self, start: int, end: int) -> None:
        between = self._text[self._covered : start].strip(" \t\r\n\f\v\ufeff")
        if between:
            self._words.append(between)
        self._covered = max(self._covered, end)


def _is_docstring(node: Node) -> bool:
    if node.type != "expression_statement" or node.named_child_count != 1:
        return False
    block = node.parent
    if block is None or block.type not in _DOCUMENTED_BLOCKS or node.children[0].type != "string":
        return False
    first = next((it for it in block.named_children if it.type not in _COMMENTS), None)
    if first is None or first.id != node.id:
        return False
    return block.type == "module" or (
        block.parent is not None and block.parent.type in _BLOCK_OWNERS
    )
