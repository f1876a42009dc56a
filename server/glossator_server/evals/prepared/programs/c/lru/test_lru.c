#define _POSIX_C_SOURCE 200809L

#include "lru.h"

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

static int values[16];

struct dropped {
	int count;
	int last_key;
	void *last_value;
};

static void on_drop(int key, void *value, void *data)
{
	struct dropped *dropped = data;

	dropped->count++;
	dropped->last_key = key;
	dropped->last_value = value;
}

static bool test_new(void)
{
	struct lru *cache = lru_new(0, NULL, NULL);

	CHECK(cache == NULL);
	cache = lru_new(1, NULL, NULL);
	CHECK(cache && lru_count(cache) == 0);
	lru_free(cache);
	return true;
}

static bool test_put_get(void)
{
	struct lru *cache = lru_new(4, NULL, NULL);

	CHECK(lru_put(cache, 7, &values[7]) == 0);
	CHECK(lru_put(cache, INT_MIN, &values[1]) == 0);
	CHECK(lru_get(cache, 7) == &values[7]);
	CHECK(lru_get(cache, INT_MIN) == &values[1]);
	CHECK(lru_get(cache, 8) == NULL);
	lru_free(cache);
	return true;
}

static bool test_evict(void)
{
	struct dropped dropped = { 0, 0, NULL };
	struct lru *cache = lru_new(3, on_drop, &dropped);

	for (int i = 0; i < 3; i++)
		CHECK(lru_put(cache, i, &values[i]) == 0);
	CHECK(dropped.count == 0 && lru_count(cache) == 3);
	CHECK(lru_put(cache, 3, &values[3]) == 0);
	CHECK(dropped.count == 1 && dropped.last_key == 0);
	CHECK(dropped.last_value == &values[0]);
	CHECK(lru_count(cache) == 3 && lru_get(cache, 0) == NULL);
	lru_free(cache);
	return true;
}

static bool test_get_renews(void)
{
	struct lru *cache = lru_new(2, NULL, NULL);

	CHECK(lru_put(cache, 1, &values[1]) == 0);
	CHECK(lru_put(cache, 2, &values[2]) == 0);
	CHECK(lru_get(cache, 1) == &values[1]);
	CHECK(lru_put(cache, 3, &values[3]) == 0);
	CHECK(lru_get(cache, 1) == &values[1]);
	CHECK(lru_get(cache, 2) == NULL);
	lru_free(cache);
	return true;
}

static bool test_peek_does_not(void)
{
	struct lru *cache = lru_new(2, NULL, NULL);
	void *value = NULL;

	CHECK(lru_put(cache, 1, &values[1]) == 0);
	CHECK(lru_put(cache, 2, &values[2]) == 0);
	CHECK(lru_peek(cache, 1, &value) && value == &values[1]);
	CHECK(lru_peek(cache, 2, NULL));
	CHECK(!lru_peek(cache, 9, &value));
	CHECK(lru_put(cache, 3, &values[3]) == 0);
	CHECK(!lru_peek(cache, 1, NULL));
	lru_free(cache);
	return true;
}

static bool test_replace(void)
{
	struct dropped dropped = { 0, 0, NULL };
	struct lru *cache = lru_new(2, on_drop, &dropped);

	CHECK(lru_put(cache, 1, &values[1]) == 0);
	CHECK(lru_put(cache, 2, &values[2]) == 0);
	CHECK(lru_put(cache, 1, &values[5]) == 0);
	CHECK(dropped.count == 1 && dropped.last_value == &values[1]);
	CHECK(lru_put(cache, 1, &values[5]) == 0);
	CHECK(dropped.count == 1);
	CHECK(lru_count(cache) == 2 && lru_get(cache, 1) == &values[5]);
	lru_free(cache);
	return true;
}

static bool test_remove(void)
{
	struct dropped dropped = { 0, 0, NULL };
	struct lru *cache = lru_new(4, on_drop, &dropped);

	for (int i = 0; i < 3; i++)
		CHECK(lru_put(cache, i, &values[i]) == 0);
	CHECK(lru_remove(cache, 1) == 0);
	CHECK(dropped.count == 1 && dropped.last_key == 1);
	CHECK(lru_count(cache) == 2);
	CHECK(lru_remove(cache, 1) == -ENOENT);
	CHECK(lru_get(cache, 0) == &values[0] && lru_get(cache, 2) == &values[2]);
	lru_free(cache);
	return true;
}

static bool test_oldest(void)
{
	struct lru *cache = lru_new(3, NULL, NULL);
	int key = -1;

	CHECK(lru_oldest(cache, &key) == -ENOENT);
	CHECK(lru_put(cache, 4, &values[4]) == 0);
	CHECK(lru_put(cache, 5, &values[5]) == 0);
	CHECK(lru_oldest(cache, &key) == 0 && key == 4);
	CHECK(lru_put(cache, 4, &values[4]) == 0);
	CHECK(lru_oldest(cache, &key) == 0 && key == 5);
	lru_free(cache);
	return true;
}

static bool test_resize(void)
{
	struct dropped dropped = { 0, 0, NULL };
	struct lru *cache = lru_new(5, on_drop, &dropped);

	for (int i = 0; i < 5; i++)
		CHECK(lru_put(cache, i, &values[i]) == 0);
	CHECK(lru_resize(cache, 2) == 0);
	CHECK(dropped.count == 3 && lru_count(cache) == 2);
	CHECK(lru_peek(cache, 4, NULL) && lru_peek(cache, 3, NULL));
	CHECK(lru_resize(cache, 0) == -EINVAL);
	CHECK(lru_put(cache, 9, &values[9]) == 0 && lru_count(cache) == 2);
	lru_free(cache);
	return true;
}

static bool test_free_drops(void)
{
	struct dropped dropped = { 0, 0, NULL };
	struct lru *cache = lru_new(5, on_drop, &dropped);

	for (int i = 0; i < 4; i++)
		CHECK(lru_put(cache, i, &values[i]) == 0);
	lru_free(cache);
	CHECK(dropped.count == 4);
	lru_free(NULL);
	return true;
}

static const struct {
	const char *name;
	bool (*run)(void);
} cases[] = {
	{ "a cache without room is refused", test_new },
	{ "a value is found by its key", test_put_get },
	{ "the oldest value makes room", test_evict },
	{ "getting a value keeps it longer", test_get_renews },
	{ "peeking does not keep a value longer", test_peek_does_not },
	{ "replacing drops the old value only", test_replace },
	{ "a removed value is dropped", test_remove },
	{ "the next to go is known", test_oldest },
	{ "a smaller cache drops the oldest at once", test_resize },
	{ "freeing the cache drops every value", test_free_drops },
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
