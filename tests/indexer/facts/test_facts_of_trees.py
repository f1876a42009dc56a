"""What trees prove in the languages that are read as one piece."""

from __future__ import annotations

import pytest

from glossator_indexer.facts import facts_of
from glossator_indexer.languages import language_for_id
from glossator_indexer.parsing import parse
from glossator_indexer.symbols import find_symbols
from glossator_indexer.types import Facts

PYTHON = """\
def take(self, name, timeout=None):
    if name not in self.items:
        raise KeyError(name)
    if timeout is None:
        return None
    for item in self.items:
        if item.broken:
            raise errors.Broken(item)
        if item.old:
            if timeout < 0:
                raise ValueError
    def inner():
        raise OSError(other())
    return self.items.pop(name)
"""
TYPESCRIPT = """\
function take(name: string): number | null {
  if (!name) {
    throw new RangeError(`no name`);
  } else {
    throw new TypeError(name);
  }
  return null;
}
"""
GO = """\
package a

func take(name string) (int, error) {
	if p.closed {
		return 0, ErrClosed
	}
	v, err := p.items.get(name)
	if err != nil {
		return 0, err
	}
	return v, nil
}
"""
JAVA = """\
class A {
  int take(String name) {
    if (name == null || name.isEmpty())
      throw new IllegalArgumentException();
    return -1;
  }
}
"""
CPP = """\
int take(int a) {
  if (a < 0) { throw std::range_error("a"); }
  if (a > 9) { throw std::range_error("b"); }
  return helper::get(a);
}
"""
RUST = """\
fn take(a: i32) -> Option<i32> {
    if a < 0 { return None; }
    self.items.get(a)
}
"""


def facts(language_id: str, text: str) -> Facts:
    language = language_for_id(language_id)
    assert language is not None
    source = parse(text, language)
    return facts_of(source, find_symbols(source, "take")[0])


@pytest.mark.parametrize(
    ("language", "text", "callees", "constants", "conditions"),
    [
        (
            "python",
            PYTHON,
            ("KeyError", "errors.Broken", "self.items.pop"),
            ("None",),
            (("KeyError", "name not in self.items"),),
        ),
        ("typescript", TYPESCRIPT, (), ("null",), (("RangeError", "!name"),)),
        ("go", GO, ("p.items.get",), (), (("ErrClosed", "p.closed"),)),
        (
            "java",
            JAVA,
            ("isEmpty",),
            ("-1",),
            (("IllegalArgumentException", "name == null || name.isEmpty()"),),
        ),
        (
            "cpp",
            CPP,
            ("std::range_error", "helper::get"),
            (),
            (("std::range_error", "a < 0 or a > 9"),),
        ),
        ("rust", RUST, ("self.items.get",), ("None",), ()),
    ],
)
def test_calls_constants_and_conditions_are_told(
    language: str,
    text: str,
    callees: tuple[str, ...],
    constants: tuple[str, ...],
    conditions: tuple[tuple[str, str], ...],
) -> None:
    found = facts(language, text)
    assert found.callees == callees
    assert found.constants == constants
    assert found.conditions == conditions


def test_what_is_raised_in_one_more_place_has_no_condition() -> None:
    found = facts("python", "def take(a):\n    if a:\n        raise OSError\n    raise OSError\n")
    assert found.conditions == ()
