#define _POSIX_C_SOURCE 200809L

#include "timer_wheel.h"

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

static struct timer_wheel wheel;

static void count(struct wheel_timer *t, void *arg)
{
	(void)t;
	++*(int *)arg;
}

static void stop_itself(struct wheel_timer *t, void *arg)
{
	if (++*(int *)arg == 3)
		wheel_cancel(&wheel, t);
}

static void add_again(struct wheel_timer *t, void *arg)
{
	++*(int *)arg;
	wheel_add(&wheel, t, 5);
}

static bool test_empty(void)
{
	unsigned long delay;

	memset(&wheel, 0xff, sizeof(wheel));
	wheel_init(&wheel, 100);
	CHECK(wheel.pending == 0 && wheel_advance(&wheel, 40) == 0);
	CHECK(wheel.now == 140 && wheel_next_expiry(&wheel, &delay) == -ENOENT);
	return true;
}

static bool test_once(void)
{
	struct wheel_timer t;
	int n = 0;

	wheel_init(&wheel, 0);
	timer_setup(&t, count, &n);
	CHECK(wheel_add(&wheel, &t, 5) == 0 && timer_pending(&t));
	CHECK(wheel_advance(&wheel, 4) == 0 && n == 0);
	CHECK(wheel_advance(&wheel, 1) == 1 && n == 1);
	CHECK(!timer_pending(&t) && wheel.pending == 0);
	CHECK(wheel_advance(&wheel, 40) == 0 && n == 1);
	return true;
}

static bool test_far(void)
{
	struct wheel_timer t;
	int n = 0;

	wheel_init(&wheel, 7);
	timer_setup(&t, count, &n);
	CHECK(wheel_add(&wheel, &t, 3 * WHEEL_SLOTS + 1) == 0);
	CHECK(wheel_advance(&wheel, 3 * WHEEL_SLOTS) == 0 && n == 0);
	CHECK(wheel_advance(&wheel, 1) == 1 && n == 1);
	return true;
}

static bool test_same_slot(void)
{
	struct wheel_timer t[4];
	int n[4] = { 0 };

	wheel_init(&wheel, 0);
	for (int i = 0; i < 4; i++) {
		timer_setup(&t[i], count, &n[i]);
		CHECK(wheel_add(&wheel, &t[i], 2 + (i / 2) * WHEEL_SLOTS) == 0);
	}
	CHECK(wheel.pending == 4 && wheel_cancel(&wheel, &t[1]));
	CHECK(wheel_advance(&wheel, 2) == 1 && n[0] == 1 && n[1] == 0 && n[2] == 0);
	CHECK(wheel_advance(&wheel, WHEEL_SLOTS) == 2 && n[2] == 1 && n[3] == 1);
	CHECK(wheel.pending == 0);
	return true;
}

static bool test_bad_add(void)
{
	struct wheel_timer t;
	int n = 0;

	wheel_init(&wheel, 0);
	timer_setup(&t, count, &n);
	CHECK(wheel_add(&wheel, &t, 0) == -EINVAL && !timer_pending(&t));
	CHECK(wheel_add(&wheel, &t, 1) == 0);
	CHECK(wheel_add(&wheel, &t, 2) == -EBUSY && wheel.pending == 1);
	CHECK(wheel_add_periodic(&wheel, &t, 2) == -EBUSY && t.period == 0);
	return true;
}

static bool test_cancel(void)
{
	struct wheel_timer a, b, c;
	int n = 0;

	wheel_init(&wheel, 0);
	timer_setup(&a, count, &n);
	timer_setup(&b, count, &n);
	timer_setup(&c, count, &n);
	wheel_add(&wheel, &a, 3);
	wheel_add(&wheel, &b, 3);
	wheel_add(&wheel, &c, 3);
	CHECK(wheel_cancel(&wheel, &b) && !timer_pending(&b) && !wheel_cancel(&wheel, &b));
	CHECK(wheel_cancel(&wheel, &a) && wheel.pending == 1);
	CHECK(wheel_advance(&wheel, 3) == 1 && n == 1);
	return true;
}

static bool test_periodic(void)
{
	struct wheel_timer t;
	int n = 0;

	wheel_init(&wheel, 0);
	timer_setup(&t, count, &n);
	CHECK(wheel_add_periodic(&wheel, &t, 7) == 0);
	CHECK(wheel_advance(&wheel, 70) == 10 && n == 10);
	CHECK(timer_pending(&t) && wheel.pending == 1);
	return true;
}

static bool test_stop_itself(void)
{
	struct wheel_timer t;
	int n = 0;

	wheel_init(&wheel, 0);
	timer_setup(&t, stop_itself, &n);
	CHECK(wheel_add_periodic(&wheel, &t, 2) == 0);
	CHECK(wheel_advance(&wheel, 50) == 3 && n == 3 && !timer_pending(&t));
	return true;
}

static bool test_add_again(void)
{
	struct wheel_timer t;
	int n = 0;

	wheel_init(&wheel, 0);
	timer_setup(&t, add_again, &n);
	CHECK(wheel_add(&wheel, &t, 1) == 0);
	CHECK(wheel_advance(&wheel, 11) == 3 && n == 3 && timer_pending(&t));
	return true;
}

static bool test_modify(void)
{
	struct wheel_timer t;
	int n = 0;

	wheel_init(&wheel, 0);
	timer_setup(&t, count, &n);
	wheel_modify(&wheel, &t, 10);
	CHECK(wheel.pending == 1);
	wheel_modify(&wheel, &t, 3);
	CHECK(wheel.pending == 1 && wheel_advance(&wheel, 3) == 1);
	wheel_modify(&wheel, &t, 0);
	CHECK(wheel_advance(&wheel, 1) == 1 && n == 2 && wheel.pending == 0);
	return true;
}

static bool test_next(void)
{
	struct wheel_timer a, b;
	unsigned long delay = 0;
	int n = 0;

	wheel_init(&wheel, 1000);
	timer_setup(&a, count, &n);
	timer_setup(&b, count, &n);
	wheel_add(&wheel, &a, 40);
	CHECK(wheel_next_expiry(&wheel, &delay) == 0 && delay == 40);
	wheel_add(&wheel, &b, 25);
	CHECK(wheel_next_expiry(&wheel, &delay) == 0 && delay == 25);
	wheel_advance(&wheel, 30);
	CHECK(wheel_next_expiry(&wheel, &delay) == 0 && delay == 10);
	return true;
}

static const struct {
	const char *name;
	bool (*run)(void);
} cases[] = {
	{ "an empty wheel runs nothing", test_empty },
	{ "a timer runs once, at its tick", test_once },
	{ "a timer further away than one turn waits", test_far },
	{ "timers of one slot do not disturb each other", test_same_slot },
	{ "no delay and pending timers are refused", test_bad_add },
	{ "a cancelled timer does not run", test_cancel },
	{ "a periodic timer runs again and again", test_periodic },
	{ "a timer can cancel itself", test_stop_itself },
	{ "a timer can add itself again", test_add_again },
	{ "a timer can be moved", test_modify },
	{ "the next expiry is the nearest one", test_next },
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
