#define _POSIX_C_SOURCE 200809L

#include "bigadd.h"

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

static struct big big(const char *text)
{
	struct big n;

	if (big_parse(&n, text) != 0)
		memset(&n, 0xff, sizeof(n));
	return n;
}

static bool is(const struct big *n, const char *text)
{
	char out[160] = "";
	int len = big_format(n, out, sizeof(out));

	if (strcmp(out, text) != 0)
		printf("# got %s\n", out);
	return len == (int)strlen(text) && strcmp(out, text) == 0;
}

static bool test_set(void)
{
	struct big n;

	big_set(&n, 0);
	CHECK(big_is_zero(&n) && is(&n, "0"));
	big_set(&n, 1000000000);
	CHECK(!big_is_zero(&n) && is(&n, "1000000000"));
	big_set(&n, UINT64_MAX);
	CHECK(is(&n, "18446744073709551615") && n.used == 3);
	return true;
}

static bool test_parse(void)
{
	struct big n = big("123456789012345678901234567890");

	CHECK(is(&n, "123456789012345678901234567890"));
	n = big("1000000000000000000");
	CHECK(is(&n, "1000000000000000000") && n.used == 3);
	n = big("000000000000000000000042");
	CHECK(is(&n, "42") && n.used == 1);
	n = big("0");
	CHECK(big_is_zero(&n));
	return true;
}

static bool test_parse_bad(void)
{
	struct big n = big("7");

	CHECK(big_parse(&n, "") == -EINVAL);
	CHECK(big_parse(&n, "12a") == -EINVAL);
	CHECK(big_parse(&n, "-1") == -EINVAL);
	CHECK(is(&n, "7"));
	return true;
}

static bool test_parse_long(void)
{
	char text[160];
	struct big n;

	memset(text, '9', sizeof(text));
	text[144] = '\0';
	CHECK(big_parse(&n, text) == 0 && is(&n, text) && n.used == 16);
	text[144] = '9';
	text[145] = '\0';
	CHECK(big_parse(&n, text) == -EOVERFLOW);
	return true;
}

static bool test_format_room(void)
{
	struct big n = big("12345");
	char out[8];

	memset(out, '#', sizeof(out));
	CHECK(big_format(&n, out, 5) == -ENOSPC && out[0] == '#');
	CHECK(big_format(&n, out, 6) == 5 && strcmp(out, "12345") == 0);
	CHECK(out[6] == '#');
	return true;
}

static bool test_compare(void)
{
	struct big a = big("2000000001"), b = big("1000000002"), c = big("5");

	CHECK(big_compare(&a, &b) > 0 && big_compare(&b, &a) < 0);
	CHECK(big_compare(&c, &b) < 0 && big_compare(&b, &c) > 0);
	CHECK(big_compare(&a, &a) == 0);
	return true;
}

static bool test_add(void)
{
	struct big a = big("999999999999999999"), b = big("1"), c = big("12345678901");

	CHECK(big_add(&a, &b) == 0 && is(&a, "1000000000000000000"));
	CHECK(big_add(&c, &c) == 0 && is(&c, "24691357802"));
	CHECK(big_add(&b, &c) == 0 && is(&b, "24691357803"));
	return true;
}

static bool test_add_overflow(void)
{
	char text[145];
	struct big n, one = big("1");

	memset(text, '9', 144);
	text[144] = '\0';
	CHECK(big_parse(&n, text) == 0);
	CHECK(big_add(&n, &one) == -EOVERFLOW);
	CHECK(is(&n, text));
	return true;
}

static bool test_subtract(void)
{
	struct big a = big("1000000000000000000"), b = big("1"), c = big("999999999999999998");

	CHECK(big_subtract(&a, &b) == 0 && is(&a, "999999999999999999"));
	CHECK(big_subtract(&a, &c) == 0 && is(&a, "1"));
	CHECK(big_subtract(&a, &b) == 0 && big_is_zero(&a));
	CHECK(big_subtract(&a, &b) == -ERANGE && big_is_zero(&a));
	return true;
}

static bool test_multiply(void)
{
	struct big n = big("1");

	for (uint32_t i = 2; i <= 30; i++)
		CHECK(big_multiply(&n, i) == 0);
	CHECK(is(&n, "265252859812191058636308480000000"));
	CHECK(big_multiply(&n, UINT32_MAX) == 0);
	CHECK(is(&n, "1139252357798580439134372221131161600000000"));
	CHECK(big_multiply(&n, 0) == 0 && big_is_zero(&n));
	return true;
}

static bool test_multiply_overflow(void)
{
	char text[145];
	struct big n;

	memset(text, '5', 144);
	text[144] = '\0';
	CHECK(big_parse(&n, text) == 0);
	CHECK(big_multiply(&n, 2) == -EOVERFLOW && is(&n, text));
	return true;
}

static bool test_divide(void)
{
	struct big n = big("1000000000000000000000");

	CHECK(big_divide(&n, 7) == 6);
	CHECK(is(&n, "142857142857142857142"));
	CHECK(big_divide(&n, 1000000000) == 142857142);
	CHECK(is(&n, "142857142857"));
	CHECK(big_divide(&n, 0) == 0 && is(&n, "142857142857"));
	return true;
}

static const struct {
	const char *name;
	bool (*run)(void);
} cases[] = {
	{ "small numbers are set", test_set },
	{ "numbers are read and written", test_parse },
	{ "what is no number is refused", test_parse_bad },
	{ "a number may have 144 digits and no more", test_parse_long },
	{ "a number that does not fit is refused", test_format_room },
	{ "numbers are compared from the top", test_compare },
	{ "sums carry into the next limb", test_add },
	{ "a sum that does not fit changes nothing", test_add_overflow },
	{ "differences borrow from the next limb", test_subtract },
	{ "a product grows by limbs", test_multiply },
	{ "a product that does not fit changes nothing", test_multiply_overflow },
	{ "a quotient and its rest are found", test_divide },
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
