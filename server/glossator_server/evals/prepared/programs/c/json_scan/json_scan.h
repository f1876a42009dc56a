#ifndef JSON_SCAN_H
#define JSON_SCAN_H

#include <stddef.h>

enum json_kind {
	JSON_END,	/* the text is over */
	JSON_PUNCT,	/* one of { } [ ] , : */
	JSON_STRING,
	JSON_NUMBER,
	JSON_TRUE,
	JSON_FALSE,
	JSON_NULL,
};

struct json_token {
	enum json_kind kind;
	size_t start;	/* offset of the first byte */
	size_t len;
};

struct json_scanner {
	const char *text;
	size_t pos;
};

void json_scan_init(struct json_scanner *sc, const char *text);
int json_next(struct json_scanner *sc, struct json_token *tok);
long json_unescape(const char *text, const struct json_token *tok, char *out, size_t size);
int json_max_depth(const char *text);

#endif
