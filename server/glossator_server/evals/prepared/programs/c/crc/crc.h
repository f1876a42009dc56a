#ifndef CRC_H
#define CRC_H

#include <stddef.h>
#include <stdint.h>

/* CRC-32 as in Ethernet and zip files, and CRC-16/CCITT-FALSE. */
#define CRC32_START 0u
#define CRC16_START 0xFFFFu

uint32_t crc32_update(uint32_t crc, const void *data, size_t len);
uint16_t crc16_update(uint16_t crc, const void *data, size_t len);
uint32_t crc32_combine(uint32_t first, uint32_t second, size_t second_len);
uint32_t adler32_update(uint32_t sum, const void *data, size_t len);

/* A frame is its length in two bytes, the payload, and its CRC-32, low bytes first. */
#define FRAME_EXTRA 6

int frame_write(const void *payload, size_t len, void *dst, size_t room);
int frame_read(const void *src, size_t len, const void **payload, size_t *payload_len);

#endif
