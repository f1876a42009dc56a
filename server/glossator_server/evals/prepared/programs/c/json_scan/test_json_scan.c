#define _POSIX_C_SOURCE 200809L

#include "json_scan.h"

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

/* Whether the whole of text is one token of this kind. */
static bool is_one(const char *text, enum json_kind kind)
{
	struct json_scanner sc;
	struct json_token tok;

	json_scan_init(&sc, text);
	if (json_next(&sc, &tok) || tok.kind != kind || tok.len != strlen(text))
		return false;
	return json_next(&sc, &tok) == 0 && tok.kind == JSON_END;
}

static bool is_bad(const char *text, size_t where)
{
	struct json_scanner sc;
	struct json_token tok;

	json_scan_init(&sc, text);
	return json_next(&sc, &tok) == -EINVAL && sc.pos == where;
}

static bool test_end(void)
{
	CHECK(is_one("", JSON_END));
	CHECK(json_max_depth(" \n") == 0);
	return true;
}

static bool test_words(void)
{
	CHECK(is_one("true", JSON_TRUE));
	CHECK(is_one("false", JSON_FALSE));
	CHECK(is_one("null", JSON_NULL));
	CHECK(is_bad("trues", 0) && is_bad("nul", 0));
	return true;
}

static bool test_numbers(void)
{
	CHECK(is_one("0", JSON_NUMBER) && is_one("-12", JSON_NUMBER));
	CHECK(is_one("3.25", JSON_NUMBER) && is_one("0.5", JSON_NUMBER));
	CHECK(is_one("1e9", JSON_NUMBER) && is_one("2.5E-3", JSON_NUMBER));
	CHECK(is_one("1e+2", JSON_NUMBER));
	return true;
}

static bool test_bad_numbers(void)
{
	CHECK(is_bad("01", 0) && is_bad("-", 1) && is_bad("-01", 1));
	CHECK(is_bad("1.", 2) && is_bad("1e", 2) && is_bad("1e+", 3));
	CHECK(is_bad("+1", 0) && is_bad(".5", 0) && is_bad("x", 0));
	return true;
}

static bool test_strings(void)
{
	CHECK(is_one("\"\"", JSON_STRING));
	CHECK(is_one("\"a b\"", JSON_STRING));
	CHECK(is_one("\"say \\\"hi\\\"\"", JSON_STRING));
	CHECK(is_one("\"\xc3\xa4\"", JSON_STRING));
	CHECK(is_one("\"tail\\\\\"", JSON_STRING));
	return true;
}

static bool test_bad_strings(void)
{
	CHECK(is_bad("\"abc", 4));
	CHECK(is_bad("\"a\nb\"", 2));
	CHECK(is_bad("\"\\q\"", 2));
	CHECK(is_bad("\"\\", 2));
	return true;
}

static bool test_sequence(void)
{
	static const char text[] = " [1, {\"k\" :true}]";
	static const size_t starts[] = { 1, 2, 3, 5, 6, 10, 11, 15, 16 };
	static const size_t lens[] = { 1, 1, 1, 1, 3, 1, 4, 1, 1 };
	static const enum json_kind kinds[] = {
		JSON_PUNCT, JSON_NUMBER, JSON_PUNCT, JSON_PUNCT, JSON_STRING,
		JSON_PUNCT, JSON_TRUE, JSON_PUNCT, JSON_PUNCT,
	};
	struct json_scanner sc;
	struct json_token tok;

	json_scan_init(&sc, text);
	for (size_t i = 0; i < 9; i++) {
		CHECK(json_next(&sc, &tok) == 0);
		CHECK(tok.start == starts[i] && tok.kind == kinds[i]);
		CHECK(tok.len == lens[i]);
	}
	CHECK(json_next(&sc, &tok) == 0 && tok.kind == JSON_END);
	return true;
}

static bool test_unescape(void)
{
	static const char text[] = "\"a\\tb\\\\c\\\"d\\/\\n\"";
	struct json_token tok = { JSON_STRING, 0, sizeof(text) - 1 };
	char out[16];

	CHECK(json_unescape(text, &tok, out, sizeof(out)) == 9);
	CHECK(strcmp(out, "a\tb\\c\"d/\n") == 0);
	return true;
}

static bool test_unescape_room(void)
{
	struct json_token tok = { JSON_STRING, 0, 5 };
	char out[4] = "???";

	CHECK(json_unescape("\"abc\"", &tok, out, 4) == 3);
	CHECK(json_unescape("\"abc\"", &tok, out, 3) == -ENOSPC);
	CHECK(json_unescape("\"abc\"", &tok, out, 0) == -ENOSPC);
	tok.len = 2;
	CHECK(json_unescape("\"\"", &tok, out, 1) == 0 && out[0] == '\0');
	return true;
}

static bool test_depth(void)
{
	CHECK(json_max_depth("1") == 0);
	CHECK(json_max_depth("[]") == 1);
	CHECK(json_max_depth("[{\"a\":[1]},[]]") == 3);
	CHECK(json_max_depth("\"[[[\"") == 0);
	return true;
}

static bool test_depth_bad(void)
{
	CHECK(json_max_depth("[") == -EINVAL);
	CHECK(json_max_depth("]") == -EINVAL);
	CHECK(json_max_depth("[]][") == -EINVAL);
	CHECK(json_max_depth("[?]") == -EINVAL);
	return true;
}

static const struct {
	const char *name;
	bool (*run)(void);
} cases[] = {
	{ "an empty text has no token", test_end },
	{ "the three words are told apart", test_words },
	{ "numbers have the forms of the standard", test_numbers },
	{ "other numbers are refused", test_bad_numbers },
	{ "strings end at the quote that is not escaped", test_strings },
	{ "strings that do not end are refused", test_bad_strings },
	{ "tokens follow each other with their places", test_sequence },
	{ "escapes become the bytes they stand for", test_unescape },
	{ "contents that do not fit are refused", test_unescape_room },
	{ "the deepest nesting is found", test_depth },
	{ "brackets that do not match up are refused", test_depth_bad },
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
