#include "bsearch_tools.h"

#include <errno.h>
#include <string.h>

/* The first position whose value is not below key, or n. */
size_t lower_bound(const int *a, size_t n, int key)
{
	size_t low = 0, high = n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (a[mid] < key)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* The first position whose value is above key, or n. */
size_t upper_bound(const int *a, size_t n, int key)
{
	size_t low = 0, high = n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (key < a[mid])
			high = mid;
		else
			low = mid + 1;
	}
	return low;
}

/* Stores the first position of key; -ENOENT when it is not there. */
int find_exact(const int *a, size_t n, int key, size_t *pos)
{
	size_t i = lower_bound(a, n, key);

	if (i == n || a[i] != key)
		return -ENOENT;
	*pos = i;
	return 0;
}

size_t count_equal(const int *a, size_t n, int key)
{
	return upper_bound(a, n, key) - lower_bound(a, n, key);
}

/* Counts the values from low to high, both included. */
size_t count_between(const int *a, size_t n, int low, int high)
{
	if (low > high)
		return 0;
	return upper_bound(a, n, high) - lower_bound(a, n, low);
}

/* The position of the value nearest to key; of two, the smaller value. */
int find_nearest(const int *a, size_t n, int key, size_t *pos)
{
	size_t i = lower_bound(a, n, key);

	if (n == 0)
		return -ENOENT;
	if (i == n || (i > 0 && (long long)key - a[i - 1] <= (long long)a[i] - key))
		i--;
	*pos = i;
	return 0;
}

/* Searches distinct ascending values that were rotated by some amount. */
int find_rotated(const int *a, size_t n, int key, size_t *pos)
{
	size_t low = 0, high = n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (a[mid] == key) {
			*pos = mid;
			return 0;
		}
		if (a[low] <= a[mid]) {
			/* The left part is in order. */
			if (a[low] <= key && key < a[mid])
				high = mid;
			else
				low = mid + 1;
		} else {
			if (a[mid] < key && key <= a[high - 1])
				low = mid + 1;
			else
				high = mid;
		}
	}
	return -ENOENT;
}

/* Any position that is not below its neighbours. */
int find_peak(const int *a, size_t n, size_t *pos)
{
	size_t low = 0, high = n;

	if (n == 0)
		return -ENOENT;
	while (high - low > 1) {
		size_t mid = low + (high - low) / 2;

		if (a[mid - 1] <= a[mid])
			low = mid;
		else
			high = mid;
	}
	*pos = low;
	return 0;
}

/* The largest number whose square is not above x. */
unsigned int isqrt(unsigned int x)
{
	unsigned long long low = 0, high = 65536;

	while (high - low > 1) {
		unsigned long long mid = (low + high) / 2;

		if (mid * mid <= x)
			low = mid;
		else
			high = mid;
	}
	return (unsigned int)low;
}

/* Keeps a ascending and free of doubles. */
int insert_unique(int *a, size_t *n, size_t max, int key)
{
	size_t i = lower_bound(a, *n, key);

	if (i < *n && a[i] == key)
		return -EEXIST;
	if (*n == max)
		return -ENOSPC;
	memmove(a + i + 1, a + i, (*n - i) * sizeof(*a));
	a[i] = key;
	(*n)++;
	return 0;
}
