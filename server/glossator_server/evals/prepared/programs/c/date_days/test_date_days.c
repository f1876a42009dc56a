#define _POSIX_C_SOURCE 200809L

#include "date_days.h"

#include <errno.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <unistd.h>

/* Ends the case as failed, and says where. */
#define CHECK(cond)                                                        \
	do {                                                               \
		if (!(cond)) {                                             \
			printf("# %s:%d: %s\n", __FILE__, __LINE__, #cond); \
			return false;                                      \
		}                                                          \
	} while (0)

static struct date on(int year, int month, int day)
{
	return (struct date){ year, month, day };
}

static bool same(struct date a, struct date b)
{
	return a.year == b.year && a.month == b.month && a.day == b.day;
}

static bool test_leap(void)
{
	CHECK(date_is_leap(2024) && !date_is_leap(2023));
	CHECK(!date_is_leap(1900) && date_is_leap(2000));
	return true;
}

static bool test_month_days(void)
{
	CHECK(date_month_days(2023, 1) == 31 && date_month_days(2023, 4) == 30);
	CHECK(date_month_days(2023, 2) == 28 && date_month_days(2024, 2) == 29);
	CHECK(date_month_days(2024, 12) == 31 && date_month_days(2024, 3) == 31);
	CHECK(date_month_days(2024, 0) == -EINVAL && date_month_days(2024, 13) == -EINVAL);
	return true;
}

static bool test_epoch(void)
{
	struct date d = on(1970, 1, 1);

	CHECK(date_to_days(&d) == 0 && same(date_from_days(0), d));
	d = on(1969, 12, 31);
	CHECK(date_to_days(&d) == -1 && same(date_from_days(-1), d));
	return true;
}

static bool test_known_days(void)
{
	struct date d = on(2000, 3, 1);

	CHECK(date_to_days(&d) == 11017);
	d = on(2024, 2, 29);
	CHECK(date_to_days(&d) == 19782);
	d = on(1600, 1, 1);
	CHECK(date_to_days(&d) == -135140);
	return true;
}

static bool test_round_trip(void)
{
	struct date last = date_from_days(-800001);

	for (long n = -800000; n < 200000; n += 1) {
		struct date d = date_from_days(n);
		bool next_day = d.year == last.year && d.month == last.month && d.day == last.day + 1;

		if (date_to_days(&d) != n || !date_valid(&d) || (!next_day && d.day != 1))
			CHECK(!"a day out of order");
		last = d;
	}
	return true;
}

static bool test_weekday(void)
{
	struct date d = on(1970, 1, 1);

	CHECK(date_weekday(&d) == 3);
	d = on(2024, 2, 29);
	CHECK(date_weekday(&d) == 3);
	d = on(1969, 7, 20);
	CHECK(date_weekday(&d) == 6);
	d = on(2023, 1, 2);
	CHECK(date_weekday(&d) == 0);
	return true;
}

static bool test_yearday(void)
{
	struct date d = on(2023, 1, 1);

	CHECK(date_yearday(&d) == 1);
	d = on(2023, 12, 31);
	CHECK(date_yearday(&d) == 365);
	d = on(2024, 3, 1);
	CHECK(date_yearday(&d) == 61);
	return true;
}

static bool test_iso_week(void)
{
	struct date d = on(2021, 1, 3);

	CHECK(date_iso_week(&d) == 53);
	d = on(2021, 1, 4);
	CHECK(date_iso_week(&d) == 1);
	d = on(2024, 12, 30);
	CHECK(date_iso_week(&d) == 1);
	d = on(2024, 6, 15);
	CHECK(date_iso_week(&d) == 24);
	return true;
}

static bool test_add_months(void)
{
	struct date d = on(2024, 1, 31);

	CHECK(same(date_add_months(&d, 1), on(2024, 2, 29)));
	CHECK(same(date_add_months(&d, 11), on(2024, 12, 31)));
	CHECK(same(date_add_months(&d, 12), on(2025, 1, 31)));
	CHECK(same(date_add_months(&d, -1), on(2023, 12, 31)));
	CHECK(same(date_add_months(&d, -14), on(2022, 11, 30)));
	return true;
}

static bool test_parse(void)
{
	struct date d;

	CHECK(date_parse("2024-02-29", &d) == 0 && same(d, on(2024, 2, 29)));
	CHECK(date_parse("0001-12-31", &d) == 0 && same(d, on(1, 12, 31)));
	return true;
}

static bool test_parse_bad(void)
{
	struct date d;

	CHECK(date_parse("", &d) == -EINVAL);
	CHECK(date_parse("2024-2-29", &d) == -EINVAL);
	CHECK(date_parse("2024/02/29", &d) == -EINVAL);
	CHECK(date_parse("2024-02-29x", &d) == -EINVAL);
	CHECK(date_parse("2024-02", &d) == -EINVAL);
	CHECK(date_parse("2023-02-29", &d) == -ERANGE);
	CHECK(date_parse("2023-00-10", &d) == -ERANGE);
	CHECK(date_parse("2023-10-00", &d) == -ERANGE);
	return true;
}

static const struct {
	const char *name;
	bool (*run)(void);
} cases[] = {
	{ "leap years follow the three rules", test_leap },
	{ "months have their lengths", test_month_days },
	{ "the count starts in 1970", test_epoch },
	{ "known days have known numbers", test_known_days },
	{ "each day follows the one before", test_round_trip },
	{ "weekdays are right on both sides of 1970", test_weekday },
	{ "days are counted within the year", test_yearday },
	{ "weeks belong to the year of their Thursday", test_iso_week },
	{ "months are added across years", test_add_months },
	{ "dates are read", test_parse },
	{ "other texts are refused", test_parse_bad },
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
