#include "checksum_inet.h"

#include <errno.h>

#define IPV4_MIN_HEADER 20
#define IPV4_TTL 8
#define IPV4_CHECK 10
#define PROTO_UDP 17

static uint16_t get16(const uint8_t *p)
{
	return (uint16_t)(p[0] << 8 | p[1]);
}

static void put16(uint8_t *p, uint16_t value)
{
	p[0] = (uint8_t)(value >> 8);
	p[1] = (uint8_t)(value & 0xff);
}

/* Adds the carries back in until the sum fits. */
static uint16_t fold(uint64_t sum)
{
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)sum;
}

void inet_sum_init(struct inet_sum *s)
{
	s->sum = 0;
	s->odd = false;
}

/* The bytes may come in pieces of any length. */
void inet_sum_add(struct inet_sum *s, const void *data, size_t len)
{
	const uint8_t *p = data;

	if (len > 0 && s->odd) {
		s->sum += *p++;
		len--;
		s->odd = false;
	}
	for (; len >= 2; p += 2, len -= 2)
		s->sum += get16(p);
	if (len) {
		s->sum += (uint32_t)*p << 8;
		s->odd = true;
	}
}

void inet_sum_add16(struct inet_sum *s, uint16_t value)
{
	s->sum += value;
}

uint16_t inet_sum_final(const struct inet_sum *s)
{
	return (uint16_t)~fold(s->sum);
}

uint16_t inet_checksum(const void *data, size_t len)
{
	struct inet_sum s;

	inet_sum_init(&s);
	inet_sum_add(&s, data, len);
	return inet_sum_final(&s);
}

/* Data that holds its own checksum sums up to nothing. */
bool inet_checksum_ok(const void *data, size_t len)
{
	return inet_checksum(data, len) == 0;
}

/* The new checksum after one word changed (RFC 1624). */
uint16_t inet_checksum_update(uint16_t check, uint16_t from, uint16_t to)
{
	uint32_t sum = (uint16_t)~check;

	sum += (uint16_t)~from;
	sum += to;
	return (uint16_t)~fold(sum);
}

/* With the pseudo header; a sum of zero is sent as all ones. */
uint16_t inet_checksum_udp(const uint8_t src[4], const uint8_t dst[4], const void *data, size_t len)
{
	struct inet_sum s;
	uint16_t check;

	inet_sum_init(&s);
	inet_sum_add(&s, src, 4);
	inet_sum_add(&s, dst, 4);
	inet_sum_add16(&s, PROTO_UDP);
	inet_sum_add16(&s, (uint16_t)len);
	inet_sum_add(&s, data, len);
	check = inet_sum_final(&s);
	return check ? check : 0xffff;
}

/* The length the header claims, or -EINVAL. */
static int header_length(const uint8_t *header, size_t len)
{
	size_t claimed;

	if (len < IPV4_MIN_HEADER || header[0] >> 4 != 4)
		return -EINVAL;
	claimed = (header[0] & 0x0fu) * 4;
	if (claimed < IPV4_MIN_HEADER || claimed > len)
		return -EINVAL;
	return (int)claimed;
}

/* Computes and stores the checksum of a header; 0 or -EINVAL. */
int ipv4_header_fill(uint8_t *header, size_t len)
{
	int n = header_length(header, len);

	if (n < 0)
		return n;
	put16(header + IPV4_CHECK, 0);
	put16(header + IPV4_CHECK, inet_checksum(header, (size_t)n));
	return 0;
}

/* Returns 0, -EINVAL for no header, or -EBADMSG for a wrong checksum. */
int ipv4_header_verify(const uint8_t *header, size_t len)
{
	int n = header_length(header, len);

	if (n < 0)
		return n;
	return inet_checksum_ok(header, (size_t)n) ? 0 : -EBADMSG;
}

/* Returns 0, or -ETIME for a packet that must not be sent on. */
int ipv4_decrement_ttl(uint8_t *header)
{
	uint16_t before = get16(header + IPV4_TTL);

	if (header[IPV4_TTL] <= 1)
		return -ETIME;
	header[IPV4_TTL]--;
	put16(header + IPV4_CHECK, inet_checksum_update(get16(header + IPV4_CHECK), before,
							get16(header + IPV4_TTL)));
	return 0;
}
