#include "url_split.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <string.h>

static struct url_part part_of(const char *from, const char *to)
{
	return (struct url_part){ from, (size_t)(to - from) };
}

static bool part_is(const struct url_part *part, const char *word)
{
	return part->len == strlen(word) && memcmp(part->s, word, part->len) == 0;
}

static int parse_port(const char *s, const char *end, int *port)
{
	long value = 0;

	if (s == end)
		return -EINVAL;
	for (; s < end; s++) {
		if (!isdigit((unsigned char)*s))
			return -EINVAL;
		value = value * 10 + (*s - '0');
		if (value > 65535)
			return -ERANGE;
	}
	*port = (int)value;
	return 0;
}

/* user@host:port; an address in brackets keeps its colons. */
static int split_authority(const char *s, const char *end, struct url *url)
{
	const char *at = memchr(s, '@', (size_t)(end - s));
	const char *colon;

	if (at) {
		url->user = part_of(s, at);
		s = at + 1;
	}
	if (s < end && *s == '[') {
		const char *close = memchr(s, ']', (size_t)(end - s));

		if (!close)
			return -EINVAL;
		url->host = part_of(s + 1, close);
		s = close + 1;
		if (s < end && *s != ':')
			return -EINVAL;
		colon = s < end ? s : NULL;
	} else {
		colon = memchr(s, ':', (size_t)(end - s));
		url->host = part_of(s, colon ? colon : end);
	}
	if (url->host.len == 0)
		return -EINVAL;
	return colon ? parse_port(colon + 1, end, &url->port) : 0;
}

/* Splits scheme://authority/path?query#fragment. */
int url_split(const char *text, struct url *url)
{
	const char *s = text;
	const char *end;
	int err;

	memset(url, 0, sizeof(*url));
	while (isalnum((unsigned char)*s) || (*s && strchr("+-.", *s)))
		s++;
	if (s == text || !isalpha((unsigned char)*text) || strncmp(s, "://", 3) != 0)
		return -EINVAL;
	url->scheme = part_of(text, s);

	s += 3;
	end = s + strcspn(s, "/?#");
	err = split_authority(s, end, url);
	if (err)
		return err;

	s = end;
	end = s + strcspn(s, "?#");
	url->path = part_of(s, end);
	if (*end == '?') {
		s = end + 1;
		end = s + strcspn(s, "#");
		url->query = part_of(s, end);
	}
	if (*end == '#')
		url->fragment = part_of(end + 1, end + strlen(end));
	return 0;
}

/* The port to connect to, or -ENOENT where the scheme has none. */
int url_default_port(const struct url *url)
{
	if (url->port)
		return url->port;
	if (part_is(&url->scheme, "http"))
		return 80;
	if (part_is(&url->scheme, "https"))
		return 443;
	return -ENOENT;
}

static int hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)tolower((unsigned char)c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/* Replaces %XX; returns the length, -EINVAL or -ENOSPC. */
long url_decode(const struct url_part *part, char *out, size_t size)
{
	size_t n = 0;

	for (size_t i = 0; i < part->len; i++) {
		char c = part->s[i];

		if (c == '%') {
			int high, low;

			if (part->len - i < 3)
				return -EINVAL;
			high = hex_value(part->s[i + 1]);
			low = hex_value(part->s[i + 2]);
			if (high < 0 || low < 0)
				return -EINVAL;
			c = (char)(high << 4 | low);
			i += 2;
		}
		if (n + 1 >= size)
			return -ENOSPC;
		out[n++] = c;
	}
	out[n] = '\0';
	return (long)n;
}
