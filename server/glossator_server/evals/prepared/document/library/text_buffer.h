/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TEXT_BUFFER_H
#define TEXT_BUFFER_H

#include <stddef.h>

struct text_buffer {
	char *data;
	size_t length;
	size_t capacity;
};

struct text_buffer *text_buffer_new(size_t capacity);
void text_buffer_free(struct text_buffer *buffer);
int text_buffer_reserve(struct text_buffer *buffer, size_t more);
int text_buffer_append(struct text_buffer *buffer, const char *text, size_t length);
void text_buffer_truncate(struct text_buffer *buffer, size_t length);
long text_buffer_find(const struct text_buffer *buffer, char byte, size_t start);
char *text_buffer_steal(struct text_buffer *buffer, size_t *length);

#endif
