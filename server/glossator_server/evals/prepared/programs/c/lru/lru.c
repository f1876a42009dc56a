#include "lru.h"

#include <errno.h>
#include <stdlib.h>

struct node {
	int key;
	void *value;
	struct node *prev;
	struct node *next;
};

/* head.next was used last, head.prev is next to go. */
struct lru {
	struct node head;
	size_t count;
	size_t room;
	lru_drop drop;
	void *data;
};

static void list_insert(struct node *head, struct node *node)
{
	node->prev = head;
	node->next = head->next;
	head->next->prev = node;
	head->next = node;
}

static void list_remove(struct node *node)
{
	node->prev->next = node->next;
	node->next->prev = node->prev;
}

static struct node *find(const struct lru *cache, int key)
{
	struct node *node = cache->head.next;

	while (node != &cache->head) {
		if (node->key == key)
			return node;
		node = node->next;
	}
	return NULL;
}

/* Takes a node out, tells the owner of its value, and frees it. */
static void discard(struct lru *cache, struct node *node)
{
	list_remove(node);
	cache->count--;
	if (cache->drop)
		cache->drop(node->key, node->value, cache->data);
	free(node);
}

static void shrink_to(struct lru *cache, size_t count)
{
	while (cache->count > count)
		discard(cache, cache->head.prev);
}

/* Returns NULL if there is no memory or room is zero. */
struct lru *lru_new(size_t room, lru_drop drop, void *data)
{
	struct lru *cache;

	if (room == 0)
		return NULL;
	cache = malloc(sizeof(*cache));
	if (!cache)
		return NULL;
	cache->head.prev = cache->head.next = &cache->head;
	cache->count = 0;
	cache->room = room;
	cache->drop = drop;
	cache->data = data;
	return cache;
}

void lru_free(struct lru *cache)
{
	if (!cache)
		return;
	shrink_to(cache, 0);
	free(cache);
}

/* Adds or replaces a value; a replaced value is dropped, unless it is the same. */
int lru_put(struct lru *cache, int key, void *value)
{
	struct node *node = find(cache, key);

	if (node) {
		if (cache->drop && node->value != value)
			cache->drop(key, node->value, cache->data);
		list_remove(node);
	} else {
		node = malloc(sizeof(*node));
		if (!node)
			return -ENOMEM;
		shrink_to(cache, cache->room - 1);
		cache->count++;
	}
	node->key = key;
	node->value = value;
	list_insert(&cache->head, node);
	return 0;
}

/* The value, which now counts as used, or NULL. */
void *lru_get(struct lru *cache, int key)
{
	struct node *node = find(cache, key);

	if (!node)
		return NULL;
	list_remove(node);
	list_insert(&cache->head, node);
	return node->value;
}

/* Looks without using: the order stays as it is. */
bool lru_peek(const struct lru *cache, int key, void **value)
{
	const struct node *node = find(cache, key);

	if (!node)
		return false;
	if (value)
		*value = node->value;
	return true;
}

int lru_remove(struct lru *cache, int key)
{
	struct node *node = find(cache, key);

	if (!node)
		return -ENOENT;
	discard(cache, node);
	return 0;
}

size_t lru_count(const struct lru *cache)
{
	return cache->count;
}

/* The key that would be the next to go; -ENOENT if there is none. */
int lru_oldest(const struct lru *cache, int *key)
{
	if (cache->count == 0)
		return -ENOENT;
	*key = cache->head.prev->key;
	return 0;
}

int lru_resize(struct lru *cache, size_t room)
{
	if (room == 0)
		return -EINVAL;
	cache->room = room;
	shrink_to(cache, room);
	return 0;
}
