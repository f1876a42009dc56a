#ifndef HASHSET_H
#define HASHSET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * A set of 32-bit numbers with open addressing. A deleted slot keeps a mark
 * so that probing goes on behind it.
 */
enum slot_state { SLOT_FREE, SLOT_USED, SLOT_DELETED };

struct hashset {
	uint32_t *keys;
	unsigned char *state;
	size_t size;	/* slots, a power of two */
	size_t used;	/* keys in the set */
	size_t marked;	/* deleted slots */
};

int hashset_init(struct hashset *set);
void hashset_destroy(struct hashset *set);
bool hashset_has(const struct hashset *set, uint32_t key);
int hashset_add(struct hashset *set, uint32_t key);
int hashset_remove(struct hashset *set, uint32_t key);
size_t hashset_count(const struct hashset *set);
bool hashset_next(const struct hashset *set, size_t *pos, uint32_t *key);
bool hashset_subset(const struct hashset *a, const struct hashset *b);

#endif
