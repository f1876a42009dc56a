#define _POSIX_C_SOURCE 200809L

#include "refcount.h"

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

static bool test_ref(void)
{
	struct ref r;

	ref_init(&r);
	CHECK(r.count == 1 && ref_get(&r) && r.count == 2);
	CHECK(!ref_put(&r));
	CHECK(ref_put(&r) && r.count == 0);
	return true;
}

static bool test_dead(void)
{
	struct ref r;

	ref_init(&r);
	CHECK(ref_put(&r));
	CHECK(!ref_get(&r) && r.count == 0);
	CHECK(!ref_put(&r) && r.count == 0);
	return true;
}

static bool test_ceiling(void)
{
	struct ref r = { REF_MAX - 1 };

	CHECK(ref_get(&r) && r.count == REF_MAX);
	CHECK(ref_get(&r) && r.count == REF_MAX);
	CHECK(!ref_put(&r) && r.count == REF_MAX);
	return true;
}

static bool test_new(void)
{
	char source[] = "hello";
	struct shared_text *t = text_new(source);

	source[0] = 'j';
	CHECK(t && strcmp(t->data, "hello") == 0 && t->len == 5);
	CHECK(!text_is_shared(t) && shared_text_live == 1);
	text_put(t);
	CHECK(shared_text_live == 0);
	return true;
}

static bool test_share(void)
{
	struct shared_text *t = text_new("x");
	struct shared_text *u = text_get(t);

	CHECK(u == t && text_is_shared(t));
	text_put(t);
	CHECK(shared_text_live == 1 && u->data[0] == 'x' && !text_is_shared(u));
	text_put(u);
	CHECK(shared_text_live == 0);
	return true;
}

static bool test_null(void)
{
	CHECK(text_get(NULL) == NULL);
	text_put(NULL);
	CHECK(shared_text_live == 0);
	return true;
}

static bool test_append(void)
{
	struct shared_text *t = text_new("ab");
	struct shared_text *before = t;

	CHECK(text_append(&t, "cde") == 0 && t == before);
	CHECK(strcmp(t->data, "abcde") == 0 && t->len == 5);
	CHECK(text_append(&t, "f") == 0 && strcmp(t->data, "abcdef") == 0);
	text_put(t);
	CHECK(shared_text_live == 0);
	return true;
}

static bool test_copy_on_write(void)
{
	struct shared_text *t = text_new("ab");
	struct shared_text *u = text_get(t);

	CHECK(text_append(&u, "c") == 0 && u != t);
	CHECK(strcmp(t->data, "ab") == 0 && strcmp(u->data, "abc") == 0);
	CHECK(!text_is_shared(t) && !text_is_shared(u));
	CHECK(shared_text_live == 2);
	text_put(t);
	text_put(u);
	CHECK(shared_text_live == 0);
	return true;
}

static bool test_append_nothing(void)
{
	struct shared_text *t = text_new("ab");
	struct shared_text *u = text_get(t);

	CHECK(text_append(&u, "") == 0 && u == t && text_is_shared(t));
	text_put(t);
	text_put(u);
	return true;
}

static bool test_assign(void)
{
	struct shared_text *t = text_new("a"), *u = text_new("b");

	text_assign(&u, t);
	CHECK(u == t && shared_text_live == 1 && text_is_shared(t));
	text_assign(&u, NULL);
	CHECK(u == NULL && !text_is_shared(t));
	text_put(t);
	CHECK(shared_text_live == 0);
	return true;
}

static bool test_assign_self(void)
{
	struct shared_text *t = text_new("self");

	text_assign(&t, t);
	CHECK(t && shared_text_live == 1 && strcmp(t->data, "self") == 0);
	CHECK(!text_is_shared(t));
	text_put(t);
	CHECK(shared_text_live == 0);
	return true;
}

static const struct {
	const char *name;
	bool (*run)(void);
} cases[] = {
	{ "the last put is told", test_ref },
	{ "a dead object stays dead", test_dead },
	{ "a count sticks at its ceiling", test_ceiling },
	{ "a new text is a copy", test_new },
	{ "a shared text lives until the last put", test_share },
	{ "no text is passed through", test_null },
	{ "an own text grows in place", test_append },
	{ "a shared text is copied before it grows", test_copy_on_write },
	{ "appending nothing does not copy", test_append_nothing },
	{ "assignment drops the old text", test_assign },
	{ "a text can be assigned to itself", test_assign_self },
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
