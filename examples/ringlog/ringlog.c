// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include "ringlog.h"

static struct ringlog_record *record_alloc(enum ringlog_level level, const char *text)
{
	size_t length = strlen(text);
	struct ringlog_record *record = malloc(sizeof(*record) + length + 1);

	if (!record)
		return NULL;
	INIT_LIST_HEAD(&record->link);
	record->level = level;
	record->length = length;
	memcpy(record->text, text, length + 1);
	return record;
}

static void record_free(struct ringlog *log, struct ringlog_record *record)
{
	list_del_init(&record->link);
	log->used -= record->length;
	free(record);
}

/**
 * ringlog_make_room() - Forget old records until a new one fits.
 * @log: The log to take records from.
 * @bytes: How many bytes of text the new record has.
 * @force: Forget records of any level.
 *
 * Records are forgotten oldest first and counted in &ringlog.dropped.
 */
static int ringlog_make_room(struct ringlog *log, size_t length)
{
	if (length > log->capacity)
		return -EMSGSIZE;
	while (log->capacity - log->used < length) {
		record_free(log, list_entry(log->records.next, struct ringlog_record, link));
		log->dropped++;
	}
	return 0;
}

/**
 * ringlog_create() - Allocate an empty log.
 * @capacity: How many bytes of text the log may hold; at least one.
 *
 * The log keeps records of every level until &ringlog.threshold is raised. It
 * must be released with ringlog_destroy().
 *
 * Return: The new log, or %NULL if @capacity is zero or memory is short.
 */
struct ringlog *ringlog_create(size_t capacity)
{
	struct ringlog *log;

	if (!capacity)
		return NULL;
	log = calloc(1, sizeof(*log));
	if (!log)
		return NULL;
	INIT_LIST_HEAD(&log->records);
	log->threshold = RINGLOG_DEBUG;
	log->capacity = capacity;
	return log;
}

void ringlog_destroy(struct ringlog *log)
{
	if (!log)
		return;
	while (!list_empty(&log->records))
		record_free(log, list_entry(log->records.next, struct ringlog_record, link));
	free(log);
}

int ringlog_write(struct ringlog *log, enum ringlog_level level, const char *text)
{
	struct ringlog_record *record;
	int ret;

	if (level < log->threshold)
		return 0;
	record = record_alloc(level, text);
	if (!record)
		return -ENOMEM;
	ret = ringlog_make_room(log, record->length);
	if (ret) {
		free(record);
		return ret;
	}
	record->sequence = log->sequence++;
	log->used += record->length;
	list_add_tail(&record->link, &log->records);
	return 0;
}

int ringlog_printf(struct ringlog *log, enum ringlog_level level, const char *format, ...)
{
	char text[256];
	va_list args;
	int length;

	va_start(args, format);
	length = vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (length < 0)
		return -EINVAL;
	if ((size_t)length >= sizeof(text))
		return -EMSGSIZE;
	return ringlog_write(log, level, text);
}

/**
 * ringlog_walk() - Call a function for each record, oldest first.
 * @log: The log whose records are visited.
 * @visit: Called with each record; any value but zero ends the walk. It must
 *         not write to @log.
 * @data: Handed to @visit as it is.
 *
 * Return: Zero after the last record, else the value that ended the walk.
 */
int ringlog_walk(struct ringlog *log, ringlog_visitor visit, void *data)
{
	struct list_head *pos;
	int ret;

	list_for_each(pos, &log->records) {
		ret = visit(list_entry(pos, struct ringlog_record, link), data);
		if (ret)
			return ret;
	}
	return 0;
}
