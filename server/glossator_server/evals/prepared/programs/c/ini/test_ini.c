#define _POSIX_C_SOURCE 200809L

#include "ini.h"

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

static const char sample[] =
	"top = level\n"
	"; a comment\n"
	"[net]\n"
	"host = example.org   # the peer\n"
	"port=8080\n"
	"  url  =  http://x/#frag;y  \n"
	"\n"
	"[ disk ]\n"
	"size = 0x100\n"
	"path = /a b\n"
	"path = /c\n"
	"sync = on\n"
	"cache = off\n"
	"empty =\n"
	"odd = 12q\n"
	"huge = 99999999999999999999999\n";

static int count_keys(const char *section, const char *key, const char *value, void *data)
{
	(void)section;
	(void)key;
	++*(int *)data;
	return strcmp(value, "stop") == 0 ? -EINTR : 0;
}

static bool test_get(void)
{
	char out[32];

	CHECK(ini_get(sample, "", "top", out, sizeof(out)) == 0);
	CHECK(strcmp(out, "level") == 0);
	CHECK(ini_get(sample, "net", "port", out, sizeof(out)) == 0);
	CHECK(strcmp(out, "8080") == 0);
	CHECK(ini_get(sample, "disk", "size", out, sizeof(out)) == 0);
	CHECK(strcmp(out, "0x100") == 0);
	return true;
}

static bool test_missing(void)
{
	char out[32];

	CHECK(ini_get(sample, "net", "size", out, sizeof(out)) == -ENOENT);
	CHECK(ini_get(sample, "nets", "port", out, sizeof(out)) == -ENOENT);
	CHECK(ini_get("", "", "a", out, sizeof(out)) == -ENOENT);
	return true;
}

static bool test_comments(void)
{
	char out[32];

	CHECK(ini_get(sample, "net", "host", out, sizeof(out)) == 0);
	CHECK(strcmp(out, "example.org") == 0);
	CHECK(ini_get(sample, "net", "url", out, sizeof(out)) == 0);
	CHECK(strcmp(out, "http://x/#frag;y") == 0);
	return true;
}

static bool test_blanks(void)
{
	char out[32];

	CHECK(ini_get("[a]\r\nk = v w \r\n", "a", "k", out, sizeof(out)) == 0);
	CHECK(strcmp(out, "v w") == 0);
	CHECK(ini_get(sample, "disk", "empty", out, sizeof(out)) == 0);
	CHECK(strcmp(out, "") == 0);
	return true;
}

static bool test_last_counts(void)
{
	char out[32];

	CHECK(ini_get(sample, "disk", "path", out, sizeof(out)) == 0);
	CHECK(strcmp(out, "/c") == 0);
	return true;
}

static bool test_room(void)
{
	char out[8];

	memset(out, '#', sizeof(out));
	CHECK(ini_get("k = abcd", "", "k", out, 4) == -ENOSPC);
	CHECK(out[0] == '#' && out[4] == '#');
	CHECK(ini_get("k = abcd", "", "k", out, 5) == 0);
	CHECK(strcmp(out, "abcd") == 0 && out[5] == '#');
	return true;
}

static bool test_long_numbers(void)
{
	long value = 7;

	CHECK(ini_get_long(sample, "net", "port", &value) == 0 && value == 8080);
	CHECK(ini_get_long(sample, "disk", "size", &value) == 0 && value == 256);
	CHECK(ini_get_long(sample, "disk", "odd", &value) == -EINVAL);
	CHECK(ini_get_long(sample, "disk", "empty", &value) == -EINVAL);
	CHECK(ini_get_long(sample, "disk", "huge", &value) == -ERANGE);
	CHECK(ini_get_long(sample, "disk", "none", &value) == -ENOENT);
	CHECK(value == 256);
	return true;
}

static bool test_bools(void)
{
	bool value = false;

	CHECK(ini_get_bool(sample, "disk", "sync", &value) == 0 && value);
	CHECK(ini_get_bool(sample, "disk", "cache", &value) == 0 && !value);
	CHECK(ini_get_bool("a = 1", "", "a", &value) == 0 && value);
	CHECK(ini_get_bool("a = maybe", "", "a", &value) == -EINVAL);
	return true;
}

static bool test_bad_lines(void)
{
	int count = 0;
	int line = 0;

	CHECK(ini_parse("a = 1\n\nnonsense\nb = 2\n", count_keys, &count, &line) == -EINVAL);
	CHECK(line == 3 && count == 1);
	CHECK(ini_parse("[open\na = 1\n", count_keys, &count, &line) == -EINVAL);
	CHECK(line == 1 && count == 1);
	CHECK(ini_parse("= 5\n", count_keys, &count, NULL) == -EINVAL);
	return true;
}

static bool test_handler_stops(void)
{
	int count = 0;
	int line = 0;

	CHECK(ini_parse("a = 1\nb = stop\nc = 3\n", count_keys, &count, &line) == -EINTR);
	CHECK(count == 2 && line == 2);
	return true;
}

static bool test_long_line(void)
{
	char text[INI_LINE + 8];
	int count = 0;

	memset(text, 'x', sizeof(text));
	memcpy(text, "k = ", 4);
	text[INI_LINE - 1] = '\0';
	CHECK(ini_parse(text, count_keys, &count, NULL) == 0 && count == 1);
	text[INI_LINE - 1] = 'x';
	text[INI_LINE] = '\0';
	CHECK(ini_parse(text, count_keys, &count, NULL) == -E2BIG);
	return true;
}

static const struct {
	const char *name;
	bool (*run)(void);
} cases[] = {
	{ "values are found by section and key", test_get },
	{ "unknown keys and sections are told", test_missing },
	{ "comments begin after white space only", test_comments },
	{ "white space around is cut and within is kept", test_blanks },
	{ "the last value of a key counts", test_last_counts },
	{ "a value that does not fit is refused", test_room },
	{ "numbers of several bases are read", test_long_numbers },
	{ "words for yes and no are read", test_bools },
	{ "the first bad line is told", test_bad_lines },
	{ "the handler can end the parsing", test_handler_stops },
	{ "a line that is too long is refused", test_long_line },
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
