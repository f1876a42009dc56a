#ifndef MATRIX_H
#define MATRIX_H

#include <stdbool.h>
#include <stddef.h>

/* Row by row; an element is at row * cols + col. */
struct matrix {
	size_t rows;
	size_t cols;
	double *cells;
};

int matrix_init(struct matrix *m, size_t rows, size_t cols);
void matrix_destroy(struct matrix *m);
double *matrix_at(const struct matrix *m, size_t row, size_t col);
int matrix_copy(struct matrix *dst, const struct matrix *src);
int matrix_multiply(struct matrix *dst, const struct matrix *a, const struct matrix *b);
int matrix_transpose(struct matrix *dst, const struct matrix *src);
int matrix_determinant(const struct matrix *m, double *result);
int matrix_solve(const struct matrix *m, const double *right, double *solution);
bool matrix_equal(const struct matrix *a, const struct matrix *b, double tolerance);

#endif
