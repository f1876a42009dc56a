#define _POSIX_C_SOURCE 200809L

#include "sllist.h"

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

/* Whether the list holds just these values, and its ends agree. */
static bool holds(const struct sllist *list, const int *want, size_t n)
{
	const struct sl_node *node = list->head, *last = NULL;

	for (size_t i = 0; i < n; i++) {
		if (!node || node->value != want[i])
			return false;
		last = node;
		node = node->next;
	}
	return !node && list->tail == last && list->len == n;
}

static void fill(struct sllist *list, int n)
{
	sllist_init(list);
	for (int i = 1; i <= n; i++)
		sllist_push_back(list, i);
}

static bool test_empty(void)
{
	struct sllist list;
	int value = 7;

	sllist_init(&list);
	CHECK(holds(&list, NULL, 0));
	CHECK(sllist_pop_front(&list, &value) == -ENOENT && value == 7);
	return true;
}

static bool test_push_back(void)
{
	struct sllist list;

	fill(&list, 3);
	CHECK(holds(&list, (int[]){ 1, 2, 3 }, 3));
	sllist_clear(&list);
	return true;
}

static bool test_push_front(void)
{
	struct sllist list;

	sllist_init(&list);
	CHECK(sllist_push_front(&list, 2) == 0);
	CHECK(sllist_push_front(&list, 1) == 0);
	CHECK(sllist_push_back(&list, 3) == 0);
	CHECK(holds(&list, (int[]){ 1, 2, 3 }, 3));
	sllist_clear(&list);
	return true;
}

static bool test_pop_to_empty(void)
{
	struct sllist list;
	int value = 0;

	fill(&list, 2);
	CHECK(sllist_pop_front(&list, &value) == 0 && value == 1);
	CHECK(sllist_pop_front(&list, &value) == 0 && value == 2);
	CHECK(holds(&list, NULL, 0));
	CHECK(sllist_push_back(&list, 9) == 0);
	CHECK(holds(&list, (int[]){ 9 }, 1));
	sllist_clear(&list);
	return true;
}

static bool test_remove_middle(void)
{
	struct sllist list;

	fill(&list, 3);
	CHECK(sllist_remove(&list, 2));
	CHECK(holds(&list, (int[]){ 1, 3 }, 2));
	CHECK(!sllist_remove(&list, 2));
	sllist_clear(&list);
	return true;
}

static bool test_remove_last(void)
{
	struct sllist list;

	fill(&list, 3);
	CHECK(sllist_remove(&list, 3));
	CHECK(holds(&list, (int[]){ 1, 2 }, 2));
	CHECK(sllist_remove(&list, 1) && sllist_remove(&list, 2));
	CHECK(holds(&list, NULL, 0));
	return true;
}

static bool test_reverse(void)
{
	struct sllist list;

	fill(&list, 4);
	sllist_reverse(&list);
	CHECK(holds(&list, (int[]){ 4, 3, 2, 1 }, 4));
	sllist_push_back(&list, 0);
	CHECK(holds(&list, (int[]){ 4, 3, 2, 1, 0 }, 5));
	sllist_clear(&list);
	return true;
}

static bool test_sorted(void)
{
	struct sllist list;
	const struct sl_node *first;

	sllist_init(&list);
	sllist_insert_sorted(&list, 5);
	first = list.head;
	sllist_insert_sorted(&list, 9);
	sllist_insert_sorted(&list, 1);
	sllist_insert_sorted(&list, 5);
	CHECK(holds(&list, (int[]){ 1, 5, 5, 9 }, 4));
	CHECK(list.head->next == first);
	sllist_clear(&list);
	return true;
}

static bool test_nth(void)
{
	struct sllist list;
	int value = 0;

	fill(&list, 3);
	CHECK(sllist_nth(&list, 0, &value) == 0 && value == 1);
	CHECK(sllist_nth(&list, 2, &value) == 0 && value == 3);
	CHECK(sllist_nth(&list, 3, &value) == -ERANGE);
	sllist_clear(&list);
	return true;
}

static bool test_clear(void)
{
	struct sllist list;

	fill(&list, 3);
	sllist_clear(&list);
	CHECK(holds(&list, NULL, 0));
	CHECK(sllist_push_front(&list, 1) == 0);
	CHECK(holds(&list, (int[]){ 1 }, 1));
	sllist_clear(&list);
	return true;
}

static const struct {
	const char *name;
	bool (*run)(void);
} cases[] = {
	{ "a new list is empty", test_empty },
	{ "values are appended in order", test_push_back },
	{ "values are put in front", test_push_front },
	{ "a list can be drained and used again", test_pop_to_empty },
	{ "a value in the middle is removed", test_remove_middle },
	{ "removing the last node moves the tail", test_remove_last },
	{ "reversing swaps the ends", test_reverse },
	{ "sorted insertion works at both ends and between", test_sorted },
	{ "values are found by position", test_nth },
	{ "a cleared list is empty and usable", test_clear },
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
