#ifndef GLOB_H
#define GLOB_H

#include <stdbool.h>
#include <stddef.h>

/*
 * ?      any character but a slash
 * *      any number of those
 * **     any number of any characters
 * [a-z]  one of a set, [!a-z] one outside it
 * {a,b}  either
 * \c     the character c itself
 */
#define GLOB_FOLD 1	/* letters match in either case */

bool glob_match(const char *pattern, const char *text, int flags);
bool glob_match_any(const char *const *patterns, size_t n, const char *text, int flags);
bool glob_is_plain(const char *pattern);
int glob_check(const char *pattern);
int glob_expand(const char *pattern, char *dst, size_t room, size_t which);

#endif
