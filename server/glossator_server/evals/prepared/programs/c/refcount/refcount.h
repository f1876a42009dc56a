#ifndef REFCOUNT_H
#define REFCOUNT_H

#include <stdbool.h>
#include <stddef.h>

/*
 * Reference counts that stick at their ceiling instead of wrapping, and a
 * shared text that is copied before it is changed.
 */
#define REF_MAX 1000000u

struct ref {
	unsigned int count;
};

struct shared_text {
	struct ref ref;
	size_t len;
	char *data;
};

extern unsigned int shared_text_live;	/* texts that are not freed yet */

void ref_init(struct ref *r);
bool ref_get(struct ref *r);
bool ref_put(struct ref *r);
struct shared_text *text_new(const char *s);
struct shared_text *text_get(struct shared_text *t);
void text_put(struct shared_text *t);
bool text_is_shared(const struct shared_text *t);
int text_append(struct shared_text **t, const char *s);
void text_assign(struct shared_text **to, struct shared_text *from);

#endif
