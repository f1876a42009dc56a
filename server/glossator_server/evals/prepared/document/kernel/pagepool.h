/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PAGEPOOL_H
#define PAGEPOOL_H

struct page_slot {
	struct page *page;
};

struct page_pool {
	spinlock_t lock;
	struct page_slot *slots;
	unsigned int size;
	unsigned int head;
	unsigned int tail;
};

int page_pool_init(struct page_pool *pool, unsigned int size, gfp_t gfp);
void page_pool_destroy(struct page_pool *pool);
int page_pool_put(struct page_pool *pool, struct page *page);
struct page *page_pool_get(struct page_pool *pool);
unsigned int page_pool_count(const struct page_pool *pool);
int page_pool_resize(struct page_pool *pool, unsigned int size);

#endif
