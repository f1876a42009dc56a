#define _POSIX_C_SOURCE 200809L

#include "matrix.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Ends the case as failed, and says where. */
#define CHECK(cond)                                                        \
	do {                                                               \
		if (!(cond)) {                                             \
			printf("# %s:%d: %s\n", __FILE__, __LINE__, #cond); \
			return false;                                      \
		}                                                          \
	} while (0)

static bool make(struct matrix *m, size_t rows, size_t cols, const double *cells)
{
	if (matrix_init(m, rows, cols) != 0)
		return false;
	memcpy(m->cells, cells, rows * cols * sizeof(*cells));
	return true;
}

static bool holds(const struct matrix *m, size_t rows, size_t cols, const double *cells)
{
	if (m->rows != rows || m->cols != cols)
		return false;
	for (size_t i = 0; i < rows * cols; i++)
		if (m->cells[i] < cells[i] - 1e-9 || m->cells[i] > cells[i] + 1e-9)
			return false;
	return true;
}

static bool test_init(void)
{
	struct matrix m;

	CHECK(matrix_init(&m, 2, 3) == 0);
	CHECK(m.rows == 2 && m.cols == 3);
	CHECK(holds(&m, 2, 3, (double[6]){ 0 }));
	matrix_destroy(&m);
	CHECK(m.cells == NULL && m.rows == 0);
	return true;
}

static bool test_init_bad(void)
{
	struct matrix m;

	CHECK(matrix_init(&m, 0, 3) == -EINVAL);
	CHECK(matrix_init(&m, 3, 0) == -EINVAL);
	CHECK(matrix_init(&m, SIZE_MAX / 16, 4) == -EOVERFLOW);
	return true;
}

static bool test_at(void)
{
	struct matrix m;

	CHECK(make(&m, 2, 3, (double[]){ 1, 2, 3, 4, 5, 6 }));
	CHECK(*matrix_at(&m, 0, 2) == 3 && *matrix_at(&m, 1, 0) == 4);
	CHECK(matrix_at(&m, 2, 0) == NULL && matrix_at(&m, 0, 3) == NULL);
	matrix_destroy(&m);
	return true;
}

static bool test_copy_equal(void)
{
	struct matrix a, b, c;

	CHECK(make(&a, 2, 2, (double[]){ 1, 2, 3, 4 }));
	CHECK(matrix_copy(&b, &a) == 0);
	CHECK(matrix_equal(&a, &b, 0));
	*matrix_at(&b, 1, 1) = 3.5;
	CHECK(!matrix_equal(&a, &b, 0.4) && !matrix_equal(&b, &a, 0.4));
	CHECK( matrix_equal(&a, &b, 0.6));
	CHECK(*matrix_at(&a, 1, 1) == 4);
	CHECK(make(&c, 1, 4, (double[]){ 1, 2, 3, 4 }));
	CHECK(!matrix_equal(&a, &c, 1));
	matrix_destroy(&a);
	matrix_destroy(&b);
	matrix_destroy(&c);
	return true;
}

static bool test_multiply(void)
{
	struct matrix a, b, c;

	CHECK(make(&a, 2, 3, (double[]){ 1, 2, 3, 4, 5, 6 }));
	CHECK(make(&b, 3, 2, (double[]){ 7, 8, 9, 10, 11, 12 }));
	CHECK(matrix_multiply(&c, &a, &b) == 0);
	CHECK(holds(&c, 2, 2, (double[]){ 58, 64, 139, 154 }));
	matrix_destroy(&c);
	CHECK(matrix_multiply(&c, &a, &a) == -EINVAL);
	matrix_destroy(&a);
	matrix_destroy(&b);
	return true;
}

static bool test_transpose(void)
{
	struct matrix a, b;

	CHECK(make(&a, 2, 3, (double[]){ 1, 2, 3, 4, 5, 6 }));
	CHECK(matrix_transpose(&b, &a) == 0);
	CHECK(holds(&b, 3, 2, (double[]){ 1, 4, 2, 5, 3, 6 }));
	matrix_destroy(&a);
	matrix_destroy(&b);
	return true;
}

static bool test_determinant(void)
{
	struct matrix a, b, c;
	double d = 0;

	CHECK(make(&a, 2, 2, (double[]){ 1, 2, 3, 4 }));
	CHECK(matrix_determinant(&a, &d) == 0 && d < -1.999 && d > -2.001);
	CHECK(make(&b, 3, 3, (double[]){ 0, 2, 0, 0, 0, 3, 4, 0, 0 }));
	CHECK(matrix_determinant(&b, &d) == 0 && d > 23.99 && d < 24.01);
	CHECK(make(&c, 2, 2, (double[]){ 2, 4, 1, 2 }));
	CHECK(matrix_determinant(&c, &d) == 0 && d == 0);
	matrix_destroy(&a);
	matrix_destroy(&b);
	matrix_destroy(&c);
	return true;
}

static bool test_determinant_shape(void)
{
	struct matrix m;
	double d = 7;

	CHECK(matrix_init(&m, 2, 3) == 0);
	CHECK(matrix_determinant(&m, &d) == -EINVAL && d == 7);
	CHECK(matrix_solve(&m, &d, &d) == -EINVAL);
	matrix_destroy(&m);
	return true;
}

static bool test_solve(void)
{
	struct matrix m;
	double x[3] = { 0 };

	CHECK(make(&m, 3, 3, (double[]){ 2, 1, -1, -3, -1, 2, -2, 1, 2 }));
	CHECK(matrix_solve(&m, (double[]){ 8, -11, -3 }, x) == 0);
	CHECK(x[0] > 1.999 && x[0] < 2.001);
	CHECK(x[1] > 2.999 && x[1] < 3.001);
	CHECK(x[2] > -1.001 && x[2] < -0.999);
	matrix_destroy(&m);
	return true;
}

static bool test_solve_singular(void)
{
	struct matrix m;
	double x[2] = { 5, 6 };

	CHECK(make(&m, 2, 2, (double[]){ 1, 2, 2, 4 }));
	CHECK(matrix_solve(&m, (double[]){ 1, 2 }, x) == -EDOM);
	CHECK(x[0] == 5 && x[1] == 6);
	matrix_destroy(&m);
	return true;
}

static const struct {
	const char *name;
	bool (*run)(void);
} cases[] = {
	{ "a new matrix is all zeros", test_init },
	{ "impossible sizes are refused", test_init_bad },
	{ "elements are found row by row", test_at },
	{ "a copy is equal and apart", test_copy_equal },
	{ "rows times columns", test_multiply },
	{ "rows become columns", test_transpose },
	{ "determinants have the right sign", test_determinant },
	{ "only a square has a determinant", test_determinant_shape },
	{ "equations are solved", test_solve },
	{ "equations without one solution are told", test_solve_singular },
};

int main(void)
{
	size_t total = sizeof(cases) / sizeof(cases[0]);
	int failed = 0;

	alarm(5);
	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("1..%zu\n", total);
	for (size_t i = 0; i < total; i++) {
		bool good = cases[i].run();

		printf("%s %zu - %s\n", good ? "ok" : "not ok", i + 1, cases[i].name);
		failed += !good;
	}
	return failed ? 1 : 0;
}
