#include "semver.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>

/* Reads a number without leading zeros; returns what follows, or NULL. */
static const char *parse_number(const char *s, unsigned int *number)
{
	unsigned int n = 0;

	if (!isdigit((unsigned char)*s) || (*s == '0' && isdigit((unsigned char)s[1])))
		return NULL;
	for (; isdigit((unsigned char)*s); s++) {
		unsigned int digit = (unsigned int)(*s - '0');

		if (n > (UINT_MAX - digit) / 10)
			return NULL;
		n = n * 10 + digit;
	}
	*number = n;
	return s;
}

/* Reads names parted by dots; returns what follows, or NULL. */
static const char *parse_tag(const char *s, char tag[SEMVER_TAG])
{
	size_t len = 0;
	size_t name = 0;

	while (isalnum((unsigned char)s[len]) || s[len] == '-' || s[len] == '.') {
		if (s[len] == '.' && name == 0)
			return NULL;
		name = s[len] == '.' ? 0 : name + 1;
		len++;
	}
	if (name == 0 || len >= SEMVER_TAG)
		return NULL;
	memcpy(tag, s, len);
	tag[len] = '\0';
	return s + len;
}

/* -EINVAL, and no change, for what is no version. */
int semver_parse(struct semver *v, const char *text)
{
	struct semver parsed = { 0, 0, 0, "", "" };
	const char *s = text;

	s = parse_number(s, &parsed.major);
	if (!s || *s++ != '.')
		return -EINVAL;
	s = parse_number(s, &parsed.minor);
	if (!s || *s++ != '.')
		return -EINVAL;
	s = parse_number(s, &parsed.patch);
	if (s && *s == '-')
		s = parse_tag(s + 1, parsed.pre);
	if (s && *s == '+')
		s = parse_tag(s + 1, parsed.build);
	if (!s || *s != '\0')
		return -EINVAL;
	*v = parsed;
	return 0;
}

/* Writes a string; returns its length, or -ENOSPC. */
int semver_format(const struct semver *v, char *dst, size_t room)
{
	int n = snprintf(dst, room, "%u.%u.%u%s%s%s%s", v->major, v->minor, v->patch,
			 v->pre[0] ? "-" : "", v->pre, v->build[0] ? "+" : "", v->build);

	return n < 0 || (size_t)n >= room ? -ENOSPC : n;
}

static int compare_numbers(unsigned int a, unsigned int b)
{
	return (a > b) - (a < b);
}

/* Names of digits count as numbers, and less than other names. */
static int compare_names(const char *a, size_t a_len, const char *b, size_t b_len)
{
	bool a_number = strspn(a, "0123456789") >= a_len;
	bool b_number = strspn(b, "0123456789") >= b_len;
	size_t len = a_len < b_len ? a_len : b_len;
	int order;

	if (a_number != b_number)
		return a_number ? -1 : 1;
	if (a_number && a_len != b_len)
		return a_len < b_len ? -1 : 1;
	order = strncmp(a, b, len);
	if (order == 0)
		order = (a_len > b_len) - (a_len < b_len);
	return order;
}

/* A version without a tag comes after all those with one. */
static int compare_tags(const char *a, const char *b)
{
	if (!*a || !*b)
		return (*a == '\0') - (*b == '\0');
	while (*a && *b) {
		size_t a_len = strcspn(a, ".");
		size_t b_len = strcspn(b, ".");
		int order = compare_names(a, a_len, b, b_len);

		if (order)
			return order;
		a += a_len + (a[a_len] == '.');
		b += b_len + (b[b_len] == '.');
	}
	return (*a != '\0') - (*b != '\0');
}

/* The build does not count. */
int semver_compare(const struct semver *a, const struct semver *b)
{
	int order = compare_numbers(a->major, b->major);

	if (!order)
		order = compare_numbers(a->minor, b->minor);
	if (!order)
		order = compare_numbers(a->patch, b->patch);
	return order ? order : compare_tags(a->pre, b->pre);
}

/* Raises a part, clears what is below it and drops the tags. */
int semver_bump(struct semver *v, enum semver_part part)
{
	switch (part) {
	case SEMVER_MAJOR:
		v->major++;
		v->minor = v->patch = 0;
		break;
	case SEMVER_MINOR:
		v->minor++;
		v->patch = 0;
		break;
	case SEMVER_PATCH:
		v->patch++;
		break;
	default:
		return -EINVAL;
	}
	v->pre[0] = v->build[0] = '\0';
	return 0;
}

/* Whether have can stand in for want: not older, and of the same main series. */
bool semver_compatible(const struct semver *have, const struct semver *want)
{
	if (semver_compare(have, want) < 0 || have->major != want->major)
		return false;
	return want->major > 0 || have->minor == want->minor;
}

/* Range is an operator (>=, <=, >, <, = or ^) and a version. 1, 0 or -EINVAL. */
int semver_satisfies(const struct semver *v, const char *range)
{
	size_t len = strspn(range, "<>=^");
	struct semver bound;
	int order;

	if (semver_parse(&bound, range + len) < 0)
		return -EINVAL;
	order = semver_compare(v, &bound);
	if (len == 2 && range[1] == '=' && (range[0] == '>' || range[0] == '<'))
		return range[0] == '>' ? order >= 0 : order <= 0;
	if (len != 1)
		return -EINVAL;
	switch (range[0]) {
	case '>':
		return order > 0;
	case '<':
		return order < 0;
	case '^':
		return semver_compatible(v, &bound);
	default:
		return order == 0;
	}
}
