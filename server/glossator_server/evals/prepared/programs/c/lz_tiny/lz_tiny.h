#ifndef LZ_TINY_H
#define LZ_TINY_H

#include <stddef.h>

/*
 * A small LZ77 coder. The output is a chain of tokens:
 *   0x00..0x7f  that many + 1 literal bytes follow
 *   0x80..0xff  a copy of (token & 0x7f) + 3 bytes; two bytes follow, the
 *               distance back minus one, low byte first
 */
#define LZ_MIN_MATCH 3
#define LZ_MAX_MATCH (0x7f + LZ_MIN_MATCH)
#define LZ_MAX_LITERAL 0x80
#define LZ_WINDOW 65536

long lz_compress(const unsigned char *src, size_t len, unsigned char *dst, size_t max);
long lz_expand(const unsigned char *src, size_t len, unsigned char *dst, size_t max);

#endif
