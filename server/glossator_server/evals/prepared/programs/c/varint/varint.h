#ifndef VARINT_H
#define VARINT_H

#include <stddef.h>
#include <stdint.h>

/* Seven bits a byte, least first; the high bit says that more follow. */
#define VARINT_MAX 10

size_t varint_size(uint64_t value);
int varint_write(uint64_t value, unsigned char *out, size_t room);
int varint_read(const unsigned char *in, size_t len, uint64_t *value);
uint64_t zigzag_encode(int64_t value);
int64_t zigzag_decode(uint64_t value);

/* Reads and writes one after the other; error is 0 or the first that occurred. */
struct varint_cursor {
	unsigned char *data;
	size_t len;
	size_t at;
	int error;
};

void varint_start(struct varint_cursor *cursor, void *data, size_t len);
void varint_put(struct varint_cursor *cursor, uint64_t value);
void varint_put_signed(struct varint_cursor *cursor, int64_t value);
void varint_put_bytes(struct varint_cursor *cursor, const void *bytes, size_t len);
uint64_t varint_take(struct varint_cursor *cursor);
int64_t varint_take_signed(struct varint_cursor *cursor);
const void *varint_take_bytes(struct varint_cursor *cursor, size_t *len);

#endif
