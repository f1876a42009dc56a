#ifndef BIGADD_H
#define BIGADD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define BIG_LIMBS 16

/* A natural number below 10^144: nine decimal digits a limb, least first. */
struct big {
	uint32_t limbs[BIG_LIMBS];
	size_t used;	/* limbs, without leading zeros; none for zero */
};

void big_set(struct big *n, uint64_t value);
int big_parse(struct big *n, const char *text);
int big_format(const struct big *n, char *dst, size_t room);
int big_compare(const struct big *a, const struct big *b);
int big_add(struct big *n, const struct big *other);
int big_subtract(struct big *n, const struct big *other);
int big_multiply(struct big *n, uint32_t factor);
uint32_t big_divide(struct big *n, uint32_t divisor);
bool big_is_zero(const struct big *n);

#endif
