#include "rle.h"

#include <errno.h>
#include <string.h>

/* Room that is enough for any len bytes. */
size_t rle_bound(size_t len)
{
	return len + (len + RLE_MAX_RUN - 1) / RLE_MAX_RUN;
}

/* How many bytes at src are the same, up to the longest run. */
static size_t run_length(const unsigned char *src, size_t len)
{
	size_t n = 1;

	while (n < len && n < RLE_MAX_RUN && src[n] == src[0])
		n++;
	return n;
}

/* How many bytes there are before the next run that is worth coding. */
static size_t literal_length(const unsigned char *src, size_t len)
{
	size_t n = 0;

	while (n < len && n < RLE_MAX_RUN) {
		if (run_length(src + n, len - n) >= 3)
			break;
		n++;
	}
	return n;
}

/* Returns the coded length, or -ENOSPC. */
long rle_encode(const unsigned char *src, size_t len, unsigned char *dst, size_t max)
{
	size_t in = 0, out = 0;

	while (in < len) {
		size_t n = run_length(src + in, len - in);

		if (n >= 3) {
			if (max - out < 2)
				return -ENOSPC;
			dst[out++] = (unsigned char)(257 - n);
			dst[out++] = src[in];
		} else {
			n = literal_length(src + in, len - in);
			if (max - out < n + 1)
				return -ENOSPC;
			dst[out++] = (unsigned char)(n - 1);
			memcpy(dst + out, src + in, n);
			out += n;
		}
		in += n;
	}
	return (long)out;
}

/* Returns the plain length, -ENOSPC, or -EBADMSG for a cut-off input. */
long rle_decode(const unsigned char *src, size_t len, unsigned char *dst, size_t max)
{
	size_t in = 0, out = 0;

	while (in < len) {
		unsigned char count = src[in++];
		size_t n;

		if (count == 128)
			continue;
		if (count > 128) {
			n = 257u - count;
			if (in == len)
				return -EBADMSG;
			if (max - out < n)
				return -ENOSPC;
			memset(dst + out, src[in++], n);
		} else {
			n = count + 1u;
			if (len - in < n)
				return -EBADMSG;
			if (max - out < n)
				return -ENOSPC;
			memcpy(dst + out, src + in, n);
			in += n;
		}
		out += n;
	}
	return (long)out;
}

/* The plain length without decoding; -EBADMSG for a cut-off input. */
long rle_decoded_size(const unsigned char *src, size_t len)
{
	size_t in = 0, out = 0;

	while (in < len) {
		unsigned char count = src[in++];
		size_t payload = count > 128 ? 1 : count + 1u;

		if (count == 128)
			continue;
		if (len - in < payload)
			return -EBADMSG;
		out += count > 128 ? 257u - count : payload;
		in += payload;
	}
	return (long)out;
}
