#define _POSIX_C_SOURCE 200809L

#include "hashset.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
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

static bool test_empty(void)
{
	struct hashset set;
	size_t pos = 0;
	uint32_t key;

	CHECK(hashset_init(&set) == 0);
	CHECK(hashset_count(&set) == 0 && !hashset_has(&set, 0));
	CHECK(!hashset_next(&set, &pos, &key));
	hashset_destroy(&set);
	return true;
}

static bool test_add(void)
{
	struct hashset set;

	CHECK(hashset_init(&set) == 0);
	CHECK(hashset_add(&set, 7) == 0 && hashset_add(&set, 0) == 0);
	CHECK(hashset_add(&set, UINT32_MAX) == 0);
	CHECK(hashset_has(&set, 7) && hashset_has(&set, 0));
	CHECK(hashset_has(&set, UINT32_MAX) && !hashset_has(&set, 8));
	hashset_destroy(&set);
	return true;
}

static bool test_add_twice(void)
{
	struct hashset set;

	CHECK(hashset_init(&set) == 0);
	CHECK(hashset_add(&set, 3) == 0);
	CHECK(hashset_add(&set, 3) == -EEXIST);
	CHECK(hashset_count(&set) == 1);
	hashset_destroy(&set);
	return true;
}

static bool test_grow(void)
{
	struct hashset set;

	CHECK(hashset_init(&set) == 0);
	for (uint32_t i = 0; i < 1000; i++)
		CHECK(hashset_add(&set, i * 3) == 0);
	CHECK(hashset_count(&set) == 1000 && set.size == 2048);
	for (uint32_t i = 0; i < 3000; i++)
		CHECK(hashset_has(&set, i) == (i % 3 == 0));
	hashset_destroy(&set);
	return true;
}

static bool test_load(void)
{
	struct hashset set;

	CHECK(hashset_init(&set) == 0);
	for (uint32_t i = 0; i < 6; i++)
		CHECK(hashset_add(&set, i) == 0);
	CHECK(set.size == 8);
	CHECK(hashset_add(&set, 6) == 0 && set.size == 16);
	hashset_destroy(&set);
	return true;
}

static bool test_remove(void)
{
	struct hashset set;

	CHECK(hashset_init(&set) == 0);
	hashset_add(&set, 1);
	hashset_add(&set, 2);
	CHECK(hashset_remove(&set, 1) == 0);
	CHECK(!hashset_has(&set, 1) && hashset_has(&set, 2));
	CHECK(hashset_count(&set) == 1);
	CHECK(hashset_remove(&set, 1) == -ENOENT);
	CHECK(hashset_add(&set, 1) == 0 && hashset_has(&set, 1));
	hashset_destroy(&set);
	return true;
}

static bool test_probe_past_mark(void)
{
	struct hashset set;

	CHECK(hashset_init(&set) == 0);
	for (uint32_t i = 0; i < 300; i++)
		hashset_add(&set, i * i);
	for (uint32_t i = 0; i < 300; i += 2)
		CHECK(hashset_remove(&set, i * i) == 0);
	for (uint32_t i = 0; i < 300; i++)
		CHECK(hashset_has(&set, i * i) == (i % 2 == 1));
	hashset_destroy(&set);
	return true;
}

static bool test_churn(void)
{
	struct hashset set;

	CHECK(hashset_init(&set) == 0);
	for (uint32_t i = 0; i < 500; i++) {
		CHECK(hashset_add(&set, i) == 0);
		CHECK(hashset_remove(&set, i) == 0);
		CHECK(set.used + set.marked < set.size);
	}
	CHECK(set.size == 8 && hashset_count(&set) == 0);
	hashset_destroy(&set);
	return true;
}

static bool test_iterate(void)
{
	struct hashset set;
	size_t pos = 0, n = 0;
	uint32_t key, sum = 0;

	CHECK(hashset_init(&set) == 0);
	for (uint32_t i = 1; i <= 10; i++)
		hashset_add(&set, i);
	hashset_remove(&set, 10);
	while (hashset_next(&set, &pos, &key)) {
		sum += key;
		n++;
	}
	CHECK(n == 9 && sum == 45);
	hashset_destroy(&set);
	return true;
}

static bool test_subset(void)
{
	struct hashset a, b;

	CHECK(hashset_init(&a) == 0 && hashset_init(&b) == 0);
	CHECK(hashset_subset(&a, &b));
	hashset_add(&a, 1);
	hashset_add(&b, 1);
	hashset_add(&b, 2);
	CHECK(hashset_subset(&a, &b) && !hashset_subset(&b, &a));
	hashset_destroy(&a);
	hashset_destroy(&b);
	return true;
}

static bool test_destroy_twice(void)
{
	struct hashset set;

	CHECK(hashset_init(&set) == 0);
	hashset_destroy(&set);
	CHECK(set.keys == NULL && hashset_count(&set) == 0);
	hashset_destroy(&set);
	return true;
}

static const struct {
	const char *name;
	bool (*run)(void);
} cases[] = {
	{ "a new set is empty", test_empty },
	{ "added keys are found", test_add },
	{ "a key is stored once", test_add_twice },
	{ "the set grows and keeps its keys", test_grow },
	{ "three quarters of the slots are filled before growth", test_load },
	{ "removed keys are gone", test_remove },
	{ "a removed key does not hide its neighbours", test_probe_past_mark },
	{ "marks are cleaned up without growth", test_churn },
	{ "each key is visited once", test_iterate },
	{ "subsets are told from other sets", test_subset },
	{ "destroying twice is harmless", test_destroy_twice },
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
