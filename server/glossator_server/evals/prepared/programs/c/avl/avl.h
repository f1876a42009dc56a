#ifndef AVL_H
#define AVL_H

#include <stddef.h>

struct avl_node {
	struct avl_node *child[2];	/* smaller, larger */
	int key;
	int height;
};

/* A balanced search tree of distinct ints. */
struct avl {
	struct avl_node *root;
	size_t count;
};

void avl_init(struct avl *tree);
void avl_destroy(struct avl *tree);
int avl_insert(struct avl *tree, int key);
int avl_erase(struct avl *tree, int key);
const struct avl_node *avl_find(const struct avl *tree, int key);
size_t avl_keys(const struct avl *tree, int *keys, size_t max);
int avl_height(const struct avl *tree);

#endif
