#define _POSIX_C_SOURCE 200809L

#include "sort_tools.h"

#include <errno.h>
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

#define MANY 300

/* A fixed sequence that looks random, with some repeated values. */
static void scramble(int *a, size_t n)
{
	unsigned int x = 12345;

	for (size_t i = 0; i < n; i++) {
		x = x * 1103515245u + 12345u;
		a[i] = (int)(x >> 16) % 200 - 100;
	}
}

static long sum_of(const int *a, size_t n)
{
	long sum = 0;

	for (size_t i = 0; i < n; i++)
		sum += (long)a[i] * a[i] + a[i];
	return sum;
}

struct rec {
	short key;
	char name[5];
};

static int cmp_rec(const void *a, const void *b)
{
	return ((const struct rec *)a)->key - ((const struct rec *)b)->key;
}

static bool test_is_sorted(void)
{
	CHECK(sort_is_sorted((int[]){ 1, 1, 2 }, 3));
	CHECK(!sort_is_sorted((int[]){ 1, 3, 2 }, 3));
	CHECK(!sort_is_sorted((int[]){ 2, 1 }, 2));
	CHECK(sort_is_sorted(NULL, 0));
	return true;
}

static bool test_insertion(void)
{
	int a[] = { 5, -1, 4, 4, 0 };

	sort_insertion(a, 5);
	CHECK(a[0] == -1 && a[1] == 0 && a[2] == 4 && a[3] == 4 && a[4] == 5);
	sort_insertion(a, 0);
	return true;
}

static bool test_quick(void)
{
	int a[MANY];
	long sum;

	scramble(a, MANY);
	sum = sum_of(a, MANY);
	sort_quick(a, MANY);
	CHECK(sort_is_sorted(a, MANY) && sum_of(a, MANY) == sum);
	return true;
}

static bool test_quick_equal(void)
{
	int a[100];

	for (int i = 0; i < 100; i++)
		a[i] = 7;
	sort_quick(a, 100);
	CHECK(sort_is_sorted(a, 100));
	for (int i = 0; i < 100; i++)
		a[i] = 100 - i;
	sort_quick(a, 100);
	CHECK(sort_is_sorted(a, 100) && a[0] == 1 && a[99] == 100);
	return true;
}

static bool test_merge(void)
{
	int a[MANY];
	long sum;

	scramble(a, MANY);
	sum = sum_of(a, MANY);
	CHECK(sort_merge(a, MANY) == 0);
	CHECK(sort_is_sorted(a, MANY) && sum_of(a, MANY) == sum);
	CHECK(sort_merge(a, 0) == 0 && sort_merge(a, 1) == 0);
	return true;
}

static bool test_heap_ints(void)
{
	struct rec r[] = { { 3, "cccc" }, { 1, "aaaa" }, { 2, "bbbb" }, { 5, "eeee" }, { 4, "dddd" } };

	sort_heap(r, 5, sizeof(r[0]), cmp_rec);
	for (int i = 0; i < 5; i++) {
		CHECK(r[i].key == i + 1);
		CHECK(r[i].name[0] == 'a' + i && r[i].name[3] == 'a' + i);
	}
	return true;
}

static bool test_heap_many(void)
{
	struct rec r[50] = { { 0, "" } };

	for (int i = 0; i < 50; i++)
		r[i].key = (short)(i * 17 % 50);
	sort_heap(r, 50, sizeof(r[0]), cmp_rec);
	for (int i = 0; i < 50; i++)
		CHECK(r[i].key == i);
	sort_heap(r, 0, sizeof(r[0]), cmp_rec);
	return true;
}

static bool test_unique(void)
{
	int a[] = { 1, 1, 2, 3, 3, 3 };

	CHECK(sort_unique(a, 6) == 3);
	CHECK(a[0] == 1 && a[1] == 2 && a[2] == 3);
	CHECK(sort_unique(a, 3) == 3 && a[2] == 3);
	CHECK(sort_unique(a, 1) == 1 && sort_unique(a, 0) == 0);
	return true;
}

static bool test_select(void)
{
	int sorted[40], a[40], value = 0;

	scramble(sorted, 40);
	sort_insertion(sorted, 40);
	for (size_t k = 0; k < 40; k++) {
		scramble(a, 40);
		CHECK(sort_select(a, 40, k, &value) == 0);
		CHECK(value == sorted[k]);
	}
	return true;
}

static bool test_select_range(void)
{
	int a[] = { 2, 1 }, value = 9;

	CHECK(sort_select(a, 2, 2, &value) == -ERANGE && value == 9);
	CHECK(sort_select(a, 0, 0, &value) == -ERANGE);
	return true;
}

static const struct {
	const char *name;
	bool (*run)(void);
} cases[] = {
	{ "order is recognised", test_is_sorted },
	{ "insertion sort puts few values in order", test_insertion },
	{ "quicksort puts many values in order", test_quick },
	{ "quicksort copes with equal and sorted values", test_quick_equal },
	{ "merge sort puts many values in order", test_merge },
	{ "records sort by key and stay whole", test_heap_ints },
	{ "heapsort puts many records in order", test_heap_many },
	{ "repeated values are dropped", test_unique },
	{ "any rank can be selected", test_select },
	{ "a rank outside the array is refused", test_select_range },
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
