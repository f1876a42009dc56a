#ifndef BASE64_H
#define BASE64_H

#include <stddef.h>

size_t base64_encoded_size(size_t len);
size_t base64_decoded_limit(size_t len);
int base64_encode(const void *src, size_t len, char *dst, size_t room);
int base64_decode(const char *src, size_t len, void *dst, size_t room);
char *base64_encode_new(const void *src, size_t len);
void *base64_decode_new(const char *src, size_t *len);

#endif
