#ifndef SLLIST_H
#define SLLIST_H

#include <stdbool.h>
#include <stddef.h>

struct sl_node {
	struct sl_node *next;
	int value;
};

/* A singly linked list of ints that knows its last node and its length. */
struct sllist {
	struct sl_node *head;
	struct sl_node *tail;
	size_t len;
};

void sllist_init(struct sllist *list);
void sllist_clear(struct sllist *list);
int sllist_push_front(struct sllist *list, int value);
int sllist_push_back(struct sllist *list, int value);
int sllist_pop_front(struct sllist *list, int *value);
bool sllist_remove(struct sllist *list, int value);
void sllist_reverse(struct sllist *list);
int sllist_insert_sorted(struct sllist *list, int value);
int sllist_nth(const struct sllist *list, size_t n, int *value);

#endif
