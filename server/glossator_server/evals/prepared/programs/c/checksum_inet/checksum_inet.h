#ifndef CHECKSUM_INET_H
#define CHECKSUM_INET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* The Internet checksum: the ones' complement sum of 16-bit words. */
struct inet_sum {
	uint64_t sum;
	bool odd;	/* an odd number of bytes was added so far */
};

void inet_sum_init(struct inet_sum *s);
void inet_sum_add(struct inet_sum *s, const void *data, size_t len);
void inet_sum_add16(struct inet_sum *s, uint16_t value);
uint16_t inet_sum_final(const struct inet_sum *s);
uint16_t inet_checksum(const void *data, size_t len);
bool inet_checksum_ok(const void *data, size_t len);
uint16_t inet_checksum_update(uint16_t check, uint16_t from, uint16_t to);
uint16_t inet_checksum_udp(const uint8_t src[4], const uint8_t dst[4], const void *data, size_t len);
int ipv4_header_fill(uint8_t *header, size_t len);
int ipv4_header_verify(const uint8_t *header, size_t len);
int ipv4_decrement_ttl(uint8_t *header);

#endif
