#ifndef BSEARCH_TOOLS_H
#define BSEARCH_TOOLS_H

#include <stddef.h>

/* Searching in ascending arrays of ints, and in monotonic functions. */
size_t lower_bound(const int *a, size_t n, int key);
size_t upper_bound(const int *a, size_t n, int key);
int find_exact(const int *a, size_t n, int key, size_t *pos);
size_t count_equal(const int *a, size_t n, int key);
size_t count_between(const int *a, size_t n, int low, int high);
int find_nearest(const int *a, size_t n, int key, size_t *pos);
int find_rotated(const int *a, size_t n, int key, size_t *pos);
int find_peak(const int *a, size_t n, size_t *pos);
unsigned int isqrt(unsigned int x);
int insert_unique(int *a, size_t *n, size_t max, int key);

#endif
