#include "trie.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

static int letter_index(char c)
{
	return c >= 'a' && c <= 'z' ? c - 'a' : -1;
}

void trie_init(struct trie *t)
{
	memset(t, 0, sizeof(*t));
}

static void free_kids(struct trie_node *node)
{
	for (int i = 0; i < TRIE_LETTERS; i++) {
		if (!node->kid[i])
			continue;
		free_kids(node->kid[i]);
		free(node->kid[i]);
		node->kid[i] = NULL;
	}
}

void trie_destroy(struct trie *t)
{
	free_kids(&t->root);
	trie_init(t);
}

static const struct trie_node *find_node(const struct trie *t, const char *s)
{
	const struct trie_node *node = &t->root;

	for (; node && *s; s++) {
		int i = letter_index(*s);

		node = i < 0 ? NULL : node->kid[i];
	}
	return node;
}

static bool valid_word(const char *word)
{
	if (!*word)
		return false;
	for (; *word; word++) {
		if (letter_index(*word) < 0)
			return false;
	}
	return true;
}

bool trie_has(const struct trie *t, const char *word)
{
	const struct trie_node *node = find_node(t, word);

	return node && node->word;
}

/* Returns 0, -EINVAL, -EEXIST or -ENOMEM; nodes left over do no harm. */
int trie_add(struct trie *t, const char *word)
{
	struct trie_node *node = &t->root;

	if (!valid_word(word))
		return -EINVAL;
	if (trie_has(t, word))
		return -EEXIST;

	for (const char *s = word; *s; s++) {
		struct trie_node **slot = &node->kid[letter_index(*s)];

		if (!*slot)
			*slot = calloc(1, sizeof(**slot));
		if (!*slot)
			return -ENOMEM;
		node = *slot;
	}
	node->word = true;

	node = &t->root;
	node->below++;
	for (const char *s = word; *s; s++) {
		node = node->kid[letter_index(*s)];
		node->below++;
	}
	return 0;
}

/* Frees the nodes that no other word needs. */
int trie_remove(struct trie *t, const char *word)
{
	struct trie_node *node = &t->root;

	if (!trie_has(t, word))
		return -ENOENT;

	node->below--;
	for (const char *s = word; *s; s++) {
		struct trie_node **slot = &node->kid[letter_index(*s)];

		node = *slot;
		if (--node->below == 0) {
			free_kids(node);
			free(node);
			*slot = NULL;
			return 0;
		}
	}
	node->word = false;
	return 0;
}

size_t trie_count_prefix(const struct trie *t, const char *prefix)
{
	const struct trie_node *node = find_node(t, prefix);

	return node ? node->below : 0;
}

/* The length of the longest stored word that text starts with. */
size_t trie_longest_match(const struct trie *t, const char *text)
{
	const struct trie_node *node = &t->root;
	size_t best = 0;

	for (size_t n = 0; text[n]; n++) {
		int i = letter_index(text[n]);

		if (i < 0 || !node->kid[i])
			break;
		node = node->kid[i];
		if (node->word)
			best = n + 1;
	}
	return best;
}

/* Writes the first word in order that starts with prefix. */
int trie_first(const struct trie *t, const char *prefix, char *out, size_t size)
{
	const struct trie_node *node = find_node(t, prefix);
	size_t n = strlen(prefix);

	if (!node || node->below == 0)
		return -ENOENT;
	if (n >= size)
		return -ENAMETOOLONG;
	memcpy(out, prefix, n);
	while (!node->word) {
		int i = 0;

		while (!node->kid[i])
			i++;
		if (n + 1 >= size)
			return -ENAMETOOLONG;
		out[n++] = (char)('a' + i);
		node = node->kid[i];
	}
	out[n] = '\0';
	return 0;
}
