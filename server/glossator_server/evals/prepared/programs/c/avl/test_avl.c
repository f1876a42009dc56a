#define _POSIX_C_SOURCE 200809L

#include "avl.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <unistd.h>

/* Ends the case as failed, and says where. */
#define CHECK(cond)                                                        \
	do {                                                               \
		if (!(cond)) {                                             \
			printf("# %s:%d: %s\n", __FILE__, __LINE__, #cond); \
			return false;                                      \
		}                                                          \
	} while (0)

/* The real height below node, or -1 where the tree leans too far. */
static int real_height(const struct avl_node *node)
{
	int left, right;

	if (!node)
		return 0;
	left = real_height(node->child[0]);
	right = real_height(node->child[1]);
	if (left < 0 || right < 0 || left - right > 1 || right - left > 1)
		return -1;
	return 1 + (left > right ? left : right);
}

static bool test_empty(void)
{
	struct avl tree;

	avl_init(&tree);
	CHECK(avl_find(&tree, 1) == NULL && tree.count == 0);
	CHECK(avl_height(&tree) == 0);
	return true;
}

static bool test_find(void)
{
	struct avl tree;

	avl_init(&tree);
	for (int i = 0; i < 20; i += 2)
		CHECK(avl_insert(&tree, i) == 0);
	CHECK(tree.count == 10);
	for (int i = 0; i < 20; i++)
		CHECK((avl_find(&tree, i) != NULL) == (i % 2 == 0));
	avl_destroy(&tree);
	return true;
}

static bool test_duplicate(void)
{
	struct avl tree;

	avl_init(&tree);
	CHECK(avl_insert(&tree, 5) == 0);
	CHECK(avl_insert(&tree, 5) == -EEXIST);
	CHECK(tree.count == 1);
	avl_destroy(&tree);
	return true;
}

static bool test_ascending(void)
{
	struct avl tree;

	avl_init(&tree);
	for (int i = 1; i <= 127; i++)
		CHECK(avl_insert(&tree, i) == 0);
	CHECK(avl_height(&tree) == 7 && real_height(tree.root) == 7);
	avl_destroy(&tree);
	return true;
}

static bool test_zigzag(void)
{
	struct avl tree;

	avl_init(&tree);
	avl_insert(&tree, 30);
	avl_insert(&tree, 10);
	avl_insert(&tree, 20);
	CHECK(tree.root->key == 20 && avl_height(&tree) == 2);
	CHECK(real_height(tree.root) == 2);
	avl_destroy(&tree);
	return true;
}

static bool test_order(void)
{
	struct avl tree;
	int keys[4] = { 0, 0, 0, -1 };

	avl_init(&tree);
	avl_insert(&tree, 3);
	avl_insert(&tree, 1);
	avl_insert(&tree, 4);
	avl_insert(&tree, 2);
	CHECK(avl_keys(&tree, keys, 3) == 3);
	CHECK(keys[0] == 1 && keys[1] == 2 && keys[2] == 3 && keys[3] == -1);
	CHECK(avl_keys(&tree, keys, 4) == 4 && keys[3] == 4);
	avl_destroy(&tree);
	return true;
}

static bool test_erase_leaf(void)
{
	struct avl tree;

	avl_init(&tree);
	avl_insert(&tree, 2);
	avl_insert(&tree, 1);
	CHECK(avl_erase(&tree, 7) == -ENOENT && tree.count == 2);
	CHECK(avl_erase(&tree, 1) == 0 && tree.count == 1);
	CHECK(!avl_find(&tree, 1) && avl_find(&tree, 2));
	avl_destroy(&tree);
	return true;
}

static bool test_erase_inner(void)
{
	struct avl tree;
	int keys[7];

	avl_init(&tree);
	for (int i = 1; i <= 7; i++)
		avl_insert(&tree, i);
	CHECK(avl_erase(&tree, 4) == 0);
	CHECK(avl_erase(&tree, 2) == 0);
	CHECK(avl_keys(&tree, keys, 7) == 5);
	CHECK(keys[0] == 1 && keys[1] == 3 && keys[2] == 5 && keys[4] == 7);
	CHECK(real_height(tree.root) == 3 || real_height(tree.root) == 4);
	avl_destroy(&tree);
	return true;
}

static bool test_erase_many(void)
{
	struct avl tree;

	avl_init(&tree);
	for (int i = 0; i < 200; i++)
		CHECK(avl_insert(&tree, i * 37 % 200) == 0);
	for (int i = 0; i < 150; i++) {
		CHECK(avl_erase(&tree, i) == 0);
		CHECK(real_height(tree.root) == avl_height(&tree));
	}
	CHECK(tree.count == 50);
	avl_destroy(&tree);
	CHECK(tree.root == NULL && tree.count == 0);
	return true;
}

static const struct {
	const char *name;
	bool (*run)(void);
} cases[] = {
	{ "a new tree is empty", test_empty },
	{ "inserted keys are found", test_find },
	{ "a key is stored once", test_duplicate },
	{ "ascending keys make a balanced tree", test_ascending },
	{ "an inner grandchild needs two rotations", test_zigzag },
	{ "keys come out in ascending order", test_order },
	{ "an absent key is not erased", test_erase_leaf },
	{ "a node with two children is erased", test_erase_inner },
	{ "the tree stays balanced while it shrinks", test_erase_many },
};

int main(void)
{
	size_t total = sizeof(cases) / sizeof(cases[0]);
	int failed = 0;

	alarm(5);
	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("1..%zu\n", total);
	for (size_t i = 0; i < total; i++) {
		bool good = cases[i].run();

		printf("%s %zu - %s\n", good ? "ok" : "not ok", i + 1, cases[i].name);
		failed += !good;
	}
	return failed ? 1 : 0;
}
