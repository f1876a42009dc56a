#ifndef FSM_H
#define FSM_H

#include <stdbool.h>
#include <stddef.h>

/* The states of a connection, and a table-driven machine that moves it. */
enum conn_state {
	CONN_CLOSED,
	CONN_CONNECTING,
	CONN_OPEN,
	CONN_CLOSING,
	CONN_FAILED,
	CONN_STATES
};

enum conn_event {
	EV_CONNECT,
	EV_ACCEPTED,
	EV_DATA,
	EV_TIMEOUT,
	EV_CLOSE,
	EV_CLOSED,
	EV_RESET,
	CONN_EVENTS
};

#define CONN_MAX_RETRIES 3

struct conn {
	enum conn_state state;
	unsigned int retries;
	unsigned long received;
	unsigned int visits[CONN_STATES];	/* how often each was entered */
};

void conn_init(struct conn *c);
int conn_handle(struct conn *c, enum conn_event event, unsigned int arg);
int conn_run(struct conn *c, const enum conn_event *events, size_t n, size_t *done);
bool conn_can(const struct conn *c, enum conn_event event);
const char *conn_state_name(enum conn_state state);
int conn_state_parse(const char *name);
int conn_describe(const struct conn *c, char *out, size_t size);

#endif
