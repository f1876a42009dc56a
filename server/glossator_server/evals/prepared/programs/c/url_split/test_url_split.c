#define _POSIX_C_SOURCE 200809L

#include "url_split.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

/* Ends the case as failed, and says where. */
#define CHECK(cond)                                                        \
	do {                                                               \
		if (!(cond)) {                                             \
			printf("# %s:%d: %s\n", __FILE__, __LINE__, #cond); \
			return false;                                      \
		}                                                          \
	} while (0)

/* Whether a part is just this word. */
static bool same(struct url_part part, const char *word)
{
	return part.len == strlen(word) && strncmp(part.s ? part.s : "", word, part.len) == 0;
}

static bool test_full(void)
{
	struct url u;

	CHECK(url_split("http://me@example.org:8080/a/b?x=1&y#top", &u) == 0);
	CHECK(same(u.scheme, "http") && same(u.user, "me"));
	CHECK(same(u.host, "example.org") && u.port == 8080);
	CHECK(same(u.path, "/a/b") && same(u.query, "x=1&y"));
	CHECK(same(u.fragment, "top"));
	return true;
}

static bool test_bare(void)
{
	struct url u;

	memset(&u, 0x11, sizeof(u));
	CHECK(url_split("git+ssh://host", &u) == 0);
	CHECK(same(u.scheme, "git+ssh") && same(u.host, "host"));
	CHECK(u.port == 0 && u.user.s == NULL && u.path.len == 0);
	CHECK(u.query.s == NULL && u.fragment.s == NULL);
	return true;
}

static bool test_query_only(void)
{
	struct url u;

	CHECK(url_split("http://h?q=/a?b", &u) == 0);
	CHECK(same(u.host, "h") && same(u.path, "") && same(u.query, "q=/a?b"));
	CHECK(url_split("http://h/p#f?g", &u) == 0);
	CHECK(same(u.path, "/p") && u.query.s == NULL && same(u.fragment, "f?g"));
	return true;
}

static bool test_brackets(void)
{
	struct url u;

	CHECK(url_split("http://[::1]:81/", &u) == 0);
	CHECK(same(u.host, "::1") && u.port == 81);
	CHECK(url_split("http://[::1]", &u) == 0 && u.port == 0);
	CHECK(url_split("http://[::1", &u) == -EINVAL);
	CHECK(url_split("http://[::1]x", &u) == -EINVAL);
	return true;
}

static bool test_bad_scheme(void)
{
	struct url u;

	CHECK(url_split("", &u) == -EINVAL);
	CHECK(url_split("://h", &u) == -EINVAL);
	CHECK(url_split("http:/h", &u) == -EINVAL);
	CHECK(url_split("1http://h", &u) == -EINVAL);
	CHECK(url_split("http", &u) == -EINVAL);
	return true;
}

static bool test_no_host(void)
{
	struct url u;

	CHECK(url_split("http://", &u) == -EINVAL);
	CHECK(url_split("http:///path", &u) == -EINVAL);
	CHECK(url_split("http://me@:80", &u) == -EINVAL);
	return true;
}

static bool test_ports(void)
{
	struct url u;

	CHECK(url_split("http://h:65535", &u) == 0 && u.port == 65535);
	CHECK(url_split("http://h:65536", &u) == -ERANGE);
	CHECK(url_split("http://h:", &u) == -EINVAL);
	CHECK(url_split("http://h:8a", &u) == -EINVAL);
	return true;
}

static bool test_default_port(void)
{
	struct url u;

	CHECK(url_split("http://h", &u) == 0 && url_default_port(&u) == 80);
	CHECK(url_split("https://h", &u) == 0 && url_default_port(&u) == 443);
	CHECK(url_split("https://h:1", &u) == 0 && url_default_port(&u) == 1);
	CHECK(url_split("httpx://h", &u) == 0 && url_default_port(&u) == -ENOENT);
	return true;
}

static bool test_decode(void)
{
	char out[16];

	CHECK(url_decode(&(struct url_part){ "a%20b%2Fc%2f", 12 }, out, sizeof(out)) == 6);
	CHECK(strcmp(out, "a b/c/") == 0);
	CHECK(url_decode(&(struct url_part){ "%9a%F0", 6 }, out, sizeof(out)) == 2);
	CHECK((unsigned char)out[0] == 0x9a && (unsigned char)out[1] == 0xf0);
	return true;
}

static bool test_decode_bad(void)
{
	char out[16];

	CHECK(url_decode(&(struct url_part){ "ab%4", 4 }, out, sizeof(out)) == -EINVAL);
	CHECK(url_decode(&(struct url_part){ "%41", 2 }, out, sizeof(out)) == -EINVAL);
	CHECK(url_decode(&(struct url_part){ "%g1", 3 }, out, sizeof(out)) == -EINVAL);
	CHECK(url_decode(&(struct url_part){ "%1:", 3 }, out, sizeof(out)) == -EINVAL);
	return true;
}

static bool test_decode_room(void)
{
	char out[4] = "???";

	CHECK(url_decode(&(struct url_part){ "abc", 3 }, out, 4) == 3);
	CHECK(url_decode(&(struct url_part){ "abc", 3 }, out, 3) == -ENOSPC);
	return true;
}

static const struct {
	const char *name;
	bool (*run)(void);
} cases[] = {
	{ "all parts are split", test_full },
	{ "parts may be absent", test_bare },
	{ "a query needs no path", test_query_only },
	{ "an address in brackets keeps its colons", test_brackets },
	{ "a text without a scheme is refused", test_bad_scheme },
	{ "an empty host is refused", test_no_host },
	{ "ports are checked", test_ports },
	{ "known schemes have a default port", test_default_port },
	{ "escapes become bytes", test_decode },
	{ "bad escapes are refused", test_decode_bad },
	{ "a part that does not fit is refused", test_decode_room },
};

int main(void)
{
	size_t total = sizeof(cases) / sizeof(cases[0]);
	int failed = 0;

	alarm(5);
	setvbuf(stdout, NULL, _IOLBF, 0);
	printf("1..%zu\n", total);
	for (size_t i = 0; i < total; i++) {
		bool good = cases[i].run();

		printf("%s %zu - %s\n", good ? "ok" : "not ok", i + 1, cases[i].name);
		failed += !good;
	}
	return failed ? 1 : 0;
}
