"""Tables read from comma-separated text: typed columns, filters, groups and joins."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

Value = str | int | float | None
Row = dict[str, Value]


class CsvError(ValueError):
    """Text that is no table; the message names the line."""


def records(text: str, separator: str = ",") -> Iterator[list[str]]:
    """Yield the fields of each record; quoted fields may hold separators and line ends."""
    fields: list[str] = []
    field = ""
    quoted = False
    index = 0
    while index < len(text):
        char = text[index]
        if quoted:
            if char == '"' and text[index + 1 : index + 2] == '"':
                field += char
                index += 1
            elif char == '"':
                quoted = False
            else:
                field += char
        elif char == '"' and not field:
            quoted = True
        elif char == separator:
            fields.append(field)
            field = ""
        elif char == "\n":
            yield [*fields, field]
            fields, field = [], ""
        else:
            field += char
        index += 1
    if quoted:
        raise CsvError("a quoted field is never closed")
    if fields or field:
        yield [*fields, field]


def typed(text: str) -> Value:
    """Return what a field means: nothing, a whole number, a number or a text."""
    if not text:
        return None
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


@dataclass(frozen=True)
class Table:
    """Rows with the same columns."""

    columns: tuple[str, ...]
    rows: tuple[Row, ...]

    @classmethod
    def parse(cls, text: str, separator: str = ",") -> Table:
        """Read a table whose first record names the columns."""
        lines = records(text, separator)
        columns = tuple(name.strip() for name in next(lines, []))
        rows: list[Row] = []
        for number, fields in enumerate(lines, start=2):
            if len(fields) != len(columns):
                raise CsvError(f"record {number} has {len(fields)} fields")
            rows.append({name: typed(text) for name, text in zip(columns, fields)})
        return cls(columns, tuple(rows))

    def __len__(self) -> int:
        return len(self.rows)

    def column(self, name: str) -> list[Value]:
        """Return the values of a column from top to bottom."""
        return [row[name] for row in self.rows]

    def where(self, condition: Callable[[Row], bool]) -> Table:
        """Return the rows for which `condition` holds."""
        return Table(self.columns, tuple(row for row in self.rows if condition(row)))

    def select(self, *names: str) -> Table:
        """Return the columns `names`, in this order."""
        rows = tuple({name: row[name] for name in names} for row in self.rows)
        return Table(names, rows)

    def sorted_by(self, name: str, descending: bool = False) -> Table:
        """Return the rows by the values of a column; those without one come last."""
        present = [row for row in self.rows if row[name] is not None]
        absent = [row for row in self.rows if row[name] is None]
        present.sort(key=lambda row: row[name], reverse=descending)
        return Table(self.columns, tuple(present + absent))

    def grouped(self, by: str, value: str) -> dict[Value, list[Value]]:
        """Return the values of a column by those of another, without missing ones."""
        groups: dict[Value, list[Value]] = {}
        for row in self.rows:
            if row[value] is not None:
                groups.setdefault(row[by], []).append(row[value])
        return groups

    def join(self, other: Table, on: str) -> Table:
        """Return each row together with every row of `other` that has the same value `on`."""
        added = [name for name in other.columns if name != on]
        rows = [
            {**left, **{name: right[name] for name in added}}
            for left in self.rows
            for right in other.rows
            if left[on] == right[on]
        ]
        return Table((*self.columns, *added), tuple(rows))

    def to_csv(self) -> str:
        """Write the table so that `parse` reads the same."""
        cells: list[Iterable[Value]] = [self.columns]
        cells.extend([row[name] for name in self.columns] for row in self.rows)
        return "".join(",".join(map(quoted_field, line)) + "\n" for line in cells)


def quoted_field(value: Value) -> str:
    """Write one field, in quotes where it needs them."""
    text = "" if value is None else str(value)
    if any(char in text for char in ',"\n'):
        return '"' + text.replace('"', '""') + '"'
    return text
