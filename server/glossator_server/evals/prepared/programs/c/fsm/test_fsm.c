#define _POSIX_C_SOURCE 200809L

#include "fsm.h"

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

static bool test_init(void)
{
	struct conn c;

	memset(&c, 0x7f, sizeof(c));
	conn_init(&c);
	CHECK(c.state == CONN_CLOSED && c.retries == 0 && c.received == 0);
	CHECK(c.visits[CONN_OPEN] == 0 && c.visits[CONN_FAILED] == 0);
	return true;
}

static bool test_normal(void)
{
	static const enum conn_event events[] = { EV_CONNECT, EV_ACCEPTED, EV_DATA, EV_CLOSE, EV_CLOSED };
	struct conn c;
	size_t done;

	conn_init(&c);
	CHECK(conn_run(&c, events, 2, &done) == 0 && done == 2 && c.state == CONN_OPEN);
	CHECK(conn_run(&c, events + 2, 2, &done) == 0 && c.state == CONN_CLOSING);
	CHECK(conn_run(&c, events + 4, 1, &done) == 0 && c.state == CONN_CLOSED);
	CHECK(c.received == 1);
	return true;
}

static bool test_out_of_place(void)
{
	struct conn c;

	conn_init(&c);
	CHECK(conn_handle(&c, EV_DATA, 5) == -EPROTO && c.received == 0);
	CHECK(conn_handle(&c, EV_ACCEPTED, 0) == -EPROTO && c.state == CONN_CLOSED);
	CHECK(conn_handle(&c, EV_CONNECT, 0) == 0);
	CHECK(conn_handle(&c, EV_CONNECT, 0) == -EPROTO && c.state == CONN_CONNECTING);
	return true;
}

static bool test_retries(void)
{
	struct conn c;

	conn_init(&c);
	CHECK(conn_handle(&c, EV_CONNECT, 0) == 0);
	for (unsigned int i = 1; i <= 3; i++) {
		CHECK(conn_handle(&c, EV_TIMEOUT, 0) == 0);
		CHECK(c.retries == i && c.state == CONN_CONNECTING);
	}
	CHECK(conn_handle(&c, EV_TIMEOUT, 0) == -ETIMEDOUT && c.state == CONN_FAILED);
	CHECK(conn_handle(&c, EV_CLOSE, 0) == 0 && c.state == CONN_CLOSED);
	return true;
}

static bool test_restart(void)
{
	struct conn c;

	conn_init(&c);
	conn_handle(&c, EV_CONNECT, 0);
	conn_handle(&c, EV_TIMEOUT, 0);
	CHECK(conn_handle(&c, EV_CLOSE, 0) == 0 && c.state == CONN_CLOSED);
	CHECK(c.retries == 1 && conn_handle(&c, EV_CONNECT, 0) == 0);
	CHECK(c.retries == 0);
	return true;
}

static bool test_data(void)
{
	struct conn c;

	conn_init(&c);
	conn_handle(&c, EV_CONNECT, 0);
	conn_handle(&c, EV_ACCEPTED, 0);
	CHECK(conn_handle(&c, EV_DATA, 100) == 0 && conn_handle(&c, EV_DATA, 20) == 0);
	CHECK(conn_handle(&c, EV_DATA, 0) == -EINVAL && c.state == CONN_OPEN);
	CHECK(conn_handle(&c, EV_CLOSE, 0) == 0 && conn_handle(&c, EV_DATA, 3) == 0);
	CHECK(c.received == 123 && c.state == CONN_CLOSING);
	CHECK(conn_handle(&c, EV_TIMEOUT, 0) == 0 && c.state == CONN_CLOSED);
	return true;
}

static bool test_reset(void)
{
	struct conn c;

	conn_init(&c);
	CHECK(!conn_can(&c, EV_RESET) && conn_handle(&c, EV_RESET, 0) == -EPROTO);
	conn_handle(&c, EV_CONNECT, 0);
	CHECK(conn_can(&c, EV_RESET) && conn_handle(&c, EV_RESET, 0) == 0);
	CHECK(c.state == CONN_FAILED && c.visits[CONN_FAILED] == 1);
	return true;
}

static bool test_visits(void)
{
	static const enum conn_event events[] = {
		EV_CONNECT, EV_TIMEOUT, EV_ACCEPTED, EV_DATA, EV_DATA, EV_CLOSE, EV_CLOSED, EV_CONNECT,
	};
	struct conn c;
	size_t done;

	conn_init(&c);
	CHECK(conn_run(&c, events, 8, &done) == 0 && done == 8);
	CHECK(c.visits[CONN_CONNECTING] == 2 && c.visits[CONN_OPEN] == 1);
	CHECK(c.visits[CONN_CLOSING] == 1 && c.visits[CONN_CLOSED] == 1);
	return true;
}

static bool test_run_stops(void)
{
	static const enum conn_event events[] = { EV_CONNECT, EV_DATA, EV_ACCEPTED };
	struct conn c;
	size_t done = 99;

	conn_init(&c);
	CHECK(conn_run(&c, events, 3, &done) == -EPROTO && done == 1);
	CHECK(c.state == CONN_CONNECTING);
	CHECK(conn_run(&c, events, 0, &done) == 0 && done == 0);
	return true;
}

static bool test_can(void)
{
	struct conn c;

	conn_init(&c);
	CHECK(conn_can(&c, EV_CONNECT) && !conn_can(&c, EV_DATA));
	conn_handle(&c, EV_CONNECT, 0);
	CHECK(!conn_can(&c, EV_CONNECT) && conn_can(&c, EV_TIMEOUT));
	return true;
}

static bool test_names(void)
{
	CHECK(strcmp(conn_state_name(CONN_CLOSED), "closed") == 0);
	CHECK(strcmp(conn_state_name(CONN_FAILED), "failed") == 0);
	CHECK(strcmp(conn_state_name(CONN_STATES), "unknown") == 0);
	for (int i = 0; i < CONN_STATES; i++)
		CHECK(conn_state_parse(conn_state_name((enum conn_state)i)) == i);
	CHECK(conn_state_parse("clos") == -ENOENT);
	return true;
}

static bool test_describe(void)
{
	struct conn c;
	char out[64];

	conn_init(&c);
	c.received = 5000000000ul;
	c.retries = 2;
	CHECK(conn_describe(&c, out, sizeof(out)) == 36);
	CHECK(strcmp(out, "closed retries=2 received=5000000000") == 0);
	CHECK(conn_describe(&c, out, 37) == 36);
	CHECK(conn_describe(&c, out, 36) == -ENOSPC);
	return true;
}

static const struct {
	const char *name;
	bool (*run)(void);
} cases[] = {
	{ "a new connection is closed", test_init },
	{ "a connection opens and closes", test_normal },
	{ "an event out of place changes nothing", test_out_of_place },
	{ "three timeouts are retried, the fourth fails", test_retries },
	{ "a new attempt starts from nothing", test_restart },
	{ "data is counted and empty data refused", test_data },
	{ "a reset fails all but closed connections", test_reset },
	{ "only real changes count as visits", test_visits },
	{ "a run stops at the first error", test_run_stops },
	{ "what can happen is known beforehand", test_can },
	{ "states have names", test_names },
	{ "a connection describes itself", test_describe },
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
