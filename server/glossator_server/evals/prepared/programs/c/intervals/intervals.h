#ifndef INTERVALS_H
#define INTERVALS_H

#include <stdbool.h>
#include <stddef.h>

/* Half-open: start is in, end is not. */
struct interval {
	long start;
	long end;
};

/* Sorted, disjoint and never touching: neighbours are merged. */
struct intervals {
	struct interval *items;
	size_t count;
	size_t room;
};

void intervals_init(struct intervals *set);
void intervals_destroy(struct intervals *set);
int intervals_add(struct intervals *set, long start, long end);
int intervals_remove(struct intervals *set, long start, long end);
bool intervals_contain(const struct intervals *set, long point);
bool intervals_overlap(const struct intervals *set, long start, long end);
long intervals_total(const struct intervals *set);
int intervals_gap(const struct intervals *set, long from, long len, long *found);

#endif
