#define _POSIX_C_SOURCE 200809L

#include "trie.h"

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

static void fill(struct trie *t)
{
	trie_init(t);
	trie_add(t, "car");
	trie_add(t, "cart");
	trie_add(t, "care");
	trie_add(t, "dog");
	trie_add(t, "zebra");
}

static bool test_empty(void)
{
	struct trie t;

	trie_init(&t);
	CHECK(!trie_has(&t, "a") && !trie_has(&t, ""));
	CHECK(trie_count_prefix(&t, "") == 0);
	return true;
}

static bool test_has(void)
{
	struct trie t;

	fill(&t);
	CHECK(trie_has(&t, "car") && trie_has(&t, "cart") && trie_has(&t, "zebra"));
	CHECK(!trie_has(&t, "ca-r") && !trie_has(&t, "Car"));
	CHECK(!trie_has(&t, "ca") && !trie_has(&t, "carts") && !trie_has(&t, "x"));
	trie_destroy(&t);
	return true;
}

static bool test_bad_words(void)
{
	struct trie t;

	trie_init(&t);
	CHECK(trie_add(&t, "") == -EINVAL);
	CHECK(trie_add(&t, "Abc") == -EINVAL);
	CHECK(trie_add(&t, "ab{") == -EINVAL);
	CHECK(trie_count_prefix(&t, "") == 0);
	CHECK(!trie_has(&t, "a-b"));
	trie_destroy(&t);
	return true;
}

static bool test_twice(void)
{
	struct trie t;

	fill(&t);
	CHECK(trie_add(&t, "dog") == -EEXIST);
	CHECK(trie_count_prefix(&t, "dog") == 1);
	trie_destroy(&t);
	return true;
}

static bool test_prefix(void)
{
	struct trie t;

	fill(&t);
	CHECK(trie_count_prefix(&t, "") == 5);
	CHECK(trie_count_prefix(&t, "car") == 3);
	CHECK(trie_count_prefix(&t, "cart") == 1);
	CHECK(trie_count_prefix(&t, "cat") == 0);
	trie_destroy(&t);
	return true;
}

static bool test_remove_inner(void)
{
	struct trie t;

	fill(&t);
	CHECK(trie_remove(&t, "car") == 0);
	CHECK(!trie_has(&t, "car") && trie_has(&t, "cart") && trie_has(&t, "care"));
	CHECK(trie_count_prefix(&t, "ca") == 2);
	CHECK(trie_remove(&t, "car") == -ENOENT);
	trie_destroy(&t);
	return true;
}

static bool test_remove_leaf(void)
{
	struct trie t;

	fill(&t);
	CHECK(trie_remove(&t, "zebra") == 0);
	CHECK(t.root.kid[25] == NULL && t.root.below == 4);
	CHECK(trie_remove(&t, "cart") == 0);
	CHECK(trie_has(&t, "car") && trie_has(&t, "care"));
	CHECK(trie_add(&t, "zebra") == 0 && trie_has(&t, "zebra"));
	trie_destroy(&t);
	return true;
}

static bool test_longest(void)
{
	struct trie t;

	fill(&t);
	CHECK(trie_longest_match(&t, "carton") == 4);
	CHECK(trie_longest_match(&t, "carbon") == 3);
	CHECK(trie_longest_match(&t, "ca") == 0);
	CHECK(trie_longest_match(&t, "dog days") == 3);
	trie_destroy(&t);
	return true;
}

static bool test_first(void)
{
	struct trie t;
	char out[6];

	fill(&t);
	CHECK(trie_first(&t, "", out, sizeof(out)) == 0 && !strcmp(out, "car"));
	CHECK(trie_first(&t, "z", out, sizeof(out)) == 0 && !strcmp(out, "zebra"));
	CHECK(trie_remove(&t, "car") == 0);
	CHECK(trie_first(&t, "c", out, sizeof(out)) == 0 && !strcmp(out, "care"));
	CHECK(trie_first(&t, "e", out, sizeof(out)) == -ENOENT);
	trie_destroy(&t);
	return true;
}

static bool test_first_room(void)
{
	struct trie t;
	char out[5] = "????";

	fill(&t);
	CHECK(trie_first(&t, "z", out, 5) == -ENAMETOOLONG);
	CHECK(trie_first(&t, "cart", out, 4) == -ENAMETOOLONG);
	CHECK(trie_first(&t, "cart", out, 5) == 0);
	trie_destroy(&t);
	return true;
}

static bool test_destroy(void)
{
	struct trie t;

	fill(&t);
	trie_destroy(&t);
	CHECK(trie_count_prefix(&t, "") == 0 && !trie_has(&t, "car"));
	CHECK(trie_add(&t, "car") == 0 && trie_count_prefix(&t, "c") == 1);
	trie_destroy(&t);
	return true;
}

static const struct {
	const char *name;
	bool (*run)(void);
} cases[] = {
	{ "a new trie has no words", test_empty },
	{ "stored words are found", test_has },
	{ "words of other characters are refused", test_bad_words },
	{ "a word is stored once", test_twice },
	{ "words are counted by prefix", test_prefix },
	{ "a word that others extend is removed alone", test_remove_inner },
	{ "nodes that no word needs are freed", test_remove_leaf },
	{ "the longest match wins", test_longest },
	{ "the first completion is in order", test_first },
	{ "a completion that does not fit is refused", test_first_room },
	{ "a destroyed trie is empty and usable", test_destroy },
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
