#define _POSIX_C_SOURCE 200809L

#include "calc.h"

#include <errno.h>
#include <limits.h>
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

static long value;
static int pos;

/* Whether text has the value want. */
static bool gives(const char *text, long want)
{
	value = -999;
	return calc_eval(text, &value, &pos) == 0 && value == want;
}

static bool test_number(void)
{
	CHECK(gives("42", 42) && gives("0", 0));
	CHECK(gives("  7  ", 7));
	CHECK(gives("9", 9));
	return true;
}

static bool test_precedence(void)
{
	CHECK(gives("2+3*4", 14));
	CHECK(gives("2*3+4", 10));
	CHECK(gives("10 - 6 / 2", 7));
	return true;
}

static bool test_left(void)
{
	CHECK(gives("10-3-2", 5));
	CHECK(gives("100/5/2", 10));
	CHECK(gives("7 % 4 * 2", 6));
	return true;
}

static bool test_parens(void)
{
	CHECK(gives("(2+3)*4", 20));
	CHECK(gives("((1))", 1));
	CHECK(gives("2*(3-(4-5))", 8));
	return true;
}

static bool test_minus(void)
{
	CHECK(gives("-5", -5) && gives("--5", 5));
	CHECK(gives("3 - -2", 5));
	CHECK(gives("-(2+3)", -5) && gives("-2*3", -6));
	return true;
}

static bool test_truncate(void)
{
	CHECK(gives("-7/2", -3) && gives("-7%2", -1));
	CHECK(gives("7/2", 3) && gives("7%2", 1));
	return true;
}

static bool test_zero(void)
{
	CHECK(calc_eval("1/0", &value, &pos) == -EDOM);
	CHECK(calc_eval("1%(2-2)", &value, &pos) == -EDOM);
	CHECK(gives("0/5", 0));
	return true;
}

static bool test_syntax(void)
{
	CHECK(calc_eval("1+", &value, &pos) == -EINVAL && pos == 2);
	CHECK(calc_eval("(1", &value, &pos) == -EINVAL && pos == 2);
	CHECK(calc_eval("1 2", &value, &pos) == -EINVAL && pos == 2);
	CHECK(calc_eval("", &value, &pos) == -EINVAL && pos == 0);
	CHECK(calc_eval("1+*2", &value, &pos) == -EINVAL && pos == 2);
	CHECK(calc_eval("2)", &value, &pos) == -EINVAL && pos == 1);
	return true;
}

static bool test_range(void)
{
	char text[64];

	snprintf(text, sizeof(text), "%ld", LONG_MAX);
	CHECK(gives(text, LONG_MAX));
	snprintf(text, sizeof(text), "%ld + 1", LONG_MAX);
	CHECK(calc_eval(text, &value, &pos) == -ERANGE);
	snprintf(text, sizeof(text), "-%ld - 1", LONG_MAX);
	CHECK(gives(text, LONG_MIN));
	snprintf(text, sizeof(text), "-%ld - 2", LONG_MAX);
	CHECK(calc_eval(text, &value, &pos) == -ERANGE);
	CHECK(calc_eval("99999999999999999999", &value, &pos) == -ERANGE);
	CHECK(calc_eval("4000000000*4000000000", &value, &pos) == -ERANGE);
	return true;
}

static bool test_min_by_minus_one(void)
{
	char text[64];

	snprintf(text, sizeof(text), "(-%ld - 1) / -1", LONG_MAX);
	CHECK(calc_eval(text, &value, &pos) == -ERANGE);
	return true;
}

static bool test_depth(void)
{
	char deep[128] = "", wide[256] = "0";

	for (int i = 0; i < 40; i++)
		strcat(deep, "(");
	CHECK(calc_eval(deep, &value, &pos) == -E2BIG);
	for (int i = 0; i < 60; i++)
		strcat(wide, "+1");
	CHECK(gives(wide, 60));
	return true;
}

static bool test_first_error(void)
{
	CHECK(calc_eval("1/0+", &value, &pos) == -EDOM);
	CHECK(calc_eval("(1/0", &value, &pos) == -EDOM);
	return true;
}

static const struct {
	const char *name;
	bool (*run)(void);
} cases[] = {
	{ "a number is its own value", test_number },
	{ "products bind more tightly than sums", test_precedence },
	{ "operators of one rank go from left to right", test_left },
	{ "parentheses group", test_parens },
	{ "unary minus can be repeated", test_minus },
	{ "division rounds towards zero", test_truncate },
	{ "division by zero is refused", test_zero },
	{ "bad syntax is refused with its place", test_syntax },
	{ "numbers that do not fit are refused", test_range },
	{ "the one quotient that does not fit is refused", test_min_by_minus_one },
	{ "deep nesting is refused, wide text is not", test_depth },
	{ "the first error is the one reported", test_first_error },
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
