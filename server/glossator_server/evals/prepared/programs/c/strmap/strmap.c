#include "strmap.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define STRMAP_MIN_BUCKETS 8

struct strmap_entry {
	struct strmap_entry *next;
	void *value;
	uint32_t hash;
	char key[];
};

/* FNV-1a, 32 bits */
static uint32_t hash_key(const char *key)
{
	uint32_t hash = 2166136261u;

	for (; *key; key++) {
		hash ^= (unsigned char)*key;
		hash *= 16777619u;
	}
	return hash;
}

/* The link that points at the entry for key, or at the end of its chain. */
static struct strmap_entry **find_link(const struct strmap *map,
				       const char *key, uint32_t hash)
{
	struct strmap_entry **link = &map->buckets[hash % map->nbuckets];

	while (*link && ((*link)->hash != hash || strcmp((*link)->key, key) != 0))
		link = &(*link)->next;
	return link;
}

static struct strmap_entry *new_entry(const char *key, uint32_t hash)
{
	size_t len = strlen(key);
	struct strmap_entry *entry = malloc(sizeof(*entry) + len + 1);

	if (!entry)
		return NULL;
	memcpy(entry->key, key, len + 1);
	entry->hash = hash;
	entry->next = NULL;
	return entry;
}

static int grow(struct strmap *map)
{
	size_t nbuckets = map->nbuckets * 2;
	struct strmap_entry **buckets = calloc(nbuckets, sizeof(*buckets));

	if (!buckets)
		return -ENOMEM;

	for (size_t i = 0; i < map->nbuckets; i++) {
		struct strmap_entry *entry = map->buckets[i];

		while (entry) {
			struct strmap_entry *next = entry->next;
			struct strmap_entry **slot = &buckets[entry->hash % nbuckets];

			entry->next = *slot;
			*slot = entry;
			entry = next;
		}
	}
	free(map->buckets);
	map->buckets = buckets;
	map->nbuckets = nbuckets;
	return 0;
}

int strmap_init(struct strmap *map)
{
	map->count = 0;
	map->nbuckets = STRMAP_MIN_BUCKETS;
	map->buckets = calloc(map->nbuckets, sizeof(*map->buckets));
	return map->buckets ? 0 : -ENOMEM;
}

void strmap_destroy(struct strmap *map)
{
	for (size_t i = 0; i < map->nbuckets; i++) {
		while (map->buckets[i]) {
			struct strmap_entry *entry = map->buckets[i];

			map->buckets[i] = entry->next;
			free(entry);
		}
	}
	free(map->buckets);
	memset(map, 0, sizeof(*map));
}

/* Adds or replaces. Returns 0, -EINVAL for no key, or -ENOMEM. */
int strmap_set(struct strmap *map, const char *key, void *value)
{
	struct strmap_entry **link;
	uint32_t hash;

	if (!key)
		return -EINVAL;
	if (map->count >= map->nbuckets && grow(map) < 0)
		return -ENOMEM;

	hash = hash_key(key);
	link = find_link(map, key, hash);
	if (!*link) {
		*link = new_entry(key, hash);
		if (!*link)
			return -ENOMEM;
		map->count++;
	}
	(*link)->value = value;
	return 0;
}

void *strmap_get(const struct strmap *map, const char *key)
{
	struct strmap_entry *entry = *find_link(map, key, hash_key(key));

	return entry ? entry->value : NULL;
}

bool strmap_has(const struct strmap *map, const char *key)
{
	return *find_link(map, key, hash_key(key)) != NULL;
}

int strmap_del(struct strmap *map, const char *key)
{
	struct strmap_entry **link = find_link(map, key, hash_key(key));
	struct strmap_entry *entry = *link;

	if (!entry)
		return -ENOENT;
	*link = entry->next;
	free(entry);
	map->count--;
	return 0;
}

void strmap_each(const struct strmap *map, strmap_visit visit, void *data)
{
	for (size_t i = 0; i < map->nbuckets; i++)
		for (struct strmap_entry *e = map->buckets[i]; e; e = e->next)
			visit(e->key, e->value, data);
}
