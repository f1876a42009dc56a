/* SPDX-License-Identifier: Apache-2.0 */
#ifndef WATCH_H
#define WATCH_H

#define WATCH_ALL_EVENTS 0xffu

struct watch;
typedef void (*watch_fn)(struct watch *watch, unsigned int event);

struct watch {
	struct list_head list;
	struct device *dev;
	watch_fn notify;
	void *data;
	u32 mask;
};

struct watch *watch_register(struct device *dev, watch_fn notify, void *data);
void watch_unregister(struct watch *watch);
int watch_notify(struct device *dev, unsigned int event);
struct watch *watch_find(struct device *dev);
int watch_set_mask(struct watch *watch, u32 mask);

#endif
