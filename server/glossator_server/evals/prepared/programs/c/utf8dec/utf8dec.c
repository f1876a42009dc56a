#include "utf8dec.h"

#include <errno.h>
#include <string.h>

static bool is_continuation(unsigned char byte)
{
	return (byte & 0xC0) == 0x80;
}

static bool is_surrogate(uint32_t code)
{
	return code >= 0xD800 && code <= 0xDFFF;
}

/* The length that a first byte promises; 0 if it can begin nothing. */
static int sequence_length(unsigned char byte)
{
	if (byte < 0x80)
		return 1;
	if (byte >= 0xC2 && byte <= 0xDF)
		return 2;
	if ((byte & 0xF0) == 0xE0)
		return 3;
	if (byte >= 0xF0 && byte <= 0xF4)
		return 4;
	return 0;
}

/*
 * Decodes the character at s and returns its length in bytes; -EILSEQ for
 * what is no UTF-8, -ENODATA where the text ends inside a character.
 */
int utf8_decode(const char *s, size_t len, uint32_t *code)
{
	static const unsigned char first_bits[] = { 0, 0x7F, 0x1F, 0x0F, 0x07 };
	static const uint32_t least[] = { 0, 0, 0x80, 0x800, 0x10000 };
	const unsigned char *p = (const unsigned char *)s;
	uint32_t value;
	int n;

	if (len == 0)
		return -ENODATA;
	n = sequence_length(p[0]);
	if (n == 0)
		return -EILSEQ;

	value = p[0] & first_bits[n];
	for (int i = 1; i < n; i++) {
		if ((size_t)i >= len)
			return -ENODATA;
		if (!is_continuation(p[i]))
			return -EILSEQ;
		value = value << 6 | (p[i] & 0x3F);
	}
	if (value < least[n] || value > 0x10FFFF || is_surrogate(value))
		return -EILSEQ;
	*code = value;
	return n;
}

/* Returns the number of bytes written, or -EINVAL for no character. */
int utf8_encode(uint32_t code, char out[4])
{
	if (code > 0x10FFFF || is_surrogate(code))
		return -EINVAL;
	if (code < 0x80) {
		out[0] = (char)code;
		return 1;
	}
	if (code < 0x800) {
		out[0] = (char)(0xC0 | code >> 6);
		out[1] = (char)(0x80 | (code & 0x3F));
		return 2;
	}
	if (code < 0x10000) {
		out[0] = (char)(0xE0 | code >> 12);
		out[1] = (char)(0x80 | (code >> 6 & 0x3F));
		out[2] = (char)(0x80 | (code & 0x3F));
		return 3;
	}
	out[0] = (char)(0xF0 | code >> 18);
	out[1] = (char)(0x80 | (code >> 12 & 0x3F));
	out[2] = (char)(0x80 | (code >> 6 & 0x3F));
	out[3] = (char)(0x80 | (code & 0x3F));
	return 4;
}

bool utf8_valid(const char *s, size_t len)
{
	uint32_t code;

	while (len > 0) {
		int n = utf8_decode(s, len, &code);

		if (n < 0)
			return false;
		s += n;
		len -= (size_t)n;
	}
	return true;
}

/* Counts characters in valid text. */
size_t utf8_count(const char *s, size_t len)
{
	size_t count = 0;

	for (size_t i = 0; i < len; i++)
		if (!is_continuation((unsigned char)s[i]))
			count++;
	return count;
}

/* Where the character before pos begins. */
size_t utf8_prev(const char *s, size_t pos)
{
	if (pos == 0)
		return 0;
	do {
		pos--;
	} while (pos > 0 && is_continuation((unsigned char)s[pos]));
	return pos;
}

/* The most bytes, up to limit, that do not cut a character in two. */
size_t utf8_cut(const char *s, size_t len, size_t limit)
{
	if (len <= limit)
		return len;
	while (limit > 0 && is_continuation((unsigned char)s[limit]))
		limit--;
	return limit;
}

/* Copies s with each bad byte replaced; returns the bytes written, as far as they fit. */
size_t utf8_repair(const char *s, size_t len, char *out, size_t room)
{
	size_t used = 0;

	while (len > 0) {
		uint32_t code = UTF8_REPLACEMENT;
		int taken = utf8_decode(s, len, &code);
		char bytes[4];
		size_t n = (size_t)utf8_encode(code, bytes);

		if (taken < 0)
			taken = 1;
		if (used + n > room)
			break;
		memcpy(out + used, bytes, n);
		used += n;
		s += taken;
		len -= (size_t)taken;
	}
	return used;
}
