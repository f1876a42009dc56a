#define _POSIX_C_SOURCE 200809L

#include "crc.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
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

static unsigned char big[70000], framed[70000];

static bool test_crc32(void)
{
	CHECK(crc32_update(CRC32_START, "123456789", 9) == 0xCBF43926);
	CHECK(crc32_update(CRC32_START, "", 0) == 0);
	CHECK(crc32_update(CRC32_START, "\xff\xff", 2) == 0xFFFF0000);
	return true;
}

static bool test_crc32_pieces(void)
{
	uint32_t crc = crc32_update(CRC32_START, "1234", 4);

	crc = crc32_update(crc, "", 0);
	CHECK(crc32_update(crc, "56789", 5) == 0xCBF43926);
	return true;
}

static bool test_crc16(void)
{
	CHECK(crc16_update(CRC16_START, "123456789", 9) == 0x29B1);
	CHECK(crc16_update(crc16_update(CRC16_START, "12345", 5), "6789", 4) == 0x29B1);
	CHECK(crc16_update(CRC16_START, "", 0) == 0xFFFF);
	return true;
}

static bool test_combine(void)
{
	const char *text = "The quick brown fox jumps over the lazy dog";

	for (size_t cut = 0; cut <= 43; cut++) {
		uint32_t first = crc32_update(CRC32_START, text, cut);
		uint32_t second = crc32_update(CRC32_START, text + cut, 43 - cut);

		CHECK(crc32_combine(first, second, 43 - cut) == 0x414FA339);
	}
	return true;
}

static bool test_adler(void)
{
	CHECK(adler32_update(1, "Wikipedia", 9) == 0x11E60398);
	CHECK(adler32_update(adler32_update(1, "Wiki", 4), "pedia", 5) == 0x11E60398);
	memset(big, 0xff, sizeof(big));
	CHECK(adler32_update(1, big, 60000) == adler32_update(adler32_update(1, big, 777),
							      big, 60000 - 777));
	CHECK((adler32_update(1, big, 60000) & 0xFFFF) == (1 + 60000u * 255) % 65521);
	return true;
}

static bool test_frame(void)
{
	unsigned char out[32];
	const void *payload = NULL;
	size_t len = 0;

	CHECK(frame_write("hello", 5, out, sizeof(out)) == 11);
	CHECK(out[0] == 5 && out[1] == 0 && memcmp(out + 2, "hello", 5) == 0);
	CHECK(frame_read(out, sizeof(out), &payload, &len) == 11);
	CHECK(len == 5 && payload == out + 2);
	return true;
}

static bool test_frame_empty(void)
{
	unsigned char out[8];
	const void *payload = NULL;
	size_t len = 9;

	CHECK(frame_write("", 0, out, 6) == 6);
	CHECK(frame_read(out, 6, &payload, &len) == 6 && len == 0);
	return true;
}

static bool test_frame_room(void)
{
	unsigned char out[16];

	memset(out, '#', sizeof(out));
	CHECK(frame_write("hello", 5, out, 10) == -ENOSPC);
	CHECK(out[0] == '#' && out[10] == '#');
	CHECK(frame_write("hello", 5, out, 11) == 11 && out[11] == '#');
	return true;
}

static bool test_frame_big(void)
{
	const void *payload = NULL;
	size_t len = 0;

	memset(big, 7, sizeof(big));
	CHECK(frame_write(big, 65536, framed, sizeof(framed)) == -E2BIG);
	CHECK(frame_write(big, 65535, framed, sizeof(framed)) == 65541);
	CHECK(frame_read(framed, 65541, &payload, &len) == 65541 && len == 65535);
	return true;
}

static bool test_frame_short(void)
{
	unsigned char out[16];
	const void *payload = NULL;
	size_t len = 0;

	CHECK(frame_write("hello", 5, out, sizeof(out)) == 11);
	for (size_t n = 0; n < 11; n++)
		CHECK(frame_read(out, n, &payload, &len) == -ENODATA);
	CHECK(payload == NULL);
	return true;
}

static bool test_frame_damaged(void)
{
	unsigned char out[16] = { 0 };
	const void *payload = NULL;
	size_t len = 0;

	CHECK(frame_write("hello", 5, out, sizeof(out)) == 11);
	for (size_t i = 2; i < 11; i++) {
		out[i] ^= 0x10;
		CHECK(frame_read(out, 11, &payload, &len) == -EBADMSG);
		out[i] ^= 0x10;
	}
	out[0] = 4;
	CHECK(frame_read(out, 11, &payload, &len) == -EBADMSG);
	return true;
}

static const struct {
	const char *name;
	bool (*run)(void);
} cases[] = {
	{ "the check value of CRC-32 is right", test_crc32 },
	{ "a CRC can be taken in pieces", test_crc32_pieces },
	{ "the check value of CRC-16 is right", test_crc16 },
	{ "two CRCs are combined into one", test_combine },
	{ "the sum of Adler is right", test_adler },
	{ "a payload survives in a frame", test_frame },
	{ "a payload may be empty", test_frame_empty },
	{ "a frame stays within its room", test_frame_room },
	{ "the longest payload has 65535 bytes", test_frame_big },
	{ "a frame that is not whole is told", test_frame_short },
	{ "each damaged byte is found", test_frame_damaged },
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
