"""Small matrices of exact fractions: products, determinants and inverses."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from fractions import Fraction

Number = int | Fraction


class ShapeError(ValueError):
    """Matrices whose sizes do not go together."""


@dataclass(frozen=True)
class Matrix:
    """A rectangle of fractions, row by row."""

    rows: tuple[tuple[Fraction, ...], ...]

    @classmethod
    def of(cls, rows: Iterable[Sequence[Number]]) -> Matrix:
        """Return the matrix of `rows`, which are of the same length."""
        made = tuple(tuple(Fraction(value) for value in row) for row in rows)
        if not made or len({len(row) for row in made}) != 1:
            raise ShapeError("rows of the same length are needed")
        return cls(made)

    @classmethod
    def identity(cls, size: int) -> Matrix:
        """Return the square matrix that changes nothing in a product."""
        return cls.of([[int(i == j) for j in range(size)] for i in range(size)])

    @property
    def shape(self) -> tuple[int, int]:
        """The number of rows and of columns."""
        return len(self.rows), len(self.rows[0])

    def transposed(self) -> Matrix:
        """Return the matrix with rows and columns exchanged."""
        return Matrix(tuple(zip(*self.rows)))

    def __add__(self, other: Matrix) -> Matrix:
        if self.shape != other.shape:
            raise ShapeError(f"cannot add {self.shape} and {other.shape}")
        pairs = zip(self.rows, other.rows)
        return Matrix.of([a + b for a, b in zip(left, right)] for left, right in pairs)

    def __matmul__(self, other: Matrix) -> Matrix:
        if self.shape[1] != other.shape[0]:
            raise ShapeError(f"cannot multiply {self.shape} by {other.shape}")
        columns = other.transposed().rows
        return Matrix.of([dot(row, column) for column in columns] for row in self.rows)

    def power(self, exponent: int) -> Matrix:
        """Return the product of `exponent` copies; 0 gives the identity."""
        if exponent < 0:
            return self.inverse().power(-exponent)
        result = Matrix.identity(self.shape[0])
        base = self
        while exponent:
            if exponent % 2:
                result = result @ base
            base = base @ base
            exponent //= 2
        return result

    def determinant(self) -> Fraction:
        """Return the determinant of a square matrix."""
        self._check_square()
        rows = [list(row) for row in self.rows]
        result = Fraction(1)
        for step in range(len(rows)):
            pivot = pivot_row(rows, step)
            if pivot is None:
                return Fraction(0)
            if pivot != step:
                rows[pivot], rows[step] = rows[step], rows[pivot]
                result = -result
            result *= rows[step][step]
            for below in range(step + 1, len(rows)):
                subtract(rows, below, step)
        return result

    def inverse(self) -> Matrix:
        """Return what gives the identity in a product; raise ZeroDivisionError if nothing does."""
        self._check_square()
        size = len(self.rows)
        unit = Matrix.identity(size).rows
        rows = [[*row, *more] for row, more in zip(self.rows, unit)]
        for step in range(size):
            pivot = pivot_row(rows, step)
            if pivot is None:
                raise ZeroDivisionError("the matrix has no inverse")
            rows[pivot], rows[step] = rows[step], rows[pivot]
            rows[step] = [value / rows[step][step] for value in rows[step]]
            for index in range(size):
                if index != step:
                    subtract(rows, index, step)
        return Matrix.of(row[size:] for row in rows)

    def _check_square(self) -> None:
        height, width = self.shape
        if height != width:
            raise ShapeError(f"not square: {height} by {width}")


def dot(left: Sequence[Fraction], right: Sequence[Fraction]) -> Fraction:
    """Return the sum of the products of the values at the same place."""
    return sum((a * b for a, b in zip(left, right)), Fraction(0))


def pivot_row(rows: Sequence[Sequence[Fraction]], column: int) -> int | None:
    """Return the first row from `column` on that is not zero there."""
    for index in range(column, len(rows)):
        if rows[index][column] != 0:
            return index
    return None


def subtract(rows: list[list[Fraction]], target: int, source: int) -> None:
    """Make row `target` zero in column `source` with the help of row `source`."""
    factor = rows[target][source] / rows[source][source]
    pairs = zip(rows[target], rows[source])
    rows[target] = [value - factor * other for value, other in pairs]
