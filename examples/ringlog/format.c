// SPDX-License-Identifier: Apache-2.0
#include <errno.h>

#include "ringlog.h"

struct dump_request {
	FILE *stream;
	enum ringlog_level least;
	int lines;
};

const char *ringlog_level_name(enum ringlog_level level)
{
	static const char *const names[] = {
		[RINGLOG_DEBUG] = "debug",
		[RINGLOG_INFO] = "info",
		[RINGLOG_WARNING] = "warning",
		[RINGLOG_ERROR] = "error",
	};

	if ((size_t)level >= sizeof(names) / sizeof(names[0]))
		return "unknown";
	return names[level];
}

static int dump_record(const struct ringlog_record *record, void *data)
{
	struct dump_request *request = data;

	if (record->level < request->least)
		return 0;
	if (fprintf(request->stream, "%lu %s %s\n", record->sequence,
		    ringlog_level_name(record->level), record->text) < 0)
		return -EIO;
	request->lines++;
	return 0;
}

int ringlog_dump(struct ringlog *log, FILE *stream, enum ringlog_level least)
{
	struct dump_request request = { .stream = stream, .least = least };
	int ret = ringlog_walk(log, dump_record, &request);

	return ret ? ret : request.lines;
}
