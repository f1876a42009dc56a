#include "tokenizer.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static int is_name_char(char c)
{
	return isalnum((unsigned char)c) || c == '_';
}

void tokenizer_init(struct tokenizer *t, const char *text)
{
	t->at = text;
	t->line_start = text;
	t->line = 1;
	t->error = NULL;
}

/* Passes white space and comments from # to the end of the line. */
static void skip_blanks(struct tokenizer *t)
{
	for (;; t->at++) {
		if (*t->at == '#')
			t->at += strcspn(t->at, "\n");
		if (*t->at == '\n') {
			t->line++;
			t->line_start = t->at + 1;
		} else if (!isspace((unsigned char)*t->at)) {
			return;
		}
	}
}

static size_t name_length(const char *s)
{
	size_t n = 0;

	while (is_name_char(s[n]))
		n++;
	return n;
}

static size_t number_length(const char *s)
{
	size_t n = 0;

	if (s[0] == '0' && (s[1] == 'x' || s[1] == 'X')) {
		n = 2;
		while (isxdigit((unsigned char)s[n]))
			n++;
		return n;
	}
	while (isdigit((unsigned char)s[n]))
		n++;
	return n;
}

/* With both quotes; zero if the string does not end on its line. */
static size_t string_length(const char *s)
{
	size_t n = 1;

	while (s[n] && s[n] != '\n' && s[n] != '"') {
		if (s[n] == '\\' && s[n + 1])
			n++;
		n++;
	}
	return s[n] == '"' ? n + 1 : 0;
}

static size_t operator_length(const char *s)
{
	static const char *const pairs[] = { "==", "!=", "<=", ">=", "&&", "||", "->" };

	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++)
		if (strncmp(s, pairs[i], 2) == 0)
			return 2;
	return strchr("+-*/%=<>!(){}[],;.", *s) ? 1 : 0;
}

/* Marks the token as wrong; it still takes len characters. */
static void fail(struct tokenizer *t, struct token *token, size_t len, const char *why)
{
	token->kind = TOKEN_ERROR;
	token->len = len;
	t->error = why;
}

struct token tokenizer_next(struct tokenizer *t)
{
	struct token token = { TOKEN_END, NULL, 0, 0, 0 };
	char c;

	skip_blanks(t);
	c = *t->at;
	token.start = t->at;
	token.line = t->line;
	token.column = (unsigned int)(t->at - t->line_start) + 1;

	if (c == '\0')
		return token;
	if (isdigit((unsigned char)c)) {
		token.kind = TOKEN_NUMBER;
		token.len = number_length(t->at);
		if (is_name_char(t->at[token.len]))
			fail(t, &token, name_length(t->at), "bad number");
	} else if (is_name_char(c)) {
		token.kind = TOKEN_NAME;
		token.len = name_length(t->at);
	} else if (c == '"') {
		token.kind = TOKEN_STRING;
		token.len = string_length(t->at);
		if (token.len == 0)
			fail(t, &token, strcspn(t->at, "\n"), "unterminated string");
	} else {
		token.kind = TOKEN_OPERATOR;
		token.len = operator_length(t->at);
		if (token.len == 0)
			fail(t, &token, 1, "unexpected character");
	}
	t->at += token.len;
	return token;
}

const char *token_kind_name(enum token_kind kind)
{
	switch (kind) {
	case TOKEN_END:
		return "end";
	case TOKEN_NAME:
		return "name";
	case TOKEN_NUMBER:
		return "number";
	case TOKEN_STRING:
		return "string";
	case TOKEN_OPERATOR:
		return "operator";
	case TOKEN_ERROR:
		return "error";
	}
	return "unknown";
}

long token_number(const struct token *token)
{
	return strtol(token->start, NULL, token->len > 2 && token->start[1] == 'x' ? 16 : 10);
}

/* Writes what a string stands for, cut to its room; returns the full length. */
size_t token_string(const struct token *token, char *dst, size_t room)
{
	size_t n = 0;

	for (size_t i = 1; i + 1 < token->len; i++) {
		char c = token->start[i];

		if (c == '\\') {
			c = token->start[++i];
			if (c == 'n')
				c = '\n';
			else if (c == 't')
				c = '\t';
		}
		if (n + 1 < room)
			dst[n] = c;
		n++;
	}
	if (room)
		dst[n < room ? n : room - 1] = '\0';
	return n;
}
