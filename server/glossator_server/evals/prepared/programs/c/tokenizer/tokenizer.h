#ifndef TOKENIZER_H
#define TOKENIZER_H

#include <stddef.h>

enum token_kind {
	TOKEN_END,
	TOKEN_NAME,
	TOKEN_NUMBER,
	TOKEN_STRING,
	TOKEN_OPERATOR,
	TOKEN_ERROR,
};

struct token {
	enum token_kind kind;
	const char *start;
	size_t len;
	unsigned int line;
	unsigned int column;	/* both count from one */
};

struct tokenizer {
	const char *at;
	const char *line_start;
	unsigned int line;
	const char *error;	/* what was wrong with the last TOKEN_ERROR */
};

void tokenizer_init(struct tokenizer *t, const char *text);
struct token tokenizer_next(struct tokenizer *t);
const char *token_kind_name(enum token_kind kind);
long token_number(const struct token *token);
size_t token_string(const struct token *token, char *dst, size_t room);

#endif
