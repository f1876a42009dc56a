#define _POSIX_C_SOURCE 200809L

#include "arena.h"

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

static bool test_empty(void)
{
	struct arena a;

	arena_init(&a, 64);
	CHECK(arena_blocks(&a) == 0 && a.total == 0);
	arena_free(&a);
	return true;
}

static bool test_apart(void)
{
	struct arena a;

	arena_init(&a, 256);
	char *p = arena_alloc(&a, 20), *q = arena_alloc(&a, 20);

	CHECK(p && q && q - p >= 20);
	memset(p, 'p', 20);
	memset(q, 'q', 20);
	CHECK(p[19] == 'p' && q[0] == 'q');
	CHECK(arena_blocks(&a) == 1 && a.total == 40);
	arena_free(&a);
	return true;
}

static bool test_aligned(void)
{
	struct arena a;

	arena_init(&a, 1000);
	for (size_t n = 1; n < 40; n++)
		CHECK((uintptr_t)arena_alloc(&a, n) % _Alignof(max_align_t) == 0);
	arena_free(&a);
	return true;
}

static bool test_grow(void)
{
	struct arena a;

	arena_init(&a, 64);
	CHECK(arena_alloc(&a, 32) && arena_alloc(&a, 32));
	CHECK(arena_blocks(&a) == 1);
	CHECK(arena_alloc(&a, 1) && arena_blocks(&a) == 2);
	arena_free(&a);
	CHECK(arena_blocks(&a) == 0 && a.total == 0);
	return true;
}

static bool test_large(void)
{
	struct arena a;

	arena_init(&a, 64);
	char *p = arena_alloc(&a, 1000), *q = arena_alloc(&a, 1000);

	CHECK(p && q);
	memset(p, 1, 1000);
	memset(q, 2, 1000);
	CHECK(p[999] == 1 && q[999] == 2 && arena_blocks(&a) == 2);
	arena_free(&a);
	return true;
}

static bool test_zalloc(void)
{
	struct arena a;

	arena_init(&a, 256);
	memset(arena_alloc(&a, 128), 0xff, 128);
	arena_restore(&a, (struct arena_mark){ a.head, 0, 0 });
	int *v = arena_zalloc(&a, 20, sizeof(*v));

	CHECK(v != NULL && a.total == 20 * sizeof(*v));
	for (int i = 0; i < 20; i++)
		CHECK(v[i] == 0);
	arena_free(&a);
	return true;
}

static bool test_overflow(void)
{
	struct arena a;

	arena_init(&a, 64);
	CHECK(arena_zalloc(&a, SIZE_MAX / 4 + 2, 4) == NULL);
	CHECK(arena_alloc(&a, SIZE_MAX - 2) == NULL);
	CHECK(arena_alloc(&a, SIZE_MAX - 31) == NULL);
	CHECK(arena_zalloc(&a, 0, 0) != NULL);
	arena_free(&a);
	return true;
}

static bool test_strdup(void)
{
	struct arena a;

	arena_init(&a, 64);
	memset(arena_alloc(&a, 64), 'x', 64);
	arena_restore(&a, (struct arena_mark){ a.head, 0, 0 });
	char *s = arena_strdup(&a, "0123456789abcdef");

	CHECK(s && strcmp(s, "0123456789abcdef") == 0 && a.total == 17);
	CHECK(arena_strdup(&a, "")[0] == '\0');
	arena_free(&a);
	return true;
}

static bool test_join(void)
{
	static const char *const words[] = { "usr", "local", "bin" };
	struct arena a;

	arena_init(&a, 64);
	CHECK(strcmp(arena_join(&a, words, 3, '/'), "usr/local/bin") == 0);
	CHECK(a.total == 14);
	CHECK(strcmp(arena_join(&a, words, 1, '/'), "usr") == 0 && a.total == 18);
	CHECK(strcmp(arena_join(&a, words, 0, '/'), "") == 0 && a.total == 19);
	arena_free(&a);
	return true;
}

static bool test_restore(void)
{
	struct arena a;

	arena_init(&a, 64);
	arena_alloc(&a, 16);
	struct arena_mark mark = arena_save(&a);
	void *p = arena_alloc(&a, 16);

	for (int i = 0; i < 10; i++)
		arena_alloc(&a, 48);
	CHECK(arena_blocks(&a) == 11);
	arena_restore(&a, mark);
	CHECK(arena_blocks(&a) == 1 && a.total == 16);
	CHECK(arena_alloc(&a, 16) == p);
	arena_free(&a);
	return true;
}

static bool test_restore_empty(void)
{
	struct arena a;

	arena_init(&a, 64);
	struct arena_mark mark = arena_save(&a);

	arena_alloc(&a, 100);
	arena_restore(&a, mark);
	CHECK(arena_blocks(&a) == 0 && a.total == 0);
	arena_free(&a);
	return true;
}

static const struct {
	const char *name;
	bool (*run)(void);
} cases[] = {
	{ "a new arena has no blocks", test_empty },
	{ "allocations do not overlap", test_apart },
	{ "allocations are aligned for any type", test_aligned },
	{ "a full block is followed by another", test_grow },
	{ "a large allocation gets a block of its own", test_large },
	{ "zeroed memory is zero", test_zalloc },
	{ "sizes that overflow are refused", test_overflow },
	{ "texts are copied with their end", test_strdup },
	{ "words are joined", test_join },
	{ "memory is given back to a mark", test_restore },
	{ "an empty arena can be marked, too", test_restore_empty },
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
