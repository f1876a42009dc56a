#include "timer_wheel.h"

#include <errno.h>
#include <string.h>

void wheel_init(struct timer_wheel *w, unsigned long now)
{
	memset(w, 0, sizeof(*w));
	w->now = now;
}

void timer_setup(struct wheel_timer *t, timer_fn fn, void *arg)
{
	memset(t, 0, sizeof(*t));
	t->fn = fn;
	t->arg = arg;
}

bool timer_pending(const struct wheel_timer *t)
{
	return t->link != NULL;
}

static void enqueue(struct timer_wheel *w, struct wheel_timer *t)
{
	struct wheel_timer **head = &w->slot[t->expires % WHEEL_SLOTS];

	t->next = *head;
	if (t->next)
		t->next->link = &t->next;
	t->link = head;
	*head = t;
	w->pending++;
}

static void dequeue(struct timer_wheel *w, struct wheel_timer *t)
{
	*t->link = t->next;
	if (t->next)
		t->next->link = t->link;
	t->next = NULL;
	t->link = NULL;
	w->pending--;
}

/* Returns 0, -EINVAL for no delay, or -EBUSY for a pending timer. */
int wheel_add(struct timer_wheel *w, struct wheel_timer *t, unsigned long delay)
{
	if (delay == 0)
		return -EINVAL;
	if (timer_pending(t))
		return -EBUSY;
	t->expires = w->now + delay;
	t->period = 0;
	enqueue(w, t);
	return 0;
}

int wheel_add_periodic(struct timer_wheel *w, struct wheel_timer *t, unsigned long period)
{
	int err = wheel_add(w, t, period);

	if (!err)
		t->period = period;
	return err;
}

/* Says whether the timer was pending. */
bool wheel_cancel(struct timer_wheel *w, struct wheel_timer *t)
{
	if (!timer_pending(t))
		return false;
	dequeue(w, t);
	return true;
}

/* Lets t expire after delay from now, pending or not. */
void wheel_modify(struct timer_wheel *w, struct wheel_timer *t, unsigned long delay)
{
	wheel_cancel(w, t);
	t->expires = w->now + (delay ? delay : 1);
	enqueue(w, t);
}

/* Some timer of this slot that is due now, or NULL. */
static struct wheel_timer *find_due(const struct timer_wheel *w)
{
	struct wheel_timer *t = w->slot[w->now % WHEEL_SLOTS];

	while (t && t->expires != w->now)
		t = t->next;
	return t;
}

/*
 * Runs what is due in the next ticks and returns how many ran. A timer's
 * function may add or cancel timers, itself included.
 */
unsigned int wheel_advance(struct timer_wheel *w, unsigned long ticks)
{
	struct wheel_timer *t;
	unsigned int ran = 0;

	while (ticks--) {
		w->now++;
		while ((t = find_due(w))) {
			dequeue(w, t);
			if (t->period) {
				t->expires += t->period;
				enqueue(w, t);
			}
			ran++;
			t->fn(t, t->arg);
		}
	}
	return ran;
}

/* Stores the ticks until the next timer; -ENOENT when there is none. */
int wheel_next_expiry(const struct timer_wheel *w, unsigned long *delay)
{
	bool found = false;

	for (size_t i = 0; i < WHEEL_SLOTS; i++) {
		for (const struct wheel_timer *t = w->slot[i]; t; t = t->next) {
			unsigned long left = t->expires - w->now;

			if (!found || left < *delay)
				*delay = left;
			found = true;
		}
	}
	return found ? 0 : -ENOENT;
}
