#define _POSIX_C_SOURCE 200809L

#include "semver.h"

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

static int compare(const char *a, const char *b)
{
	struct semver va, vb;

	if (semver_parse(&va, a) != 0 || semver_parse(&vb, b) != 0)
		return 99;
	return semver_compare(&va, &vb);
}

static int satisfies(const char *version, const char *range)
{
	struct semver v;

	if (semver_parse(&v, version) != 0)
		return 99;
	return semver_satisfies(&v, range);
}

static bool bumped(const char *version, enum semver_part part, const char *expected)
{
	struct semver v;
	char out[160];

	return semver_parse(&v, version) == 0 && semver_bump(&v, part) == 0 &&
	       semver_format(&v, out, sizeof(out)) > 0 && strcmp(out, expected) == 0;
}

static bool test_parse(void)
{
	struct semver v;

	CHECK(semver_parse(&v, "1.20.300-rc.1+linux-64") == 0);
	CHECK(v.major == 1 && v.minor == 20 && v.patch == 300);
	CHECK(strcmp(v.pre, "rc.1") == 0 && strcmp(v.build, "linux-64") == 0);
	CHECK(semver_parse(&v, "0.0.0+7") == 0);
	CHECK(v.pre[0] == '\0' && strcmp(v.build, "7") == 0);
	return true;
}

static bool test_parse_bad(void)
{
	struct semver v = { 7, 7, 7, "", "" };

	CHECK(semver_parse(&v, "") == -EINVAL);
	CHECK(semver_parse(&v, "1.2") == -EINVAL);
	CHECK(semver_parse(&v, "1.2.3.4") == -EINVAL);
	CHECK(semver_parse(&v, "1.2.x") == -EINVAL);
	CHECK(semver_parse(&v, "v1.2.3") == -EINVAL);
	CHECK(semver_parse(&v, "1.2.3 ") == -EINVAL);
	CHECK(v.major == 7 && v.patch == 7);
	return true;
}

static bool test_parse_zeros(void)
{
	struct semver v;

	CHECK(semver_parse(&v, "01.2.3") == -EINVAL);
	CHECK(semver_parse(&v, "1.00.3") == -EINVAL);
	CHECK(semver_parse(&v, "10.0.3") == 0 && v.major == 10);
	return true;
}

static bool test_parse_tags(void)
{
	struct semver v;
	char text[128] = "1.2.3-";

	CHECK(semver_parse(&v, "1.2.3-") == -EINVAL);
	CHECK(semver_parse(&v, "1.2.3-a..b") == -EINVAL);
	CHECK(semver_parse(&v, "1.2.3-.a") == -EINVAL);
	CHECK(semver_parse(&v, "1.2.3-a.") == -EINVAL);
	memset(text + 6, 'x', 64);
	text[69] = '\0';
	CHECK(semver_parse(&v, text) == 0 && strlen(v.pre) == 63);
	text[69] = 'x';
	CHECK(semver_parse(&v, text) == -EINVAL);
	return true;
}

static bool test_overflow(void)
{
	struct semver v;

	CHECK(semver_parse(&v, "4294967295.0.0") == 0 && v.major == 4294967295u);
	CHECK(semver_parse(&v, "4294967296.0.0") == -EINVAL);
	CHECK(semver_parse(&v, "0.99999999999.0") == -EINVAL);
	return true;
}

static bool test_format(void)
{
	struct semver v;
	char out[160];

	CHECK(semver_parse(&v, "1.2.3-a+b") == 0);
	CHECK(semver_format(&v, out, sizeof(out)) == 9);
	CHECK(strcmp(out, "1.2.3-a+b") == 0);
	CHECK(semver_format(&v, out, 10) == 9);
	CHECK(semver_format(&v, out, 9) == -ENOSPC);
	return true;
}

static bool test_numbers(void)
{
	CHECK(compare("1.2.3", "1.2.3") == 0);
	CHECK(compare("1.10.0", "1.9.9") > 0);
	CHECK(compare("2.0.0", "10.0.0") < 0);
	CHECK(compare("1.2.4", "1.2.3") > 0);
	CHECK(compare("3000000000.0.0", "1.0.0") > 0);
	CHECK(compare("1.2.3+a", "1.2.3+b") == 0);
	return true;
}

static bool test_tags(void)
{
	const char *const order[] = {
		"1.0.0-alpha", "1.0.0-alpha.1", "1.0.0-alpha.beta", "1.0.0-beta",
		"1.0.0-beta.2", "1.0.0-beta.11", "1.0.0-rc.1", "1.0.0",
	};

	for (int i = 0; i < 8; i++)
		for (int j = 0; j < 8; j++) {
			int got = compare(order[i], order[j]);

			CHECK((got > 0) - (got < 0) == (i > j) - (i < j));
		}
	CHECK(compare("1.0.0-alpha", "1.0.0-alphabet") < 0);
	return true;
}

static bool test_bump(void)
{
	CHECK(bumped("1.2.3-rc+x", SEMVER_MAJOR, "2.0.0"));
	CHECK(bumped("1.2.3-rc", SEMVER_MINOR, "1.3.0"));
	CHECK(bumped("1.2.3+x", SEMVER_PATCH, "1.2.4"));
	return true;
}

static bool test_bump_bad(void)
{
	struct semver v = { 1, 2, 3, "rc", "" };

	CHECK(semver_bump(&v, (enum semver_part)7) == -EINVAL);
	CHECK(v.patch == 3 && v.pre[0] == 'r');
	return true;
}

static bool test_compatible(void)
{
	CHECK(satisfies("1.4.0", "^1.2.3") == 1);
	CHECK(satisfies("1.2.2", "^1.2.3") == 0);
	CHECK(satisfies("2.0.0", "^1.2.3") == 0);
	CHECK(satisfies("0.2.9", "^0.2.3") == 1);
	CHECK(satisfies("0.3.0", "^0.2.3") == 0);
	return true;
}

static bool test_ranges(void)
{
	CHECK(satisfies("1.2.3", ">=1.2.3") == 1 && satisfies("1.2.2", ">=1.2.3") == 0);
	CHECK(satisfies("1.2.3", "<=1.2.3") == 1 && satisfies("1.2.4", "<=1.2.3") == 0);
	CHECK(satisfies("1.2.3", ">1.2.3") == 0 && satisfies("1.2.3", "<1.2.4") == 1);
	CHECK(satisfies("1.2.3", "=1.2.3") == 1 && satisfies("1.2.3", "=1.2.4") == 0);
	CHECK(satisfies("1.2.3", "1.2.3") == -EINVAL);
	CHECK(satisfies("1.2.3", "<>1.2.3") == -EINVAL);
	CHECK(satisfies("1.2.3", "=>1.2.3") == -EINVAL);
	CHECK(satisfies("1.2.3", ">=1.2") == -EINVAL);
	return true;
}

static const struct {
	const char *name;
	bool (*run)(void);
} cases[] = {
	{ "all parts are read", test_parse },
	{ "what is no version is refused", test_parse_bad },
	{ "leading zeros are refused", test_parse_zeros },
	{ "empty names and long tags are refused", test_parse_tags },
	{ "numbers that do not fit are refused", test_overflow },
	{ "a version is written as it was read", test_format },
	{ "numbers are compared from the left", test_numbers },
	{ "tags are in the order of the standard", test_tags },
	{ "raising a part clears those below", test_bump },
	{ "an unknown part is refused", test_bump_bad },
	{ "a caret keeps to the main series", test_compatible },
	{ "operators bound a version", test_ranges },
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
