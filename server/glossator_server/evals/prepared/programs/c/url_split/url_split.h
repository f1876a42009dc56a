#ifndef URL_SPLIT_H
#define URL_SPLIT_H

#include <stddef.h>

struct url_part {
	const char *s;
	size_t len;
};

/* Parts point into the text; one that is absent has no length. */
struct url {
	struct url_part scheme;
	struct url_part user;
	struct url_part host;
	int port;	/* 0 when absent */
	struct url_part path;
	struct url_part query;
	struct url_part fragment;
};

int url_split(const char *text, struct url *url);
int url_default_port(const struct url *url);
long url_decode(const struct url_part *part, char *out, size_t size);

#endif
