#ifndef ARENA_H
#define ARENA_H

#include <stddef.h>

struct arena_block;

/* Hands out memory that is all freed at once. */
struct arena {
	struct arena_block *head;	/* the block in use */
	size_t block_size;
	size_t total;			/* bytes handed out, without padding */
};

struct arena_mark {
	struct arena_block *block;
	size_t used;
	size_t total;
};

void arena_init(struct arena *a, size_t block_size);
void arena_free(struct arena *a);
void *arena_alloc(struct arena *a, size_t size);
void *arena_zalloc(struct arena *a, size_t n, size_t size);
char *arena_strdup(struct arena *a, const char *s);
char *arena_join(struct arena *a, const char *const *words, size_t n, char sep);
struct arena_mark arena_save(const struct arena *a);
void arena_restore(struct arena *a, struct arena_mark mark);
size_t arena_blocks(const struct arena *a);

#endif
