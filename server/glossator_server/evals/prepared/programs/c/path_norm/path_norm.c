#include "path_norm.h"

#include <errno.h>
#include <string.h>

bool path_is_absolute(const char *path)
{
	return path[0] == '/';
}

/* Appends len bytes; returns the new end, or -ENAMETOOLONG. */
static int append(char *dst, int at, size_t room, const char *s, size_t len)
{
	if (at < 0 || (size_t)at + len >= room)
		return -ENAMETOOLONG;
	memcpy(dst + at, s, len);
	dst[(size_t)at + len] = '\0';
	return at + (int)len;
}

static bool is_dots(const char *name, size_t len, size_t dots)
{
	return len == dots && strncmp(name, "..", dots) == 0;
}

/* Where the last name in dst begins, at or after root. */
static int last_name(const char *dst, int root, int at)
{
	while (at > root && dst[at - 1] != '/')
		at--;
	return at;
}

/*
 * Takes out empty names, "." and, where it can, "..". A relative path may
 * still begin with ".."; the root is its own parent. Returns the length.
 */
int path_normalize(const char *path, char *dst, size_t room)
{
	int root = path_is_absolute(path) ? 1 : 0;
	int at = append(dst, 0, room, "/", (size_t)root);

	while (*path && at >= 0) {
		size_t len = strcspn(path, "/");
		int last = last_name(dst, root, at);
		bool stuck = at == root || is_dots(dst + last, (size_t)(at - last), 2);

		if (is_dots(path, len, 2) && !stuck) {
			at = last > root ? last - 1 : root;
			dst[at] = '\0';
		} else if (is_dots(path, len, 2) && root) {
			/* the parent of the root */
		} else if (len > 0 && !is_dots(path, len, 1)) {
			if (at > root)
				at = append(dst, at, room, "/", 1);
			at = append(dst, at, room, path, len);
		}
		path += len;
		path += *path == '/';
	}
	if (at == 0)
		at = append(dst, at, room, ".", 1);
	return at;
}

/* An absolute path stands for itself; else it is seen from base. Normalized. */
int path_join(const char *base, const char *path, char *dst, size_t room)
{
	char joined[1024];
	size_t base_len = strlen(base);
	size_t path_len = strlen(path);

	if (path_is_absolute(path) || base_len == 0)
		return path_normalize(path, dst, room);
	if (base_len + path_len + 2 > sizeof(joined))
		return -ENAMETOOLONG;
	memcpy(joined, base, base_len);
	joined[base_len] = '/';
	memcpy(joined + base_len + 1, path, path_len + 1);
	return path_normalize(joined, dst, room);
}

/* The length of what two normalized paths have in common, in whole names. */
static size_t common_length(const char *a, const char *b)
{
	size_t common = 0;
	size_t i = 0;

	for (; a[i] && a[i] == b[i]; i++)
		if (a[i] == '/')
			common = i;
	if ((a[i] == '\0' || a[i] == '/') && (b[i] == '\0' || b[i] == '/'))
		common = i;
	return common;
}

/* The way between two normalized absolute paths; -EINVAL for others. */
int path_relative(const char *from, const char *to, char *dst, size_t room)
{
	size_t common;
	int at = 0;

	if (!path_is_absolute(from) || !path_is_absolute(to))
		return -EINVAL;
	if (strcmp(from, "/") == 0)
		from++;
	if (strcmp(to, "/") == 0)
		to++;
	common = common_length(from, to);
	for (const char *p = from + common; *p; p++)
		if (*p == '/')
			at = append(dst, at, room, at > 0 ? "/.." : "..", at > 0 ? 3 : 2);
	to += common;
	if (*to == '/')
		to++;
	if (*to && at > 0)
		at = append(dst, at, room, "/", 1);
	if (*to || at == 0)
		at = append(dst, at, room, *to ? to : ".", *to ? strlen(to) : 1);
	return at;
}

/* Whether a normalized path is dir or lies in it. */
bool path_is_within(const char *dir, const char *path)
{
	size_t len = strlen(dir);

	if (strcmp(dir, "/") == 0)
		return path_is_absolute(path);
	return strncmp(dir, path, len) == 0 && (path[len] == '\0' || path[len] == '/');
}

const char *path_basename(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

/* With its dot; empty if there is none. A dot in first place makes no extension. */
const char *path_extension(const char *path)
{
	const char *name = path_basename(path);
	const char *dot = strrchr(name, '.');

	if (!dot || dot == name)
		return path + strlen(path);
	return dot;
}
