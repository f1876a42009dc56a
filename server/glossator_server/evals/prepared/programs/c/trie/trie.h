#ifndef TRIE_H
#define TRIE_H

#include <stdbool.h>
#include <stddef.h>

#define TRIE_LETTERS 26

struct trie_node {
	struct trie_node *kid[TRIE_LETTERS];
	bool word;		/* a stored word ends here */
	unsigned int below;	/* words that pass through or end here */
};

/* A set of words of the letters a to z. */
struct trie {
	struct trie_node root;
};

void trie_init(struct trie *t);
void trie_destroy(struct trie *t);
int trie_add(struct trie *t, const char *word);
bool trie_has(const struct trie *t, const char *word);
int trie_remove(struct trie *t, const char *word);
size_t trie_count_prefix(const struct trie *t, const char *prefix);
size_t trie_longest_match(const struct trie *t, const char *text);
int trie_first(const struct trie *t, const char *prefix, char *out, size_t size);

#endif
