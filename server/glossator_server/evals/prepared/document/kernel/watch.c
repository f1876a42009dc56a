// SPDX-License-Identifier: Apache-2.0
#include "watch.h"

static DEFINE_MUTEX(watch_mutex);
static LIST_HEAD(watch_list);

/**
 * watch_register() - Register a watch for a device
 * @dev: the device to watch
 * @notify: function that is called for each event
 * @data: passed to @notify as it is
 *
 * Return: the new watch, or an ERR_PTR() on failure.
 */
struct watch *watch_register(struct device *dev, watch_fn notify, void *data)
{
	struct watch *watch;

	if (!dev || !notify)
		return ERR_PTR(-EINVAL);
	watch = kzalloc(sizeof(*watch), GFP_KERNEL);
	if (!watch)
		return ERR_PTR(-ENOMEM);
	watch->dev = get_device(dev);
	watch->notify = notify;
	watch->data = data;
	mutex_lock(&watch_mutex);
	list_add_tail(&watch->list, &watch_list);
	mutex_unlock(&watch_mutex);
	return watch;
}

/**
 * watch_unregister() - Unregister a watch and free it
 * @watch: the watch, may be NULL
 */
void watch_unregister(struct watch *watch)
{
	if (!watch)
		return;
	mutex_lock(&watch_mutex);
	list_del(&watch->list);
	mutex_unlock(&watch_mutex);
	put_device(watch->dev);
	kfree(watch);
}

/**
 * watch_notify() - Tell all watches of a device about an event
 * @dev: the device that the event is from
 * @event: number of the event
 *
 * Return: the number of watches that were told.
 */
int watch_notify(struct device *dev, unsigned int event)
{
	struct watch *watch;
	int told = 0;

	mutex_lock(&watch_mutex);
	list_for_each_entry(watch, &watch_list, list) {
		if (watch->dev != dev)
			continue;
		watch->notify(watch, event);
		told++;
	}
	mutex_unlock(&watch_mutex);
	return told;
}

/**
 * watch_find() - Find the first watch of a device
 * @dev: the device to look for
 *
 * The caller holds watch_mutex.
 *
 * Return: the watch, or NULL if nobody watches @dev.
 */
struct watch *watch_find(struct device *dev)
{
	struct watch *watch;

	lockdep_assert_held(&watch_mutex);
	list_for_each_entry(watch, &watch_list, list)
		if (watch->dev == dev)
			return watch;
	return NULL;
}

/**
 * watch_set_mask() - Choose the events that a watch is told of
 * @watch: the watch to change
 * @mask: a bit for each event
 *
 * Return: 0 on success, -EINVAL if @mask has bits that are no events.
 */
int watch_set_mask(struct watch *watch, u32 mask)
{
	if (mask & ~WATCH_ALL_EVENTS)
		return -EINVAL;
	WRITE_ONCE(watch->mask, mask);
	return 0;
}
