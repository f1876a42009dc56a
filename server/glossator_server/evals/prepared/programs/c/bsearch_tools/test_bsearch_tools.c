#define _POSIX_C_SOURCE 200809L

#include "bsearch_tools.h"

#include <errno.h>
#include <limits.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <unistd.h>

/* Ends the case as failed, and says where. */
#define CHECK(cond)                                                        \
	do {                                                               \
		if (!(cond)) {                                             \
			printf("# %s:%d: %s\n", __FILE__, __LINE__, #cond); \
			return false;                                      \
		}                                                          \
	} while (0)

static const int evens[] = { 2, 4, 4, 4, 6, 8 };

static bool test_lower(void)
{
	CHECK(lower_bound(evens, 6, 4) == 1);
	CHECK(lower_bound(evens, 6, 1) == 0);
	CHECK(lower_bound(evens, 6, 5) == 4);
	CHECK(lower_bound(evens, 6, 9) == 6);
	CHECK(lower_bound(evens, 0, 4) == 0);
	return true;
}

static bool test_upper(void)
{
	CHECK(upper_bound(evens, 6, 4) == 4);
	CHECK(upper_bound(evens, 6, 1) == 0);
	CHECK(upper_bound(evens, 6, 8) == 6);
	CHECK(upper_bound(evens, 0, 4) == 0);
	return true;
}

static bool test_exact(void)
{
	size_t pos = 99;

	CHECK(find_exact(evens, 6, 4, &pos) == 0 && pos == 1);
	CHECK(find_exact(evens, 6, 8, &pos) == 0 && pos == 5);
	CHECK(find_exact(evens, 6, 5, &pos) == -ENOENT && pos == 5);
	CHECK(find_exact(evens, 5, 8, &pos) == -ENOENT);
	return true;
}

static bool test_counts(void)
{
	CHECK(count_equal(evens, 6, 4) == 3);
	CHECK(count_equal(evens, 6, 5) == 0);
	CHECK(count_between(evens, 6, 4, 6) == 4);
	CHECK(count_between(evens, 6, 3, 3) == 0);
	CHECK(count_between(evens, 6, 8, 2) == 0);
	return true;
}

static bool test_nearest(void)
{
	static const int a[] = { 10, 20, 40 };
	size_t pos = 99;

	CHECK(find_nearest(a, 3, 14, &pos) == 0 && pos == 0);
	CHECK(find_nearest(a, 3, 16, &pos) == 0 && pos == 1);
	CHECK(find_nearest(a, 3, 30, &pos) == 0 && pos == 1);
	CHECK(find_nearest(a, 3, 99, &pos) == 0 && pos == 2);
	CHECK(find_nearest(a, 3, 0, &pos) == 0 && pos == 0);
	CHECK(find_nearest(a, 3, 40, &pos) == 0 && pos == 2);
	CHECK(find_nearest(a, 0, 1, &pos) == -ENOENT);
	return true;
}

static bool test_nearest_far(void)
{
	static const int a[] = { INT_MIN, INT_MAX };
	size_t pos = 99;

	CHECK(find_nearest(a, 2, 5, &pos) == 0 && pos == 1);
	CHECK(find_nearest(a, 2, -5, &pos) == 0 && pos == 0);
	return true;
}

static bool test_rotated(void)
{
	for (size_t shift = 0; shift < 7; shift++) {
		int a[7];

		for (size_t i = 0; i < 7; i++)
			a[(i + shift) % 7] = (int)i * 10;
		for (int i = 0; i < 7; i++) {
			size_t pos = 99;

			CHECK(find_rotated(a, 7, i * 10, &pos) == 0);
			CHECK(a[pos] == i * 10);
			CHECK(find_rotated(a, 7, i * 10 + 5, &pos) == -ENOENT);
		}
	}
	return true;
}

static bool test_peak(void)
{
	static const int hill[] = { 1, 3, 7, 9, 4 };
	static const int down[] = { 5, 4, 3 };
	static const int up[] = { 1, 2, 3, 4 };
	size_t pos = 99;

	CHECK(find_peak(hill, 5, &pos) == 0 && pos == 3);
	CHECK(find_peak(down, 3, &pos) == 0 && pos == 0);
	CHECK(find_peak(up, 4, &pos) == 0 && pos == 3);
	CHECK(find_peak(up, 0, &pos) == -ENOENT);
	return true;
}

static bool test_isqrt(void)
{
	CHECK(isqrt(0) == 0 && isqrt(1) == 1 && isqrt(3) == 1);
	CHECK(isqrt(99) == 9 && isqrt(100) == 10);
	CHECK(isqrt(4294967295u) == 65535);
	CHECK(isqrt(65535u * 65535u) == 65535 && isqrt(65535u * 65535u - 1) == 65534);
	return true;
}

static bool test_insert(void)
{
	int a[4];
	size_t n = 0;

	CHECK(insert_unique(a, &n, 3, 5) == 0);
	CHECK(insert_unique(a, &n, 3, 1) == 0);
	CHECK(insert_unique(a, &n, 3, 3) == 0 && n == 3);
	CHECK(a[0] == 1 && a[1] == 3 && a[2] == 5);
	CHECK(insert_unique(a, &n, 3, 3) == -EEXIST);
	CHECK(insert_unique(a, &n, 3, 9) == -ENOSPC && n == 3);
	return true;
}

static const struct {
	const char *name;
	bool (*run)(void);
} cases[] = {
	{ "the lower bound is the first of equals", test_lower },
	{ "the upper bound is behind the last of equals", test_upper },
	{ "an exact match is found or refused", test_exact },
	{ "values are counted", test_counts },
	{ "the nearest value is found", test_nearest },
	{ "far apart values do not overflow", test_nearest_far },
	{ "all values of all rotations are found", test_rotated },
	{ "a peak is found", test_peak },
	{ "integer square roots are rounded down", test_isqrt },
	{ "insertion keeps order and refuses doubles", test_insert },
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
