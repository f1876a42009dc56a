// SPDX-License-Identifier: Apache-2.0
#include "pagepool.h"

static struct page_slot *slot_at(struct page_pool *pool, unsigned int index)
{
	return &pool->slots[index & (pool->size - 1)];
}

/**
 * page_pool_init() - Prepare a pool of pages for use
 * @pool: the pool to prepare
 * @size: number of slots, a power of two
 * @gfp: flags for the allocation of the slots
 *
 * Return: 0 on success, -EINVAL if @size is no power of two, -ENOMEM if there
 * is no memory for the slots.
 */
int page_pool_init(struct page_pool *pool, unsigned int size, gfp_t gfp)
{
	if (!size || (size & (size - 1)))
		return -EINVAL;
	pool->slots = kcalloc(size, sizeof(*pool->slots), gfp);
	if (!pool->slots)
		return -ENOMEM;
	spin_lock_init(&pool->lock);
	pool->size = size;
	pool->head = 0;
	pool->tail = 0;
	return 0;
}

/**
 * page_pool_destroy() - Free a pool and the pages that are still in it
 * @pool: the pool to destroy
 */
void page_pool_destroy(struct page_pool *pool)
{
	while (pool->tail != pool->head) {
		put_page(slot_at(pool, pool->tail)->page);
		pool->tail++;
	}
	kfree(pool->slots);
	pool->slots = NULL;
}

/**
 * page_pool_put() - Give a page back to the pool
 * @pool: the pool that gets the page
 * @page: the page, whose reference goes over to the pool
 *
 * Return: 0 on success, -ENOSPC if the pool is full.
 */
int page_pool_put(struct page_pool *pool, struct page *page)
{
	unsigned long flags;
	int ret = 0;

	spin_lock_irqsave(&pool->lock, flags);
	if (pool->head - pool->tail == pool->size)
		ret = -ENOSPC;
	else
		slot_at(pool, pool->head++)->page = page;
	spin_unlock_irqrestore(&pool->lock, flags);
	return ret;
}

/**
 * page_pool_get() - Take a page out of the pool
 * @pool: the pool to take from
 *
 * Return: the oldest page of the pool, or NULL if the pool is empty.
 */
struct page *page_pool_get(struct page_pool *pool)
{
	struct page *page = NULL;
	unsigned long flags;

	spin_lock_irqsave(&pool->lock, flags);
	if (pool->head != pool->tail)
		page = slot_at(pool, pool->tail++)->page;
	spin_unlock_irqrestore(&pool->lock, flags);
	return page;
}

/**
 * page_pool_count() - Count the pages in the pool
 * @pool: the pool to look at
 *
 * Return: the number of pages that can be taken out.
 */
unsigned int page_pool_count(const struct page_pool *pool)
{
	return READ_ONCE(pool->head) - READ_ONCE(pool->tail);
}

/**
 * page_pool_resize() - Change the number of slots of a pool
 * @pool: the pool to change
 * @size: the new number of slots, a power of two
 *
 * Return: 0 on success, -EINVAL if @size is no power of two, -EBUSY if the
 * pages in the pool do not fit, -ENOMEM if there is no memory.
 */
int page_pool_resize(struct page_pool *pool, unsigned int size)
{
	struct page_slot *slots;
	unsigned int at, count;

	if (!size || (size & (size - 1)))
		return -EINVAL;
	count = pool->head - pool->tail;
	if (count > size)
		return -EBUSY;
	slots = kcalloc(size, sizeof(*slots), GFP_KERNEL);
	if (!slots)
		return -ENOMEM;
	for (at = 0; at < count; at++)
		slots[at] = *slot_at(pool, pool->tail + at);
	kfree(pool->slots);
	pool->slots = slots;
	pool->size = size;
	pool->tail = 0;
	pool->head = count;
	return 0;
}
