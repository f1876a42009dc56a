#include "json_scan.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

void json_scan_init(struct json_scanner *sc, const char *text)
{
	sc->text = text;
	sc->pos = 0;
}

static void skip_space(struct json_scanner *sc)
{
	while (sc->text[sc->pos] && strchr(" \t\r\n", sc->text[sc->pos]))
		sc->pos++;
}

/* Leaves pos behind the closing quote. */
static int scan_string(struct json_scanner *sc)
{
	sc->pos++;
	for (;;) {
		unsigned char c = (unsigned char)sc->text[sc->pos];

		if (c < 0x20)
			return -EINVAL;
		sc->pos++;
		if (c == '"')
			return 0;
		if (c == '\\') {
			if (!sc->text[sc->pos] || !strchr("\"\\/bfnrt", sc->text[sc->pos]))
				return -EINVAL;
			sc->pos++;
		}
	}
}

static int scan_digits(struct json_scanner *sc)
{
	if (!isdigit((unsigned char)sc->text[sc->pos]))
		return -EINVAL;
	while (isdigit((unsigned char)sc->text[sc->pos]))
		sc->pos++;
	return 0;
}

static int scan_number(struct json_scanner *sc)
{
	const char *s = sc->text;

	if (s[sc->pos] == '-')
		sc->pos++;
	if (s[sc->pos] == '0' && isdigit((unsigned char)s[sc->pos + 1]))
		return -EINVAL;
	if (scan_digits(sc))
		return -EINVAL;
	if (s[sc->pos] == '.') {
		sc->pos++;
		if (scan_digits(sc))
			return -EINVAL;
	}
	if (s[sc->pos] == 'e' || s[sc->pos] == 'E') {
		sc->pos++;
		if (s[sc->pos] == '+' || s[sc->pos] == '-')
			sc->pos++;
		return scan_digits(sc);
	}
	return 0;
}

static int scan_word(struct json_scanner *sc, const char *word)
{
	size_t n = strlen(word);

	if (strncmp(sc->text + sc->pos, word, n) != 0 ||
	    isalnum((unsigned char)sc->text[sc->pos + n]))
		return -EINVAL;
	sc->pos += n;
	return 0;
}

/* Returns 0 and the next token, or -EINVAL with pos at the bad byte. */
int json_next(struct json_scanner *sc, struct json_token *tok)
{
	int err = 0;

	skip_space(sc);
	tok->start = sc->pos;
	switch (sc->text[sc->pos]) {
	case '\0':
		tok->kind = JSON_END;
		break;
	case '{': case '}': case '[': case ']': case ',': case ':':
		tok->kind = JSON_PUNCT;
		sc->pos++;
		break;
	case '"':
		tok->kind = JSON_STRING;
		err = scan_string(sc);
		break;
	case 't':
		tok->kind = JSON_TRUE;
		err = scan_word(sc, "true");
		break;
	case 'f':
		tok->kind = JSON_FALSE;
		err = scan_word(sc, "false");
		break;
	case 'n':
		tok->kind = JSON_NULL;
		err = scan_word(sc, "null");
		break;
	default:
		tok->kind = JSON_NUMBER;
		err = scan_number(sc);
		break;
	}
	tok->len = sc->pos - tok->start;
	return err;
}

static char plain_of(char escape)
{
	static const char names[] = "bfnrt", plain[] = "\b\f\n\r\t";
	const char *at = strchr(names, escape);

	return at ? plain[at - names] : escape;
}

/* Writes the contents of a string token; returns the length or -ENOSPC. */
long json_unescape(const char *text, const struct json_token *tok, char *out, size_t size)
{
	const char *s = text + tok->start + 1;
	const char *end = text + tok->start + tok->len - 1;
	size_t n = 0;

	for (; s < end; s++) {
		if (n + 1 >= size)
			return -ENOSPC;
		out[n++] = *s == '\\' ? plain_of(*++s) : *s;
	}
	if (size == 0)
		return -ENOSPC;
	out[n] = '\0';
	return (long)n;
}

/* The deepest nesting of brackets, or -EINVAL. */
int json_max_depth(const char *text)
{
	struct json_scanner sc;
	struct json_token tok;
	int depth = 0, max = 0;

	json_scan_init(&sc, text);
	for (;;) {
		if (json_next(&sc, &tok))
			return -EINVAL;
		if (tok.kind == JSON_END)
			return depth == 0 ? max : -EINVAL;
		if (tok.kind != JSON_PUNCT)
			continue;
		if (strchr("{[", text[tok.start]) && ++depth > max)
			max = depth;
		if (strchr("}]", text[tok.start]) && --depth < 0)
			return -EINVAL;
	}
}
