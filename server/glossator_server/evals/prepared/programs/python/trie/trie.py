"""A tree of words by their letters: look-up, completion and tolerant search."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field


@dataclass
class Node:
    """Where the words that begin alike go on."""

    children: dict[str, Node] = field(default_factory=dict)
    weight: int = 0
    words: int = 0


class Trie:
    """Words with a weight, which is how often each was added."""

    def __init__(self, words: Iterable[str] = ()) -> None:
        self._root = Node()
        for word in words:
            self.add(word)

    def __len__(self) -> int:
        return self._root.words

    def __contains__(self, word: str) -> bool:
        return self.weight(word) > 0

    def __iter__(self) -> Iterator[str]:
        return (word for word, _ in self._walk(self._root, ""))

    def add(self, word: str, weight: int = 1) -> None:
        """Add a word, or make a known one heavier."""
        if not word:
            raise ValueError("an empty text is no word")
        new = word not in self
        node = self._root
        node.words += new
        for letter in word:
            node = node.children.setdefault(letter, Node())
            node.words += new
        node.weight += weight

    def weight(self, word: str) -> int:
        """Return the weight of a word, 0 if it is not known."""
        node = self._node(word)
        return node.weight if node is not None else 0

    def remove(self, word: str) -> bool:
        """Forget a word and say whether it was known."""
        if word not in self:
            return False
        node = self._root
        node.words -= 1
        for letter in word:
            child = node.children[letter]
            child.words -= 1
            if child.words == 0:
                del node.children[letter]
                return True
            node = child
        node.weight = 0
        return True

    def count(self, prefix: str) -> int:
        """Return how many words begin with `prefix`."""
        node = self._node(prefix)
        return 0 if node is None else node.words

    def complete(self, prefix: str, limit: int = 5) -> list[str]:
        """Return words that begin with `prefix`, the heaviest first and then by letters."""
        node = self._node(prefix)
        if node is None:
            return []
        found = sorted(self._walk(node, prefix), key=lambda pair: (-pair[1], pair[0]))
        return [word for word, _ in found[:limit]]

    def longest_prefix(self, text: str) -> str:
        """Return the longest word that `text` begins with, or an empty text."""
        node = self._root
        length = 0
        for index, letter in enumerate(text, start=1):
            child = node.children.get(letter)
            if child is None:
                break
            node = child
            if node.weight:
                length = index
        return text[:length]

    def near(self, word: str, distance: int) -> list[str]:
        """Return the words that at most `distance` edits turn into `word`, sorted."""
        found: list[str] = []
        stack = [(self._root, "", list(range(len(word) + 1)))]
        while stack:
            node, prefix, row = stack.pop()
            if node.weight and row[-1] <= distance:
                found.append(prefix)
            if min(row) > distance:
                continue
            for letter, child in node.children.items():
                stack.append((child, prefix + letter, next_row(row, word, letter)))
        return sorted(found)

    def _node(self, prefix: str) -> Node | None:
        node = self._root
        for letter in prefix:
            if letter not in node.children:
                return None
            node = node.children[letter]
        return node

    def _walk(self, node: Node, prefix: str) -> Iterator[tuple[str, int]]:
        if node.weight:
            yield prefix, node.weight
        for letter in sorted(node.children):
            yield from self._walk(node.children[letter], prefix + letter)


def next_row(row: list[int], word: str, letter: str) -> list[int]:
    """Return the distances of all beginnings of `word` to a text that is one letter longer."""
    result = [row[0] + 1]
    for index, wanted in enumerate(word):
        change = row[index] + (wanted != letter)
        result.append(min(change, row[index + 1] + 1, result[index] + 1))
    return result
