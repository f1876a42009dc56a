#include "refcount.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

unsigned int shared_text_live;

void ref_init(struct ref *r)
{
	r->count = 1;
}

/* False for an object that is dead already. */
bool ref_get(struct ref *r)
{
	if (r->count == 0)
		return false;
	if (r->count < REF_MAX)
		r->count++;
	return true;
}

/* True when the last reference is gone; a count at its ceiling stays there. */
bool ref_put(struct ref *r)
{
	if (r->count == 0 || r->count == REF_MAX)
		return false;
	return --r->count == 0;
}

static struct shared_text *text_from(const char *s, size_t len)
{
	struct shared_text *t = malloc(sizeof(*t));

	if (!t)
		return NULL;
	t->data = malloc(len + 1);
	if (!t->data) {
		free(t);
		return NULL;
	}
	memcpy(t->data, s, len);
	t->data[len] = '\0';
	t->len = len;
	ref_init(&t->ref);
	shared_text_live++;
	return t;
}

struct shared_text *text_new(const char *s)
{
	return text_from(s, strlen(s));
}

/* Another reference to t; passes NULL through. */
struct shared_text *text_get(struct shared_text *t)
{
	if (!t || !ref_get(&t->ref))
		return NULL;
	return t;
}

void text_put(struct shared_text *t)
{
	if (!t || !ref_put(&t->ref))
		return;
	free(t->data);
	free(t);
	shared_text_live--;
}

bool text_is_shared(const struct shared_text *t)
{
	return t->ref.count > 1;
}

/* Makes *t a text of one's own. */
static int unshare(struct shared_text **t)
{
	struct shared_text *own;

	if (!text_is_shared(*t))
		return 0;
	own = text_from((*t)->data, (*t)->len);
	if (!own)
		return -ENOMEM;
	text_put(*t);
	*t = own;
	return 0;
}

/* Appends s to *t alone; others who share the text keep the old one. */
int text_append(struct shared_text **t, const char *s)
{
	size_t more = strlen(s);
	char *grown;

	if (more == 0)
		return 0;
	if (unshare(t))
		return -ENOMEM;
	grown = realloc((*t)->data, (*t)->len + more + 1);
	if (!grown)
		return -ENOMEM;
	memcpy(grown + (*t)->len, s, more + 1);
	(*t)->data = grown;
	(*t)->len += more;
	return 0;
}

/* Lets *to share from; safe where both are the same text. */
void text_assign(struct shared_text **to, struct shared_text *from)
{
	struct shared_text *old = *to;

	*to = text_get(from);
	text_put(old);
}
