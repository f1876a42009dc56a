#include "bitset.h"

#include <errno.h>
#include <stdlib.h>

#define WORD_BITS 64
#define WORD_OF(bit) ((bit) / WORD_BITS)
#define MASK_OF(bit) ((uint64_t)1 << ((bit) % WORD_BITS))

static size_t words_for(size_t nbits)
{
	return (nbits + WORD_BITS - 1) / WORD_BITS;
}

/* Clears what the last word holds past the end. */
static void trim(struct bitset *set)
{
	size_t extra = set->nbits % WORD_BITS;

	if (extra)
		set->words[set->nbits / WORD_BITS] &= MASK_OF(extra) - 1;
}

struct bitset *bitset_new(size_t nbits)
{
	struct bitset *set = malloc(sizeof(*set));

	if (!set)
		return NULL;
	set->nbits = nbits;
	set->words = calloc(words_for(nbits) + 1, sizeof(*set->words));
	if (!set->words) {
		free(set);
		return NULL;
	}
	return set;
}

void bitset_free(struct bitset *set)
{
	if (!set)
		return;
	free(set->words);
	free(set);
}

int bitset_set(struct bitset *set, size_t bit)
{
	if (bit >= set->nbits)
		return -ERANGE;
	set->words[WORD_OF(bit)] |= MASK_OF(bit);
	return 0;
}

int bitset_clear(struct bitset *set, size_t bit)
{
	if (bit >= set->nbits)
		return -ERANGE;
	set->words[WORD_OF(bit)] &= ~MASK_OF(bit);
	return 0;
}

bool bitset_test(const struct bitset *set, size_t bit)
{
	return bit < set->nbits && (set->words[WORD_OF(bit)] & MASK_OF(bit));
}

void bitset_fill(struct bitset *set)
{
	for (size_t i = 0; i < words_for(set->nbits); i++)
		set->words[i] = UINT64_MAX;
	trim(set);
}

void bitset_invert(struct bitset *set)
{
	for (size_t i = 0; i < words_for(set->nbits); i++)
		set->words[i] = ~set->words[i];
	trim(set);
}

static unsigned int popcount(uint64_t word)
{
	unsigned int n = 0;

	for (; word; word &= word - 1)
		n++;
	return n;
}

size_t bitset_count(const struct bitset *set)
{
	size_t count = 0;

	for (size_t i = 0; i < words_for(set->nbits); i++)
		count += popcount(set->words[i]);
	return count;
}

/* The first member that is at least from, or BITSET_NONE. */
size_t bitset_next(const struct bitset *set, size_t from)
{
	while (from < set->nbits) {
		uint64_t rest = set->words[WORD_OF(from)] >> (from % WORD_BITS);

		if (rest & 1)
			return from;
		if (rest)
			from++;
		else
			from += WORD_BITS - from % WORD_BITS;
	}
	return BITSET_NONE;
}

size_t bitset_next_clear(const struct bitset *set, size_t from)
{
	for (; from < set->nbits; from++)
		if (!bitset_test(set, from))
			return from;
	return BITSET_NONE;
}

/* Both sets must be of one size: -EINVAL if they are not. */
int bitset_union(struct bitset *set, const struct bitset *other)
{
	if (set->nbits != other->nbits)
		return -EINVAL;
	for (size_t i = 0; i < words_for(set->nbits); i++)
		set->words[i] |= other->words[i];
	return 0;
}

int bitset_subtract(struct bitset *set, const struct bitset *other)
{
	if (set->nbits != other->nbits)
		return -EINVAL;
	for (size_t i = 0; i < words_for(set->nbits); i++)
		set->words[i] &= ~other->words[i];
	return 0;
}

bool bitset_subset(const struct bitset *set, const struct bitset *of)
{
	for (size_t bit = bitset_next(set, 0); bit != BITSET_NONE;
	     bit = bitset_next(set, bit + 1))
		if (!bitset_test(of, bit))
			return false;
	return true;
}
