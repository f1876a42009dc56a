#include "hashset.h"

#include <errno.h>
#include <stdlib.h>

#define MIN_SIZE 8

/* Multiplicative hashing; the high half is folded into the low one. */
static uint32_t hash_key(uint32_t key)
{
	key *= 2654435769u;
	return key ^ (key >> 16);
}

static int alloc_slots(struct hashset *set, size_t size)
{
	set->keys = malloc(size * sizeof(*set->keys));
	set->state = calloc(size, sizeof(*set->state));
	if (!set->keys || !set->state) {
		free(set->keys);
		free(set->state);
		return -ENOMEM;
	}
	set->size = size;
	set->used = 0;
	set->marked = 0;
	return 0;
}

int hashset_init(struct hashset *set)
{
	return alloc_slots(set, MIN_SIZE);
}

void hashset_destroy(struct hashset *set)
{
	free(set->keys);
	free(set->state);
	set->keys = NULL;
	set->state = NULL;
	set->size = set->used = set->marked = 0;
}

/* The slot that holds key, or size when there is none. */
static size_t find_slot(const struct hashset *set, uint32_t key)
{
	size_t mask = set->size - 1;
	size_t i = hash_key(key) & mask;

	for (size_t n = 0; n < set->size; n++) {
		if (set->state[i] == SLOT_FREE)
			break;
		if (set->state[i] == SLOT_USED && set->keys[i] == key)
			return i;
		i = (i + 1) & mask;
	}
	return set->size;
}

bool hashset_has(const struct hashset *set, uint32_t key)
{
	return find_slot(set, key) != set->size;
}

/* Stores a key that is not there yet; some slot must be free. */
static void place(struct hashset *set, uint32_t key)
{
	size_t mask = set->size - 1;
	size_t i = hash_key(key) & mask;

	while (set->state[i] == SLOT_USED)
		i = (i + 1) & mask;
	if (set->state[i] == SLOT_DELETED)
		set->marked--;
	set->keys[i] = key;
	set->state[i] = SLOT_USED;
	set->used++;
}

static int rehash(struct hashset *set, size_t size)
{
	struct hashset fresh;
	int err = alloc_slots(&fresh, size);

	if (err)
		return err;
	for (size_t i = 0; i < set->size; i++) {
		if (set->state[i] == SLOT_USED)
			place(&fresh, set->keys[i]);
	}
	hashset_destroy(set);
	*set = fresh;
	return 0;
}

/* At most three quarters of the slots are used or marked. */
int hashset_add(struct hashset *set, uint32_t key)
{
	if (hashset_has(set, key))
		return -EEXIST;
	if ((set->used + set->marked + 1) * 4 > set->size * 3) {
		bool crowded = set->used * 2 >= set->size;
		int err = rehash(set, crowded ? set->size * 2 : set->size);

		if (err)
			return err;
	}
	place(set, key);
	return 0;
}

int hashset_remove(struct hashset *set, uint32_t key)
{
	size_t i = find_slot(set, key);

	if (i == set->size)
		return -ENOENT;
	set->state[i] = SLOT_DELETED;
	set->used--;
	set->marked++;
	return 0;
}

size_t hashset_count(const struct hashset *set)
{
	return set->used;
}

/* Goes through all keys in no order; *pos starts at 0. */
bool hashset_next(const struct hashset *set, size_t *pos, uint32_t *key)
{
	while (*pos < set->size) {
		size_t i = (*pos)++;

		if (set->state[i] == SLOT_USED) {
			*key = set->keys[i];
			return true;
		}
	}
	return false;
}

/* Whether each key of a is in b. */
bool hashset_subset(const struct hashset *a, const struct hashset *b)
{
	size_t pos = 0;
	uint32_t key;

	while (hashset_next(a, &pos, &key)) {
		if (!hashset_has(b, key))
			return false;
	}
	return true;
}
