#define _POSIX_C_SOURCE 200809L

#include "checksum_inet.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Ends the case as failed, and says where. */
#define CHECK(cond)                                                        \
	do {                                                               \
		if (!(cond)) {                                             \
			printf("# %s:%d: %s\n", __FILE__, __LINE__, #cond); \
			return false;                                      \
		}                                                          \
	} while (0)

static const uint8_t sample[20] = {
	0x45, 0x00, 0x00, 0x73, 0x00, 0x00, 0x40, 0x00, 0x40, 0x11,
	0xb8, 0x61, 0xc0, 0xa8, 0x00, 0x01, 0xc0, 0xa8, 0x00, 0xc7,
};

static bool test_known(void)
{
	static const uint8_t rfc1071[] = { 0x00, 0x01, 0xf2, 0x03, 0xf4, 0xf5, 0xf6, 0xf7 };

	CHECK(inet_checksum(rfc1071, 8) == (uint16_t)~0xddf2);
	CHECK(inet_checksum("", 0) == 0xffff);
	return true;
}

static bool test_odd(void)
{
	CHECK(inet_checksum("\x12", 1) == (uint16_t)~0x1200);
	CHECK(inet_checksum("\x12\x34\x56", 3) == (uint16_t)~0x6834);
	return true;
}

static bool test_carry(void)
{
	uint8_t ones[64];

	memset(ones, 0xff, sizeof(ones));
	CHECK(inet_checksum(ones, 64) == 0);
	CHECK(inet_checksum("\xff\xff\x00\x02", 4) == (uint16_t)~2);
	CHECK(inet_checksum("\xff\xfe\x00\x02", 4) == (uint16_t)~1);
	return true;
}

static bool test_pieces(void)
{
	uint16_t whole = inet_checksum(sample, 19);

	for (size_t i = 0; i <= 19; i++) {
		for (size_t j = i; j <= 19; j++) {
			struct inet_sum s;

			inet_sum_init(&s);
			inet_sum_add(&s, sample, i);
			inet_sum_add(&s, sample + i, j - i);
			inet_sum_add(&s, sample + j, 19 - j);
			CHECK(inet_sum_final(&s) == whole);
		}
	}
	return true;
}

static bool test_verify(void)
{
	uint8_t h[20];

	CHECK(ipv4_header_verify(sample, 20) == 0 && inet_checksum_ok(sample, 20));
	memcpy(h, sample, 20);
	h[19] ^= 1;
	CHECK(ipv4_header_verify(h, 20) == -EBADMSG);
	return true;
}

static bool test_fill(void)
{
	uint8_t h[24];

	memcpy(h, sample, 20);
	h[10] = h[11] = 0xee;
	memset(h + 20, 0x99, 4);
	CHECK(ipv4_header_fill(h, 24) == 0 && memcmp(h, sample, 20) == 0);
	h[0] = 0x46;
	CHECK(ipv4_header_fill(h, 24) == 0 && memcmp(h, sample, 20) != 0);
	CHECK(ipv4_header_verify(h, 24) == 0 && inet_checksum_ok(h, 24));
	return true;
}

static bool test_bad_header(void)
{
	uint8_t h[24] = { 0 };

	memcpy(h, sample, 20);
	CHECK(ipv4_header_verify(h, 19) == -EINVAL);
	h[0] = 0x46;
	CHECK(ipv4_header_fill(h, 23) == -EINVAL);
	h[0] = 0x44;
	CHECK(ipv4_header_fill(h, 24) == -EINVAL);
	h[0] = 0x65;
	CHECK(ipv4_header_verify(h, 24) == -EINVAL);
	return true;
}

static bool test_update(void)
{
	static const uint16_t words[] = { 0, 1, 0x00ff, 0x7fff, 0x8000, 0xfffe };
	uint8_t data[4] = { 0x12, 0x34, 0, 0 };

	for (size_t i = 0; i < 6; i++) {
		for (size_t j = 0; j < 6; j++) {
			uint16_t old, new;

			data[2] = (uint8_t)(words[i] >> 8);
			data[3] = (uint8_t)words[i];
			old = inet_checksum(data, 4);
			data[2] = (uint8_t)(words[j] >> 8);
			data[3] = (uint8_t)words[j];
			new = inet_checksum(data, 4);
			CHECK(inet_checksum_update(old, words[i], words[j]) == new);
		}
	}
	return true;
}

static bool test_ttl(void)
{
	uint8_t h[20];

	memcpy(h, sample, 20);
	CHECK(ipv4_decrement_ttl(h) == 0 && h[8] == 0x3f);
	CHECK(ipv4_header_verify(h, 20) == 0);
	for (int i = 0; i < 62; i++)
		CHECK(ipv4_decrement_ttl(h) == 0 && ipv4_header_verify(h, 20) == 0);
	CHECK(h[8] == 1 && ipv4_decrement_ttl(h) == -ETIME && h[8] == 1);
	return true;
}

static bool test_udp(void)
{
	static const uint8_t src[4] = { 10, 0, 0, 1 }, dst[4] = { 10, 0, 0, 2 };
	static const uint8_t data[] = { 0x30, 0x39, 0x00, 0x35, 0x00, 0x09, 0x00, 0x00, 'A' };

	/* 0a00 + 0001 + 0a00 + 0002 + 0011 + 0009 + 3039 + 0035 + 0009 + 4100 */
	CHECK(inet_checksum_udp(src, dst, data, 9) == (uint16_t)~0x8594);
	return true;
}

static bool test_udp_zero(void)
{
	static const uint8_t none[4] = { 0 };
	static const uint8_t data[] = { 0xff, 0xec };

	CHECK(inet_checksum_udp(none, none, data, 2) == 0xffff);
	return true;
}

static const struct {
	const char *name;
	bool (*run)(void);
} cases[] = {
	{ "known data have known checksums", test_known },
	{ "an odd last byte is the high half of a word", test_odd },
	{ "carries are added back in", test_carry },
	{ "data may come in pieces of any length", test_pieces },
	{ "a good header is accepted", test_verify },
	{ "a header gets its checksum", test_fill },
	{ "what is no header is refused", test_bad_header },
	{ "an update agrees with a new sum", test_update },
	{ "a decremented header is still good", test_ttl },
	{ "the pseudo header is counted", test_udp },
	{ "a sum of zero is sent as all ones", test_udp_zero },
};

int main(void)
{
	size_t total = sizeof(cases) / sizeof(cases[0]);
	int failed = 0;

	alarm(5);
	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("1..%zu\n", total);
	for (size_t i = 0; i < total; i++) {
		bool good = cases[i].run();

		printf("%s %zu - %s\n", good ? "ok" : "not ok", i + 1, cases[i].name);
		failed += !good;
	}
	return failed ? 1 : 0;
}
