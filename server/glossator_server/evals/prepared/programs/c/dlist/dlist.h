#ifndef DLIST_H
#define DLIST_H

#include <stdbool.h>
#include <stddef.h>

/*
 * A circular doubly linked list whose links live inside the elements. A head
 * is a link of its own; an empty list points at itself.
 */
struct dlist {
	struct dlist *prev;
	struct dlist *next;
};

#define dlist_entry(ptr, type, member) \
	((type *)(void *)((char *)(ptr) - offsetof(type, member)))

#define dlist_for_each(pos, head) \
	for ((pos) = (head)->next; (pos) != (head); (pos) = (pos)->next)

typedef int (*dlist_cmp_fn)(const struct dlist *a, const struct dlist *b);

void dlist_init(struct dlist *head);
bool dlist_empty(const struct dlist *head);
size_t dlist_length(const struct dlist *head);
void dlist_add(struct dlist *head, struct dlist *item);
void dlist_add_tail(struct dlist *head, struct dlist *item);
void dlist_del(struct dlist *item);
void dlist_move_tail(struct dlist *head, struct dlist *item);
void dlist_splice_tail(struct dlist *head, struct dlist *from);
void dlist_rotate_left(struct dlist *head);
bool dlist_is_last(const struct dlist *head, const struct dlist *item);
void dlist_insert_ordered(struct dlist *head, struct dlist *item, dlist_cmp_fn cmp);
int dlist_check(const struct dlist *head);

#endif
