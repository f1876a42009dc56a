#define _POSIX_C_SOURCE 200809L

#include "prioq.h"

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

static int values[1000];

/* Pushes n priorities that jump about, each below 1000 and none twice. */
static bool push_many(struct prioq *queue, int n)
{
	for (int i = 0; i < n; i++)
		if (prioq_push(queue, (i * 37L + 11) % 1000, &values[i]) != 0)
			return false;
	return true;
}

static bool test_empty(void)
{
	struct prioq queue;
	void *value = NULL;

	prioq_init(&queue);
	CHECK(prioq_pop(&queue, &value, NULL) == -ENODATA);
	CHECK(prioq_peek(&queue, &value) == -ENODATA);
	CHECK(value == NULL);
	prioq_destroy(&queue);
	return true;
}

static bool test_order(void)
{
	struct prioq queue;
	void *value;
	long last = -1, priority = 0;

	prioq_init(&queue);
	CHECK(push_many(&queue, 500));
	CHECK(prioq_sound(&queue) && queue.count == 500);
	for (int i = 0; i < 500; i++) {
		CHECK(prioq_pop(&queue, &value, &priority) == 0);
		CHECK(priority > last);
		last = priority;
	}
	CHECK(queue.count == 0);
	prioq_destroy(&queue);
	return true;
}

static bool test_negative(void)
{
	struct prioq queue;
	void *value = NULL;
	long priority = 0;

	prioq_init(&queue);
	CHECK(prioq_push(&queue, 5, &values[0]) == 0);
	CHECK(prioq_push(&queue, -5, &values[1]) == 0);
	CHECK(prioq_push(&queue, 0, &values[2]) == 0);
	CHECK(prioq_pop(&queue, &value, &priority) == 0);
	CHECK(value == &values[1] && priority == -5);
	prioq_destroy(&queue);
	return true;
}

static bool test_arrival(void)
{
	struct prioq queue;
	void *value = NULL;

	prioq_init(&queue);
	for (int i = 0; i < 30; i++)
		CHECK(prioq_push(&queue, i % 3, &values[i]) == 0);
	for (int i = 0; i < 30; i++) {
		CHECK(prioq_pop(&queue, &value, NULL) == 0);
		CHECK(value == &values[i / 10 + i % 10 * 3]);
	}
	prioq_destroy(&queue);
	return true;
}

static bool test_peek(void)
{
	struct prioq queue;
	void *value = NULL;

	prioq_init(&queue);
	CHECK(prioq_push(&queue, 2, &values[2]) == 0);
	CHECK(prioq_push(&queue, 1, &values[1]) == 0);
	CHECK(prioq_peek(&queue, &value) == 0 && value == &values[1]);
	CHECK(queue.count == 2);
	prioq_destroy(&queue);
	return true;
}

static bool test_change_up(void)
{
	struct prioq queue;
	void *value = NULL;

	prioq_init(&queue);
	CHECK(push_many(&queue, 100));
	CHECK(prioq_change(&queue, &values[77], -1) == 0);
	CHECK(prioq_sound(&queue));
	CHECK(prioq_pop(&queue, &value, NULL) == 0 && value == &values[77]);
	prioq_destroy(&queue);
	return true;
}

static bool test_change_down(void)
{
	struct prioq queue;
	void *value = NULL;

	prioq_init(&queue);
	CHECK(push_many(&queue, 100));
	CHECK(prioq_peek(&queue, &value) == 0);
	CHECK(prioq_change(&queue, value, 5000) == 0);
	CHECK(prioq_sound(&queue));
	CHECK(prioq_change(&queue, &queue, 1) == -ENOENT);
	prioq_destroy(&queue);
	return true;
}

static bool test_change_after_pop(void)
{
	struct prioq queue;
	void *value = NULL;

	prioq_init(&queue);
	CHECK(prioq_push(&queue, 1, &values[1]) == 0);
	CHECK(prioq_push(&queue, 5, &values[5]) == 0);
	CHECK(prioq_push(&queue, 3, &values[3]) == 0);
	CHECK(prioq_pop(&queue, &value, NULL) == 0 && value == &values[1]);
	CHECK(prioq_change(&queue, &values[3], 10) == 0);
	CHECK(prioq_pop(&queue, &value, NULL) == 0 && value == &values[5]);
	CHECK(prioq_pop(&queue, &value, NULL) == 0 && value == &values[3]);
	prioq_destroy(&queue);
	return true;
}

static bool test_remove(void)
{
	struct prioq queue;
	void *value = NULL;

	prioq_init(&queue);
	CHECK(push_many(&queue, 200));
	for (int i = 0; i < 200; i += 2) {
		CHECK(prioq_remove(&queue, &values[i]) == 0);
		CHECK(prioq_sound(&queue));
	}
	CHECK(queue.count == 100);
	CHECK(prioq_remove(&queue, &values[0]) == -ENOENT);
	while (prioq_pop(&queue, &value, NULL) == 0)
		CHECK(((int *)value - values) % 2 == 1);
	prioq_destroy(&queue);
	return true;
}

static bool test_remove_last(void)
{
	struct prioq queue;

	prioq_init(&queue);
	CHECK(prioq_push(&queue, 1, &values[1]) == 0);
	CHECK(prioq_push(&queue, 2, &values[2]) == 0);
	CHECK(prioq_remove(&queue, &values[2]) == 0);
	CHECK(prioq_remove(&queue, &values[1]) == 0);
	CHECK(queue.count == 0);
	prioq_destroy(&queue);
	return true;
}

static bool test_reuse(void)
{
	struct prioq queue;

	prioq_init(&queue);
	CHECK(push_many(&queue, 20));
	prioq_destroy(&queue);
	CHECK(queue.count == 0 && queue.items == NULL);
	CHECK(push_many(&queue, 20) && queue.count == 20);
	prioq_destroy(&queue);
	return true;
}

static const struct {
	const char *name;
	bool (*run)(void);
} cases[] = {
	{ "an empty queue gives nothing", test_empty },
	{ "items leave by rising priority", test_order },
	{ "negative priorities go first", test_negative },
	{ "equal priorities leave in the order of arrival", test_arrival },
	{ "peeking leaves the item", test_peek },
	{ "an item can be moved to the front", test_change_up },
	{ "an item can be moved to the end", test_change_down },
	{ "an item that has left does not come back", test_change_after_pop },
	{ "any item can be removed", test_remove },
	{ "the last item in the heap can be removed", test_remove_last },
	{ "a destroyed queue can be used again", test_reuse },
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
