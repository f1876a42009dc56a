#define _POSIX_C_SOURCE 200809L

#include "slab.h"

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

struct thing {
	void *link;
	int a;
	int b;
};

static int made;

static void make_thing(void *obj)
{
	struct thing *t = obj;

	t->a = ++made;
	t->b = -1;
}

static bool test_init_bad(void)
{
	struct slab s;

	CHECK(slab_init(&s, 0, 4, NULL) == -EINVAL);
	CHECK(slab_init(&s, 8, 0, NULL) == -EINVAL);
	CHECK(slab_init(&s, 64, SIZE_MAX / 64 + 1, NULL) == -EINVAL);
	return true;
}

static bool test_order(void)
{
	struct slab s;

	CHECK(slab_init(&s, sizeof(struct thing), 4, NULL) == 0);
	for (long i = 0; i < 4; i++)
		CHECK(slab_index(&s, slab_alloc(&s)) == i);
	s.in_use = 0;
	CHECK(slab_destroy(&s) == 0);
	return true;
}

static bool test_exhaust(void)
{
	struct slab s;

	CHECK(slab_init(&s, 100, 3, NULL) == 0 && slab_available(&s) == 3);
	void *last = NULL;

	for (int i = 0; i < 3; i++)
		CHECK((last = slab_alloc(&s)) != NULL);
	CHECK(slab_alloc(&s) == NULL && slab_available(&s) == 0);
	CHECK(slab_free(&s, last) == 0 && slab_available(&s) == 1);
	CHECK(slab_alloc(&s) == last);
	s.in_use = 0;
	slab_destroy(&s);
	return true;
}

static bool test_small(void)
{
	struct slab s;

	CHECK(slab_init(&s, 1, 8, NULL) == 0);
	CHECK(s.obj_size >= sizeof(void *) && s.obj_size % _Alignof(max_align_t) == 0);
	for (int i = 0; i < 8; i++)
		CHECK(slab_alloc(&s) != NULL);
	CHECK(slab_alloc(&s) == NULL);
	s.in_use = 0;
	slab_destroy(&s);
	return true;
}

static bool test_size_kept(void)
{
	struct slab s;

	CHECK(slab_init(&s, 64, 2, NULL) == 0 && s.obj_size == 64);
	slab_destroy(&s);
	CHECK(slab_init(&s, 65, 2, NULL) == 0 && s.obj_size > 65 && s.obj_size <= 128);
	slab_destroy(&s);
	return true;
}

static bool test_ctor(void)
{
	struct slab s;

	made = 0;
	CHECK(slab_init(&s, sizeof(struct thing), 2, make_thing) == 0 && made == 0);
	struct thing *t = slab_alloc(&s);

	CHECK(t->a == 1 && t->b == -1);
	CHECK(slab_free(&s, t) == 0);
	t = slab_alloc(&s);
	CHECK(t->a == 2 && t->b == -1);
	CHECK(slab_free(&s, t) == 0 && slab_destroy(&s) == 0);
	return true;
}

static bool test_poison(void)
{
	struct slab s;

	CHECK(slab_init(&s, 48, 2, NULL) == 0);
	unsigned char *p = slab_alloc(&s);

	memset(p, 0, 48);
	CHECK(slab_free(&s, p) == 0);
	CHECK(p[sizeof(void *)] == SLAB_POISON && p[47] == SLAB_POISON);
	CHECK(slab_destroy(&s) == 0);
	return true;
}

static bool test_free_twice(void)
{
	struct slab s;

	CHECK(slab_init(&s, 16, 4, NULL) == 0);
	void *p = slab_alloc(&s), *q = slab_alloc(&s);

	CHECK(slab_free(&s, p) == 0 && slab_free(&s, q) == 0);
	CHECK(slab_free(&s, p) == -EALREADY && slab_free(&s, q) == -EALREADY);
	CHECK(slab_available(&s) == 4 && slab_destroy(&s) == 0);
	return true;
}

static bool test_foreign(void)
{
	struct slab s;
	char other[16];

	CHECK(slab_init(&s, 16, 4, NULL) == 0);
	char *p = slab_alloc(&s);

	CHECK(slab_free(&s, other) == -EINVAL);
	CHECK(slab_free(&s, p + 1) == -EINVAL);
	CHECK(slab_free(&s, p + 4 * s.obj_size) == -EINVAL);
	CHECK(slab_owns(&s, p + 3 * s.obj_size) && !slab_owns(&s, p - 1));
	CHECK(slab_free(&s, p) == 0 && slab_destroy(&s) == 0);
	return true;
}

static bool test_destroy(void)
{
	struct slab s;

	CHECK(slab_init(&s, 16, 4, NULL) == 0);
	void *p = slab_alloc(&s);

	CHECK(slab_destroy(&s) == -EBUSY);
	CHECK(slab_free(&s, p) == 0 && slab_destroy(&s) == 0);
	CHECK(slab_alloc(&s) == NULL && slab_available(&s) == 0);
	CHECK(slab_destroy(&s) == 0);
	return true;
}

static const struct {
	const char *name;
	bool (*run)(void);
} cases[] = {
	{ "impossible sizes are refused", test_init_bad },
	{ "objects are handed out in order", test_order },
	{ "a slab that is used up gives nothing", test_exhaust },
	{ "objects have room for the link", test_small },
	{ "an aligned size is not rounded up", test_size_kept },
	{ "objects are constructed each time", test_ctor },
	{ "a free object is poisoned behind its link", test_poison },
	{ "freeing twice is noticed", test_free_twice },
	{ "foreign pointers are refused", test_foreign },
	{ "a slab in use is not destroyed", test_destroy },
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
