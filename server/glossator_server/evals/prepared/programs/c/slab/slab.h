#ifndef SLAB_H
#define SLAB_H

#include <stdbool.h>
#include <stddef.h>

#define SLAB_POISON 0x6b

/* Objects of one size from one piece of memory, with a list of free ones. */
struct slab {
	unsigned char *mem;
	size_t obj_size;
	size_t count;
	size_t in_use;
	void *free_list;
	void (*ctor)(void *obj);
};

int slab_init(struct slab *s, size_t obj_size, size_t count, void (*ctor)(void *obj));
int slab_destroy(struct slab *s);
void *slab_alloc(struct slab *s);
int slab_free(struct slab *s, void *obj);
bool slab_owns(const struct slab *s, const void *obj);
long slab_index(const struct slab *s, const void *obj);
size_t slab_available(const struct slab *s);

#endif
