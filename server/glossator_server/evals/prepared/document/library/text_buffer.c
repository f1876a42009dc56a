/* SPDX-License-Identifier: Apache-2.0 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "text_buffer.h"

/**
 * @brief Create an empty buffer.
 *
 * @param capacity number of bytes to reserve
 * @return the buffer, or NULL if there is no memory
 */
struct text_buffer *text_buffer_new(size_t capacity)
{
	struct text_buffer *buffer = malloc(sizeof(*buffer));

	if (!buffer)
		return NULL;
	buffer->data = malloc(capacity + 1);
	if (!buffer->data) {
		free(buffer);
		return NULL;
	}
	buffer->data[0] = '\0';
	buffer->length = 0;
	buffer->capacity = capacity;
	return buffer;
}

/**
 * @brief Free a buffer and its text.
 *
 * @param buffer the buffer, may be NULL
 */
void text_buffer_free(struct text_buffer *buffer)
{
	if (!buffer)
		return;
	free(buffer->data);
	free(buffer);
}

/**
 * @brief Make room for more text.
 *
 * @param buffer the buffer to grow
 * @param more number of bytes that have to fit behind the text
 * @return 0 on success, -ENOMEM if there is no memory
 */
int text_buffer_reserve(struct text_buffer *buffer, size_t more)
{
	size_t wanted = buffer->length + more;
	char *data;

	if (wanted <= buffer->capacity)
		return 0;
	if (wanted < 2 * buffer->capacity)
		wanted = 2 * buffer->capacity;
	data = realloc(buffer->data, wanted + 1);
	if (!data)
		return -ENOMEM;
	buffer->data = data;
	buffer->capacity = wanted;
	return 0;
}

/**
 * @brief Copy bytes behind the text and end it with a NUL.
 *
 * @param buffer the buffer that gets the bytes
 * @param text the bytes to copy
 * @param length number of bytes
 * @return 0 on success, else what text_buffer_reserve() returned
 */
int text_buffer_append(struct text_buffer *buffer, const char *text, size_t length)
{
	int result = text_buffer_reserve(buffer, length);

	if (result)
		return result;
	memcpy(buffer->data + buffer->length, text, length);
	buffer->length += length;
	buffer->data[buffer->length] = '\0';
	return 0;
}

/**
 * @brief Cut a buffer down to a length.
 *
 * @param buffer the buffer to cut
 * @param length number of bytes to keep
 */
void text_buffer_truncate(struct text_buffer *buffer, size_t length)
{
	if (length >= buffer->length)
		return;
	buffer->length = length;
	buffer->data[length] = '\0';
}

/**
 * @brief Find a byte in the text of a buffer.
 *
 * @param buffer the buffer to search
 * @param byte the byte to look for
 * @param start index at which the search begins
 * @return index of the first such byte, or -1 if there is none
 */
long text_buffer_find(const struct text_buffer *buffer, char byte, size_t start)
{
	const char *found;

	if (start >= buffer->length)
		return -1;
	found = memchr(buffer->data + start, byte, buffer->length - start);
	return found ? (long)(found - buffer->data) : -1;
}

/**
 * @brief Take the text out of a buffer and free the buffer.
 *
 * @param buffer the buffer to take apart
 * @param length receives the number of bytes, may be NULL
 * @return the text, which the caller frees
 */
char *text_buffer_steal(struct text_buffer *buffer, size_t *length)
{
	char *data = buffer->data;

	if (length)
		*length = buffer->length;
	free(buffer);
	return data;
}
