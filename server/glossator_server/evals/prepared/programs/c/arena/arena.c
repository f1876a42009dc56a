#include "arena.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#define ALIGN _Alignof(max_align_t)

struct arena_block {
	struct arena_block *next;
	size_t size;
	size_t used;
	_Alignas(max_align_t) unsigned char data[];
};

static size_t align_up(size_t n)
{
	return (n + ALIGN - 1) & ~(ALIGN - 1);
}

void arena_init(struct arena *a, size_t block_size)
{
	a->head = NULL;
	a->block_size = align_up(block_size);
	a->total = 0;
}

void arena_free(struct arena *a)
{
	arena_restore(a, (struct arena_mark){ NULL, 0, 0 });
}

static struct arena_block *add_block(struct arena *a, size_t size)
{
	struct arena_block *block;

	if (size < a->block_size)
		size = a->block_size;
	if (size > SIZE_MAX - sizeof(*block))
		return NULL;
	block = malloc(sizeof(*block) + size);
	if (!block)
		return NULL;
	block->next = a->head;
	block->size = size;
	block->used = 0;
	a->head = block;
	return block;
}

/* Aligned for any type; NULL when there is no memory. */
void *arena_alloc(struct arena *a, size_t size)
{
	struct arena_block *block = a->head;
	size_t padded = align_up(size);
	void *p;

	if (padded < size)
		return NULL;
	if (!block || block->size - block->used < padded)
		block = add_block(a, padded);
	if (!block)
		return NULL;
	p = block->data + block->used;
	block->used += padded;
	a->total += size;
	return p;
}

/* Zeroed memory for n things, unless their size overflows. */
void *arena_zalloc(struct arena *a, size_t n, size_t size)
{
	void *p;

	if (size && n > SIZE_MAX / size)
		return NULL;
	p = arena_alloc(a, n * size);
	if (p)
		memset(p, 0, n * size);
	return p;
}

char *arena_strdup(struct arena *a, const char *s)
{
	size_t size = strlen(s) + 1;
	char *copy = arena_alloc(a, size);

	return copy ? memcpy(copy, s, size) : NULL;
}

/* The words with sep between them; no words give an empty text. */
char *arena_join(struct arena *a, const char *const *words, size_t n, char sep)
{
	size_t size = n ? n : 1;
	char *text, *to;

	for (size_t i = 0; i < n; i++)
		size += strlen(words[i]);
	text = to = arena_alloc(a, size);
	if (!text)
		return NULL;
	for (size_t i = 0; i < n; i++) {
		size_t len = strlen(words[i]);

		if (i > 0)
			*to++ = sep;
		memcpy(to, words[i], len);
		to += len;
	}
	*to = '\0';
	return text;
}

struct arena_mark arena_save(const struct arena *a)
{
	return (struct arena_mark){ a->head, a->head ? a->head->used : 0, a->total };
}

/* Gives back all that was handed out since the mark was made. */
void arena_restore(struct arena *a, struct arena_mark mark)
{
	while (a->head != mark.block) {
		struct arena_block *block = a->head;

		a->head = block->next;
		free(block);
	}
	if (a->head)
		a->head->used = mark.used;
	a->total = mark.total;
}

size_t arena_blocks(const struct arena *a)
{
	size_t n = 0;

	for (const struct arena_block *b = a->head; b; b = b->next)
		n++;
	return n;
}
