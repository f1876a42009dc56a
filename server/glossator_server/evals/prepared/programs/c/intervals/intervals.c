#include "intervals.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

void intervals_init(struct intervals *set)
{
	set->items = NULL;
	set->count = 0;
	set->room = 0;
}

void intervals_destroy(struct intervals *set)
{
	free(set->items);
	intervals_init(set);
}

static int reserve(struct intervals *set, size_t count)
{
	size_t room = set->room ? set->room : 4;
	struct interval *items;

	if (count <= set->room)
		return 0;
	while (room < count)
		room *= 2;
	items = realloc(set->items, room * sizeof(*items));
	if (!items)
		return -ENOMEM;
	set->items = items;
	set->room = room;
	return 0;
}

/* The index of the first interval whose end is at least point. */
static size_t lower_bound(const struct intervals *set, long point)
{
	size_t low = 0;
	size_t high = set->count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (set->items[mid].end < point)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* Puts n new intervals in the place of those from first up to last. */
static int splice(struct intervals *set, size_t first, size_t last,
		  const struct interval *with, size_t n)
{
	size_t tail = set->count - last;

	if (reserve(set, first + n + tail) < 0)
		return -ENOMEM;
	if (tail)
		memmove(set->items + first + n, set->items + last,
			tail * sizeof(*set->items));
	if (n)
		memcpy(set->items + first, with, n * sizeof(*with));
	set->count = first + n + tail;
	return 0;
}

/* Adds a range; -EINVAL if it is empty or reversed. */
int intervals_add(struct intervals *set, long start, long end)
{
	struct interval merged = { start, end };
	size_t first, last;

	if (start >= end)
		return -EINVAL;

	first = lower_bound(set, start);
	for (last = first; last < set->count; last++) {
		const struct interval *old = &set->items[last];

		if (old->start > end)
			break;
		if (old->start < merged.start)
			merged.start = old->start;
		if (old->end > merged.end)
			merged.end = old->end;
	}
	return splice(set, first, last, &merged, 1);
}

int intervals_remove(struct intervals *set, long start, long end)
{
	struct interval kept[2];
	size_t n = 0;
	size_t first, last;

	if (start >= end)
		return -EINVAL;

	first = lower_bound(set, start);
	for (last = first; last < set->count; last++) {
		const struct interval *old = &set->items[last];

		if (old->start >= end)
			break;
		if (old->start < start)
			kept[n++] = (struct interval){ old->start, start };
		if (old->end > end)
			kept[n++] = (struct interval){ end, old->end };
	}
	return splice(set, first, last, kept, n);
}

bool intervals_contain(const struct intervals *set, long point)
{
	return intervals_overlap(set, point, point + 1);
}

bool intervals_overlap(const struct intervals *set, long start, long end)
{
	size_t i = lower_bound(set, start + 1);

	return i < set->count && set->items[i].start < end;
}

long intervals_total(const struct intervals *set)
{
	long total = 0;

	for (size_t i = 0; i < set->count; i++)
		total += set->items[i].end - set->items[i].start;
	return total;
}

/* Finds the first free range of len at or after from; -EINVAL if len is not positive. */
int intervals_gap(const struct intervals *set, long from, long len, long *found)
{
	size_t i = lower_bound(set, from + 1);

	if (len <= 0)
		return -EINVAL;
	for (; i < set->count && set->items[i].start < from + len; i++)
		from = set->items[i].end;
	*found = from;
	return 0;
}
