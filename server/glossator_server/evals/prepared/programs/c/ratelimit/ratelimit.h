#ifndef RATELIMIT_H
#define RATELIMIT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* All times are in nanoseconds of a clock that the caller reads. */
#define NSEC_PER_SEC 1000000000ull

/* A bucket that fills at a steady rate and from which tokens are taken. */
struct bucket {
	uint64_t interval;	/* time for one token */
	uint64_t burst;		/* tokens that the bucket holds */
	uint64_t tokens;
	uint64_t last;		/* up to when it has been filled */
};

/* Counts events in the last window, by slots of equal length. */
#define WINDOW_SLOTS 8

struct window {
	uint64_t slot_length;
	uint64_t limit;
	uint64_t current;	/* number of the newest slot since time 0 */
	uint64_t counts[WINDOW_SLOTS];
};

int bucket_init(struct bucket *b, uint64_t per_second, uint64_t burst, uint64_t now);
bool bucket_take(struct bucket *b, uint64_t n, uint64_t now);
uint64_t bucket_wait(struct bucket *b, uint64_t n, uint64_t now);
int bucket_set_burst(struct bucket *b, uint64_t burst, uint64_t now);

int window_init(struct window *w, uint64_t length, uint64_t limit, uint64_t now);
bool window_take(struct window *w, uint64_t now);
uint64_t window_count(struct window *w, uint64_t now);

uint64_t backoff_delay(unsigned int attempt, uint64_t base, uint64_t most);

#endif
