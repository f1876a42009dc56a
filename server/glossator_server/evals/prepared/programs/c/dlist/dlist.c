#include "dlist.h"

#include <errno.h>

void dlist_init(struct dlist *head)
{
	head->prev = head;
	head->next = head;
}

bool dlist_empty(const struct dlist *head)
{
	return head->next == head;
}

size_t dlist_length(const struct dlist *head)
{
	const struct dlist *pos;
	size_t n = 0;

	dlist_for_each(pos, head)
		n++;
	return n;
}

/* Puts item between two links that are neighbours. */
static void link_between(struct dlist *item, struct dlist *prev, struct dlist *next)
{
	item->prev = prev;
	item->next = next;
	prev->next = item;
	next->prev = item;
}

void dlist_add(struct dlist *head, struct dlist *item)
{
	link_between(item, head, head->next);
}

void dlist_add_tail(struct dlist *head, struct dlist *item)
{
	link_between(item, head->prev, head);
}

/* Leaves item pointing at itself, so that deleting it again does no harm. */
void dlist_del(struct dlist *item)
{
	item->prev->next = item->next;
	item->next->prev = item->prev;
	dlist_init(item);
}

void dlist_move_tail(struct dlist *head, struct dlist *item)
{
	dlist_del(item);
	dlist_add_tail(head, item);
}

/* Moves all items of from to the end of head; from becomes empty. */
void dlist_splice_tail(struct dlist *head, struct dlist *from)
{
	struct dlist *first = from->next;
	struct dlist *last = from->prev;

	if (dlist_empty(from))
		return;
	first->prev = head->prev;
	head->prev->next = first;
	last->next = head;
	head->prev = last;
	dlist_init(from);
}

/* The first item becomes the last one. */
void dlist_rotate_left(struct dlist *head)
{
	if (!dlist_empty(head))
		dlist_move_tail(head, head->next);
}

bool dlist_is_last(const struct dlist *head, const struct dlist *item)
{
	return item->next == head;
}

/* Inserts behind all items that do not sort after this one. */
void dlist_insert_ordered(struct dlist *head, struct dlist *item, dlist_cmp_fn cmp)
{
	struct dlist *pos;

	dlist_for_each(pos, head) {
		if (cmp(pos, item) > 0)
			break;
	}
	link_between(item, pos->prev, pos);
}

/* Returns 0, or -EINVAL when two neighbours disagree. */
int dlist_check(const struct dlist *head)
{
	const struct dlist *pos = head;

	do {
		if (pos->next->prev != pos)
			return -EINVAL;
		pos = pos->next;
	} while (pos != head);
	return 0;
}
