#define _POSIX_C_SOURCE 200809L

#include "varint.h"

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

static bool test_size(void)
{
	CHECK(varint_size(0) == 1);
	CHECK(varint_size(127) == 1);
	CHECK(varint_size(128) == 2);
	CHECK(varint_size(16383) == 2);
	CHECK(varint_size(16384) == 3);
	CHECK(varint_size(UINT64_MAX) == 10);
	return true;
}

static bool test_write(void)
{
	unsigned char out[VARINT_MAX];

	CHECK(varint_write(1, out, sizeof(out)) == 1 && out[0] == 1);
	CHECK(varint_write(127, out, sizeof(out)) == 1 && out[0] == 0x7F);
	CHECK(varint_write(300, out, sizeof(out)) == 2);
	CHECK(out[0] == 0xAC && out[1] == 0x02);
	return true;
}

static bool test_no_space(void)
{
	unsigned char out[2] = { 9, 9 };

	CHECK(varint_write(300, out, 1) == -ENOSPC);
	CHECK(out[0] == 9 && out[1] == 9);
	CHECK(varint_write(0, out, 0) == -ENOSPC);
	CHECK(varint_write(300, out, 2) == 2);
	return true;
}

static bool test_round_trip(void)
{
	for (int shift = 0; shift < 64; shift++) {
		uint64_t value = ((uint64_t)1 << shift) + (uint64_t)shift;
		unsigned char out[VARINT_MAX];
		uint64_t back = 0;
		int n = varint_write(value, out, sizeof(out));

		CHECK(n == (int)varint_size(value));
		CHECK(varint_read(out, (size_t)n, &back) == n);
		CHECK(back == value);
	}
	return true;
}

static bool test_truncated(void)
{
	const unsigned char in[] = { 0x80, 0x80, 0x01 };
	uint64_t value = 42;

	CHECK(varint_read(in, 0, &value) == -ENODATA);
	CHECK(varint_read(in, 2, &value) == -ENODATA);
	CHECK(value == 42);
	CHECK(varint_read(in, 3, &value) == 3 && value == 16384);
	return true;
}

static bool test_overflow(void)
{
	unsigned char in[11];
	uint64_t value = 0;

	memset(in, 0xFF, sizeof(in));
	CHECK(varint_read(in, sizeof(in), &value) == -EOVERFLOW);
	in[9] = 0x02;
	CHECK(varint_read(in, sizeof(in), &value) == -EOVERFLOW);
	in[9] = 0x01;
	CHECK(varint_read(in, sizeof(in), &value) == 10 && value == UINT64_MAX);
	return true;
}

static bool test_zigzag(void)
{
	CHECK(zigzag_encode(0) == 0 && zigzag_encode(-1) == 1);
	CHECK(zigzag_encode(1) == 2 && zigzag_encode(-2) == 3);
	CHECK(zigzag_encode(INT64_MAX) == UINT64_MAX - 1);
	CHECK(zigzag_encode(INT64_MIN) == UINT64_MAX);
	CHECK(zigzag_decode(3) == -2 && zigzag_decode(2) == 1);
	CHECK(zigzag_decode(UINT64_MAX) == INT64_MIN);
	CHECK(zigzag_decode(UINT64_MAX - 1) == INT64_MAX);
	return true;
}

static bool test_cursor(void)
{
	unsigned char data[64];
	struct varint_cursor cursor;
	const void *bytes;
	size_t len = 0;

	varint_start(&cursor, data, sizeof(data));
	varint_put(&cursor, 1000000);
	varint_put_signed(&cursor, -77);
	varint_put_bytes(&cursor, "hello", 5);
	varint_put(&cursor, 5);
	CHECK(cursor.error == 0 && cursor.at == 12);

	varint_start(&cursor, data, cursor.at);
	CHECK(varint_take(&cursor) == 1000000);
	CHECK(varint_take_signed(&cursor) == -77);
	bytes = varint_take_bytes(&cursor, &len);
	CHECK(len == 5 && memcmp(bytes, "hello", 5) == 0);
	CHECK(varint_take(&cursor) == 5);
	CHECK(cursor.error == 0 && cursor.at == cursor.len);
	return true;
}

static bool test_cursor_full(void)
{
	unsigned char data[8];
	struct varint_cursor cursor;

	memset(data, 0x55, sizeof(data));
	varint_start(&cursor, data, 4);
	varint_put_bytes(&cursor, "abcd", 4);
	CHECK(cursor.error == -ENOSPC);
	CHECK(data[4] == 0x55 && data[5] == 0x55);
	varint_put(&cursor, 1);
	CHECK(cursor.error == -ENOSPC && cursor.at == 1);
	return true;
}

static bool test_cursor_short(void)
{
	unsigned char data[] = { 0x05, 'a', 'b' };
	struct varint_cursor cursor;
	size_t len = 9;

	varint_start(&cursor, data, sizeof(data));
	CHECK(varint_take_bytes(&cursor, &len) == NULL);
	CHECK(cursor.error == -ENODATA && len == 0);
	CHECK(varint_take(&cursor) == 0);
	CHECK(varint_take_bytes(&cursor, &len) == NULL);
	return true;
}

static const struct {
	const char *name;
	bool (*run)(void);
} cases[] = {
	{ "the size is told before writing", test_size },
	{ "known numbers are written as they should be", test_write },
	{ "nothing is written where there is no room", test_no_space },
	{ "numbers of every length survive", test_round_trip },
	{ "a number that goes on past the end is told", test_truncated },
	{ "more than 64 bits are refused", test_overflow },
	{ "small numbers of either sign stay small", test_zigzag },
	{ "a record is written and read back", test_cursor },
	{ "writing past the end is remembered", test_cursor_full },
	{ "reading past the end is remembered", test_cursor_short },
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
