#include "matrix.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static double magnitude(double x)
{
	return x < 0 ? -x : x;
}

/* All zeros. -EINVAL if a side is zero, -EOVERFLOW or -ENOMEM. */
int matrix_init(struct matrix *m, size_t rows, size_t cols)
{
	if (rows == 0 || cols == 0)
		return -EINVAL;
	if (rows > SIZE_MAX / sizeof(double) / cols)
		return -EOVERFLOW;
	m->cells = calloc(rows * cols, sizeof(*m->cells));
	if (!m->cells)
		return -ENOMEM;
	m->rows = rows;
	m->cols = cols;
	return 0;
}

void matrix_destroy(struct matrix *m)
{
	free(m->cells);
	m->cells = NULL;
	m->rows = m->cols = 0;
}

/* NULL outside the matrix. */
double *matrix_at(const struct matrix *m, size_t row, size_t col)
{
	if (row >= m->rows || col >= m->cols)
		return NULL;
	return &m->cells[row * m->cols + col];
}

/* Makes dst, which must not hold a matrix, a copy of src. */
int matrix_copy(struct matrix *dst, const struct matrix *src)
{
	int err = matrix_init(dst, src->rows, src->cols);

	if (err)
		return err;
	memcpy(dst->cells, src->cells, src->rows * src->cols * sizeof(*src->cells));
	return 0;
}

/* Makes dst, which must not hold a matrix, the product of a and b. */
int matrix_multiply(struct matrix *dst, const struct matrix *a, const struct matrix *b)
{
	int err;

	if (a->cols != b->rows)
		return -EINVAL;
	err = matrix_init(dst, a->rows, b->cols);
	if (err)
		return err;
	for (size_t row = 0; row < a->rows; row++) {
		for (size_t col = 0; col < b->cols; col++) {
			double sum = 0;

			for (size_t i = 0; i < a->cols; i++)
				sum += *matrix_at(a, row, i) * *matrix_at(b, i, col);
			*matrix_at(dst, row, col) = sum;
		}
	}
	return 0;
}

int matrix_transpose(struct matrix *dst, const struct matrix *src)
{
	int err = matrix_init(dst, src->cols, src->rows);

	if (err)
		return err;
	for (size_t row = 0; row < src->rows; row++)
		for (size_t col = 0; col < src->cols; col++)
			*matrix_at(dst, col, row) = *matrix_at(src, row, col);
	return 0;
}

static void swap_rows(struct matrix *m, size_t a, size_t b)
{
	for (size_t col = 0; col < m->cols; col++) {
		double old = *matrix_at(m, a, col);

		*matrix_at(m, a, col) = *matrix_at(m, b, col);
		*matrix_at(m, b, col) = old;
	}
}

/* The row at or below col with the greatest element in col. */
static size_t pivot_row(const struct matrix *m, size_t col)
{
	size_t best = col;

	for (size_t row = col + 1; row < m->rows; row++)
		if (magnitude(*matrix_at(m, row, col)) > magnitude(*matrix_at(m, best, col)))
			best = row;
	return best;
}

/* Clears all below the diagonal; returns the determinant of the square part. */
static double eliminate(struct matrix *m)
{
	double determinant = 1;

	for (size_t col = 0; col < m->rows; col++) {
		size_t pivot = pivot_row(m, col);

		if (*matrix_at(m, pivot, col) == 0)
			return 0;
		if (pivot != col) {
			swap_rows(m, pivot, col);
			determinant = -determinant;
		}
		determinant *= *matrix_at(m, col, col);
		for (size_t row = col + 1; row < m->rows; row++) {
			double factor = *matrix_at(m, row, col) / *matrix_at(m, col, col);

			for (size_t i = col; i < m->cols; i++)
				*matrix_at(m, row, i) -= factor * *matrix_at(m, col, i);
		}
	}
	return determinant;
}

int matrix_determinant(const struct matrix *m, double *result)
{
	struct matrix work;
	int err;

	if (m->rows != m->cols)
		return -EINVAL;
	err = matrix_copy(&work, m);
	if (err)
		return err;
	*result = eliminate(&work);
	matrix_destroy(&work);
	return 0;
}

/* Solves m * solution = right; -EDOM if there is not exactly one solution. */
int matrix_solve(const struct matrix *m, const double *right, double *solution)
{
	struct matrix work;
	size_t n = m->rows;
	int err;

	if (m->rows != m->cols)
		return -EINVAL;
	err = matrix_init(&work, n, n + 1);
	if (err)
		return err;
	for (size_t row = 0; row < n; row++) {
		memcpy(matrix_at(&work, row, 0), matrix_at(m, row, 0), n * sizeof(double));
		*matrix_at(&work, row, n) = right[row];
	}
	if (eliminate(&work) == 0)
		err = -EDOM;
	for (size_t row = n; row-- > 0 && !err; ) {
		double sum = *matrix_at(&work, row, n);

		for (size_t i = row + 1; i < n; i++)
			sum -= *matrix_at(&work, row, i) * solution[i];
		solution[row] = sum / *matrix_at(&work, row, row);
	}
	matrix_destroy(&work);
	return err;
}

bool matrix_equal(const struct matrix *a, const struct matrix *b, double tolerance)
{
	if (a->rows != b->rows || a->cols != b->cols)
		return false;
	for (size_t i = 0; i < a->rows * a->cols; i++)
		if (magnitude(a->cells[i] - b->cells[i]) > tolerance)
			return false;
	return true;
}
