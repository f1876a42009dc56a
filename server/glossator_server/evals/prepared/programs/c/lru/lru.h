#ifndef LRU_H
#define LRU_H

#include <stdbool.h>
#include <stddef.h>

/*
 * A cache of a fixed number of values by key. When it is full, the value
 * that was used least recently makes room. Small enough to search in a line.
 */
typedef void (*lru_drop)(int key, void *value, void *data);

struct lru;

struct lru *lru_new(size_t room, lru_drop drop, void *data);
void lru_free(struct lru *cache);
int lru_put(struct lru *cache, int key, void *value);
void *lru_get(struct lru *cache, int key);
bool lru_peek(const struct lru *cache, int key, void **value);
int lru_remove(struct lru *cache, int key);
size_t lru_count(const struct lru *cache);
int lru_oldest(const struct lru *cache, int *key);
int lru_resize(struct lru *cache, size_t room);

#endif
