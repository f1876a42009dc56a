#include "sort_tools.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define SMALL 8

static void swap_ints(int *a, int *b)
{
	int t = *a;

	*a = *b;
	*b = t;
}

bool sort_is_sorted(const int *a, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		if (a[i - 1] > a[i])
			return false;
	}
	return true;
}

void sort_insertion(int *a, size_t n)
{
	for (size_t i = 1; i < n; i++) {
		int key = a[i];
		size_t j = i;

		for (; j > 0 && a[j - 1] > key; j--)
			a[j] = a[j - 1];
		a[j] = key;
	}
}

/* Puts the values below the middle one in front; returns its place. */
static size_t partition(int *a, size_t n)
{
	size_t store = 0;

	swap_ints(&a[n / 2], &a[n - 1]);
	for (size_t i = 0; i + 1 < n; i++) {
		if (a[i] < a[n - 1])
			swap_ints(&a[i], &a[store++]);
	}
	swap_ints(&a[store], &a[n - 1]);
	return store;
}

void sort_quick(int *a, size_t n)
{
	while (n > SMALL) {
		size_t p = partition(a, n);

		sort_quick(a, p);
		a += p + 1;
		n -= p + 1;
	}
	sort_insertion(a, n);
}

static void merge(int *a, size_t half, size_t n, int *tmp)
{
	size_t i = 0, j = half, k = 0;

	while (i < half && j < n)
		tmp[k++] = a[j] < a[i] ? a[j++] : a[i++];
	while (i < half)
		tmp[k++] = a[i++];
	memcpy(a, tmp, k * sizeof(*a));
}

static void merge_range(int *a, size_t n, int *tmp)
{
	size_t half = n / 2;

	if (n < 2)
		return;
	merge_range(a, half, tmp);
	merge_range(a + half, n - half, tmp);
	merge(a, half, n, tmp);
}

int sort_merge(int *a, size_t n)
{
	int *tmp;

	if (n < 2)
		return 0;
	tmp = malloc(n * sizeof(*tmp));
	if (!tmp)
		return -ENOMEM;
	merge_range(a, n, tmp);
	free(tmp);
	return 0;
}

static void swap_bytes(unsigned char *a, unsigned char *b, size_t size)
{
	while (size--) {
		unsigned char t = *a;

		*a++ = *b;
		*b++ = t;
	}
}

static void sift_down(unsigned char *base, size_t root, size_t n, size_t size, sort_cmp_fn cmp)
{
	size_t kid;

	while ((kid = 2 * root + 1) < n) {
		if (kid + 1 < n && cmp(base + kid * size, base + (kid + 1) * size) < 0)
			kid++;
		if (cmp(base + root * size, base + kid * size) >= 0)
			return;
		swap_bytes(base + root * size, base + kid * size, size);
		root = kid;
	}
}

void sort_heap(void *base, size_t n, size_t size, sort_cmp_fn cmp)
{
	for (size_t i = n / 2; i-- > 0;)
		sift_down(base, i, n, size, cmp);
	while (n > 1) {
		n--;
		swap_bytes(base, (unsigned char *)base + n * size, size);
		sift_down(base, 0, n, size, cmp);
	}
}

/* Drops repeated values of a sorted array; returns how many are left. */
size_t sort_unique(int *a, size_t n)
{
	size_t kept = n > 0;

	for (size_t i = 1; i < n; i++) {
		if (a[i] != a[kept - 1])
			a[kept++] = a[i];
	}
	return kept;
}

/* The value that a sorted array would have at k; reorders a. */
int sort_select(int *a, size_t n, size_t k, int *value)
{
	if (k >= n)
		return -ERANGE;
	for (;;) {
		size_t p = partition(a, n);

		if (p == k)
			break;
		if (k < p) {
			n = p;
		} else {
			a += p + 1;
			n -= p + 1;
			k -= p + 1;
		}
	}
	*value = a[k];
	return 0;
}
