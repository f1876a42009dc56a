#include "avl.h"

#include <errno.h>
#include <stdlib.h>

static int height_of(const struct avl_node *node)
{
	return node ? node->height : 0;
}

static void update_height(struct avl_node *node)
{
	int left = height_of(node->child[0]);
	int right = height_of(node->child[1]);

	node->height = 1 + (left > right ? left : right);
}

/* Brings the child on the other side of dir up in place of node. */
static struct avl_node *rotate(struct avl_node *node, int dir)
{
	struct avl_node *up = node->child[!dir];

	node->child[!dir] = up->child[dir];
	up->child[dir] = node;
	update_height(node);
	update_height(up);
	return up;
}

static struct avl_node *rebalance(struct avl_node *node)
{
	int lean = height_of(node->child[1]) - height_of(node->child[0]);

	if (lean > 1 || lean < -1) {
		int heavy = lean > 0;
		struct avl_node *kid = node->child[heavy];

		if (height_of(kid->child[!heavy]) > height_of(kid->child[heavy]))
			node->child[heavy] = rotate(kid, heavy);
		return rotate(node, !heavy);
	}
	update_height(node);
	return node;
}

static struct avl_node *insert_at(struct avl_node *node, int key, int *err)
{
	if (!node) {
		node = calloc(1, sizeof(*node));
		if (!node) {
			*err = -ENOMEM;
			return NULL;
		}
		node->key = key;
		node->height = 1;
		return node;
	}
	if (key == node->key) {
		*err = -EEXIST;
		return node;
	}

	int side = key > node->key;

	node->child[side] = insert_at(node->child[side], key, err);
	return rebalance(node);
}

static struct avl_node *erase_at(struct avl_node *node, int key, int *err)
{
	if (!node) {
		*err = -ENOENT;
		return NULL;
	}
	if (key != node->key) {
		int side = key > node->key;

		node->child[side] = erase_at(node->child[side], key, err);
		return rebalance(node);
	}
	if (!node->child[0] || !node->child[1]) {
		struct avl_node *only = node->child[0] ? node->child[0] : node->child[1];

		free(node);
		return only;
	}

	/* Two children: take over the key of the in-order successor. */
	struct avl_node *next = node->child[1];

	while (next->child[0])
		next = next->child[0];
	node->key = next->key;
	node->child[1] = erase_at(node->child[1], next->key, err);
	return rebalance(node);
}

void avl_init(struct avl *tree)
{
	tree->root = NULL;
	tree->count = 0;
}

static void free_all(struct avl_node *node)
{
	if (!node)
		return;
	free_all(node->child[0]);
	free_all(node->child[1]);
	free(node);
}

void avl_destroy(struct avl *tree)
{
	free_all(tree->root);
	avl_init(tree);
}

int avl_insert(struct avl *tree, int key)
{
	int err = 0;

	tree->root = insert_at(tree->root, key, &err);
	if (!err)
		tree->count++;
	return err;
}

int avl_erase(struct avl *tree, int key)
{
	int err = 0;

	tree->root = erase_at(tree->root, key, &err);
	if (!err)
		tree->count--;
	return err;
}

const struct avl_node *avl_find(const struct avl *tree, int key)
{
	const struct avl_node *node = tree->root;

	while (node && node->key != key)
		node = node->child[key > node->key];
	return node;
}

static size_t walk(const struct avl_node *node, int *keys, size_t n, size_t max)
{
	if (!node)
		return n;
	n = walk(node->child[0], keys, n, max);
	if (n < max)
		keys[n++] = node->key;
	return walk(node->child[1], keys, n, max);
}

/* Stores at most max keys in ascending order; returns how many. */
size_t avl_keys(const struct avl *tree, int *keys, size_t max)
{
	return walk(tree->root, keys, 0, max);
}

int avl_height(const struct avl *tree)
{
	return height_of(tree->root);
}
