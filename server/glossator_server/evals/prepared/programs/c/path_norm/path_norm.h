#ifndef PATH_NORM_H
#define PATH_NORM_H

#include <stdbool.h>
#include <stddef.h>

/* All work on text alone: no file is looked at. */
int path_normalize(const char *path, char *dst, size_t room);
int path_join(const char *base, const char *path, char *dst, size_t room);
int path_relative(const char *from, const char *to, char *dst, size_t room);
bool path_is_absolute(const char *path);
bool path_is_within(const char *dir, const char *path);
const char *path_basename(const char *path);
const char *path_extension(const char *path);

#endif
