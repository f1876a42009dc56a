#ifndef HEXDUMP_H
#define HEXDUMP_H

#include <stddef.h>
#include <stdio.h>

#define HEXDUMP_WIDTH 16
#define HEXDUMP_LINE 80

/*
 * 00000010  48 65 6c 6c 6f 2c 20 77  6f 72 6c 64 0a           |Hello, world.|
 */
int hexdump_line(char line[HEXDUMP_LINE], size_t offset, const void *data, size_t len);
int hexdump(FILE *out, const void *data, size_t len);
int hex_encode(const void *src, size_t len, char *dst, size_t room);
int hex_decode(const char *src, void *dst, size_t room);

#endif
