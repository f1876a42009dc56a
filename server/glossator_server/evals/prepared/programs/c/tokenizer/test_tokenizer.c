#define _POSIX_C_SOURCE 200809L

#include "tokenizer.h"

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

/* Whether the tokens of text, joined by single spaces, are as expected. */
static bool splits(const char *text, const char *expected)
{
	char joined[256] = "";
	struct tokenizer t;
	struct token token;

	tokenizer_init(&t, text);
	for (token = tokenizer_next(&t); token.kind != TOKEN_END; token = tokenizer_next(&t)) {
		if (joined[0])
			strcat(joined, " ");
		if (strlen(joined) + token.len + 2 > sizeof(joined))
			return false;
		strncat(joined, token.start, token.len);
	}
	if (strcmp(joined, expected) != 0)
		printf("# got: %s\n", joined);
	return strcmp(joined, expected) == 0;
}

static struct token first(struct tokenizer *t, const char *text)
{
	tokenizer_init(t, text);
	return tokenizer_next(t);
}

static bool test_empty(void)
{
	struct tokenizer t;

	CHECK(first(&t, "").kind == TOKEN_END);
	CHECK(first(&t, " \t\n ").kind == TOKEN_END);
	CHECK(first(&t, "# only this").kind == TOKEN_END);
	CHECK(tokenizer_next(&t).kind == TOKEN_END);
	return true;
}

static bool test_split(void)
{
	CHECK(splits("a=b+12;", "a = b + 12 ;"));
	CHECK(splits("f(x_1,y)", "f ( x_1 , y )"));
	CHECK(splits("if a { b }# c\nd", "if a { b } d"));
	return true;
}

static bool test_pairs(void)
{
	CHECK(splits("a==b!=c<=d", "a == b != c <= d"));
	CHECK(splits("p->q=-1", "p -> q = - 1"));
	CHECK(splits("a=!b", "a = ! b"));
	return true;
}

static bool test_kinds(void)
{
	struct tokenizer t;

	tokenizer_init(&t, "name 42 \"text\" + _x");
	CHECK(tokenizer_next(&t).kind == TOKEN_NAME);
	CHECK(tokenizer_next(&t).kind == TOKEN_NUMBER);
	CHECK(tokenizer_next(&t).kind == TOKEN_STRING);
	CHECK(tokenizer_next(&t).kind == TOKEN_OPERATOR);
	CHECK(tokenizer_next(&t).kind == TOKEN_NAME);
	CHECK(tokenizer_next(&t).kind == TOKEN_END);
	return true;
}

static bool test_position(void)
{
	struct tokenizer t;
	struct token token;

	tokenizer_init(&t, "a\n\n  b # x\nc d");
	token = tokenizer_next(&t);
	CHECK(token.line == 1 && token.column == 1);
	token = tokenizer_next(&t);
	CHECK(token.line == 3 && token.column == 3);
	token = tokenizer_next(&t);
	CHECK(token.line == 4 && token.column == 1);
	token = tokenizer_next(&t);
	CHECK(token.line == 4 && token.column == 3);
	return true;
}

static bool test_numbers(void)
{
	struct tokenizer t;
	struct token token = first(&t, "0x1Fg");

	CHECK(token.kind == TOKEN_ERROR && token.len == 5);
	token = first(&t, "1234+");
	CHECK(token.len == 4 && token_number(&token) == 1234);
	token = first(&t, "0x1F;");
	CHECK(token.len == 4 && token_number(&token) == 31);
	token = first(&t, "010");
	CHECK(token_number(&token) == 10);
	return true;
}

static bool test_bad_number(void)
{
	struct tokenizer t;
	struct token token = first(&t, "12ab+");

	CHECK(token.kind == TOKEN_ERROR && token.len == 4);
	CHECK(strcmp(t.error, "bad number") == 0);
	CHECK(tokenizer_next(&t).kind == TOKEN_OPERATOR);
	return true;
}

static bool test_strings(void)
{
	struct tokenizer t;
	struct token token = first(&t, "\"a\\\"b\" c");
	char out[16];

	CHECK(token.kind == TOKEN_STRING && token.len == 6);
	CHECK(token_string(&token, out, sizeof(out)) == 3);
	CHECK(strcmp(out, "a\"b") == 0);
	token = first(&t, "\"x\\ty\\n\\\\\"");
	CHECK(token_string(&token, out, sizeof(out)) == 5);
	CHECK(strcmp(out, "x\ty\n\\") == 0);
	return true;
}

static bool test_string_room(void)
{
	struct tokenizer t;
	struct token token = first(&t, "\"abcdef\"");
	char out[8];

	memset(out, '#', sizeof(out));
	CHECK(token_string(&token, out, 4) == 6);
	CHECK(strcmp(out, "abc") == 0 && out[4] == '#');
	memset(out, '#', sizeof(out));
	CHECK(token_string(&token, out + 1, 0) == 6 && out[0] == '#');
	return true;
}

static bool test_unterminated(void)
{
	struct tokenizer t;
	struct token token = first(&t, "\"abc\nd\"");

	CHECK(token.kind == TOKEN_ERROR && token.len == 4);
	CHECK(strcmp(t.error, "unterminated string") == 0);
	token = tokenizer_next(&t);
	CHECK(token.kind == TOKEN_NAME && token.line == 2);
	CHECK(first(&t, "\"abc\\").kind == TOKEN_ERROR);
	return true;
}

static bool test_unexpected(void)
{
	struct tokenizer t;
	struct token token = first(&t, "@a");

	CHECK(token.kind == TOKEN_ERROR && token.len == 1);
	CHECK(tokenizer_next(&t).kind == TOKEN_NAME);
	return true;
}

static bool test_names(void)
{
	CHECK(strcmp(token_kind_name(TOKEN_END), "end") == 0);
	CHECK(strcmp(token_kind_name(TOKEN_STRING), "string") == 0);
	CHECK(strcmp(token_kind_name(TOKEN_OPERATOR), "operator") == 0);
	CHECK(strcmp(token_kind_name(TOKEN_ERROR), "error") == 0);
	return true;
}

static const struct {
	const char *name;
	bool (*run)(void);
} cases[] = {
	{ "blanks and comments are nothing", test_empty },
	{ "tokens need no blanks between them", test_split },
	{ "two characters can be one operator", test_pairs },
	{ "kinds are told apart", test_kinds },
	{ "lines and columns count from one", test_position },
	{ "decimal and hexadecimal numbers have values", test_numbers },
	{ "letters after a number are an error", test_bad_number },
	{ "strings keep escaped quotes", test_strings },
	{ "a string is cut to its room", test_string_room },
	{ "a string must end on its line", test_unterminated },
	{ "an unknown character is one error", test_unexpected },
	{ "kinds have names", test_names },
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
