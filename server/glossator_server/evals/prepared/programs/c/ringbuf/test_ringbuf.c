#define _POSIX_C_SOURCE 200809L

#include "ringbuf.h"

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

static bool test_init_bad_size(void)
{
	struct ringbuf rb;

	CHECK(ringbuf_init(&rb, 0) == -EINVAL);
	CHECK(ringbuf_init(&rb, 12) == -EINVAL);
	return true;
}

static bool test_empty(void)
{
	struct ringbuf rb;

	CHECK(ringbuf_init(&rb, 8) == 0);
	CHECK(ringbuf_empty(&rb) && !ringbuf_full(&rb));
	CHECK(ringbuf_used(&rb) == 0 && ringbuf_space(&rb) == 8);
	CHECK(ringbuf_get(&rb) == -ENODATA);
	ringbuf_destroy(&rb);
	return true;
}

static bool test_fifo(void)
{
	struct ringbuf rb;

	CHECK(ringbuf_init(&rb, 4) == 0);
	CHECK(ringbuf_put(&rb, 'a') == 0 && ringbuf_put(&rb, 0xff) == 0);
	CHECK(ringbuf_get(&rb) == 'a');
	CHECK(ringbuf_get(&rb) == 0xff);
	CHECK(ringbuf_empty(&rb));
	ringbuf_destroy(&rb);
	return true;
}

static bool test_full(void)
{
	struct ringbuf rb;

	CHECK(ringbuf_init(&rb, 4) == 0);
	for (int i = 0; i < 4; i++)
		CHECK(ringbuf_put(&rb, (unsigned char)i) == 0);
	CHECK(ringbuf_full(&rb) && ringbuf_space(&rb) == 0);
	CHECK(ringbuf_put(&rb, 9) == -ENOSPC);
	CHECK(ringbuf_get(&rb) == 0);
	ringbuf_destroy(&rb);
	return true;
}

static bool test_wrap_bytes(void)
{
	struct ringbuf rb;

	CHECK(ringbuf_init(&rb, 4) == 0);
	for (int i = 0; i < 50; i++) {
		CHECK(ringbuf_put(&rb, (unsigned char)i) == 0);
		CHECK(ringbuf_put(&rb, (unsigned char)(i + 100)) == 0);
		CHECK(ringbuf_get(&rb) == i);
		CHECK(ringbuf_get(&rb) == i + 100);
	}
	ringbuf_destroy(&rb);
	return true;
}

static bool test_wrap_block(void)
{
	struct ringbuf rb;
	char out[9] = "";

	CHECK(ringbuf_init(&rb, 8) == 0);
	CHECK(ringbuf_write(&rb, "012345", 6) == 6);
	CHECK(ringbuf_read(&rb, out, 5) == 5);
	CHECK(ringbuf_write(&rb, "abcdef", 6) == 6);
	CHECK(ringbuf_used(&rb) == 7);
	CHECK(ringbuf_read(&rb, out, 7) == 7);
	CHECK(memcmp(out, "5abcdef", 7) == 0);
	ringbuf_destroy(&rb);
	return true;
}

static bool test_short_write(void)
{
	struct ringbuf rb;
	char out[8] = "";

	CHECK(ringbuf_init(&rb, 4) == 0);
	CHECK(ringbuf_write(&rb, "abcdefgh", 8) == 4);
	CHECK(ringbuf_write(&rb, "z", 1) == 0);
	CHECK(ringbuf_read(&rb, out, 8) == 4);
	CHECK(memcmp(out, "abcd", 4) == 0);
	ringbuf_destroy(&rb);
	return true;
}

static bool test_peek(void)
{
	struct ringbuf rb;
	char out[4] = "";

	CHECK(ringbuf_init(&rb, 8) == 0);
	CHECK(ringbuf_write(&rb, "xyz", 3) == 3);
	CHECK(ringbuf_peek(&rb, out, 2) == 2);
	CHECK(memcmp(out, "xy", 2) == 0);
	CHECK(ringbuf_used(&rb) == 3);
	ringbuf_destroy(&rb);
	return true;
}

static bool test_skip(void)
{
	struct ringbuf rb;

	CHECK(ringbuf_init(&rb, 8) == 0);
	CHECK(ringbuf_write(&rb, "xyz", 3) == 3);
	CHECK(ringbuf_skip(&rb, 2) == 2);
	CHECK(ringbuf_get(&rb) == 'z');
	CHECK(ringbuf_skip(&rb, 5) == 0);
	CHECK(ringbuf_empty(&rb));
	ringbuf_destroy(&rb);
	return true;
}

static bool test_destroy_twice(void)
{
	struct ringbuf rb;

	CHECK(ringbuf_init(&rb, 64) == 0);
	ringbuf_destroy(&rb);
	CHECK(rb.data == NULL && ringbuf_space(&rb) == 0);
	ringbuf_destroy(&rb);
	return true;
}

static const struct {
	const char *name;
	bool (*run)(void);
} cases[] = {
	{ "refuses sizes that are no power of two", test_init_bad_size },
	{ "a new buffer is empty", test_empty },
	{ "bytes come out in the order they went in", test_fifo },
	{ "every byte of the size can be used", test_full },
	{ "single bytes wrap around many times", test_wrap_bytes },
	{ "a block is split at the end of the storage", test_wrap_block },
	{ "a write takes only what fits", test_short_write },
	{ "peek leaves the bytes in place", test_peek },
	{ "skip drops no more than there is", test_skip },
	{ "destroying twice is harmless", test_destroy_twice },
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
