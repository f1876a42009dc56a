#ifndef STRMAP_H
#define STRMAP_H

#include <stdbool.h>
#include <stddef.h>

/*
 * A map from strings to pointers, by chaining. The map owns copies of the
 * keys; the values stay the caller's.
 */
struct strmap_entry;

struct strmap {
	struct strmap_entry **buckets;
	size_t nbuckets;
	size_t count;
};

typedef void (*strmap_visit)(const char *key, void *value, void *data);

int strmap_init(struct strmap *map);
void strmap_destroy(struct strmap *map);
int strmap_set(struct strmap *map, const char *key, void *value);
void *strmap_get(const struct strmap *map, const char *key);
bool strmap_has(const struct strmap *map, const char *key);
int strmap_del(struct strmap *map, const char *key);
void strmap_each(const struct strmap *map, strmap_visit visit, void *data);

#endif
