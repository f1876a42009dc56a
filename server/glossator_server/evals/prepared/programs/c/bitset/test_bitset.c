#define _POSIX_C_SOURCE 200809L

#include "bitset.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
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

/* Leaves rubbish in the memory that the next allocations are given. */
static void soil_heap(void)
{
	static void *blocks[32];

	for (int i = 0; i < 32; i++) {
		blocks[i] = malloc((size_t)(i + 1) * 8);
		if (blocks[i])
			memset(blocks[i], 0xa5, (size_t)(i + 1) * 8);
	}
	for (int i = 0; i < 32; i++)
		free(blocks[i]);
}

static bool test_new_empty(void)
{
	struct bitset *set;

	soil_heap();
	set = bitset_new(200);
	CHECK(set);
	for (size_t i = 0; i < 200; i++)
		CHECK(!bitset_test(set, i));
	CHECK(bitset_count(set) == 0);
	bitset_free(set);
	return true;
}

static bool test_set_clear(void)
{
	struct bitset *set = bitset_new(130);

	CHECK(set);
	CHECK(bitset_set(set, 0) == 0 && bitset_set(set, 40) == 0);
	CHECK(bitset_set(set, 64) == 0 && bitset_set(set, 129) == 0);
	CHECK(bitset_test(set, 0) && bitset_test(set, 40));
	CHECK(bitset_test(set, 64) && bitset_test(set, 129));
	CHECK(!bitset_test(set, 8) && !bitset_test(set, 128));
	CHECK(bitset_clear(set, 40) == 0);
	CHECK(!bitset_test(set, 40) && bitset_test(set, 0));
	CHECK(bitset_count(set) == 3);
	bitset_free(set);
	return true;
}

static bool test_range(void)
{
	struct bitset *set = bitset_new(100);

	CHECK(set);
	CHECK(bitset_set(set, 99) == 0);
	CHECK(bitset_set(set, 100) == -ERANGE);
	CHECK(bitset_clear(set, 100) == -ERANGE);
	CHECK(!bitset_test(set, 100) && !bitset_test(set, 1000000000));
	bitset_free(set);
	return true;
}

static bool test_fill(void)
{
	struct bitset *set = bitset_new(70);

	CHECK(set);
	bitset_fill(set);
	CHECK(bitset_count(set) == 70);
	CHECK(bitset_test(set, 69) && !bitset_test(set, 70));
	CHECK(bitset_next_clear(set, 0) == BITSET_NONE);
	bitset_free(set);
	return true;
}

static bool test_fill_whole_words(void)
{
	struct bitset *set = bitset_new(128);

	CHECK(set);
	bitset_fill(set);
	CHECK(bitset_count(set) == 128);
	bitset_free(set);
	return true;
}

static bool test_invert(void)
{
	struct bitset *set = bitset_new(67);

	CHECK(set);
	CHECK(bitset_set(set, 3) == 0 && bitset_set(set, 66) == 0);
	bitset_invert(set);
	CHECK(bitset_count(set) == 65);
	CHECK(!bitset_test(set, 3) && !bitset_test(set, 66) && bitset_test(set, 4));
	bitset_free(set);
	return true;
}

static bool test_next(void)
{
	struct bitset *set = bitset_new(300);

	CHECK(set);
	CHECK(bitset_set(set, 5) == 0 && bitset_set(set, 63) == 0);
	CHECK(bitset_set(set, 64) == 0 && bitset_set(set, 299) == 0);
	CHECK(bitset_next(set, 0) == 5);
	CHECK(bitset_next(set, 5) == 5);
	CHECK(bitset_next(set, 6) == 63);
	CHECK(bitset_next(set, 64) == 64);
	CHECK(bitset_next(set, 65) == 299);
	CHECK(bitset_next(set, 300) == BITSET_NONE);
	bitset_free(set);
	return true;
}

static bool test_next_clear(void)
{
	struct bitset *set = bitset_new(10);

	CHECK(set);
	CHECK(bitset_set(set, 0) == 0 && bitset_set(set, 1) == 0);
	CHECK(bitset_next_clear(set, 0) == 2);
	CHECK(bitset_next_clear(set, 9) == 9);
	CHECK(bitset_next_clear(set, 10) == BITSET_NONE);
	bitset_free(set);
	return true;
}

static bool test_algebra(void)
{
	struct bitset *a = bitset_new(150), *b = bitset_new(150), *c = bitset_new(151);

	CHECK(a && b && c);
	CHECK(bitset_set(a, 1) == 0 && bitset_set(a, 100) == 0);
	CHECK(bitset_set(b, 1) == 0 && bitset_set(b, 149) == 0);
	CHECK(bitset_union(a, b) == 0);
	CHECK(bitset_count(a) == 3 && bitset_test(a, 149) && bitset_test(a, 100));
	CHECK(bitset_subtract(a, b) == 0);
	CHECK(bitset_count(a) == 1 && bitset_test(a, 100));
	CHECK(bitset_union(a, c) == -EINVAL);
	CHECK(bitset_subtract(a, c) == -EINVAL);
	bitset_free(a);
	bitset_free(b);
	bitset_free(c);
	return true;
}

static bool test_subset(void)
{
	struct bitset *a = bitset_new(80), *b = bitset_new(80);

	CHECK(a && b);
	CHECK(bitset_subset(a, b));
	CHECK(bitset_set(a, 70) == 0);
	CHECK(!bitset_subset(a, b));
	CHECK(bitset_set(b, 70) == 0 && bitset_set(b, 2) == 0);
	CHECK(bitset_subset(a, b) && !bitset_subset(b, a));
	bitset_free(a);
	bitset_free(b);
	return true;
}

static bool test_free_null(void)
{
	bitset_free(NULL);
	return true;
}

static const struct {
	const char *name;
	bool (*run)(void);
} cases[] = {
	{ "a new set is empty", test_new_empty },
	{ "a bit can be set and cleared", test_set_clear },
	{ "bits outside the set are refused", test_range },
	{ "a filled set has exactly its bits", test_fill },
	{ "a set of whole words can be filled", test_fill_whole_words },
	{ "inverting swaps members and others", test_invert },
	{ "members are walked in order", test_next },
	{ "the first free number is found", test_next_clear },
	{ "union and difference work word by word", test_algebra },
	{ "subsets are told from others", test_subset },
	{ "freeing no set is harmless", test_free_null },
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
