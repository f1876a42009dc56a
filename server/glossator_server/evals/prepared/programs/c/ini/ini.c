#include "ini.h"

#include <ctype.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Cuts white space off both ends, in place. */
static char *trim(char *s)
{
	char *end;

	while (isspace((unsigned char)*s))
		s++;
	end = s + strlen(s);
	while (end > s && isspace((unsigned char)end[-1]))
		end--;
	*end = '\0';
	return s;
}

/* Cuts a comment off, which is at the start of s or after white space. */
static void cut_comment(char *s)
{
	for (char *p = s; *p; p++) {
		bool begins = p == s || isspace((unsigned char)p[-1]);

		if (begins && (*p == ';' || *p == '#')) {
			*p = '\0';
			return;
		}
	}
}

/* Copies the next line to buf and returns what follows it; NULL if it is too long. */
static const char *take_line(const char *text, char *buf, size_t room)
{
	size_t len = strcspn(text, "\n");

	if (len >= room)
		return NULL;
	memcpy(buf, text, len);
	buf[len] = '\0';
	return text[len] ? text + len + 1 : text + len;
}

static int parse_section(char *line, char *section)
{
	size_t len = strlen(line);

	if (line[len - 1] != ']')
		return -EINVAL;
	line[len - 1] = '\0';
	strcpy(section, trim(line + 1));
	return 0;
}

/*
 * Calls the handler for each key. Stops at the first line that is wrong, or
 * when the handler returns other than 0, and returns what was the matter;
 * line, which may be NULL, tells where.
 */
int ini_parse(const char *text, ini_handler handler, void *data, int *line)
{
	char section[INI_LINE] = "";
	char buf[INI_LINE];
	int number = 0;
	int err = 0;

	while (*text && !err) {
		char *s, *equals;

		number++;
		text = take_line(text, buf, sizeof(buf));
		if (!text) {
			err = -E2BIG;
			break;
		}
		cut_comment(buf);
		s = trim(buf);
		if (*s == '\0')
			continue;
		if (*s == '[') {
			err = parse_section(s, section);
			continue;
		}
		equals = strchr(s, '=');
		if (!equals || equals == s) {
			err = -EINVAL;
			break;
		}
		*equals = '\0';
		err = handler(section, trim(s), trim(equals + 1), data);
	}
	if (line)
		*line = number;
	return err;
}

struct wanted {
	const char *section;
	const char *key;
	char *dst;
	size_t room;
	int result;
};

/* The last value of a key counts. */
static int keep_wanted(const char *section, const char *key, const char *value, void *data)
{
	struct wanted *wanted = data;

	if (strcmp(section, wanted->section) != 0 || strcmp(key, wanted->key) != 0)
		return 0;
	if (strlen(value) >= wanted->room)
		return -ENOSPC;
	strcpy(wanted->dst, value);
	wanted->result = 0;
	return 0;
}

/* Returns 0, -ENOENT, -ENOSPC, or what is wrong with the text. */
int ini_get(const char *text, const char *section, const char *key,
	    char *dst, size_t room)
{
	struct wanted wanted = { section, key, dst, room, -ENOENT };
	int err = ini_parse(text, keep_wanted, &wanted, NULL);

	return err ? err : wanted.result;
}

int ini_get_long(const char *text, const char *section, const char *key, long *value)
{
	char buf[INI_LINE];
	char *end;
	long number;
	int err = ini_get(text, section, key, buf, sizeof(buf));

	if (err)
		return err;
	errno = 0;
	number = strtol(buf, &end, 0);
	if (end == buf || *end != '\0')
		return -EINVAL;
	if (errno == ERANGE)
		return -ERANGE;
	*value = number;
	return 0;
}

int ini_get_bool(const char *text, const char *section, const char *key, bool *value)
{
	static const char *const words[] = { "no", "yes", "off", "on", "false", "true", "0", "1" };
	char buf[INI_LINE];
	int err = ini_get(text, section, key, buf, sizeof(buf));

	if (err)
		return err;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcmp(buf, words[i]) == 0) {
			*value = i % 2 == 1;
			return 0;
		}
	}
	return -EINVAL;
}
