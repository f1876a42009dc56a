#ifndef RLE_H
#define RLE_H

#include <stddef.h>

/*
 * Run-length coding in the manner of PackBits: a count byte below 128 is
 * followed by count + 1 literal bytes, one above 128 by a byte that is
 * repeated 257 - count times; 128 is skipped.
 */
#define RLE_MAX_RUN 128

size_t rle_bound(size_t len);
long rle_encode(const unsigned char *src, size_t len, unsigned char *dst, size_t max);
long rle_decode(const unsigned char *src, size_t len, unsigned char *dst, size_t max);
long rle_decoded_size(const unsigned char *src, size_t len);

#endif
