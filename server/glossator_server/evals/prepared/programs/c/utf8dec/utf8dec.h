#ifndef UTF8DEC_H
#define UTF8DEC_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define UTF8_REPLACEMENT 0xFFFDu

int utf8_decode(const char *s, size_t len, uint32_t *code);
int utf8_encode(uint32_t code, char out[4]);
bool utf8_valid(const char *s, size_t len);
size_t utf8_count(const char *s, size_t len);
size_t utf8_prev(const char *s, size_t pos);
size_t utf8_cut(const char *s, size_t len, size_t limit);
size_t utf8_repair(const char *s, size_t len, char *out, size_t room);

#endif
