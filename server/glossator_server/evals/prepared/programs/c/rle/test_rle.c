#define _POSIX_C_SOURCE 200809L

#include "rle.h"

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

static unsigned char packed[1024], plain[1024];

/* Whether text survives coding, in exactly want coded bytes. */
static bool round_trip(const void *text, size_t len, long want)
{
	long n = rle_encode(text, len, packed, sizeof(packed));

	if (n != want || rle_decoded_size(packed, (size_t)n) != (long)len)
		return false;
	memset(plain, 0x55, sizeof(plain));
	return rle_decode(packed, (size_t)n, plain, sizeof(plain)) == (long)len &&
	       memcmp(plain, text, len) == 0 && plain[len] == 0x55;
}

static bool test_empty(void)
{
	CHECK(round_trip("", 0, 0));
	CHECK(rle_bound(0) == 0);
	return true;
}

static bool test_run(void)
{
	CHECK(round_trip("aaaaaaaa", 8, 2));
	CHECK(packed[0] == 249 && packed[1] == 'a');
	CHECK(round_trip("aaa", 3, 2));
	return true;
}

static bool test_literal(void)
{
	CHECK(round_trip("abcd", 4, 5));
	CHECK(packed[0] == 3 && memcmp(packed + 1, "abcd", 4) == 0);
	return true;
}

static bool test_pairs(void)
{
	CHECK(round_trip("aabbcc", 6, 7));
	CHECK(round_trip("aa", 2, 3));
	return true;
}

static bool test_mixed(void)
{
	CHECK(round_trip("abcccccdeeeef", 13, 3 + 2 + 2 + 2 + 2));
	return true;
}

static bool test_longest_run(void)
{
	unsigned char run[300];

	memset(run, 'z', sizeof(run));
	CHECK(round_trip(run, 128, 2));
	CHECK(round_trip(run, 129, 4));
	CHECK(round_trip(run, 300, 6));
	return true;
}

static bool test_long_literal(void)
{
	unsigned char text[300];

	for (size_t i = 0; i < sizeof(text); i++)
		text[i] = (unsigned char)(i * 7);
	CHECK(round_trip(text, 128, 129));
	CHECK(round_trip(text, 129, 131));
	CHECK(rle_bound(128) == 129 && rle_bound(129) == 131);
	CHECK(rle_bound(300) == 303 && round_trip(text, 300, 303));
	return true;
}

static bool test_encode_room(void)
{
	CHECK(rle_encode((const unsigned char *)"aaaa", 4, packed, 2) == 2);
	CHECK(rle_encode((const unsigned char *)"aaaa", 4, packed, 1) == -ENOSPC);
	CHECK(rle_encode((const unsigned char *)"abc", 3, packed, 4) == 4);
	CHECK(rle_encode((const unsigned char *)"abc", 3, packed, 3) == -ENOSPC);
	return true;
}

static bool test_decode_room(void)
{
	CHECK(rle_decode((const unsigned char *)"\xfd" "a", 2, plain, 4) == 4);
	CHECK(rle_decode((const unsigned char *)"\xfd" "a", 2, plain, 3) == -ENOSPC);
	CHECK(rle_decode((const unsigned char *)"\x02" "abc", 4, plain, 3) == 3);
	CHECK(rle_decode((const unsigned char *)"\x02" "abc", 4, plain, 2) == -ENOSPC);
	return true;
}

static bool test_cut_off(void)
{
	CHECK(rle_decode((const unsigned char *)"\x02" "ab", 3, plain, 9) == -EBADMSG);
	CHECK(rle_decode((const unsigned char *)"\xfd", 1, plain, 9) == -EBADMSG);
	CHECK(rle_decoded_size((const unsigned char *)"\x02" "ab", 3) == -EBADMSG);
	CHECK(rle_decoded_size((const unsigned char *)"\xfd", 1) == -EBADMSG);
	return true;
}

static bool test_skip(void)
{
	CHECK(rle_decode((const unsigned char *)"\x80\x00x\x80", 4, plain, 9) == 1);
	CHECK(plain[0] == 'x');
	CHECK(rle_decoded_size((const unsigned char *)"\x80\x00x\x80", 4) == 1);
	return true;
}

static const struct {
	const char *name;
	bool (*run)(void);
} cases[] = {
	{ "nothing is coded as nothing", test_empty },
	{ "a run takes two bytes", test_run },
	{ "different bytes are copied", test_literal },
	{ "runs of two are not worth coding", test_pairs },
	{ "runs and literals alternate", test_mixed },
	{ "long runs are split", test_longest_run },
	{ "long literals are split and fit the bound", test_long_literal },
	{ "coding stops when there is no room", test_encode_room },
	{ "decoding stops when there is no room", test_decode_room },
	{ "a cut-off input is refused", test_cut_off },
	{ "the count 128 is skipped", test_skip },
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
