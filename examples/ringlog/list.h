/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RINGLOG_LIST_H
#define RINGLOG_LIST_H

#include <stdbool.h>
#include <stddef.h>

/**
 * struct list_head - A link of a circular, doubly linked list.
 * @next: The link that follows; the list's head follows its last entry.
 * @prev: The link before; the head stands before its first entry.
 *
 * The same type serves as the head of a list and as the link inside of each
 * entry. A head that points at itself both ways is an empty list.
 */
struct list_head {
	struct list_head *next;
	struct list_head *prev;
};

#define list_entry(link, type, member) \
	((type *)((char *)(link) - offsetof(type, member)))

#define list_for_each(pos, head) \
	for ((pos) = (head)->next; (pos) != (head); (pos) = (pos)->next)

/**
 * INIT_LIST_HEAD() - Make a list empty.
 * @list: The head to initialise; what it pointed at is forgotten, not freed.
 *
 * A link that was never initialised must not be added to, removed from or
 * replaced in any list.
 */
static inline void INIT_LIST_HEAD(struct list_head *list)
{
	list->next = list;
	list->prev = list;
}

static inline bool list_empty(const struct list_head *head)
{
	return head->next == head;
}

/**
 * list_add_tail() - Append an entry to a list.
 * @entry: The link of the entry to append; it must not be in any list.
 * @head: The head of the list, which @entry will stand right before.
 */
static inline void list_add_tail(struct list_head *entry, struct list_head *head)
{
	entry->prev = head->prev;
	entry->next = head;
	head->prev->next = entry;
	head->prev = entry;
}

static inline void list_del_init(struct list_head *entry)
{
	entry->prev->next = entry->next;
	entry->next->prev = entry->prev;
	INIT_LIST_HEAD(entry);
}

static inline void list_replace(struct list_head *old, struct list_head *new)
{
	new->next = old->next;
	new->next->prev = new;
	new->prev = old->prev;
	new->prev->next = new;
}

#endif
