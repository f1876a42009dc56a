#define _POSIX_C_SOURCE 200809L

#include "strmap.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
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

static int one = 1, two = 2, three = 3;

static void count_visit(const char *key, void *value, void *data)
{
	if (key && value)
		++*(int *)data;
}

/* Fills the map with k0, k1, ... and keeps the values in numbers. */
static bool fill(struct strmap *map, int *numbers, int n)
{
	char key[16];

	for (int i = 0; i < n; i++) {
		snprintf(key, sizeof(key), "k%d", i);
		numbers[i] = i;
		if (strmap_set(map, key, &numbers[i]) != 0)
			return false;
	}
	return true;
}

static bool test_empty(void)
{
	struct strmap map;

	CHECK(strmap_init(&map) == 0);
	CHECK(map.count == 0);
	CHECK(strmap_get(&map, "a") == NULL && !strmap_has(&map, "a"));
	strmap_destroy(&map);
	return true;
}

static bool test_set_get(void)
{
	struct strmap map;

	CHECK(strmap_init(&map) == 0);
	CHECK(strmap_set(&map, "one", &one) == 0);
	CHECK(strmap_set(&map, "two", &two) == 0);
	CHECK(strmap_get(&map, "one") == &one);
	CHECK(strmap_get(&map, "two") == &two);
	CHECK(strmap_get(&map, "three") == NULL);
	CHECK(map.count == 2);
	strmap_destroy(&map);
	return true;
}

static bool test_replace(void)
{
	struct strmap map;

	CHECK(strmap_init(&map) == 0);
	CHECK(strmap_set(&map, "k", &one) == 0);
	CHECK(strmap_set(&map, "k", &three) == 0);
	CHECK(strmap_get(&map, "k") == &three);
	CHECK(map.count == 1);
	strmap_destroy(&map);
	return true;
}

static bool test_null_key(void)
{
	struct strmap map;

	CHECK(strmap_init(&map) == 0);
	CHECK(strmap_set(&map, NULL, &one) == -EINVAL);
	CHECK(map.count == 0);
	strmap_destroy(&map);
	return true;
}

static bool test_key_copied(void)
{
	struct strmap map;
	char key[] = "before";

	CHECK(strmap_init(&map) == 0);
	CHECK(strmap_set(&map, key, &one) == 0);
	memcpy(key, "after!", sizeof(key));
	CHECK(strmap_get(&map, "before") == &one);
	CHECK(!strmap_has(&map, "after!"));
	strmap_destroy(&map);
	return true;
}

static bool test_null_value(void)
{
	struct strmap map;

	CHECK(strmap_init(&map) == 0);
	CHECK(strmap_set(&map, "k", NULL) == 0);
	CHECK(strmap_has(&map, "k") && strmap_get(&map, "k") == NULL);
	strmap_destroy(&map);
	return true;
}

static bool test_grow(void)
{
	struct strmap map;
	int numbers[500];
	char key[16];

	CHECK(strmap_init(&map) == 0);
	CHECK(fill(&map, numbers, 500));
	CHECK(map.count == 500);
	CHECK(map.nbuckets >= 256);
	for (int i = 0; i < 500; i++) {
		snprintf(key, sizeof(key), "k%d", i);
		CHECK(strmap_get(&map, key) == &numbers[i]);
	}
	strmap_destroy(&map);
	return true;
}

static bool test_del(void)
{
	struct strmap map;
	int numbers[100];

	CHECK(strmap_init(&map) == 0);
	CHECK(fill(&map, numbers, 100));
	CHECK(strmap_del(&map, "k50") == 0);
	CHECK(!strmap_has(&map, "k50"));
	CHECK(map.count == 99);
	for (int i = 0; i < 100; i++) {
		char key[16];

		snprintf(key, sizeof(key), "k%d", i);
		CHECK(strmap_has(&map, key) == (i != 50));
	}
	strmap_destroy(&map);
	return true;
}

static bool test_del_missing(void)
{
	struct strmap map;

	CHECK(strmap_init(&map) == 0);
	CHECK(strmap_del(&map, "nobody") == -ENOENT);
	CHECK(strmap_set(&map, "k", &one) == 0);
	CHECK(strmap_del(&map, "k") == 0);
	CHECK(strmap_del(&map, "k") == -ENOENT);
	strmap_destroy(&map);
	return true;
}

static bool test_each(void)
{
	struct strmap map;
	int numbers[40];
	int seen = 0;

	CHECK(strmap_init(&map) == 0);
	CHECK(fill(&map, numbers, 40));
	strmap_each(&map, count_visit, &seen);
	CHECK(seen == 40);
	strmap_destroy(&map);
	return true;
}

static bool test_long_key(void)
{
	struct strmap map;
	char key[4001];

	CHECK(strmap_init(&map) == 0);
	memset(key, 'x', 4000);
	key[4000] = '\0';
	CHECK(strmap_set(&map, key, &one) == 0);
	key[3999] = 'y';
	CHECK(strmap_get(&map, key) == NULL);
	CHECK(strmap_set(&map, key, &two) == 0);
	key[3999] = 'x';
	CHECK(strmap_get(&map, key) == &one);
	CHECK(map.count == 2);
	strmap_destroy(&map);
	return true;
}

static const struct {
	const char *name;
	bool (*run)(void);
} cases[] = {
	{ "nothing is found in an empty map", test_empty },
	{ "a value is found by its key", test_set_get },
	{ "setting a key again replaces its value", test_replace },
	{ "a missing key is refused", test_null_key },
	{ "the map keeps its own copy of a key", test_key_copied },
	{ "a key may have no value", test_null_value },
	{ "all keys survive growing", test_grow },
	{ "a deleted key is gone and others stay", test_del },
	{ "deleting an unknown key says so", test_del_missing },
	{ "each entry is visited once", test_each },
	{ "long keys are kept whole", test_long_key },
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
