#define _POSIX_C_SOURCE 200809L

#include "linebuf.h"

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

static bool feed(struct linebuf *lb, const char *text)
{
	return linebuf_feed(lb, text, strlen(text)) == 0;
}

static bool next_is(struct linebuf *lb, const char *expected)
{
	const char *line = NULL;
	size_t len = 0;

	if (linebuf_next(lb, &line, &len) != 1)
		return false;
	return len == strlen(expected) && strcmp(line, expected) == 0;
}

static bool test_empty(void)
{
	struct linebuf lb;
	const char *line = NULL;
	size_t len = 0;

	linebuf_init(&lb, 0);
	CHECK(linebuf_next(&lb, &line, &len) == 0);
	CHECK(linebuf_finish(&lb, &line, &len) == 0);
	CHECK(linebuf_feed(&lb, "", 0) == 0 && lb.data == NULL);
	CHECK(linebuf_pending(&lb) == 0);
	linebuf_destroy(&lb);
	return true;
}

static bool test_lines(void)
{
	struct linebuf lb;

	linebuf_init(&lb, 0);
	CHECK(feed(&lb, "one\ntwo\n\nthree\n"));
	CHECK(next_is(&lb, "one"));
	CHECK(next_is(&lb, "two"));
	CHECK(next_is(&lb, ""));
	CHECK(next_is(&lb, "three"));
	CHECK(!next_is(&lb, ""));
	linebuf_destroy(&lb);
	return true;
}

static bool test_pieces(void)
{
	struct linebuf lb;
	const char *line = NULL;
	size_t len = 0;

	linebuf_init(&lb, 0);
	CHECK(feed(&lb, "hel"));
	CHECK(linebuf_next(&lb, &line, &len) == 0);
	CHECK(feed(&lb, "lo\nwo"));
	CHECK(next_is(&lb, "hello"));
	CHECK(linebuf_pending(&lb) == 2);
	CHECK(linebuf_next(&lb, &line, &len) == 0);
	CHECK(feed(&lb, "rld"));
	CHECK(linebuf_next(&lb, &line, &len) == 0);
	CHECK(feed(&lb, "\n"));
	CHECK(next_is(&lb, "world"));
	linebuf_destroy(&lb);
	return true;
}

static bool test_carriage_return(void)
{
	struct linebuf lb;

	linebuf_init(&lb, 0);
	CHECK(feed(&lb, "one\r\n\r\ntw\ro\r\n"));
	CHECK(next_is(&lb, "one"));
	CHECK(next_is(&lb, ""));
	CHECK(next_is(&lb, "tw\ro"));
	linebuf_destroy(&lb);
	return true;
}

static bool test_finish(void)
{
	struct linebuf lb;
	const char *line = NULL;
	size_t len = 0;

	linebuf_init(&lb, 0);
	CHECK(feed(&lb, "a\nrest"));
	CHECK(linebuf_finish(&lb, &line, &len) == 1 && strcmp(line, "a") == 0);
	CHECK(linebuf_finish(&lb, &line, &len) == 1);
	CHECK(len == 4 && strcmp(line, "rest") == 0);
	CHECK(linebuf_finish(&lb, &line, &len) == 0);
	linebuf_destroy(&lb);
	return true;
}

static bool test_long_lines(void)
{
	struct linebuf lb;
	char text[1001];

	linebuf_init(&lb, 0);
	memset(text, 'x', 1000);
	text[1000] = '\0';
	for (int i = 0; i < 20; i++) {
		CHECK(feed(&lb, text));
		CHECK(feed(&lb, "\nshort\n"));
	}
	for (int i = 0; i < 20; i++) {
		CHECK(next_is(&lb, text));
		CHECK(next_is(&lb, "short"));
	}
	linebuf_destroy(&lb);
	return true;
}

static bool test_compact(void)
{
	struct linebuf lb;

	linebuf_init(&lb, 0);
	for (int i = 0; i < 1000; i++) {
		CHECK(feed(&lb, "0123456789\nab"));
		CHECK(next_is(&lb, i ? "ab0123456789" : "0123456789"));
	}
	CHECK(lb.room <= 128);
	linebuf_destroy(&lb);
	return true;
}

static bool test_too_long(void)
{
	struct linebuf lb;
	const char *line = NULL;
	size_t len = 0;

	linebuf_init(&lb, 5);
	CHECK(feed(&lb, "12345\n123456\nok\n"));
	CHECK(next_is(&lb, "12345"));
	CHECK(linebuf_next(&lb, &line, &len) == -EMSGSIZE);
	CHECK(next_is(&lb, "ok"));
	CHECK(feed(&lb, "1234567"));
	CHECK(linebuf_next(&lb, &line, &len) == -EMSGSIZE);
	CHECK(linebuf_pending(&lb) == 0);
	linebuf_destroy(&lb);
	return true;
}

static bool test_printf(void)
{
	struct linebuf lb;
	char word[201];

	linebuf_init(&lb, 0);
	memset(word, 'w', 200);
	word[200] = '\0';
	CHECK(linebuf_printf(&lb, "%d-%s\n", 42, "x") == 5);
	CHECK(next_is(&lb, "42-x"));
	CHECK(linebuf_printf(&lb, "%s", word) == 200);
	CHECK(linebuf_printf(&lb, "\n") == 1);
	CHECK(next_is(&lb, word));
	linebuf_destroy(&lb);
	return true;
}

static bool test_exact_room(void)
{
	struct linebuf lb;
	const char *line = NULL;
	size_t len = 0;
	char text[65];

	linebuf_init(&lb, 0);
	memset(text, 'y', 64);
	text[64] = '\0';
	CHECK(feed(&lb, text));
	CHECK(lb.room > lb.used);
	CHECK(linebuf_finish(&lb, &line, &len) == 1);
	CHECK(len == 64 && strcmp(line, text) == 0);
	linebuf_destroy(&lb);
	return true;
}

static bool test_split(void)
{
	char line[] = "a,b,,c";
	char *fields[8] = { NULL };

	CHECK(linebuf_split(line, fields, 8, ',') == 4);
	CHECK(strcmp(fields[0], "a") == 0 && strcmp(fields[2], "") == 0);
	CHECK(strcmp(fields[3], "c") == 0 && fields[4] == NULL);
	return true;
}

static bool test_split_most(void)
{
	char line[] = "key:value:more";
	char *fields[3] = { NULL, NULL, NULL };

	CHECK(linebuf_split(line, fields, 2, ':') == 2);
	CHECK(strcmp(fields[1], "value:more") == 0 && fields[2] == NULL);
	CHECK(linebuf_split(line, fields, 0, ':') == 0);
	return true;
}

static const struct {
	const char *name;
	bool (*run)(void);
} cases[] = {
	{ "nothing gives no line", test_empty },
	{ "several lines come in one piece", test_lines },
	{ "a line comes in several pieces", test_pieces },
	{ "a carriage return before the newline goes too", test_carriage_return },
	{ "the rest is handed out at the end", test_finish },
	{ "long lines make the buffer grow", test_long_lines },
	{ "what was handed out makes room", test_compact },
	{ "a line that is too long is dropped", test_too_long },
	{ "formatted text is added", test_printf },
	{ "a rest that fills the buffer is still a string", test_exact_room },
	{ "a line is cut into fields", test_split },
	{ "the last field holds the rest", test_split_most },
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
