#ifndef INI_H
#define INI_H

#include <stdbool.h>
#include <stddef.h>

/*
 * [section]
 * key = value    ; comment
 */
typedef int (*ini_handler)(const char *section, const char *key,
			   const char *value, void *data);

#define INI_LINE 256

int ini_parse(const char *text, ini_handler handler, void *data, int *line);
int ini_get(const char *text, const char *section, const char *key,
	    char *dst, size_t room);
int ini_get_long(const char *text, const char *section, const char *key, long *value);
int ini_get_bool(const char *text, const char *section, const char *key, bool *value);

#endif
