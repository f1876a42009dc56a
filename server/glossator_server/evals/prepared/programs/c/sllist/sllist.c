#include "sllist.h"

#include <errno.h>
#include <stdlib.h>

static struct sl_node *node_new(int value)
{
	struct sl_node *node = malloc(sizeof(*node));

	if (!node)
		return NULL;
	node->next = NULL;
	node->value = value;
	return node;
}

void sllist_init(struct sllist *list)
{
	list->head = NULL;
	list->tail = NULL;
	list->len = 0;
}

void sllist_clear(struct sllist *list)
{
	struct sl_node *node = list->head;

	while (node) {
		struct sl_node *next = node->next;

		free(node);
		node = next;
	}
	sllist_init(list);
}

int sllist_push_front(struct sllist *list, int value)
{
	struct sl_node *node = node_new(value);

	if (!node)
		return -ENOMEM;
	node->next = list->head;
	list->head = node;
	if (!list->tail)
		list->tail = node;
	list->len++;
	return 0;
}

int sllist_push_back(struct sllist *list, int value)
{
	struct sl_node *node = node_new(value);

	if (!node)
		return -ENOMEM;
	if (list->tail)
		list->tail->next = node;
	else
		list->head = node;
	list->tail = node;
	list->len++;
	return 0;
}

/* Returns 0 and the first value, or -ENOENT. */
int sllist_pop_front(struct sllist *list, int *value)
{
	struct sl_node *node = list->head;

	if (!node)
		return -ENOENT;
	*value = node->value;
	list->head = node->next;
	if (!list->head)
		list->tail = NULL;
	list->len--;
	free(node);
	return 0;
}

/* Removes the first node that holds value; says whether there was one. */
bool sllist_remove(struct sllist *list, int value)
{
	struct sl_node **link = &list->head;
	struct sl_node *prev = NULL;

	while (*link && (*link)->value != value) {
		prev = *link;
		link = &prev->next;
	}
	if (!*link)
		return false;

	struct sl_node *gone = *link;

	*link = gone->next;
	if (list->tail == gone)
		list->tail = prev;
	list->len--;
	free(gone);
	return true;
}

void sllist_reverse(struct sllist *list)
{
	struct sl_node *done = NULL;
	struct sl_node *node = list->head;

	list->tail = list->head;
	while (node) {
		struct sl_node *next = node->next;

		node->next = done;
		done = node;
		node = next;
	}
	list->head = done;
}

/* Keeps an ascending list ascending; equal values stay in order of arrival. */
int sllist_insert_sorted(struct sllist *list, int value)
{
	struct sl_node **link = &list->head;
	struct sl_node *node = node_new(value);

	if (!node)
		return -ENOMEM;
	while (*link && (*link)->value <= value)
		link = &(*link)->next;
	node->next = *link;
	*link = node;
	if (!node->next)
		list->tail = node;
	list->len++;
	return 0;
}

int sllist_nth(const struct sllist *list, size_t n, int *value)
{
	const struct sl_node *node = list->head;

	if (n >= list->len)
		return -ERANGE;
	while (n--)
		node = node->next;
	*value = node->value;
	return 0;
}
