#include "ratelimit.h"

#include <errno.h>
#include <string.h>

static uint64_t min_u64(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

/* A full bucket; -EINVAL for a rate or a burst that lets nothing through. */
int bucket_init(struct bucket *b, uint64_t per_second, uint64_t burst, uint64_t now)
{
	if (per_second == 0 || per_second > NSEC_PER_SEC || burst == 0)
		return -EINVAL;
	b->interval = NSEC_PER_SEC / per_second;
	b->burst = burst;
	b->tokens = burst;
	b->last = now;
	return 0;
}

/* Adds the tokens that are due. What is left of an interval counts next time. */
static void bucket_fill(struct bucket *b, uint64_t now)
{
	uint64_t due;

	if (now <= b->last)
		return;
	due = (now - b->last) / b->interval;
	if (due >= b->burst - b->tokens) {
		b->tokens = b->burst;
		b->last = now;
	} else {
		b->tokens += due;
		b->last += due * b->interval;
	}
}

/* Takes n tokens, or none if there are not as many. */
bool bucket_take(struct bucket *b, uint64_t n, uint64_t now)
{
	bucket_fill(b, now);
	if (n > b->tokens)
		return false;
	b->tokens -= n;
	return true;
}

/* How long until n tokens can be taken; UINT64_MAX if they never can. */
uint64_t bucket_wait(struct bucket *b, uint64_t n, uint64_t now)
{
	uint64_t ready;

	if (n > b->burst)
		return UINT64_MAX;
	bucket_fill(b, now);
	if (n <= b->tokens)
		return 0;
	ready = b->last + (n - b->tokens) * b->interval;
	return ready > now ? ready - now : 0;
}

int bucket_set_burst(struct bucket *b, uint64_t burst, uint64_t now)
{
	if (burst == 0)
		return -EINVAL;
	bucket_fill(b, now);
	b->burst = burst;
	b->tokens = min_u64(b->tokens, burst);
	return 0;
}

int window_init(struct window *w, uint64_t length, uint64_t limit, uint64_t now)
{
	if (length < WINDOW_SLOTS || limit == 0)
		return -EINVAL;
	memset(w, 0, sizeof(*w));
	w->slot_length = length / WINDOW_SLOTS;
	w->limit = limit;
	w->current = now / w->slot_length;
	return 0;
}

/* Clears the slots that time has passed by. */
static void window_advance(struct window *w, uint64_t now)
{
	uint64_t slot = now / w->slot_length;

	if (slot <= w->current)
		return;
	if (slot - w->current >= WINDOW_SLOTS) {
		memset(w->counts, 0, sizeof(w->counts));
	} else {
		for (uint64_t i = w->current + 1; i <= slot; i++)
			w->counts[i % WINDOW_SLOTS] = 0;
	}
	w->current = slot;
}

uint64_t window_count(struct window *w, uint64_t now)
{
	uint64_t total = 0;

	window_advance(w, now);
	for (size_t i = 0; i < WINDOW_SLOTS; i++)
		total += w->counts[i];
	return total;
}

/* Counts an event, unless the limit has been reached. */
bool window_take(struct window *w, uint64_t now)
{
	if (window_count(w, now) >= w->limit)
		return false;
	w->counts[w->current % WINDOW_SLOTS]++;
	return true;
}

/* base, twice base, four times... but never above most. */
uint64_t backoff_delay(unsigned int attempt, uint64_t base, uint64_t most)
{
	uint64_t delay = base;

	while (attempt-- > 0 && delay < most) {
		if (delay > UINT64_MAX / 2)
			return most;
		delay *= 2;
	}
	return min_u64(delay, most);
}
