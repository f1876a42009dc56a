#include "glob.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

static bool same_char(char a, char b, int flags)
{
	if (flags & GLOB_FOLD)
		return tolower((unsigned char)a) == tolower((unsigned char)b);
	return a == b;
}

static bool in_range(char c, char low, char high, int flags)
{
	if (c >= low && c <= high)
		return true;
	if (!(flags & GLOB_FOLD))
		return false;
	c = (char)(islower((unsigned char)c) ? toupper((unsigned char)c)
					     : tolower((unsigned char)c));
	return c >= low && c <= high;
}

/* The end of the set that begins at p, after its bracket; NULL if it has none. */
static const char *set_end(const char *p)
{
	if (*p == '!')
		p++;
	if (*p == ']')
		p++;
	return strchr(p, ']');
}

static bool match_set(const char *p, const char *end, char c, int flags)
{
	bool negated = *p == '!';
	bool found = false;

	if (negated)
		p++;
	while (p < end) {
		if (p + 2 < end && p[1] == '-') {
			found |= in_range(c, p[0], p[2], flags);
			p += 3;
		} else {
			found |= in_range(c, p[0], p[0], flags);
			p++;
		}
	}
	return found != negated;
}

/* Tries what follows a star at each place that the star can reach. */
static bool match_star(const char *rest, const char *text, bool slashes, int flags)
{
	for (;; text++) {
		if (glob_match(rest, text, flags))
			return true;
		if (*text == '\0' || (*text == '/' && !slashes))
			return false;
	}
}

/* Whether the whole text matches. Braces must have been expanded before. */
bool glob_match(const char *pattern, const char *text, int flags)
{
	for (; *pattern; pattern++, text++) {
		const char *end;

		switch (*pattern) {
		case '*':
			if (pattern[1] == '*')
				return match_star(pattern + 2, text, true, flags);
			return match_star(pattern + 1, text, false, flags);
		case '?':
			if (*text == '\0' || *text == '/')
				return false;
			break;
		case '[':
			end = set_end(pattern + 1);
			if (!end || *text == '\0' || *text == '/')
				return false;
			if (!match_set(pattern + 1, end, *text, flags))
				return false;
			pattern = end;
			break;
		case '\\':
			if (pattern[1])
				pattern++;
			/* fall through */
		default:
			if (!same_char(*pattern, *text, flags))
				return false;
		}
	}
	return *text == '\0';
}

bool glob_match_any(const char *const *patterns, size_t n, const char *text, int flags)
{
	for (size_t i = 0; i < n; i++)
		if (glob_match(patterns[i], text, flags))
			return true;
	return false;
}

bool glob_is_plain(const char *pattern)
{
	return strpbrk(pattern, "*?[{\\") == NULL;
}

/* 0, or -EINVAL if a bracket or a brace is not closed or a backslash ends it. */
int glob_check(const char *pattern)
{
	for (const char *p = pattern; *p; p++) {
		if (*p == '\\' && *++p == '\0')
			return -EINVAL;
		if (*p == '[' && p[-(p > pattern)] != '\\') {
			p = set_end(p + 1);
			if (!p)
				return -EINVAL;
		}
		if (*p == '{' && !strchr(p, '}'))
			return -EINVAL;
	}
	return 0;
}

/*
 * Writes the pattern with its first brace replaced by its alternative number
 * which; -ENOENT if there is none of that number, -ENOSPC or -EINVAL.
 */
int glob_expand(const char *pattern, char *dst, size_t room, size_t which)
{
	const char *open = strchr(pattern, '{');
	const char *close = open ? strchr(open, '}') : NULL;
	const char *start, *end;
	size_t before, len, after;

	if (!close)
		return -EINVAL;
	start = open + 1;
	end = start + strcspn(start, ",}");
	for (; which > 0 && *end == ','; which--) {
		start = end + 1;
		end = start + strcspn(start, ",}");
	}
	if (which > 0)
		return -ENOENT;

	before = (size_t)(open - pattern);
	len = (size_t)(end - start);
	after = strlen(close + 1);
	if (before + len + after + 1 > room)
		return -ENOSPC;
	memcpy(dst, pattern, before);
	memcpy(dst + before, start, len);
	memcpy(dst + before + len, close + 1, after + 1);
	return 0;
}
