#include "hexdump.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

static const char digits[] = "0123456789abcdef";

static char printable(unsigned char byte)
{
	return byte >= 0x20 && byte < 0x7F ? (char)byte : '.';
}

static char *put_byte(char *at, unsigned char byte)
{
	*at++ = digits[byte >> 4];
	*at++ = digits[byte & 0x0F];
	return at;
}

/*
 * Writes one line without its newline and returns its length; -EINVAL for
 * more bytes than a line holds.
 */
int hexdump_line(char line[HEXDUMP_LINE], size_t offset, const void *data, size_t len)
{
	const unsigned char *bytes = data;
	char *at = line;

	if (len > HEXDUMP_WIDTH)
		return -EINVAL;

	at += snprintf(line, HEXDUMP_LINE, "%08zx ", offset);
	for (size_t i = 0; i < HEXDUMP_WIDTH; i++) {
		*at++ = ' ';
		if (i == HEXDUMP_WIDTH / 2)
			*at++ = ' ';
		if (i < len) {
			at = put_byte(at, bytes[i]);
		} else {
			*at++ = ' ';
			*at++ = ' ';
		}
	}
	*at++ = ' ';
	*at++ = ' ';
	*at++ = '|';
	for (size_t i = 0; i < len; i++)
		*at++ = printable(bytes[i]);
	*at++ = '|';
	*at = '\0';
	return (int)(at - line);
}

static bool same_line(const unsigned char *a, const unsigned char *b)
{
	return memcmp(a, b, HEXDUMP_WIDTH) == 0;
}

/*
 * Dumps all of the data; full lines that repeat the one above are shown as
 * a single '*', and the last line is the total length. -EIO if out fails.
 */
int hexdump(FILE *out, const void *data, size_t len)
{
	const unsigned char *bytes = data;
	char line[HEXDUMP_LINE];
	bool starred = false;

	for (size_t at = 0; at < len; at += HEXDUMP_WIDTH) {
		size_t n = len - at < HEXDUMP_WIDTH ? len - at : HEXDUMP_WIDTH;

		if (at > 0 && n == HEXDUMP_WIDTH &&
		    same_line(bytes + at, bytes + at - HEXDUMP_WIDTH)) {
			if (!starred)
				fputs("*\n", out);
			starred = true;
			continue;
		}
		starred = false;
		hexdump_line(line, at, bytes + at, n);
		fprintf(out, "%s\n", line);
	}
	fprintf(out, "%08zx\n", len);
	return ferror(out) ? -EIO : 0;
}

/* Writes a string of two digits a byte; returns its length, or -ENOSPC. */
int hex_encode(const void *src, size_t len, char *dst, size_t room)
{
	const unsigned char *bytes = src;
	char *at = dst;

	if (2 * len + 1 > room)
		return -ENOSPC;
	for (size_t i = 0; i < len; i++)
		at = put_byte(at, bytes[i]);
	*at = '\0';
	return (int)(at - dst);
}

static int digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/*
 * Reads pairs of digits, with spaces between pairs if need be. Returns the
 * bytes written, -EINVAL for anything else, or -ENOSPC.
 */
int hex_decode(const char *src, void *dst, size_t room)
{
	unsigned char *out = dst;
	size_t n = 0;

	while (*src) {
		int high, low;

		if (*src == ' ') {
			src++;
			continue;
		}
		high = digit_value(src[0]);
		if (high < 0)
			return -EINVAL;
		low = digit_value(src[1]);
		if (low < 0)
			return -EINVAL;
		if (n == room)
			return -ENOSPC;
		out[n++] = (unsigned char)(high << 4 | low);
		src += 2;
	}
	return (int)n;
}
