#include "crc.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#define CRC32_POLY 0xEDB88320u
#define CRC16_POLY 0x1021u
#define ADLER_MOD 65521u
#define FRAME_MAX 0xFFFF

static uint32_t table[256];
static bool table_ready;

static void fill_table(void)
{
	for (uint32_t i = 0; i < 256; i++) {
		uint32_t crc = i;

		for (int bit = 0; bit < 8; bit++)
			crc = crc & 1 ? crc >> 1 ^ CRC32_POLY : crc >> 1;
		table[i] = crc;
	}
	table_ready = true;
}

/* Goes on from crc, which is CRC32_START for the first piece. */
uint32_t crc32_update(uint32_t crc, const void *data, size_t len)
{
	const unsigned char *p = data;

	if (!table_ready)
		fill_table();
	crc = ~crc;
	while (len--)
		crc = crc >> 8 ^ table[(crc ^ *p++) & 0xFF];
	return ~crc;
}

uint16_t crc16_update(uint16_t crc, const void *data, size_t len)
{
	const unsigned char *p = data;
	uint32_t work = crc;

	for (; len > 0; len--) {
		work ^= (uint32_t)*p++ << 8;
		for (int bit = 0; bit < 8; bit++)
			work = work & 0x8000 ? work << 1 ^ CRC16_POLY : work << 1;
		work &= 0xFFFF;
	}
	return (uint16_t)work;
}

/* The product of a matrix over bits and a vector of bits. */
static uint32_t times(const uint32_t matrix[32], uint32_t vector)
{
	uint32_t sum = 0;

	for (int i = 0; vector; i++, vector >>= 1)
		if (vector & 1)
			sum ^= matrix[i];
	return sum;
}

static void square(uint32_t result[32], const uint32_t matrix[32])
{
	for (int i = 0; i < 32; i++)
		result[i] = times(matrix, matrix[i]);
}

/* The CRC of two pieces in a row, from the CRC of each. */
uint32_t crc32_combine(uint32_t first, uint32_t second, size_t second_len)
{
	uint32_t step[32], next[32];

	/* What one zero bit does to a CRC, then two, then four... */
	step[0] = CRC32_POLY;
	for (int i = 1; i < 32; i++)
		step[i] = (uint32_t)1 << (i - 1);
	for (int i = 0; i < 3; i++) {
		square(next, step);
		memcpy(step, next, sizeof(step));
	}
	for (; second_len > 0; second_len >>= 1) {
		if (second_len & 1)
			first = times(step, first);
		square(next, step);
		memcpy(step, next, sizeof(step));
	}
	return first ^ second;
}

/* Goes on from sum, which is 1 for the first piece. */
uint32_t adler32_update(uint32_t sum, const void *data, size_t len)
{
	const unsigned char *p = data;
	uint32_t low = sum & 0xFFFF;
	uint32_t high = sum >> 16;

	for (size_t i = 0; i < len; i++) {
		low = (low + p[i]) % ADLER_MOD;
		high = (high + low) % ADLER_MOD;
	}
	return high << 16 | low;
}

static void put_bytes(unsigned char *dst, uint32_t value, int n)
{
	for (int i = 0; i < n; i++)
		dst[i] = (unsigned char)(value >> (8 * i));
}

static uint32_t take_bytes(const unsigned char *src, int n)
{
	uint32_t value = 0;

	while (n-- > 0)
		value = value << 8 | src[n];
	return value;
}

/* Returns the length of the frame, -E2BIG or -ENOSPC. */
int frame_write(const void *payload, size_t len, void *dst, size_t room)
{
	unsigned char *out = dst;

	if (len > FRAME_MAX)
		return -E2BIG;
	if (len + FRAME_EXTRA > room)
		return -ENOSPC;
	put_bytes(out, (uint32_t)len, 2);
	memcpy(out + 2, payload, len);
	put_bytes(out + 2 + len, crc32_update(CRC32_START, out, len + 2), 4);
	return (int)(len + FRAME_EXTRA);
}

/* Returns the bytes taken, -ENODATA if the frame is not whole, -EBADMSG if it is damaged. */
int frame_read(const void *src, size_t len, const void **payload, size_t *payload_len)
{
	const unsigned char *in = src;
	size_t size;

	if (len < FRAME_EXTRA)
		return -ENODATA;
	size = take_bytes(in, 2);
	if (len < size + FRAME_EXTRA)
		return -ENODATA;
	if (crc32_update(CRC32_START, in, size + 2) != take_bytes(in + 2 + size, 4))
		return -EBADMSG;
	*payload = in + 2;
	*payload_len = size;
	return (int)(size + FRAME_EXTRA);
}
