#define _POSIX_C_SOURCE 200809L

#include "intervals.h"

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

static bool same(const struct intervals *set, size_t count, const long *ends)
{
	if (set->count != count)
		return false;
	for (size_t i = 0; i < count; i++)
		if (set->items[i].start != ends[2 * i] || set->items[i].end != ends[2 * i + 1])
			return false;
	return true;
}

static bool test_empty(void)
{
	struct intervals set;

	intervals_init(&set);
	CHECK(!intervals_contain(&set, 0));
	CHECK(!intervals_overlap(&set, -10, 10));
	CHECK(intervals_total(&set) == 0);
	CHECK(intervals_remove(&set, 0, 5) == 0 && set.count == 0);
	intervals_destroy(&set);
	return true;
}

static bool test_invalid(void)
{
	struct intervals set;

	intervals_init(&set);
	CHECK(intervals_add(&set, 5, 5) == -EINVAL);
	CHECK(intervals_add(&set, 6, 5) == -EINVAL);
	CHECK(intervals_remove(&set, 5, 5) == -EINVAL);
	CHECK(set.count == 0);
	intervals_destroy(&set);
	return true;
}

static bool test_sorted(void)
{
	struct intervals set;

	intervals_init(&set);
	CHECK(intervals_add(&set, 20, 30) == 0);
	CHECK(intervals_add(&set, 0, 5) == 0);
	CHECK(intervals_add(&set, 10, 15) == 0);
	CHECK(same(&set, 3, (long[]){ 0, 5, 10, 15, 20, 30 }));
	CHECK(intervals_total(&set) == 20);
	intervals_destroy(&set);
	return true;
}

static bool test_touching(void)
{
	struct intervals set;

	intervals_init(&set);
	CHECK(intervals_add(&set, 0, 5) == 0);
	CHECK(intervals_add(&set, 10, 15) == 0);
	CHECK(intervals_add(&set, 5, 7) == 0);
	CHECK(same(&set, 2, (long[]){ 0, 7, 10, 15 }));
	CHECK(intervals_add(&set, 7, 10) == 0);
	CHECK(same(&set, 1, (long[]){ 0, 15 }));
	intervals_destroy(&set);
	return true;
}

static bool test_swallow(void)
{
	struct intervals set;

	intervals_init(&set);
	for (long i = 0; i < 10; i++)
		CHECK(intervals_add(&set, i * 10, i * 10 + 5) == 0);
	CHECK(intervals_add(&set, 12, 62) == 0);
	CHECK(same(&set, 5, (long[]){ 0, 5, 10, 65, 70, 75, 80, 85, 90, 95 }));
	CHECK(intervals_add(&set, 20, 30) == 0);
	CHECK(set.count == 5);
	intervals_destroy(&set);
	return true;
}

static bool test_many(void)
{
	struct intervals set;

	intervals_init(&set);
	for (long i = 99; i >= 0; i--)
		CHECK(intervals_add(&set, i * 3, i * 3 + 2) == 0);
	CHECK(set.count == 100 && set.room >= 100);
	CHECK(intervals_total(&set) == 200);
	CHECK(intervals_contain(&set, 151) && !intervals_contain(&set, 152));
	intervals_destroy(&set);
	return true;
}

static bool test_split(void)
{
	struct intervals set;

	intervals_init(&set);
	CHECK(intervals_add(&set, 0, 100) == 0);
	CHECK(intervals_remove(&set, 40, 60) == 0);
	CHECK(same(&set, 2, (long[]){ 0, 40, 60, 100 }));
	intervals_destroy(&set);
	return true;
}

static bool test_remove_across(void)
{
	struct intervals set;

	intervals_init(&set);
	CHECK(intervals_add(&set, 0, 10) == 0);
	CHECK(intervals_add(&set, 20, 30) == 0);
	CHECK(intervals_add(&set, 40, 50) == 0);
	CHECK(intervals_remove(&set, 5, 45) == 0);
	CHECK(same(&set, 2, (long[]){ 0, 5, 45, 50 }));
	CHECK(intervals_remove(&set, -5, 70) == 0);
	CHECK(set.count == 0);
	intervals_destroy(&set);
	return true;
}

static bool test_contain(void)
{
	struct intervals set;

	intervals_init(&set);
	CHECK(intervals_add(&set, -3, 4) == 0);
	CHECK(intervals_contain(&set, -3) && intervals_contain(&set, 3));
	CHECK(!intervals_contain(&set, -4) && !intervals_contain(&set, 4));
	intervals_destroy(&set);
	return true;
}

static bool test_overlap(void)
{
	struct intervals set;

	intervals_init(&set);
	CHECK(intervals_add(&set, 10, 20) == 0);
	CHECK(!intervals_overlap(&set, 0, 10));
	CHECK(!intervals_overlap(&set, 20, 30));
	CHECK(intervals_overlap(&set, 0, 11) && intervals_overlap(&set, 19, 30));
	CHECK(intervals_overlap(&set, 12, 13));
	intervals_destroy(&set);
	return true;
}

static bool test_gap(void)
{
	struct intervals set;
	long at = -1;

	intervals_init(&set);
	CHECK(intervals_add(&set, 0, 10) == 0);
	CHECK(intervals_add(&set, 12, 20) == 0);
	CHECK(intervals_add(&set, 25, 30) == 0);
	CHECK(intervals_gap(&set, 0, 2, &at) == 0 && at == 10);
	CHECK(intervals_gap(&set, 0, 3, &at) == 0 && at == 20);
	CHECK(intervals_gap(&set, 0, 6, &at) == 0 && at == 30);
	CHECK(intervals_gap(&set, -2, 2, &at) == 0 && at == -2);
	CHECK(intervals_gap(&set, 0, 0, &at) == -EINVAL);
	intervals_destroy(&set);
	return true;
}

static const struct {
	const char *name;
	bool (*run)(void);
} cases[] = {
	{ "an empty set holds nothing", test_empty },
	{ "empty and reversed ranges are refused", test_invalid },
	{ "ranges are kept in order", test_sorted },
	{ "ranges that touch become one", test_touching },
	{ "a wide range swallows narrow ones", test_swallow },
	{ "a hundred ranges fit", test_many },
	{ "removing the middle leaves both ends", test_split },
	{ "removing across ranges trims and drops", test_remove_across },
	{ "the end of a range is not in it", test_contain },
	{ "ranges that only touch do not overlap", test_overlap },
	{ "the first gap that is wide enough is found", test_gap },
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
