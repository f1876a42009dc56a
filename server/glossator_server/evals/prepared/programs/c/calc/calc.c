#include "calc.h"

#include <ctype.h>
#include <errno.h>
#include <limits.h>

#define MAX_DEPTH 32

struct parser {
	const char *start;
	const char *s;
	int depth;
	int err;
};

static long parse_sum(struct parser *p);

static long fail(struct parser *p, int err)
{
	if (!p->err)
		p->err = err;
	return 0;
}

static char peek(struct parser *p)
{
	while (isspace((unsigned char)*p->s))
		p->s++;
	return *p->s;
}

static long parse_number(struct parser *p)
{
	long value = 0;

	if (!isdigit((unsigned char)peek(p)))
		return fail(p, -EINVAL);
	while (isdigit((unsigned char)*p->s)) {
		int digit = *p->s++ - '0';

		if (value > (LONG_MAX - digit) / 10)
			return fail(p, -ERANGE);
		value = value * 10 + digit;
	}
	return value;
}

/* A number, a negated atom or a sum in parentheses. */
static long parse_atom(struct parser *p)
{
	long value;

	if (++p->depth > MAX_DEPTH)
		return fail(p, -E2BIG);

	if (peek(p) == '-') {
		p->s++;
		value = -parse_atom(p);
	} else if (peek(p) == '(') {
		p->s++;
		value = parse_sum(p);
		if (peek(p) != ')')
			return fail(p, -EINVAL);
		p->s++;
	} else {
		value = parse_number(p);
	}
	p->depth--;
	return value;
}

static long multiply(struct parser *p, long a, long b)
{
	long result;

	if (__builtin_mul_overflow(a, b, &result))
		return fail(p, -ERANGE);
	return result;
}

static long divide(struct parser *p, long a, long b, char op)
{
	if (b == 0)
		return fail(p, -EDOM);
	if (a == LONG_MIN && b == -1)
		return fail(p, -ERANGE);
	return op == '/' ? a / b : a % b;
}

static long parse_product(struct parser *p)
{
	long value = parse_atom(p);

	while (!p->err) {
		char op = peek(p);

		if (op != '*' && op != '/' && op != '%')
			break;
		p->s++;
		if (op == '*')
			value = multiply(p, value, parse_atom(p));
		else
			value = divide(p, value, parse_atom(p), op);
	}
	return value;
}

static long add(struct parser *p, long a, long b, char op)
{
	long result;

	if (op == '+' ? __builtin_add_overflow(a, b, &result)
		      : __builtin_sub_overflow(a, b, &result))
		return fail(p, -ERANGE);
	return result;
}

static long parse_sum(struct parser *p)
{
	long value = parse_product(p);

	while (!p->err) {
		char op = peek(p);

		if (op != '+' && op != '-')
			break;
		p->s++;
		value = add(p, value, parse_product(p), op);
	}
	return value;
}

int calc_eval(const char *text, long *value, int *pos)
{
	struct parser p = { .start = text, .s = text };
	long result = parse_sum(&p);

	if (!p.err && peek(&p) != '\0')
		p.err = -EINVAL;
	if (p.err) {
		*pos = (int)(p.s - p.start);
		return p.err;
	}
	*value = result;
	return 0;
}
