#include "ringbuf.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static bool is_power_of_two(size_t n)
{
	return n != 0 && (n & (n - 1)) == 0;
}

static size_t min_size(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Returns 0, -EINVAL for a size that cannot be masked, or -ENOMEM. */
int ringbuf_init(struct ringbuf *rb, size_t size)
{
	if (!is_power_of_two(size))
		return -EINVAL;

	rb->data = malloc(size);
	if (!rb->data)
		return -ENOMEM;

	rb->size = size;
	rb->head = 0;
	rb->tail = 0;
	return 0;
}

/* Safe to call twice: the buffer is left empty and unusable. */
void ringbuf_destroy(struct ringbuf *rb)
{
	free(rb->data);
	rb->data = NULL;
	rb->size = rb->head = rb->tail = 0;
}

size_t ringbuf_used(const struct ringbuf *rb)
{
	return rb->head - rb->tail;
}

size_t ringbuf_space(const struct ringbuf *rb)
{
	return rb->size - ringbuf_used(rb);
}

bool ringbuf_empty(const struct ringbuf *rb)
{
	return rb->head == rb->tail;
}

bool ringbuf_full(const struct ringbuf *rb)
{
	return ringbuf_used(rb) == rb->size;
}

int ringbuf_put(struct ringbuf *rb, unsigned char byte)
{
	if (ringbuf_full(rb))
		return -ENOSPC;

	rb->data[rb->head++ & (rb->size - 1)] = byte;
	return 0;
}

/* The oldest byte as 0..255, or -ENODATA. */
int ringbuf_get(struct ringbuf *rb)
{
	if (ringbuf_empty(rb))
		return -ENODATA;

	return rb->data[rb->tail++ & (rb->size - 1)];
}

/* Takes as much of src as fits, in at most two copies. */
size_t ringbuf_write(struct ringbuf *rb, const void *src, size_t len)
{
	const unsigned char *from = src;
	size_t start = rb->head & (rb->size - 1);
	size_t first;

	len = min_size(len, ringbuf_space(rb));
	first = min_size(len, rb->size - start);
	memcpy(rb->data + start, from, first);
	memcpy(rb->data, from + first, len - first);
	rb->head += len;
	return len;
}

/* Copies up to len bytes without taking them out. */
size_t ringbuf_peek(const struct ringbuf *rb, void *dst, size_t len)
{
	unsigned char *to = dst;
	size_t start = rb->tail & (rb->size - 1);
	size_t first;

	len = min_size(len, ringbuf_used(rb));
	first = min_size(len, rb->size - start);
	memcpy(to, rb->data + start, first);
	memcpy(to + first, rb->data, len - first);
	return len;
}

size_t ringbuf_skip(struct ringbuf *rb, size_t len)
{
	len = min_size(len, ringbuf_used(rb));
	rb->tail += len;
	return len;
}

size_t ringbuf_read(struct ringbuf *rb, void *dst, size_t len)
{
	return ringbuf_skip(rb, ringbuf_peek(rb, dst, len));
}
