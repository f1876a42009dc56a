#ifndef SORT_TOOLS_H
#define SORT_TOOLS_H

#include <stdbool.h>
#include <stddef.h>

typedef int (*sort_cmp_fn)(const void *a, const void *b);

/* Sorting of ints, and of records of any size. */
bool sort_is_sorted(const int *a, size_t n);
void sort_insertion(int *a, size_t n);
void sort_quick(int *a, size_t n);
int sort_merge(int *a, size_t n);
void sort_heap(void *base, size_t n, size_t size, sort_cmp_fn cmp);
size_t sort_unique(int *a, size_t n);
int sort_select(int *a, size_t n, size_t k, int *value);

#endif
