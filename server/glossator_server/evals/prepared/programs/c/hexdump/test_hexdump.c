#define _POSIX_C_SOURCE 200809L

#include "hexdump.h"

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

/* What hexdump writes, as a string in a buffer that the next call reuses. */
static const char *dumped(const void *data, size_t len)
{
	static char text[4096];
	FILE *out = tmpfile();
	size_t n;

	if (!out || hexdump(out, data, len) != 0)
		return "failed";
	rewind(out);
	n = fread(text, 1, sizeof(text) - 1, out);
	text[n] = '\0';
	fclose(out);
	return text;
}

static bool test_full_line(void)
{
	char line[HEXDUMP_LINE];

	CHECK(hexdump_line(line, 0x10, "0123456789abcdef", 16) == 78);
	CHECK(strcmp(line, "00000010  30 31 32 33 34 35 36 37  38 39 61 62 63 64 65 66"
			   "  |0123456789abcdef|") == 0);
	return true;
}

static bool test_short_line(void)
{
	char line[HEXDUMP_LINE];

	CHECK(hexdump_line(line, 0xabc, "\xff\n", 2) == 64);
	CHECK(strncmp(line, "00000abc  ff 0a   ", 18) == 0);
	CHECK(strcmp(line + 60, "|..|") == 0);
	return true;
}

static bool test_long_line(void)
{
	char line[HEXDUMP_LINE] = "as it was";

	CHECK(hexdump_line(line, 0, "0123456789abcdefg", 17) == -EINVAL);
	CHECK(strcmp(line, "as it was") == 0);
	return true;
}

static bool test_printable(void)
{
	char line[HEXDUMP_LINE];

	CHECK(hexdump_line(line, 0, "\x1f ~\x7f\x80", 5) > 0);
	CHECK(strcmp(strchr(line, '|'), "|. ~..|") == 0);
	return true;
}

static bool test_dump_empty(void)
{
	CHECK(strcmp(dumped("", 0), "00000000\n") == 0);
	return true;
}

static bool test_dump_lines(void)
{
	char data[40];
	const char *text;

	for (int i = 0; i < 40; i++)
		data[i] = (char)i;
	text = dumped(data, sizeof(data));
	CHECK(strstr(text, "00000000  00 01"));
	CHECK(strstr(text, "\n00000010  10 11"));
	CHECK(strstr(text, "\n00000020  20 21"));
	CHECK(strstr(text, "|\n00000028\n"));
	CHECK(strlen(text) == 79 + 79 + 71 + 9);
	return true;
}

static bool test_dump_repeats(void)
{
	char data[16 * 6 + 3];
	const char *text;

	memset(data, 0, sizeof(data));
	data[16 * 4] = 'x';
	text = dumped(data, sizeof(data));
	CHECK(strstr(text, "|\n*\n00000040  78"));
	CHECK(strstr(text, "\n00000050  00"));
	CHECK(strstr(text, "\n00000060  00 00 00   "));
	CHECK(strstr(text, "\n00000063\n"));
	CHECK(strchr(text, '*') == strrchr(text, '*'));
	return true;
}

static bool test_dump_two_stars(void)
{
	char data[16 * 6];
	const char *text;

	memset(data, 'a', 48);
	memset(data + 48, 'b', 48);
	text = dumped(data, sizeof(data));
	CHECK(strstr(text, "|aaaaaaaaaaaaaaaa|\n*\n00000030"));
	CHECK(strstr(text, "|bbbbbbbbbbbbbbbb|\n*\n00000060\n"));
	return true;
}

static bool test_encode(void)
{
	char out[16];

	memset(out, '#', sizeof(out));
	CHECK(hex_encode("\x00\x1f\xa0", 3, out, sizeof(out)) == 6);
	CHECK(strcmp(out, "001fa0") == 0);
	memset(out, '#', sizeof(out));
	CHECK(hex_encode("abc", 3, out, 6) == -ENOSPC && out[0] == '#');
	CHECK(hex_encode("abc", 3, out, 7) == 6 && out[7] == '#');
	return true;
}

static bool test_decode(void)
{
	unsigned char out[4] = { 0 };

	CHECK(hex_decode("00 1f A0fF", out, sizeof(out)) == 4);
	CHECK(memcmp(out, "\x00\x1f\xa0\xff", 4) == 0);
	CHECK(hex_decode("", out, sizeof(out)) == 0);
	return true;
}

static bool test_decode_bad(void)
{
	unsigned char out[4];

	CHECK(hex_decode("0", out, sizeof(out)) == -EINVAL);
	CHECK(hex_decode("0g", out, sizeof(out)) == -EINVAL);
	CHECK(hex_decode("0 0", out, sizeof(out)) == -EINVAL);
	CHECK(hex_decode("0102030405", out, sizeof(out)) == -ENOSPC);
	return true;
}

static const struct {
	const char *name;
	bool (*run)(void);
} cases[] = {
	{ "a full line has sixteen bytes", test_full_line },
	{ "a short line is padded", test_short_line },
	{ "too many bytes for a line are refused", test_long_line },
	{ "only printable characters are shown", test_printable },
	{ "no data is a length of zero", test_dump_empty },
	{ "lines carry their offsets", test_dump_lines },
	{ "repeated lines become one star", test_dump_repeats },
	{ "a new run has a new star", test_dump_two_stars },
	{ "bytes become digits", test_encode },
	{ "digits of either case become bytes", test_decode },
	{ "what is no pair of digits is refused", test_decode_bad },
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
