#define _POSIX_C_SOURCE 200809L

#include "dlist.h"

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

struct job {
	int id;
	struct dlist link;
};

static int cmp_tens(const struct dlist *a, const struct dlist *b)
{
	return dlist_entry(a, struct job, link)->id / 10 -
	       dlist_entry(b, struct job, link)->id / 10;
}

/* Whether the ids on the list are just these. */
static bool ids_are(const struct dlist *head, const int *want, size_t n)
{
	const struct dlist *pos;
	size_t i = 0;

	if (dlist_check(head) != 0)
		return false;
	dlist_for_each(pos, head) {
		if (i == n || dlist_entry(pos, struct job, link)->id != want[i])
			return false;
		i++;
	}
	return i == n;
}

static void fill(struct dlist *head, struct job *jobs, int n, int first)
{
	dlist_init(head);
	for (int i = 0; i < n; i++) {
		jobs[i].id = first + i;
		dlist_add_tail(head, &jobs[i].link);
	}
}

static bool test_empty(void)
{
	struct dlist head;

	dlist_init(&head);
	CHECK(dlist_empty(&head) && dlist_length(&head) == 0);
	CHECK(dlist_check(&head) == 0);
	return true;
}

static bool test_add_front(void)
{
	struct dlist head;
	struct job a = { .id = 1 }, b = { .id = 2 };

	dlist_init(&head);
	dlist_add(&head, &a.link);
	dlist_add(&head, &b.link);
	CHECK(ids_are(&head, (int[]){ 2, 1 }, 2));
	return true;
}

static bool test_add_tail(void)
{
	struct dlist head;
	struct job jobs[3];

	fill(&head, jobs, 3, 1);
	CHECK(ids_are(&head, (int[]){ 1, 2, 3 }, 3));
	CHECK(!dlist_empty(&head) && dlist_length(&head) == 3);
	return true;
}

static bool test_delete_twice(void)
{
	struct dlist head;
	struct job jobs[3];

	fill(&head, jobs, 3, 1);
	dlist_del(&jobs[1].link);
	CHECK(ids_are(&head, (int[]){ 1, 3 }, 2));
	dlist_del(&jobs[0].link);
	dlist_del(&jobs[1].link);
	CHECK(ids_are(&head, (int[]){ 3 }, 1));
	CHECK(dlist_empty(&jobs[1].link));
	return true;
}

static bool test_move_tail(void)
{
	struct dlist one, two;
	struct job a[2], b[1];

	fill(&one, a, 2, 1);
	fill(&two, b, 1, 9);
	dlist_move_tail(&two, &a[0].link);
	CHECK(ids_are(&one, (int[]){ 2 }, 1));
	CHECK(ids_are(&two, (int[]){ 9, 1 }, 2));
	return true;
}

static bool test_splice(void)
{
	struct dlist one, two;
	struct job a[2], b[2];

	fill(&one, a, 2, 1);
	fill(&two, b, 2, 11);
	dlist_splice_tail(&one, &two);
	CHECK(ids_are(&one, (int[]){ 1, 2, 11, 12 }, 4));
	CHECK(ids_are(&two, NULL, 0));
	return true;
}

static bool test_splice_empty(void)
{
	struct dlist one, two;
	struct job a[2];

	fill(&one, a, 2, 1);
	dlist_init(&two);
	dlist_splice_tail(&one, &two);
	CHECK(ids_are(&one, (int[]){ 1, 2 }, 2));
	return true;
}

static bool test_rotate(void)
{
	struct dlist head;
	struct job jobs[3];

	fill(&head, jobs, 3, 1);
	dlist_rotate_left(&head);
	CHECK(ids_are(&head, (int[]){ 2, 3, 1 }, 3));
	CHECK(dlist_is_last(&head, &jobs[0].link));
	CHECK(!dlist_is_last(&head, &jobs[1].link));
	dlist_init(&head);
	dlist_rotate_left(&head);
	CHECK(ids_are(&head, NULL, 0));
	return true;
}

static bool test_ordered(void)
{
	struct dlist head;
	struct job jobs[] = { { .id = 25 }, { .id = 10 }, { .id = 21 }, { .id = 30 }, { .id = 12 } };

	dlist_init(&head);
	for (size_t i = 0; i < 5; i++)
		dlist_insert_ordered(&head, &jobs[i].link, cmp_tens);
	CHECK(ids_are(&head, (int[]){ 10, 12, 25, 21, 30 }, 5));
	return true;
}

static bool test_check_broken(void)
{
	struct dlist head;
	struct job jobs[3];

	fill(&head, jobs, 3, 1);
	jobs[1].link.prev = &head;
	CHECK(dlist_check(&head) == -EINVAL);
	jobs[1].link.prev = &jobs[0].link;
	head.prev = &head;
	CHECK(dlist_check(&head) == -EINVAL);
	return true;
}

static const struct {
	const char *name;
	bool (*run)(void);
} cases[] = {
	{ "a new list is empty", test_empty },
	{ "items are put in front", test_add_front },
	{ "items are appended in order", test_add_tail },
	{ "deleting an item twice is harmless", test_delete_twice },
	{ "an item can change to another list", test_move_tail },
	{ "a whole list is appended to another", test_splice },
	{ "splicing an empty list changes nothing", test_splice_empty },
	{ "rotation moves the first item to the end", test_rotate },
	{ "ordered insertion is stable", test_ordered },
	{ "a broken chain is noticed", test_check_broken },
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
