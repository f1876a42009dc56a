#include "lz_tiny.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

#define HASH_BITS 10
#define NO_POS SIZE_MAX

struct writer {
	unsigned char *dst;
	size_t max;
	size_t n;
};

static unsigned int hash3(const unsigned char *p)
{
	uint32_t v = p[0] | (uint32_t)p[1] << 8 | (uint32_t)p[2] << 16;

	return (v * 2654435761u) >> (32 - HASH_BITS);
}

static size_t match_length(const unsigned char *a, const unsigned char *b, size_t max)
{
	size_t n = 0;

	if (max > LZ_MAX_MATCH)
		max = LZ_MAX_MATCH;
	while (n < max && a[n] == b[n])
		n++;
	return n;
}

static int put_literals(struct writer *w, const unsigned char *src, size_t len)
{
	while (len > 0) {
		size_t n = len < LZ_MAX_LITERAL ? len : LZ_MAX_LITERAL;

		if (w->max - w->n < n + 1)
			return -ENOSPC;
		w->dst[w->n++] = (unsigned char)(n - 1);
		memcpy(w->dst + w->n, src, n);
		w->n += n;
		src += n;
		len -= n;
	}
	return 0;
}

static int put_match(struct writer *w, size_t len, size_t dist)
{
	if (w->max - w->n < 3)
		return -ENOSPC;
	w->dst[w->n++] = (unsigned char)(0x80 | (len - LZ_MIN_MATCH));
	w->dst[w->n++] = (unsigned char)((dist - 1) & 0xff);
	w->dst[w->n++] = (unsigned char)((dist - 1) >> 8);
	return 0;
}

/* Greedy: takes the last place with the same hash if it matches. */
long lz_compress(const unsigned char *src, size_t len, unsigned char *dst, size_t max)
{
	struct writer w = { .dst = dst, .max = max };
	size_t last[1 << HASH_BITS];
	size_t pos = 0, pending = 0;

	for (size_t i = 0; i < 1 << HASH_BITS; i++)
		last[i] = NO_POS;

	while (pos + LZ_MIN_MATCH <= len) {
		unsigned int h = hash3(src + pos);
		size_t from = last[h];
		size_t n = 0;

		last[h] = pos;
		if (from != NO_POS && pos - from <= LZ_WINDOW)
			n = match_length(src + from, src + pos, len - pos);
		if (n < LZ_MIN_MATCH) {
			pos++;
			continue;
		}
		if (put_literals(&w, src + pending, pos - pending) ||
		    put_match(&w, n, pos - from))
			return -ENOSPC;
		pos += n;
		pending = pos;
	}
	if (put_literals(&w, src + pending, len - pending))
		return -ENOSPC;
	return (long)w.n;
}

/* Returns the plain length, -ENOSPC, or -EBADMSG for a damaged input. */
long lz_expand(const unsigned char *src, size_t len, unsigned char *dst, size_t max)
{
	size_t in = 0, out = 0;

	while (in < len) {
		unsigned char token = src[in++];
		size_t n, dist;

		if (token < 0x80) {
			n = token + 1u;
			if (len - in < n)
				return -EBADMSG;
			if (max - out < n)
				return -ENOSPC;
			memcpy(dst + out, src + in, n);
			in += n;
			out += n;
			continue;
		}
		if (len - in < 2)
			return -EBADMSG;
		n = (token & 0x7fu) + LZ_MIN_MATCH;
		dist = (src[in] | (size_t)src[in + 1] << 8) + 1;
		in += 2;
		if (dist > out)
			return -EBADMSG;
		if (max - out < n)
			return -ENOSPC;
		/* Byte by byte, as a copy may overlap itself. */
		for (; n > 0; n--, out++)
			dst[out] = dst[out - dist];
	}
	return (long)out;
}
