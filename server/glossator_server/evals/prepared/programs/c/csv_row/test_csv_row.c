#define _POSIX_C_SOURCE 200809L

#include "csv_row.h"

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

static char line[128];

/* Parses a copy of text, as parsing writes into the line. */
static int parse(struct csv_row *row, const char *text)
{
	strcpy(line, text);
	return csv_row_parse(row, line, ',');
}

static bool test_plain(void)
{
	struct csv_row row;

	csv_row_init(&row);
	CHECK(parse(&row, "a,bb,ccc") == 0 && row.count == 3);
	CHECK(!strcmp(row.fields[0], "a") && !strcmp(row.fields[2], "ccc"));
	csv_row_free(&row);
	return true;
}

static bool test_empty_fields(void)
{
	struct csv_row row;

	csv_row_init(&row);
	CHECK(parse(&row, ",x,") == 0 && row.count == 3);
	CHECK(!*row.fields[0] && !strcmp(row.fields[1], "x") && !*row.fields[2]);
	CHECK(parse(&row, "") == 0 && row.count == 1 && !*row.fields[0]);
	csv_row_free(&row);
	return true;
}

static bool test_quoted(void)
{
	struct csv_row row;

	csv_row_init(&row);
	CHECK(parse(&row, "\"a,b\",\"say \"\"hi\"\"\",c") == 0 && row.count == 3);
	CHECK(!strcmp(row.fields[0], "a,b"));
	CHECK(!strcmp(row.fields[1], "say \"hi\""));
	CHECK(parse(&row, "\"\"") == 0 && row.count == 1 && !*row.fields[0]);
	csv_row_free(&row);
	return true;
}

static bool test_line_end(void)
{
	struct csv_row row;

	csv_row_init(&row);
	CHECK(parse(&row, "a,b\r\n") == 0 && row.count == 2);
	CHECK(!strcmp(row.fields[1], "b"));
	CHECK(parse(&row, "\n") == 0 && row.count == 1 && !*row.fields[0]);
	csv_row_free(&row);
	return true;
}

static bool test_bad_quotes(void)
{
	struct csv_row row;

	csv_row_init(&row);
	CHECK(parse(&row, "\"abc") == -EINVAL);
	CHECK(parse(&row, "\"abc\"d,e") == -EINVAL);
	CHECK(parse(&row, "\"abc\"\"") == -EINVAL);
	csv_row_free(&row);
	return true;
}

static bool test_many(void)
{
	struct csv_row row;

	csv_row_init(&row);
	CHECK(parse(&row, "0,1,2,3,4,5,6,7,8,9,a,b,c,d,e,f,g") == 0);
	CHECK(row.count == 17 && row.room == 32);
	CHECK(!strcmp(row.fields[9], "9") && !strcmp(row.fields[16], "g"));
	CHECK(parse(&row, "x") == 0 && row.count == 1);
	csv_row_free(&row);
	CHECK(row.fields == NULL && row.count == 0);
	csv_row_free(&row);
	return true;
}

static bool test_find(void)
{
	struct csv_row row;

	csv_row_init(&row);
	CHECK(parse(&row, "id,name,size") == 0);
	CHECK(csv_row_find(&row, "id") == 0 && csv_row_find(&row, "size") == 2);
	CHECK(csv_row_find(&row, "nam") == -ENOENT);
	csv_row_free(&row);
	return true;
}

static bool test_numbers(void)
{
	struct csv_row row;
	long value = 7;

	csv_row_init(&row);
	CHECK(parse(&row, "42,-5,x,,1z,99999999999999999999") == 0);
	CHECK(csv_row_long(&row, 0, &value) == 0 && value == 42);
	CHECK(csv_row_long(&row, 1, &value) == 0 && value == -5);
	CHECK(csv_row_long(&row, 2, &value) == -EINVAL);
	CHECK(csv_row_long(&row, 3, &value) == -EINVAL);
	CHECK(csv_row_long(&row, 4, &value) == -EINVAL);
	CHECK(csv_row_long(&row, 5, &value) == -ERANGE);
	CHECK(csv_row_long(&row, 6, &value) == -ENOENT && value == -5);
	errno = ERANGE;
	CHECK(csv_row_long(&row, 0, &value) == 0 && value == 42);
	csv_row_free(&row);
	return true;
}

static bool test_write(void)
{
	char out[32];

	CHECK(csv_field_write("abc", ',', out, sizeof(out)) == 3 && !strcmp(out, "abc"));
	CHECK(csv_field_write("a,b", ',', out, sizeof(out)) == 5 && !strcmp(out, "\"a,b\""));
	CHECK(csv_field_write("a,b", ';', out, sizeof(out)) == 3 && !strcmp(out, "a,b"));
	CHECK(csv_field_write("a\"b", ',', out, sizeof(out)) == 6);
	CHECK(!strcmp(out, "\"a\"\"b\""));
	CHECK(csv_field_write("a\nb", ',', out, sizeof(out)) == 5);
	CHECK(csv_field_write("", ',', out, sizeof(out)) == 0 && !*out);
	return true;
}

static bool test_write_room(void)
{
	char out[8] = "???????";

	CHECK(csv_field_write("abc", ',', out, 4) == 3);
	CHECK(csv_field_write("abc", ',', out, 3) == -ENOSPC);
	CHECK(csv_field_write("\"", ',', out, 5) == 4);
	CHECK(csv_field_write("\"", ',', out, 4) == -ENOSPC);
	return true;
}

static const struct {
	const char *name;
	bool (*run)(void);
} cases[] = {
	{ "plain fields are split", test_plain },
	{ "empty fields count", test_empty_fields },
	{ "quoted fields may hold separators and quotes", test_quoted },
	{ "line ends are dropped", test_line_end },
	{ "quotes that do not match up are refused", test_bad_quotes },
	{ "a row can have many fields and be used again", test_many },
	{ "columns are found by name", test_find },
	{ "numbers are read with their errors told apart", test_numbers },
	{ "fields are quoted where they must be", test_write },
	{ "a field that does not fit is refused", test_write_room },
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
