#include "csv_row.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

void csv_row_init(struct csv_row *row)
{
	row->fields = NULL;
	row->count = 0;
	row->room = 0;
}

void csv_row_free(struct csv_row *row)
{
	free(row->fields);
	csv_row_init(row);
}

static int add_field(struct csv_row *row, char *field)
{
	if (row->count == row->room) {
		size_t room = row->room ? row->room * 2 : 4;
		char **grown = realloc(row->fields, room * sizeof(*grown));

		if (!grown)
			return -ENOMEM;
		row->fields = grown;
		row->room = room;
	}
	row->fields[row->count++] = field;
	return 0;
}

/* Ends a quoted field in place; returns the byte behind its quote. */
static char *unquote(char *s)
{
	char *to = s;

	for (; *s; s++) {
		if (*s == '"') {
			if (s[1] != '"') {
				*to = '\0';
				return s + 1;
			}
			s++;
		}
		*to++ = *s;
	}
	return NULL;
}

static void chomp(char *line)
{
	size_t n = strlen(line);

	while (n > 0 && (line[n - 1] == '\n' || line[n - 1] == '\r'))
		n--;
	line[n] = '\0';
}

/* Splits line; the fields live in it. Returns 0, -EINVAL or -ENOMEM. */
int csv_row_parse(struct csv_row *row, char *line, char sep)
{
	char *s = line;

	row->count = 0;
	chomp(line);
	for (;;) {
		char *field = s;
		char end;

		if (*s == '"') {
			field = s + 1;
			s = unquote(field);
			if (!s || (*s && *s != sep))
				return -EINVAL;
		} else {
			while (*s && *s != sep)
				s++;
		}
		end = *s;
		*s = '\0';
		if (add_field(row, field))
			return -ENOMEM;
		if (!end)
			return 0;
		s++;
	}
}

/* The column of that name, or -ENOENT. */
int csv_row_find(const struct csv_row *header, const char *name)
{
	for (size_t i = 0; i < header->count; i++) {
		if (strcmp(header->fields[i], name) == 0)
			return (int)i;
	}
	return -ENOENT;
}

/* Returns 0 and the number in field i, -ENOENT, -EINVAL or -ERANGE. */
int csv_row_long(const struct csv_row *row, size_t i, long *value)
{
	char *end;
	long v;

	if (i >= row->count)
		return -ENOENT;
	errno = 0;
	v = strtol(row->fields[i], &end, 10);
	if (end == row->fields[i] || *end)
		return -EINVAL;
	if (errno == ERANGE)
		return -ERANGE;
	*value = v;
	return 0;
}

static bool needs_quotes(const char *field, char sep)
{
	return strchr(field, sep) || strpbrk(field, "\"\r\n");
}

/* Writes field, quoted where it must be; returns the length or -ENOSPC. */
long csv_field_write(const char *field, char sep, char *out, size_t size)
{
	bool quoted = needs_quotes(field, sep);
	size_t need = strlen(field) + (quoted ? 2 : 0);
	char *to = out;

	for (const char *s = field; *s; s++)
		need += *s == '"';
	if (need + 1 > size)
		return -ENOSPC;

	if (quoted)
		*to++ = '"';
	for (; *field; field++) {
		if (*field == '"')
			*to++ = '"';
		*to++ = *field;
	}
	if (quoted)
		*to++ = '"';
	*to = '\0';
	return (long)need;
}
