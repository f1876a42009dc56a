#ifndef LINEBUF_H
#define LINEBUF_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Gathers bytes that arrive in pieces and hands them out as lines. A line
 * ends in \n or \r\n, neither of which is part of it.
 */
struct linebuf {
	char *data;
	size_t used;
	size_t room;
	size_t start;	/* of what has not been handed out */
	size_t scanned;	/* up to where there is no newline */
	size_t most;	/* longest line that is accepted, 0 for any */
};

void linebuf_init(struct linebuf *lb, size_t most);
void linebuf_destroy(struct linebuf *lb);
int linebuf_feed(struct linebuf *lb, const void *bytes, size_t len);
int linebuf_next(struct linebuf *lb, const char **line, size_t *len);
int linebuf_finish(struct linebuf *lb, const char **line, size_t *len);
size_t linebuf_pending(const struct linebuf *lb);
int linebuf_printf(struct linebuf *lb, const char *format, ...);
size_t linebuf_split(char *line, char **fields, size_t most, char by);

#endif
