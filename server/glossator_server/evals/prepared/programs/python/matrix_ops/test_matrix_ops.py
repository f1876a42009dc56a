import signal
import unittest
from fractions import Fraction

from matrix_ops import Matrix, ShapeError, dot, pivot_row


class MatrixTest(unittest.TestCase):
    def setUp(self):
        signal.alarm(5)

    def tearDown(self):
        signal.alarm(0)

    def test_rows_of_one_length(self):
        for rows in ([], [[1, 2], [3]]):
            with self.assertRaises(ShapeError):
                Matrix.of(rows)

    def test_shape(self):
        self.assertEqual(Matrix.of([[1, 2, 3], [4, 5, 6]]).shape, (2, 3))

    def test_transposed(self):
        self.assertEqual(
            Matrix.of([[1, 2, 3], [4, 5, 6]]).transposed(),
            Matrix.of([[1, 4], [2, 5], [3, 6]]),
        )

    def test_add(self):
        total = Matrix.of([[1, 2], [3, 4]]) + Matrix.of([[10, 20], [30, 40]])
        self.assertEqual(total, Matrix.of([[11, 22], [33, 44]]))
        with self.assertRaises(ShapeError):
            Matrix.of([[1, 2]]) + Matrix.of([[1], [2]])

    def test_product(self):
        left = Matrix.of([[1, 2, 3], [4, 5, 6]])
        right = Matrix.of([[7, 8], [9, 10], [11, 12]])
        self.assertEqual(left @ right, Matrix.of([[58, 64], [139, 154]]))

    def test_product_of_wrong_shapes(self):
        with self.assertRaises(ShapeError):
            Matrix.of([[1, 2]]) @ Matrix.of([[1, 2]])

    def test_power(self):
        step = Matrix.of([[1, 1], [1, 0]])
        self.assertEqual(step.power(10).rows[0][1], 55)
        self.assertEqual(step.power(0), Matrix.identity(2))
        self.assertEqual(step.power(-1), Matrix.of([[0, 1], [1, -1]]))

    def test_determinant(self):
        self.assertEqual(Matrix.of([[2, 1], [7, 4]]).determinant(), 1)
        rows = [[2, 0, 1], [1, 3, 2], [1, 1, 4]]
        self.assertEqual(Matrix.of(rows).determinant(), 18)

    def test_determinant_with_exchange(self):
        self.assertEqual(Matrix.of([[0, 2], [3, 4]]).determinant(), -6)

    def test_determinant_zero(self):
        self.assertEqual(Matrix.of([[1, 2], [2, 4]]).determinant(), 0)
        with self.assertRaises(ShapeError):
            Matrix.of([[1, 2]]).determinant()

    def test_inverse(self):
        matrix = Matrix.of([[0, 2, 1], [1, 3, 2], [1, 1, 4]])
        self.assertEqual(matrix @ matrix.inverse(), Matrix.identity(3))
        self.assertEqual(matrix.inverse() @ matrix, Matrix.identity(3))

    def test_inverse_is_exact(self):
        self.assertEqual(Matrix.of([[3]]).inverse().rows, ((Fraction(1, 3),),))

    def test_no_inverse(self):
        with self.assertRaises(ZeroDivisionError):
            Matrix.of([[1, 2], [2, 4]]).inverse()

    def test_helpers(self):
        self.assertEqual(
            dot([Fraction(1), Fraction(2)], [Fraction(3), Fraction(4)]), 11
        )
        self.assertEqual(dot([], []), 0)
        self.assertEqual(pivot_row([[1, 0], [0, 0], [0, 5]], 1), 2)
        self.assertIsNone(pivot_row([[1, 0], [0, 0]], 1))


if __name__ == "__main__":
    unittest.main()
