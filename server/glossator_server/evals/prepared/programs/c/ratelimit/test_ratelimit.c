#define _POSIX_C_SOURCE 200809L

#include "ratelimit.h"

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

#define MS 1000000ull

static bool test_init(void)
{
	struct bucket b;

	CHECK(bucket_init(&b, 0, 5, 0) == -EINVAL);
	CHECK(bucket_init(&b, 5, 0, 0) == -EINVAL);
	CHECK(bucket_init(&b, NSEC_PER_SEC + 1, 5, 0) == -EINVAL);
	CHECK(bucket_init(&b, 10, 5, 7) == 0);
	CHECK(b.interval == 100 * MS && b.tokens == 5 && b.last == 7);
	return true;
}

static bool test_burst(void)
{
	struct bucket b;

	CHECK(bucket_init(&b, 10, 3, 0) == 0);
	for (int i = 0; i < 3; i++)
		CHECK(bucket_take(&b, 1, 0));
	CHECK(!bucket_take(&b, 1, 0));
	CHECK(!bucket_take(&b, 1, 99 * MS));
	CHECK(bucket_take(&b, 1, 100 * MS));
	CHECK(!bucket_take(&b, 1, 100 * MS));
	return true;
}

static bool test_all_or_none(void)
{
	struct bucket b;

	CHECK(bucket_init(&b, 10, 5, 0) == 0);
	CHECK(!bucket_take(&b, 6, 0) && b.tokens == 5);
	CHECK(bucket_take(&b, 5, 0) && b.tokens == 0);
	CHECK(bucket_take(&b, 0, 0));
	return true;
}

static bool test_cap(void)
{
	struct bucket b;

	CHECK(bucket_init(&b, 1000, 4, 0) == 0);
	CHECK(bucket_take(&b, 2, 0));
	CHECK(bucket_take(&b, 4, 3600 * NSEC_PER_SEC));
	CHECK(!bucket_take(&b, 1, 3600 * NSEC_PER_SEC));
	return true;
}

static bool test_remainder(void)
{
	struct bucket b;

	CHECK(bucket_init(&b, 10, 5, 0) == 0);
	CHECK(bucket_take(&b, 5, 0));
	CHECK(!bucket_take(&b, 2, 150 * MS));
	CHECK(bucket_take(&b, 2, 200 * MS));
	CHECK(b.last == 200 * MS);
	return true;
}

static bool test_clock_back(void)
{
	struct bucket b;

	CHECK(bucket_init(&b, 10, 5, 1000 * MS) == 0);
	CHECK(bucket_take(&b, 5, 1000 * MS));
	CHECK(!bucket_take(&b, 1, 500 * MS));
	CHECK(b.last == 1000 * MS && b.tokens == 0);
	CHECK(bucket_take(&b, 1, 1100 * MS));
	return true;
}

static bool test_wait(void)
{
	struct bucket b;

	CHECK(bucket_init(&b, 10, 5, 0) == 0);
	CHECK(bucket_wait(&b, 5, 0) == 0);
	CHECK(bucket_wait(&b, 6, 0) == UINT64_MAX);
	CHECK(bucket_take(&b, 4, 0));
	CHECK(bucket_wait(&b, 1, 0) == 0);
	CHECK(bucket_wait(&b, 3, 0) == 200 * MS);
	CHECK(bucket_wait(&b, 3, 150 * MS) == 50 * MS);
	CHECK(bucket_wait(&b, 3, 200 * MS) == 0);
	return true;
}

static bool test_set_burst(void)
{
	struct bucket b;

	CHECK(bucket_init(&b, 10, 5, 0) == 0);
	CHECK(bucket_set_burst(&b, 2, 0) == 0 && b.tokens == 2);
	CHECK(bucket_set_burst(&b, 0, 0) == -EINVAL && b.burst == 2);
	CHECK(bucket_set_burst(&b, 9, 0) == 0 && b.tokens == 2);
	CHECK(bucket_take(&b, 4, 200 * MS));
	return true;
}

static bool test_window_limit(void)
{
	struct window w;

	memset(&w, 0x5a, sizeof(w));
	CHECK(window_init(&w, 800, 3, 0) == 0);
	CHECK(window_count(&w, 0) == 0);
	CHECK(window_take(&w, 0) && window_take(&w, 150) && window_take(&w, 250));
	CHECK(!window_take(&w, 700));
	CHECK(window_count(&w, 700) == 3);
	CHECK(window_init(&w, 7, 3, 0) == -EINVAL);
	CHECK(window_init(&w, 800, 0, 0) == -EINVAL);
	return true;
}

static bool test_window_slides(void)
{
	struct window w;

	CHECK(window_init(&w, 800, 3, 0) == 0);
	CHECK(window_take(&w, 0) && window_take(&w, 150) && window_take(&w, 250));
	CHECK(window_count(&w, 799) == 3);
	CHECK(window_count(&w, 800) == 2);
	CHECK(window_take(&w, 850));
	CHECK(!window_take(&w, 899));
	CHECK(window_count(&w, 900) == 2);
	CHECK(window_count(&w, 1599) == 1 && window_count(&w, 1600) == 0);
	return true;
}

static bool test_window_jump(void)
{
	struct window w;

	CHECK(window_init(&w, 800, 10, 100000) == 0);
	for (uint64_t t = 100000; t < 100800; t += 100)
		CHECK(window_take(&w, t));
	CHECK(window_count(&w, 100799) == 8);
	CHECK(window_count(&w, 101500) == 0);
	CHECK(window_take(&w, UINT64_MAX / 2));
	CHECK(window_count(&w, UINT64_MAX / 2) == 1);
	CHECK(window_count(&w, 5) == 1);
	return true;
}

static bool test_backoff(void)
{
	CHECK(backoff_delay(0, 100, 5000) == 100);
	CHECK(backoff_delay(1, 100, 5000) == 200);
	CHECK(backoff_delay(5, 100, 5000) == 3200);
	CHECK(backoff_delay(6, 100, 5000) == 5000);
	CHECK(backoff_delay(4000000000u, 100, 5000) == 5000);
	CHECK(backoff_delay(0, 9000, 5000) == 5000);
	CHECK(backoff_delay(64, 3, UINT64_MAX) == UINT64_MAX);
	return true;
}

static const struct {
	const char *name;
	bool (*run)(void);
} cases[] = {
	{ "rates that let nothing through are refused", test_init },
	{ "a full bucket lets a burst through", test_burst },
	{ "several tokens are taken at once or not at all", test_all_or_none },
	{ "a bucket never holds more than its burst", test_cap },
	{ "the rest of an interval is not lost", test_remainder },
	{ "a clock that goes back does no harm", test_clock_back },
	{ "the time to wait is told", test_wait },
	{ "a smaller burst spills tokens", test_set_burst },
	{ "a window lets its limit through", test_window_limit },
	{ "old events leave the window", test_window_slides },
	{ "a long pause clears the window", test_window_jump },
	{ "delays double up to the most", test_backoff },
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
