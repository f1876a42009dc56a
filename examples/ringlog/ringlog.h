/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RINGLOG_H
#define RINGLOG_H

#include <stddef.h>
#include <stdio.h>

#include "list.h"

enum ringlog_level {
	RINGLOG_DEBUG,
	RINGLOG_INFO,
	RINGLOG_WARNING,
	RINGLOG_ERROR,
};

struct ringlog_record {
	struct list_head link;
	enum ringlog_level level;
	unsigned long sequence;
	size_t length;
	char text[];
};

/**
 * struct ringlog - A log in memory that forgets its oldest records first.
 * @records: The records, oldest first.
 * @threshold: Records below this level are not kept.
 * @capacity: How many bytes of text the log may hold.
 * @used: How many bytes of text it holds.
 * @sequence: The number that the next record will get.
 * @dropped: How many records were forgotten to make room.
 */
struct ringlog {
	struct list_head records;
	enum ringlog_level threshold;
	size_t capacity;
	size_t used;
	unsigned long sequence;
	unsigned long dropped;
};

typedef int (*ringlog_visitor)(const struct ringlog_record *record, void *data);

struct ringlog *ringlog_create(size_t capacity);
void ringlog_destroy(struct ringlog *log);
int ringlog_write(struct ringlog *log, enum ringlog_level level, const char *text);
int ringlog_printf(struct ringlog *log, enum ringlog_level level, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
int ringlog_walk(struct ringlog *log, ringlog_visitor visit, void *data);
int ringlog_dump(struct ringlog *log, FILE *stream, enum ringlog_level least);
const char *ringlog_level_name(enum ringlog_level level);

#endif
