#define _POSIX_C_SOURCE 200809L

#include "glob.h"

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

static bool test_plain(void)
{
	CHECK(glob_match("", "", 0));
	CHECK(glob_match("main.c", "main.c", 0));
	CHECK(!glob_match("main.c", "main.cc", 0));
	CHECK(!glob_match("main.cc", "main.c", 0));
	CHECK(!glob_match("a", "", 0));
	return true;
}

static bool test_question(void)
{
	char padded[4] = "a";

	CHECK(!glob_match("a?", padded, 0));
	CHECK(glob_match("a?c", "abc", 0));
	CHECK(!glob_match("a?c", "ac", 0));
	CHECK(!glob_match("a?", "a", 0));
	CHECK(!glob_match("a?c", "a/c", 0));
	return true;
}

static bool test_star(void)
{
	CHECK(glob_match("*.c", "main.c", 0));
	CHECK(glob_match("*", "", 0));
	CHECK(glob_match("a*b*c", "aXXbYYc", 0));
	CHECK(glob_match("a*bc", "abbbc", 0));
	CHECK(!glob_match("*.c", "dir/main.c", 0));
	CHECK(!glob_match("*.c", "main.h", 0));
	CHECK(glob_match("src/*/x", "src/a/x", 0));
	return true;
}

static bool test_double_star(void)
{
	CHECK(glob_match("**.c", "a/b/main.c", 0));
	CHECK(glob_match("src/**/x.h", "src/a/b/x.h", 0));
	CHECK(!glob_match("src/**/x.h", "lib/a/x.h", 0));
	return true;
}

static bool test_sets(void)
{
	CHECK(glob_match("[abc]x", "bx", 0));
	CHECK(!glob_match("[abc]x", "dx", 0));
	CHECK(glob_match("v[0-9].[0-9]", "v1.9", 0));
	CHECK(!glob_match("v[0-9]", "va", 0));
	CHECK(glob_match("[a-]", "-", 0));
	CHECK(glob_match("[]]", "]", 0));
	CHECK(!glob_match("[a]", "", 0));
	CHECK(!glob_match("[abc", "a", 0));
	return true;
}

static bool test_negated(void)
{
	CHECK(glob_match("[!a-c]", "d", 0));
	CHECK(!glob_match("[!a-c]", "b", 0));
	CHECK(!glob_match("[!a]", "/", 0));
	CHECK(glob_match("[a!]", "!", 0));
	return true;
}

static bool test_escape(void)
{
	CHECK(glob_match("a\\*b", "a*b", 0));
	CHECK(!glob_match("a\\*b", "aXb", 0));
	CHECK(glob_match("\\[x]", "[x]", 0));
	CHECK(glob_match("a\\", "a\\", 0));
	return true;
}

static bool test_fold(void)
{
	CHECK(!glob_match("README", "readme", 0));
	CHECK(glob_match("README", "readme", GLOB_FOLD));
	CHECK(glob_match("[a-c]*", "Bee", GLOB_FOLD));
	CHECK(glob_match("[A-C]*", "bee", GLOB_FOLD));
	CHECK(!glob_match("[a-c]", "B", 0));
	return true;
}

static bool test_any(void)
{
	const char *const patterns[] = { "*.c", "*.h", "Makefile" };

	CHECK(glob_match_any(patterns, 3, "x.h", 0));
	CHECK(glob_match_any(patterns, 3, "Makefile", 0));
	CHECK(!glob_match_any(patterns, 2, "Makefile", 0));
	CHECK(!glob_match_any(patterns, 0, "x.c", 0));
	return true;
}

static bool test_is_plain(void)
{
	CHECK(glob_is_plain("src/main.c"));
	CHECK(!glob_is_plain("*.c") && !glob_is_plain("a?"));
	CHECK(!glob_is_plain("[x]") && !glob_is_plain("{a,b}") && !glob_is_plain("a\\b"));
	return true;
}

static bool test_check(void)
{
	CHECK(glob_check("src/*.[ch]") == 0);
	CHECK(glob_check("[abc") == -EINVAL);
	CHECK(glob_check("[]") == -EINVAL);
	CHECK(glob_check("a\\") == -EINVAL);
	CHECK(glob_check("\\[a") == 0);
	CHECK(glob_check("{a,b") == -EINVAL);
	CHECK(glob_check("{a,b}") == 0);
	return true;
}

static bool test_expand(void)
{
	char out[16];

	CHECK(glob_expand("*.{c,hpp}~", out, sizeof(out), 0) == 0);
	CHECK(strcmp(out, "*.c~") == 0);
	CHECK(glob_expand("*.{c,hpp}~", out, sizeof(out), 1) == 0);
	CHECK(strcmp(out, "*.hpp~") == 0);
	CHECK(glob_expand("*.{c,hpp}~", out, sizeof(out), 2) == -ENOENT);
	CHECK(glob_expand("*.c", out, sizeof(out), 0) == -EINVAL);
	memset(out, '#', sizeof(out));
	CHECK(glob_expand("a{b,c}d", out, 3, 0) == -ENOSPC && out[0] == '#');
	CHECK(glob_expand("a{b,c}d", out, 4, 0) == 0 && strcmp(out, "abd") == 0);
	return true;
}

static const struct {
	const char *name;
	bool (*run)(void);
} cases[] = {
	{ "plain text matches itself only", test_plain },
	{ "a question mark is one character", test_question },
	{ "a star stays within a name", test_star },
	{ "a double star crosses slashes", test_double_star },
	{ "a set is one of its characters", test_sets },
	{ "a negated set is any other character", test_negated },
	{ "a backslash takes the next character as it is", test_escape },
	{ "letters can match in either case", test_fold },
	{ "one of several patterns is enough", test_any },
	{ "plain patterns are told from others", test_is_plain },
	{ "unfinished patterns are refused", test_check },
	{ "braces give one pattern for each alternative", test_expand },
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
