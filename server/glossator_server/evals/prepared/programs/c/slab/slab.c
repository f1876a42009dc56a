#include "slab.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

/* A free object starts with the link to the next one. */
static void *get_link(const void *obj)
{
	void *next;

	memcpy(&next, obj, sizeof(next));
	return next;
}

static void set_link(void *obj, void *next)
{
	memcpy(obj, &next, sizeof(next));
}

static size_t round_size(size_t size)
{
	const size_t align = _Alignof(max_align_t);

	if (size < sizeof(void *))
		size = sizeof(void *);
	return (size + align - 1) / align * align;
}

/* Returns 0, -EINVAL or -ENOMEM. */
int slab_init(struct slab *s, size_t obj_size, size_t count, void (*ctor)(void *obj))
{
	if (obj_size == 0 || count == 0 || obj_size > SIZE_MAX / 2)
		return -EINVAL;

	s->obj_size = round_size(obj_size);
	if (count > SIZE_MAX / s->obj_size)
		return -EINVAL;
	s->mem = malloc(s->obj_size * count);
	if (!s->mem)
		return -ENOMEM;
	s->count = count;
	s->in_use = 0;
	s->ctor = ctor;
	s->free_list = NULL;

	/* From the end, so that objects are handed out in order. */
	for (size_t i = count; i-- > 0;) {
		void *obj = s->mem + i * s->obj_size;

		set_link(obj, s->free_list);
		s->free_list = obj;
	}
	return 0;
}

/* Refused while objects are in use. */
int slab_destroy(struct slab *s)
{
	if (s->in_use)
		return -EBUSY;
	free(s->mem);
	s->mem = NULL;
	s->free_list = NULL;
	s->count = 0;
	return 0;
}

/* A constructed object, or NULL when all are in use. */
void *slab_alloc(struct slab *s)
{
	void *obj = s->free_list;

	if (!obj)
		return NULL;
	s->free_list = get_link(obj);
	s->in_use++;
	if (s->ctor)
		s->ctor(obj);
	return obj;
}

/* The number of the object at obj, or -EINVAL. */
long slab_index(const struct slab *s, const void *obj)
{
	uintptr_t base = (uintptr_t)s->mem;
	uintptr_t at = (uintptr_t)obj;

	if (at < base || at >= base + s->count * s->obj_size)
		return -EINVAL;
	if ((at - base) % s->obj_size != 0)
		return -EINVAL;
	return (long)((at - base) / s->obj_size);
}

bool slab_owns(const struct slab *s, const void *obj)
{
	return slab_index(s, obj) >= 0;
}

static bool is_free(const struct slab *s, const void *obj)
{
	for (const void *f = s->free_list; f; f = get_link(f)) {
		if (f == obj)
			return true;
	}
	return false;
}

/* Returns 0, -EINVAL for a foreign pointer, -EALREADY for a free one. */
int slab_free(struct slab *s, void *obj)
{
	if (!slab_owns(s, obj))
		return -EINVAL;
	if (is_free(s, obj))
		return -EALREADY;
	memset(obj, SLAB_POISON, s->obj_size);
	set_link(obj, s->free_list);
	s->free_list = obj;
	s->in_use--;
	return 0;
}

size_t slab_available(const struct slab *s)
{
	return s->count - s->in_use;
}
