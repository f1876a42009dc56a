#define _POSIX_C_SOURCE 200809L

#include "lz_tiny.h"

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

static unsigned char packed[4096], plain[4096];

/* The coded length if src survives coding, or -1. */
static long round_trip(const void *src, size_t len)
{
	long n = lz_compress(src, len, packed, sizeof(packed));

	memset(plain, 0x55, sizeof(plain));
	if (n < 0 || lz_expand(packed, (size_t)n, plain, sizeof(plain)) != (long)len)
		return -1;
	return memcmp(plain, src, len) == 0 && plain[len] == 0x55 ? n : -1;
}

static bool test_empty(void)
{
	CHECK(round_trip("", 0) == 0);
	return true;
}

static bool test_short(void)
{
	CHECK(round_trip("a", 1) == 2);
	CHECK(round_trip("abc", 3) == 4);
	CHECK(packed[0] == 2 && packed[1] == 'a');
	return true;
}

static bool test_repeat(void)
{
	CHECK(round_trip("hello hello", 11) == 7 + 3);
	CHECK(packed[7] == 0x82 && packed[8] == 5 && packed[9] == 0);
	return true;
}

static bool test_overlap(void)
{
	CHECK(round_trip("aaaaaaaaaa", 10) == 2 + 3);
	CHECK(round_trip("abababababab", 12) == 3 + 3);
	return true;
}

static bool test_min_match(void)
{
	CHECK(round_trip("abcXabc", 7) == 5 + 3);
	CHECK(packed[5] == 0x80);
	CHECK(round_trip("abcabcabc", 6) == 4 + 3);
	return true;
}

static bool test_literal_after(void)
{
	CHECK(round_trip("abcabcxyz", 9) == 4 + 3 + 4);
	return true;
}

static bool test_long_match(void)
{
	unsigned char run[1 + 130 + 130];

	memset(run, 'q', sizeof(run));
	CHECK(round_trip(run, sizeof(run)) == 2 + 3 + 3);
	CHECK(packed[2] == 0xff);
	return true;
}

static bool test_long_literal(void)
{
	unsigned char text[200];

	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = (unsigned char)i;
	CHECK(round_trip(text, 128) == 129);
	CHECK(round_trip(text, 200) == 202);
	return true;
}

static bool test_far(void)
{
	unsigned char text[1000];
	unsigned int x = 1;

	for (size_t i = 0; i < 600; i++) {
		x = x * 1103515245u + 12345u;
		text[i] = (unsigned char)(x >> 16);
	}
	memcpy(text + 600, text + 100, 100);
	long n = round_trip(text, 700);

	CHECK(n > 600 && n < 680);
	memset(packed, 7, 303);
	for (size_t i = 0; i < 2; i++)
		packed[i * 129] = 0x7f;
	packed[258] = 0x2b;
	packed[5] = 0x42;
	memcpy(packed + 303, "\x80\x27\x01", 3);
	CHECK(lz_expand(packed, 306, plain, sizeof(plain)) == 303);
	CHECK(plain[300] == 0x42 && plain[301] == 7);
	return true;
}

static bool test_compress_room(void)
{
	CHECK(lz_compress((const unsigned char *)"hello hello", 11, packed, 10) == 10);
	CHECK(lz_compress((const unsigned char *)"hello hello", 11, packed, 9) == -ENOSPC);
	CHECK(lz_compress((const unsigned char *)"hello", 5, packed, 5) == -ENOSPC);
	return true;
}

static bool test_expand_room(void)
{
	static const unsigned char code[] = { 0, 'a', 0x81, 0, 0 };

	CHECK(lz_expand(code, 5, plain, 5) == 5 && memcmp(plain, "aaaaa", 5) == 0);
	CHECK(lz_expand(code, 5, plain, 4) == -ENOSPC);
	CHECK(lz_expand(code, 5, plain, 0) == -ENOSPC);
	return true;
}

static bool test_damaged(void)
{
	static const unsigned char before[] = { 0, 'a', 0x80, 1, 0 };
	static const unsigned char cut[] = { 0, 'a', 0x80, 0 };

	CHECK(lz_expand(before, 5, plain, 99) == -EBADMSG);
	CHECK(lz_expand(cut, 4, plain, 99) == -EBADMSG);
	CHECK(lz_expand((const unsigned char *)"\x02" "ab", 3, plain, 99) == -EBADMSG);
	return true;
}

static const struct {
	const char *name;
	bool (*run)(void);
} cases[] = {
	{ "nothing is coded as nothing", test_empty },
	{ "short texts are literals", test_short },
	{ "a repeated word becomes a copy", test_repeat },
	{ "a copy may overlap itself", test_overlap },
	{ "three bytes are the shortest copy", test_min_match },
	{ "literals behind a copy are kept", test_literal_after },
	{ "long copies are split", test_long_match },
	{ "long literals are split", test_long_literal },
	{ "a copy can be more than 256 bytes away", test_far },
	{ "coding stops when there is no room", test_compress_room },
	{ "expanding stops when there is no room", test_expand_room },
	{ "a damaged input is refused", test_damaged },
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
