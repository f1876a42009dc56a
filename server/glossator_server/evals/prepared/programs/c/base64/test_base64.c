#define _POSIX_C_SOURCE 200809L

#include "base64.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
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

static bool encodes(const char *plain, const char *coded)
{
	char out[64];
	int n = base64_encode(plain, strlen(plain), out, sizeof(out));

	return n == (int)strlen(coded) && strcmp(out, coded) == 0;
}

static bool decodes(const char *coded, const char *plain)
{
	char out[64] = "";
	int n = base64_decode(coded, strlen(coded), out, sizeof(out));

	return n == (int)strlen(plain) && memcmp(out, plain, strlen(plain)) == 0;
}

static bool test_sizes(void)
{
	CHECK(base64_encoded_size(0) == 0 && base64_encoded_size(1) == 4);
	CHECK(base64_encoded_size(3) == 4 && base64_encoded_size(4) == 8);
	CHECK(base64_decoded_limit(8) == 6);
	return true;
}

static bool test_encode(void)
{
	CHECK(encodes("", ""));
	CHECK(encodes("f", "Zg=="));
	CHECK(encodes("fo", "Zm8="));
	CHECK(encodes("foo", "Zm9v"));
	CHECK(encodes("foob", "Zm9vYg=="));
	CHECK(encodes("foobar", "Zm9vYmFy"));
	return true;
}

static bool test_decode(void)
{
	CHECK(decodes("", ""));
	CHECK(decodes("Zg==", "f"));
	CHECK(decodes("Zm8=", "fo"));
	CHECK(decodes("Zm9v", "foo"));
	CHECK(decodes("Zm9vYmE=", "fooba"));
	return true;
}

static bool test_high_bytes(void)
{
	const unsigned char bytes[] = { 0xFB, 0xFF, 0xBF, 0x00, 0x10 };
	unsigned char back[5] = { 0 };
	char out[16];

	CHECK(base64_encode(bytes, 5, out, sizeof(out)) == 8);
	CHECK(strcmp(out, "+/+/ABA=") == 0);
	CHECK(base64_decode(out, 8, back, sizeof(back)) == 5);
	CHECK(memcmp(back, bytes, 5) == 0);
	return true;
}

static bool test_round_trip(void)
{
	unsigned char bytes[256];

	for (int i = 0; i < 256; i++)
		bytes[i] = (unsigned char)(i * 7);
	for (size_t len = 0; len <= 256; len++) {
		char *coded = base64_encode_new(bytes, len);
		size_t n = 999;
		unsigned char *back;

		CHECK(coded && strlen(coded) == base64_encoded_size(len));
		back = base64_decode_new(coded, &n);
		CHECK(back && n == len && memcmp(back, bytes, len) == 0);
		free(coded);
		free(back);
	}
	return true;
}

static bool test_encode_room(void)
{
	char out[8];

	memset(out, '#', sizeof(out));
	CHECK(base64_encode("foo", 3, out, 4) == -ENOSPC);
	CHECK(out[0] == '#' && out[4] == '#');
	CHECK(base64_encode("foo", 3, out, 5) == 4 && out[4] == '\0');
	CHECK(out[5] == '#');
	return true;
}

static bool test_decode_room(void)
{
	char out[8];

	memset(out, '#', sizeof(out));
	CHECK(base64_decode("Zm9vYg==", 8, out, 3) == -ENOSPC);
	CHECK(out[0] == '#');
	CHECK(base64_decode("Zm9vYg==", 8, out, 4) == 4);
	CHECK(memcmp(out, "foob####", 8) == 0);
	return true;
}

static bool test_bad_length(void)
{
	char out[8];

	CHECK(base64_decode("Zm9", 3, out, sizeof(out)) == -EINVAL);
	CHECK(base64_decode("Zm9vY", 5, out, sizeof(out)) == -EINVAL);
	return true;
}

static bool test_bad_characters(void)
{
	size_t n = 7;
	char out[16];

	CHECK(base64_decode("Zm9-", 4, out, sizeof(out)) == -EILSEQ);
	CHECK(base64_decode("Zm v", 4, out, sizeof(out)) == -EILSEQ);
	CHECK(base64_decode("Z===", 4, out, sizeof(out)) == -EILSEQ);
	CHECK(base64_decode("Zg==Zg==", 8, out, sizeof(out)) == -EILSEQ);
	CHECK(base64_decode_new("????", &n) == NULL && n == 7);
	return true;
}

static const struct {
	const char *name;
	bool (*run)(void);
} cases[] = {
	{ "sizes are told before", test_sizes },
	{ "the examples of the standard are encoded", test_encode },
	{ "the examples of the standard are decoded", test_decode },
	{ "the last characters of the alphabet are used", test_high_bytes },
	{ "all lengths of all bytes survive", test_round_trip },
	{ "encoding needs room for the final zero", test_encode_room },
	{ "decoding stays within its room", test_decode_room },
	{ "a length that is no multiple of four is refused", test_bad_length },
	{ "characters outside the alphabet are refused", test_bad_characters },
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
