#include "bigadd.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define LIMB_BASE 1000000000u
#define LIMB_DIGITS 9

static void trim(struct big *n)
{
	while (n->used > 0 && n->limbs[n->used - 1] == 0)
		n->used--;
}

void big_set(struct big *n, uint64_t value)
{
	memset(n, 0, sizeof(*n));
	for (; value > 0; value /= LIMB_BASE)
		n->limbs[n->used++] = (uint32_t)(value % LIMB_BASE);
}

bool big_is_zero(const struct big *n)
{
	return n->used == 0;
}

/* Decimal digits only; -EINVAL for others or none, -EOVERFLOW. */
int big_parse(struct big *n, const char *text)
{
	size_t len = strlen(text);
	size_t digits = strspn(text, "0123456789");

	if (len == 0 || digits != len)
		return -EINVAL;
	while (*text == '0' && len > 1) {
		text++;
		len--;
	}
	if (len > (size_t)BIG_LIMBS * LIMB_DIGITS)
		return -EOVERFLOW;

	big_set(n, 0);
	while (len > 0) {
		size_t take = len < LIMB_DIGITS ? len : LIMB_DIGITS;
		uint32_t limb = 0;

		for (size_t i = len - take; i < len; i++)
			limb = limb * 10 + (uint32_t)(text[i] - '0');
		n->limbs[n->used++] = limb;
		len -= take;
	}
	trim(n);
	return 0;
}

/* Writes a string; returns its length, or -ENOSPC. */
int big_format(const struct big *n, char *dst, size_t room)
{
	char text[BIG_LIMBS * LIMB_DIGITS + 2];
	int len;

	len = sprintf(text, "%lu", n->used ? (unsigned long)n->limbs[n->used - 1] : 0ul);
	for (size_t i = n->used; i-- > 1; )
		len += sprintf(text + len, "%09lu", (unsigned long)n->limbs[i - 1]);
	if ((size_t)len >= room)
		return -ENOSPC;
	memcpy(dst, text, (size_t)len + 1);
	return len;
}

/* Below, equal to or above zero, as a is less than, equal to or more than b. */
int big_compare(const struct big *a, const struct big *b)
{
	if (a->used != b->used)
		return a->used < b->used ? -1 : 1;
	for (size_t i = a->used; i-- > 0; )
		if (a->limbs[i] != b->limbs[i])
			return a->limbs[i] < b->limbs[i] ? -1 : 1;
	return 0;
}

/* On -EOVERFLOW the number is left as it was. */
int big_add(struct big *n, const struct big *other)
{
	struct big sum = *n;
	uint32_t carry = 0;

	for (size_t i = 0; i < BIG_LIMBS; i++) {
		uint32_t limb = n->limbs[i] + other->limbs[i] + carry;

		carry = limb >= LIMB_BASE;
		sum.limbs[i] = carry ? limb - LIMB_BASE : limb;
	}
	if (carry)
		return -EOVERFLOW;
	sum.used = BIG_LIMBS;
	trim(&sum);
	*n = sum;
	return 0;
}

/* -ERANGE, and no change, if the result would be below zero. */
int big_subtract(struct big *n, const struct big *other)
{
	uint32_t borrow = 0;

	if (big_compare(n, other) < 0)
		return -ERANGE;
	for (size_t i = 0; i < n->used; i++) {
		uint32_t take = other->limbs[i] + borrow;

		borrow = n->limbs[i] < take;
		n->limbs[i] += (borrow ? LIMB_BASE : 0) - take;
	}
	trim(n);
	return 0;
}

int big_multiply(struct big *n, uint32_t factor)
{
	struct big product = *n;
	uint64_t carry = 0;

	for (size_t i = 0; i < BIG_LIMBS; i++) {
		carry += (uint64_t)n->limbs[i] * factor;
		product.limbs[i] = (uint32_t)(carry % LIMB_BASE);
		carry /= LIMB_BASE;
	}
	if (carry)
		return -EOVERFLOW;
	product.used = BIG_LIMBS;
	trim(&product);
	*n = product;
	return 0;
}

/* Divides in place and returns what is left over; a divisor of 0 changes nothing. */
uint32_t big_divide(struct big *n, uint32_t divisor)
{
	uint64_t rest = 0;

	if (divisor == 0)
		return 0;
	for (size_t i = n->used; i-- > 0; ) {
		rest = rest * LIMB_BASE + n->limbs[i];
		n->limbs[i] = (uint32_t)(rest / divisor);
		rest %= divisor;
	}
	trim(n);
	return (uint32_t)rest;
}
