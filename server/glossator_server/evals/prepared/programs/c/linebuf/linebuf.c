#include "linebuf.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define LINEBUF_FIRST_ROOM 64

void linebuf_init(struct linebuf *lb, size_t most)
{
	memset(lb, 0, sizeof(*lb));
	lb->most = most;
}

void linebuf_destroy(struct linebuf *lb)
{
	free(lb->data);
	linebuf_init(lb, lb->most);
}

size_t linebuf_pending(const struct linebuf *lb)
{
	return lb->used - lb->start;
}

/* Moves what has not been handed out to the front. */
static void compact(struct linebuf *lb)
{
	if (lb->start == 0)
		return;
	memmove(lb->data, lb->data + lb->start, linebuf_pending(lb));
	lb->used -= lb->start;
	lb->scanned -= lb->start;
	lb->start = 0;
}

/* Makes room for len more bytes and a zero after them. */
static int reserve(struct linebuf *lb, size_t len)
{
	size_t room = lb->room ? lb->room : LINEBUF_FIRST_ROOM;
	char *data;

	compact(lb);
	if (lb->used + len < lb->room)
		return 0;
	while (room <= lb->used + len)
		room *= 2;
	data = realloc(lb->data, room);
	if (!data)
		return -ENOMEM;
	lb->data = data;
	lb->room = room;
	return 0;
}

/* Adds bytes. Lines that were handed out before are no longer valid. */
int linebuf_feed(struct linebuf *lb, const void *bytes, size_t len)
{
	int err;

	if (len == 0)
		return 0;
	err = reserve(lb, len);
	if (err)
		return err;
	memcpy(lb->data + lb->used, bytes, len);
	lb->used += len;
	return 0;
}

/* Hands out what lies between start and end as a string. */
static void hand_out(struct linebuf *lb, size_t end, size_t next,
		     const char **line, size_t *len)
{
	if (end > lb->start && lb->data[end - 1] == '\r')
		end--;
	lb->data[end] = '\0';
	*line = lb->data + lb->start;
	*len = end - lb->start;
	lb->start = next;
	lb->scanned = next;
}

/*
 * The next whole line, as a string: 1, or 0 if none has come yet. -EMSGSIZE
 * if it is too long; what has come of it is then dropped.
 */
int linebuf_next(struct linebuf *lb, const char **line, size_t *len)
{
	char *newline = NULL;
	size_t end;

	if (lb->scanned < lb->used)
		newline = memchr(lb->data + lb->scanned, '\n', lb->used - lb->scanned);
	end = newline ? (size_t)(newline - lb->data) : lb->used;
	if (lb->most && end - lb->start > lb->most) {
		lb->start = newline ? end + 1 : end;
		lb->scanned = lb->start;
		return -EMSGSIZE;
	}
	if (!newline) {
		lb->scanned = lb->used;
		return 0;
	}
	hand_out(lb, end, end + 1, line, len);
	return 1;
}

/* The rest after the last newline, once no more will come: 1, or 0 if there is none. */
int linebuf_finish(struct linebuf *lb, const char **line, size_t *len)
{
	int got = linebuf_next(lb, line, len);

	if (got != 0 || linebuf_pending(lb) == 0)
		return got;
	hand_out(lb, lb->used, lb->used, line, len);
	return 1;
}

/* Adds formatted text; returns the bytes added or an error. */
int linebuf_printf(struct linebuf *lb, const char *format, ...)
{
	va_list args;
	int err, len;

	va_start(args, format);
	len = vsnprintf(NULL, 0, format, args);
	va_end(args);
	if (len < 0)
		return -EINVAL;
	err = reserve(lb, (size_t)len);
	if (err)
		return err;
	va_start(args, format);
	vsnprintf(lb->data + lb->used, (size_t)len + 1, format, args);
	va_end(args);
	lb->used += (size_t)len;
	return len;
}

/*
 * Cuts a line into fields, in place. At most so many are stored, the last of
 * which holds all the rest; returns how many.
 */
size_t linebuf_split(char *line, char **fields, size_t most, char by)
{
	size_t n = 0;

	while (n < most) {
		char *end = strchr(line, by);

		fields[n++] = line;
		if (!end || n == most)
			break;
		*end = '\0';
		line = end + 1;
	}
	return n;
}
