#ifndef CSV_ROW_H
#define CSV_ROW_H

#include <stddef.h>

/* One record of a CSV file, split in place. */
struct csv_row {
	char **fields;
	size_t count;
	size_t room;
};

void csv_row_init(struct csv_row *row);
void csv_row_free(struct csv_row *row);
int csv_row_parse(struct csv_row *row, char *line, char sep);
int csv_row_find(const struct csv_row *header, const char *name);
int csv_row_long(const struct csv_row *row, size_t i, long *value);
long csv_field_write(const char *field, char sep, char *out, size_t size);

#endif
