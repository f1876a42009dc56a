#define _POSIX_C_SOURCE 200809L

#include "utf8dec.h"

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

#define VALID(s) utf8_valid(s, sizeof(s) - 1)

static bool test_ascii(void)
{
	uint32_t code = 0;

	CHECK(utf8_decode("A", 1, &code) == 1 && code == 'A');
	CHECK(utf8_decode("\x7F", 1, &code) == 1 && code == 0x7F);
	CHECK(utf8_decode("", 0, &code) == -ENODATA);
	return true;
}

static bool test_decode(void)
{
	uint32_t code = 0;

	CHECK(utf8_decode("\xC3\xA9", 2, &code) == 2 && code == 0xE9);
	CHECK(utf8_decode("\xE2\x82\xAC", 3, &code) == 3 && code == 0x20AC);
	CHECK(utf8_decode("\xF0\x9F\x98\x80", 4, &code) == 4 && code == 0x1F600);
	CHECK(utf8_decode("\xF4\x8F\xBF\xBF", 4, &code) == 4 && code == 0x10FFFF);
	return true;
}

static bool test_truncated(void)
{
	uint32_t code = 0;

	CHECK(utf8_decode("\xE2\x82\xAC", 2, &code) == -ENODATA);
	CHECK(utf8_decode("\xF0\x9F\x98\x80", 1, &code) == -ENODATA);
	CHECK(utf8_decode("\xE2(\xAC", 3, &code) == -EILSEQ);
	CHECK(utf8_decode("\x80", 1, &code) == -EILSEQ);
	return true;
}

static bool test_overlong(void)
{
	CHECK(!VALID("\xC0\x80"));
	CHECK(!VALID("\xC1\xBF"));
	CHECK(!VALID("\xE0\x80\x80"));
	CHECK(!VALID("\xE0\x9F\xBF"));
	CHECK(!VALID("\xF0\x8F\xBF\xBF"));
	CHECK(VALID("\xE0\xA0\x80"));
	return true;
}

static bool test_surrogates(void)
{
	CHECK(VALID("\xED\x9F\xBF"));
	CHECK(!VALID("\xED\xA0\x80"));
	CHECK(!VALID("\xED\xBF\xBF"));
	CHECK(VALID("\xEE\x80\x80"));
	CHECK(!VALID("\xF4\x90\x80\x80"));
	CHECK(!VALID("\xF5\x80\x80\x80"));
	return true;
}

static bool test_round_trip(void)
{
	for (uint32_t code = 0; code <= 0x10FFFF; code += 7) {
		char bytes[4];
		uint32_t back = 0;
		int n;

		if (code >= 0xD800 && code <= 0xDFFF)
			continue;
		n = utf8_encode(code, bytes);
		CHECK(n > 0);
		CHECK(utf8_decode(bytes, (size_t)n, &back) == n && back == code);
	}
	return true;
}

static bool test_encode(void)
{
	char bytes[4];

	CHECK(utf8_encode(0x7FF, bytes) == 2 && memcmp(bytes, "\xDF\xBF", 2) == 0);
	CHECK(utf8_encode(0x800, bytes) == 3 && memcmp(bytes, "\xE0\xA0\x80", 3) == 0);
	CHECK(utf8_encode(0x10000, bytes) == 4 && memcmp(bytes, "\xF0\x90\x80\x80", 4) == 0);
	CHECK(utf8_encode(0x110000, bytes) == -EINVAL);
	CHECK(utf8_encode(0xDFFF, bytes) == -EINVAL);
	return true;
}

static bool test_count(void)
{
	CHECK(utf8_count("na\xC3\xAFve", 6) == 5);
	CHECK(utf8_count("", 0) == 0);
	CHECK(utf8_count("\xF0\x9F\x98\x80\xE2\x82\xAC", 7) == 2);
	return true;
}

static bool test_prev(void)
{
	const char *s = "a\xE2\x82\xAC" "b";

	CHECK(utf8_prev(s, 5) == 4);
	CHECK(utf8_prev(s, 4) == 1);
	CHECK(utf8_prev(s, 1) == 0);
	CHECK(utf8_prev(s, 0) == 0);
	return true;
}

static bool test_cut(void)
{
	const char *s = "a\xE2\x82\xAC" "b";

	CHECK(utf8_cut(s, 5, 10) == 5);
	CHECK(utf8_cut(s, 5, 4) == 4);
	CHECK(utf8_cut(s, 5, 3) == 1);
	CHECK(utf8_cut(s, 5, 2) == 1);
	CHECK(utf8_cut(s, 5, 0) == 0);
	return true;
}

static bool test_repair(void)
{
	char out[32];
	size_t n = utf8_repair("a\xFF\x80z", 4, out, sizeof(out));

	CHECK(n == 8);
	CHECK(memcmp(out, "a\xEF\xBF\xBD\xEF\xBF\xBDz", 8) == 0);
	n = utf8_repair("\xE2\x82\xAC!", 4, out, sizeof(out));
	CHECK(n == 4 && memcmp(out, "\xE2\x82\xAC!", 4) == 0);
	return true;
}

static bool test_repair_room(void)
{
	char out[8];

	memset(out, '#', sizeof(out));
	CHECK(utf8_repair("ab\xFFz", 4, out, 4) == 2);
	CHECK(memcmp(out, "ab######", 8) == 0);
	CHECK(utf8_repair("ab\xFFz", 4, out, 5) == 5);
	CHECK(memcmp(out, "ab\xEF\xBF\xBD###", 8) == 0);
	return true;
}

static const struct {
	const char *name;
	bool (*run)(void);
} cases[] = {
	{ "plain characters are one byte", test_ascii },
	{ "characters of two to four bytes are decoded", test_decode },
	{ "a cut character is told from a bad one", test_truncated },
	{ "overlong forms are refused", test_overlong },
	{ "surrogates and too high values are refused", test_surrogates },
	{ "every character survives encoding and decoding", test_round_trip },
	{ "known characters are encoded as they should be", test_encode },
	{ "characters are counted, not bytes", test_count },
	{ "stepping back lands on first bytes", test_prev },
	{ "a limit does not cut a character in two", test_cut },
	{ "bad bytes are replaced one by one", test_repair },
	{ "repairing stays within its room", test_repair_room },
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
