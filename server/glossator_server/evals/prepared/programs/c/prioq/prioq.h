#ifndef PRIOQ_H
#define PRIOQ_H

#include <stdbool.h>
#include <stddef.h>

struct prioq_item {
	long priority;
	unsigned long order;	/* equal priorities leave in the order of arrival */
	void *value;
};

/* A binary heap: the item of the least priority leaves first. */
struct prioq {
	struct prioq_item *items;
	size_t count;
	size_t room;
	unsigned long next_order;
};

void prioq_init(struct prioq *queue);
void prioq_destroy(struct prioq *queue);
int prioq_push(struct prioq *queue, long priority, void *value);
int prioq_pop(struct prioq *queue, void **value, long *priority);
int prioq_peek(const struct prioq *queue, void **value);
int prioq_change(struct prioq *queue, const void *value, long priority);
int prioq_remove(struct prioq *queue, const void *value);
bool prioq_sound(const struct prioq *queue);

#endif
