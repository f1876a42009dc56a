#define _POSIX_C_SOURCE 200809L

#include "path_norm.h"

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

static bool norm(const char *path, const char *expected)
{
	char out[128];
	int n = path_normalize(path, out, sizeof(out));

	if (n != (int)strlen(expected) || strcmp(out, expected) != 0) {
		printf("# %s: %d\n", path, n);
		return false;
	}
	return true;
}

static bool relative(const char *from, const char *to, const char *expected)
{
	char out[128];
	int n = path_relative(from, to, out, sizeof(out));

	return n == (int)strlen(expected) && strcmp(out, expected) == 0;
}

static bool test_plain(void)
{
	CHECK(norm("/usr/lib", "/usr/lib"));
	CHECK(norm("a/b.c", "a/b.c"));
	CHECK(norm("/", "/"));
	CHECK(norm("..a/.b/c..", "..a/.b/c.."));
	return true;
}

static bool test_empty_names(void)
{
	CHECK(norm("//usr///lib/", "/usr/lib"));
	CHECK(norm("./a/./b/.", "a/b"));
	CHECK(norm("", "."));
	CHECK(norm(".", "."));
	CHECK(norm("/.", "/"));
	return true;
}

static bool test_parents(void)
{
	CHECK(norm("a/b/../c", "a/c"));
	CHECK(norm("/a/b/../../c", "/c"));
	CHECK(norm("a/..", "."));
	CHECK(norm("/a/..", "/"));
	CHECK(norm("abc/def/..", "abc"));
	return true;
}

static bool test_above(void)
{
	CHECK(norm("../a", "../a"));
	CHECK(norm("../../a", "../../a"));
	CHECK(norm("a/../../b", "../b"));
	CHECK(norm("/../a", "/a"));
	CHECK(norm("/../..", "/"));
	return true;
}

static bool test_room(void)
{
	char out[8];

	memset(out, '#', sizeof(out));
	CHECK(path_normalize("/abcd", out, 5) == -ENAMETOOLONG);
	CHECK(out[5] == '#');
	CHECK(path_normalize("/abcd", out, 6) == 5);
	CHECK(strcmp(out, "/abcd") == 0 && out[6] == '#');
	CHECK(path_normalize("abc/def/..", out, 4) == -ENAMETOOLONG);
	return true;
}

static bool test_join(void)
{
	char out[64];

	CHECK(path_join("/usr", "lib", out, sizeof(out)) == 8);
	CHECK(strcmp(out, "/usr/lib") == 0);
	CHECK(path_join("/usr", "/etc", out, sizeof(out)) == 4);
	CHECK(strcmp(out, "/etc") == 0);
	CHECK(path_join("", "a", out, sizeof(out)) == 1 && strcmp(out, "a") == 0);
	CHECK(path_join("a/b", "../c", out, sizeof(out)) == 3);
	CHECK(strcmp(out, "a/c") == 0);
	return true;
}

static bool test_join_long(void)
{
	char base[1100];
	char out[64];

	memset(base, 'x', sizeof(base) - 1);
	base[sizeof(base) - 1] = '\0';
	CHECK(path_join(base, "..", out, sizeof(out)) == -ENAMETOOLONG);
	return true;
}

static bool test_relative(void)
{
	CHECK(relative("/a/b", "/a/c", "../c"));
	CHECK(relative("/a/b/c", "/a", "../.."));
	CHECK(relative("/a", "/a/b/c", "b/c"));
	CHECK(relative("/a", "/a", "."));
	CHECK(relative("/", "/x", "x"));
	CHECK(relative("/x/y", "/", "../.."));
	return true;
}

static bool test_relative_names(void)
{
	char out[16];

	CHECK(relative("/ab", "/abc", "../abc"));
	CHECK(relative("/x/abc", "/x/ab", "../ab"));
	CHECK(path_relative("a", "/b", out, sizeof(out)) == -EINVAL);
	CHECK(path_relative("/a", "b", out, sizeof(out)) == -EINVAL);
	return true;
}

static bool test_within(void)
{
	CHECK(path_is_within("/srv/www", "/srv/www/index"));
	CHECK(path_is_within("/srv/www", "/srv/www"));
	CHECK(!path_is_within("/srv/www", "/srv/www2"));
	CHECK(!path_is_within("/srv/www", "/srv"));
	CHECK(path_is_within("/", "/x") && !path_is_within("/", "x"));
	return true;
}

static bool test_parts(void)
{
	CHECK(strcmp(path_basename("/a/b.c"), "b.c") == 0);
	CHECK(strcmp(path_basename("b.c"), "b.c") == 0);
	CHECK(strcmp(path_extension("/a.d/b.tar.gz"), ".gz") == 0);
	CHECK(strcmp(path_extension("/a.d/b"), "") == 0);
	CHECK(strcmp(path_extension("/a/.profile"), "") == 0);
	return true;
}

static const struct {
	const char *name;
	bool (*run)(void);
} cases[] = {
	{ "a normal path stays as it is", test_plain },
	{ "empty names and dots go", test_empty_names },
	{ "parents take names away", test_parents },
	{ "parents above the start are kept, those of the root are not", test_above },
	{ "a path that does not fit is refused", test_room },
	{ "a path is seen from its base", test_join },
	{ "a joined path that is too long is refused", test_join_long },
	{ "the way between two paths is found", test_relative },
	{ "only whole names are in common", test_relative_names },
	{ "a path lies within its directories", test_within },
	{ "names and extensions are found", test_parts },
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
