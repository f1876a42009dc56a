#ifndef RINGBUF_H
#define RINGBUF_H

#include <stdbool.h>
#include <stddef.h>

/*
 * A fixed-size byte queue. Indices run freely and are masked on access, so
 * the size must be a power of two and all of it can be used.
 */
struct ringbuf {
	unsigned char *data;
	size_t size;
	size_t head;	/* next byte to write */
	size_t tail;	/* next byte to read */
};

int ringbuf_init(struct ringbuf *rb, size_t size);
void ringbuf_destroy(struct ringbuf *rb);
size_t ringbuf_used(const struct ringbuf *rb);
size_t ringbuf_space(const struct ringbuf *rb);
bool ringbuf_empty(const struct ringbuf *rb);
bool ringbuf_full(const struct ringbuf *rb);
int ringbuf_put(struct ringbuf *rb, unsigned char byte);
int ringbuf_get(struct ringbuf *rb);
size_t ringbuf_write(struct ringbuf *rb, const void *src, size_t len);
size_t ringbuf_read(struct ringbuf *rb, void *dst, size_t len);
size_t ringbuf_peek(const struct ringbuf *rb, void *dst, size_t len);
size_t ringbuf_skip(struct ringbuf *rb, size_t len);

#endif
