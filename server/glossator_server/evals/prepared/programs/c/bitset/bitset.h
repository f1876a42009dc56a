#ifndef BITSET_H
#define BITSET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A set of small integers, 0 to nbits - 1. Bits past nbits are always clear. */
struct bitset {
	uint64_t *words;
	size_t nbits;
};

#define BITSET_NONE ((size_t)-1)

struct bitset *bitset_new(size_t nbits);
void bitset_free(struct bitset *set);
int bitset_set(struct bitset *set, size_t bit);
int bitset_clear(struct bitset *set, size_t bit);
bool bitset_test(const struct bitset *set, size_t bit);
void bitset_fill(struct bitset *set);
void bitset_invert(struct bitset *set);
size_t bitset_count(const struct bitset *set);
size_t bitset_next(const struct bitset *set, size_t from);
size_t bitset_next_clear(const struct bitset *set, size_t from);
int bitset_union(struct bitset *set, const struct bitset *other);
int bitset_subtract(struct bitset *set, const struct bitset *other);
bool bitset_subset(const struct bitset *set, const struct bitset *of);

#endif
