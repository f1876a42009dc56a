#ifndef SEMVER_H
#define SEMVER_H

#include <stdbool.h>
#include <stddef.h>

#define SEMVER_TAG 64

/* major.minor.patch[-pre][+build] as in Semantic Versioning 2.0.0 */
struct semver {
	unsigned int major;
	unsigned int minor;
	unsigned int patch;
	char pre[SEMVER_TAG];
	char build[SEMVER_TAG];
};

enum semver_part { SEMVER_MAJOR, SEMVER_MINOR, SEMVER_PATCH };

int semver_parse(struct semver *v, const char *text);
int semver_format(const struct semver *v, char *dst, size_t room);
int semver_compare(const struct semver *a, const struct semver *b);
int semver_bump(struct semver *v, enum semver_part part);
bool semver_compatible(const struct semver *have, const struct semver *want);
int semver_satisfies(const struct semver *v, const char *range);

#endif
