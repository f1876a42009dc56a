#include "varint.h"

#include <errno.h>
#include <string.h>

#define MORE 0x80
#define LOW_BITS 0x7F

size_t varint_size(uint64_t value)
{
	size_t size = 1;

	while (value > LOW_BITS) {
		value >>= 7;
		size++;
	}
	return size;
}

/* Returns the bytes written, or -ENOSPC, in which case nothing is. */
int varint_write(uint64_t value, unsigned char *out, size_t room)
{
	int n = 0;

	if (varint_size(value) > room)
		return -ENOSPC;
	while (value > LOW_BITS) {
		out[n++] = (unsigned char)(value | MORE);
		value >>= 7;
	}
	out[n++] = (unsigned char)value;
	return n;
}

/*
 * Returns the bytes read; -ENODATA if the number goes on past len,
 * -EOVERFLOW if it does not fit in 64 bits.
 */
int varint_read(const unsigned char *in, size_t len, uint64_t *value)
{
	uint64_t result = 0;

	for (int i = 0; i < VARINT_MAX; i++) {
		uint64_t bits;

		if ((size_t)i >= len)
			return -ENODATA;
		bits = in[i] & LOW_BITS;
		if (i == VARINT_MAX - 1 && bits > 1)
			return -EOVERFLOW;
		result |= bits << (7 * i);
		if (!(in[i] & MORE)) {
			*value = result;
			return i + 1;
		}
	}
	return -EOVERFLOW;
}

/* Small numbers of either sign become small: 0, -1, 1, -2 are 0, 1, 2, 3. */
uint64_t zigzag_encode(int64_t value)
{
	uint64_t doubled = (uint64_t)value << 1;

	return value < 0 ? ~doubled : doubled;
}

int64_t zigzag_decode(uint64_t value)
{
	uint64_t half = value >> 1;

	return (int64_t)(value & 1 ? ~half : half);
}

void varint_start(struct varint_cursor *cursor, void *data, size_t len)
{
	cursor->data = data;
	cursor->len = len;
	cursor->at = 0;
	cursor->error = 0;
}

static size_t rest(const struct varint_cursor *cursor)
{
	return cursor->len - cursor->at;
}

/* Takes the result of a step: goes on, or keeps the first error. */
static void advance(struct varint_cursor *cursor, int step)
{
	if (step < 0)
		cursor->error = step;
	else
		cursor->at += (size_t)step;
}

void varint_put(struct varint_cursor *cursor, uint64_t value)
{
	if (cursor->error)
		return;
	advance(cursor, varint_write(value, cursor->data + cursor->at, rest(cursor)));
}

void varint_put_signed(struct varint_cursor *cursor, int64_t value)
{
	varint_put(cursor, zigzag_encode(value));
}

void varint_put_bytes(struct varint_cursor *cursor, const void *bytes, size_t len)
{
	varint_put(cursor, len);
	if (cursor->error)
		return;
	if (len > rest(cursor)) {
		cursor->error = -ENOSPC;
		return;
	}
	memcpy(cursor->data + cursor->at, bytes, len);
	cursor->at += len;
}

/* Zero after an error. */
uint64_t varint_take(struct varint_cursor *cursor)
{
	uint64_t value = 0;

	if (cursor->error)
		return 0;
	advance(cursor, varint_read(cursor->data + cursor->at, rest(cursor), &value));
	return value;
}

int64_t varint_take_signed(struct varint_cursor *cursor)
{
	return zigzag_decode(varint_take(cursor));
}

/* Points into the data; NULL after an error. */
const void *varint_take_bytes(struct varint_cursor *cursor, size_t *len)
{
	uint64_t size = varint_take(cursor);
	const unsigned char *bytes = cursor->data + cursor->at;

	*len = 0;
	if (cursor->error)
		return NULL;
	if (size > rest(cursor)) {
		cursor->error = -ENODATA;
		return NULL;
	}
	cursor->at += (size_t)size;
	*len = (size_t)size;
	return bytes;
}
