#include "base64.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static const char alphabet[] =
	"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* The six bits that a character stands for, or -1. */
static int value_of(char c)
{
	if (c >= 'A' && c <= 'Z')
		return c - 'A';
	if (c >= 'a' && c <= 'z')
		return c - 'a' + 26;
	if (c >= '0' && c <= '9')
		return c - '0' + 52;
	if (c == '+')
		return 62;
	if (c == '/')
		return 63;
	return -1;
}

/* Without the final zero byte. */
size_t base64_encoded_size(size_t len)
{
	return (len + 2) / 3 * 4;
}

/* At least as many bytes as len characters can stand for. */
size_t base64_decoded_limit(size_t len)
{
	return len / 4 * 3;
}

static void encode_group(uint32_t bits, int padding, char *dst)
{
	for (int i = 0; i < 4; i++)
		dst[i] = alphabet[bits >> (18 - 6 * i) & 0x3F];
	for (int i = 0; i < padding; i++)
		dst[3 - i] = '=';
}

/* Writes a string; returns its length, or -ENOSPC. */
int base64_encode(const void *src, size_t len, char *dst, size_t room)
{
	const unsigned char *p = src;
	size_t at = 0;
	size_t left = len;

	if (base64_encoded_size(len) >= room)
		return -ENOSPC;

	for (; left >= 3; left -= 3, p += 3, at += 4)
		encode_group((uint32_t)p[0] << 16 | (uint32_t)p[1] << 8 | p[2], 0, dst + at);
	if (left == 2) {
		encode_group((uint32_t)p[0] << 16 | (uint32_t)p[1] << 8, 1, dst + at);
		at += 4;
	} else if (left == 1) {
		encode_group((uint32_t)p[0] << 16, 2, dst + at);
		at += 4;
	}
	dst[at] = '\0';
	return (int)at;
}

/* How many '=' end the text; at most two. */
static int padding_of(const char *src, size_t len)
{
	int padding = 0;

	while (padding < 2 && len > 0 && src[len - 1] == '=') {
		padding++;
		len--;
	}
	return padding;
}

static int decode_group(const char *src, int padding, uint32_t *bits)
{
	*bits = 0;
	for (int i = 0; i < 4; i++) {
		int value = i < 4 - padding ? value_of(src[i]) : 0;

		if (value < 0)
			return -EILSEQ;
		*bits = *bits << 6 | (uint32_t)value;
	}
	return 0;
}

/* Returns the bytes written, -EINVAL for a bad length, -EILSEQ or -ENOSPC. */
int base64_decode(const char *src, size_t len, void *dst, size_t room)
{
	unsigned char *out = dst;
	int padding = padding_of(src, len);
	size_t size = base64_decoded_limit(len) - (size_t)padding;
	size_t at = 0;

	if (len % 4 != 0)
		return -EINVAL;
	if (size > room)
		return -ENOSPC;

	for (size_t i = 0; i < len; i += 4) {
		uint32_t bits;
		int err = decode_group(src + i, i + 4 == len ? padding : 0, &bits);

		if (err)
			return err;
		for (int shift = 16; shift >= 0 && at < size; shift -= 8)
			out[at++] = (unsigned char)(bits >> shift);
	}
	return (int)at;
}

/* A string to free, or NULL. */
char *base64_encode_new(const void *src, size_t len)
{
	size_t room = base64_encoded_size(len) + 1;
	char *dst = malloc(room);

	if (dst && base64_encode(src, len, dst, room) < 0) {
		free(dst);
		return NULL;
	}
	return dst;
}

/* Bytes to free and their count, or NULL. */
void *base64_decode_new(const char *src, size_t *len)
{
	size_t room = base64_decoded_limit(strlen(src));
	void *dst = malloc(room + 1);
	int n;

	if (!dst)
		return NULL;
	n = base64_decode(src, strlen(src), dst, room);
	if (n < 0) {
		free(dst);
		return NULL;
	}
	*len = (size_t)n;
	return dst;
}
