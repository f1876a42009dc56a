#include "fsm.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

typedef int (*action_fn)(struct conn *c, unsigned int arg);

struct transition {
	enum conn_state from;
	enum conn_event event;
	enum conn_state to;
	action_fn action;	/* may refuse, or change the target */
};

static const char *const state_names[CONN_STATES] = {
	[CONN_CLOSED] = "closed",
	[CONN_CONNECTING] = "connecting",
	[CONN_OPEN] = "open",
	[CONN_CLOSING] = "closing",
	[CONN_FAILED] = "failed",
};

static int do_start(struct conn *c, unsigned int arg)
{
	(void)arg;
	c->retries = 0;
	c->received = 0;
	return 0;
}

static int do_retry(struct conn *c, unsigned int arg)
{
	(void)arg;
	if (c->retries >= CONN_MAX_RETRIES)
		return -ETIMEDOUT;
	c->retries++;
	return 0;
}

static int do_receive(struct conn *c, unsigned int arg)
{
	if (arg == 0)
		return -EINVAL;
	c->received += arg;
	return 0;
}

static const struct transition table[] = {
	{ CONN_CLOSED, EV_CONNECT, CONN_CONNECTING, do_start },
	{ CONN_CONNECTING, EV_ACCEPTED, CONN_OPEN, NULL },
	{ CONN_CONNECTING, EV_TIMEOUT, CONN_CONNECTING, do_retry },
	{ CONN_CONNECTING, EV_CLOSE, CONN_CLOSED, NULL },
	{ CONN_OPEN, EV_DATA, CONN_OPEN, do_receive },
	{ CONN_OPEN, EV_CLOSE, CONN_CLOSING, NULL },
	{ CONN_CLOSING, EV_DATA, CONN_CLOSING, do_receive },
	{ CONN_CLOSING, EV_CLOSED, CONN_CLOSED, NULL },
	{ CONN_CLOSING, EV_TIMEOUT, CONN_CLOSED, NULL },
	{ CONN_FAILED, EV_CLOSE, CONN_CLOSED, NULL },
};

static const struct transition *find(enum conn_state from, enum conn_event event)
{
	for (size_t i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		if (table[i].from == from && table[i].event == event)
			return &table[i];
	}
	return NULL;
}

static void enter(struct conn *c, enum conn_state state)
{
	if (c->state != state)
		c->visits[state]++;
	c->state = state;
}

void conn_init(struct conn *c)
{
	memset(c, 0, sizeof(*c));
	c->state = CONN_CLOSED;
}

/* Returns 0, -EPROTO for an event out of place, or the action's error. */
int conn_handle(struct conn *c, enum conn_event event, unsigned int arg)
{
	const struct transition *t;
	int err = 0;

	if (event == EV_RESET && c->state != CONN_CLOSED) {
		enter(c, CONN_FAILED);
		return 0;
	}
	t = find(c->state, event);
	if (!t)
		return -EPROTO;
	if (t->action)
		err = t->action(c, arg);
	if (err == -ETIMEDOUT)
		enter(c, CONN_FAILED);
	if (err)
		return err;
	enter(c, t->to);
	return 0;
}

/* Stops at the first error; *done says how many events went well. */
int conn_run(struct conn *c, const enum conn_event *events, size_t n, size_t *done)
{
	int err = 0;

	for (*done = 0; *done < n; (*done)++) {
		err = conn_handle(c, events[*done], 1);
		if (err)
			break;
	}
	return err;
}

bool conn_can(const struct conn *c, enum conn_event event)
{
	if (event == EV_RESET)
		return c->state != CONN_CLOSED;
	return find(c->state, event) != NULL;
}

const char *conn_state_name(enum conn_state state)
{
	return (unsigned int)state < CONN_STATES ? state_names[state] : "unknown";
}

int conn_state_parse(const char *name)
{
	for (int i = 0; i < CONN_STATES; i++) {
		if (strcmp(state_names[i], name) == 0)
			return i;
	}
	return -ENOENT;
}

/* Returns the length, or -ENOSPC. */
int conn_describe(const struct conn *c, char *out, size_t size)
{
	int n = snprintf(out, size, "%s retries=%u received=%lu",
			 conn_state_name(c->state), c->retries, c->received);

	return n < 0 || (size_t)n >= size ? -ENOSPC : n;
}
