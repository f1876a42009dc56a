#include "prioq.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define PRIOQ_FIRST_ROOM 8

static size_t parent_of(size_t i)
{
	return (i - 1) / 2;
}

static size_t left_of(size_t i)
{
	return 2 * i + 1;
}

static bool goes_before(const struct prioq_item *a, const struct prioq_item *b)
{
	if (a->priority != b->priority)
		return a->priority < b->priority;
	return a->order < b->order;
}

static void swap(struct prioq_item *a, struct prioq_item *b)
{
	struct prioq_item old = *a;

	*a = *b;
	*b = old;
}

static void sift_up(struct prioq *queue, size_t i)
{
	struct prioq_item *items = queue->items;

	while (i > 0 && goes_before(&items[i], &items[parent_of(i)])) {
		swap(&items[i], &items[parent_of(i)]);
		i = parent_of(i);
	}
}

static void sift_down(struct prioq *queue, size_t i)
{
	struct prioq_item *items = queue->items;

	for (;;) {
		size_t child = left_of(i);

		if (child >= queue->count)
			return;
		if (child + 1 < queue->count && goes_before(&items[child + 1], &items[child]))
			child++;
		if (!goes_before(&items[child], &items[i]))
			return;
		swap(&items[child], &items[i]);
		i = child;
	}
}

/* The index of a value, or the count if it is not queued. */
static size_t index_of(const struct prioq *queue, const void *value)
{
	size_t i;

	for (i = 0; i < queue->count; i++)
		if (queue->items[i].value == value)
			break;
	return i;
}

void prioq_init(struct prioq *queue)
{
	memset(queue, 0, sizeof(*queue));
}

void prioq_destroy(struct prioq *queue)
{
	free(queue->items);
	prioq_init(queue);
}

int prioq_push(struct prioq *queue, long priority, void *value)
{
	if (queue->count == queue->room) {
		size_t room = queue->room ? queue->room * 2 : PRIOQ_FIRST_ROOM;
		struct prioq_item *items = realloc(queue->items, room * sizeof(*items));

		if (!items)
			return -ENOMEM;
		queue->items = items;
		queue->room = room;
	}
	queue->items[queue->count].priority = priority;
	queue->items[queue->count].order = queue->next_order++;
	queue->items[queue->count].value = value;
	sift_up(queue, queue->count++);
	return 0;
}

/* Takes the item at i out, by putting the last one in its place. */
static void take(struct prioq *queue, size_t i)
{
	queue->count--;
	if (i == queue->count)
		return;
	queue->items[i] = queue->items[queue->count];
	sift_up(queue, i);
	sift_down(queue, i);
}

/* Takes the first item; priority may be NULL. -ENODATA if the queue is empty. */
int prioq_pop(struct prioq *queue, void **value, long *priority)
{
	if (queue->count == 0)
		return -ENODATA;
	*value = queue->items[0].value;
	if (priority)
		*priority = queue->items[0].priority;
	take(queue, 0);
	return 0;
}

int prioq_peek(const struct prioq *queue, void **value)
{
	if (!queue->count)
		return -ENODATA;
	*value = queue->items[0].value;
	return 0;
}

int prioq_change(struct prioq *queue, const void *value, long priority)
{
	size_t i = index_of(queue, value);

	if (i == queue->count)
		return -ENOENT;
	queue->items[i].priority = priority;
	sift_up(queue, i);
	sift_down(queue, i);
	return 0;
}

int prioq_remove(struct prioq *queue, const void *value)
{
	size_t i = index_of(queue, value);

	if (i == queue->count)
		return -ENOENT;
	take(queue, i);
	return 0;
}

/* Whether no item goes before its parent. */
bool prioq_sound(const struct prioq *queue)
{
	for (size_t i = 1; i < queue->count; i++)
		if (goes_before(&queue->items[i], &queue->items[parent_of(i)]))
			return false;
	return true;
}
