#ifndef TIMER_WHEEL_H
#define TIMER_WHEEL_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Timers on a wheel of slots, one tick each. A timer further away than one
 * turn waits for as many rounds as it needs.
 */
#define WHEEL_SLOTS 16u

struct wheel_timer;
typedef void (*timer_fn)(struct wheel_timer *t, void *arg);

struct wheel_timer {
	struct wheel_timer *next;
	struct wheel_timer **link;	/* what points at this; NULL when idle */
	unsigned long expires;
	unsigned long period;		/* 0 for once */
	timer_fn fn;
	void *arg;
};

struct timer_wheel {
	struct wheel_timer *slot[WHEEL_SLOTS];
	unsigned long now;
	size_t pending;
};

void wheel_init(struct timer_wheel *w, unsigned long now);
void timer_setup(struct wheel_timer *t, timer_fn fn, void *arg);
bool timer_pending(const struct wheel_timer *t);
int wheel_add(struct timer_wheel *w, struct wheel_timer *t, unsigned long delay);
int wheel_add_periodic(struct timer_wheel *w, struct wheel_timer *t, unsigned long period);
bool wheel_cancel(struct timer_wheel *w, struct wheel_timer *t);
void wheel_modify(struct timer_wheel *w, struct wheel_timer *t, unsigned long delay);
unsigned int wheel_advance(struct timer_wheel *w, unsigned long ticks);
int wheel_next_expiry(const struct timer_wheel *w, unsigned long *delay);

#endif
