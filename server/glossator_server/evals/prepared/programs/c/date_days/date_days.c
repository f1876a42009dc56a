#include "date_days.h"

#include <ctype.h>
#include <errno.h>
#include <stddef.h>

bool date_is_leap(int year)
{
	return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

int date_month_days(int year, int month)
{
	static const int days[] = { 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31 };

	if (month < 1 || month > 12)
		return -EINVAL;
	return days[month - 1] + (month == 2 && date_is_leap(year));
}

bool date_valid(const struct date *d)
{
	return d->month >= 1 && d->month <= 12 && d->day >= 1 &&
	       d->day <= date_month_days(d->year, d->month);
}

static long floor_div(long a, long b)
{
	long q = a / b;

	return a % b < 0 ? q - 1 : q;
}

static long floor_mod(long a, long b)
{
	return a - floor_div(a, b) * b;
}

/* Counts in eras of 400 years that start on the first of March. */
long date_to_days(const struct date *d)
{
	long year = d->month <= 2 ? d->year - 1L : d->year;
	long era = floor_div(year, 400);
	long yoe = year - era * 400;
	long month = (d->month + 9) % 12;
	long doy = (153 * month + 2) / 5 + d->day - 1;
	long doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;

	return era * 146097 + doe - 719468;
}

struct date date_from_days(long days)
{
	long shifted = days + 719468;
	long era = floor_div(shifted, 146097);
	long doe = shifted - era * 146097;
	long yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	long doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	long month = (5 * doy + 2) / 153;
	struct date d;

	d.day = (int)(doy - (153 * month + 2) / 5 + 1);
	d.month = (int)(month < 10 ? month + 3 : month - 9);
	d.year = (int)(yoe + era * 400 + (d.month <= 2));
	return d;
}

/* 1970-01-01 was a Thursday. */
int date_weekday(const struct date *d)
{
	return (int)floor_mod(date_to_days(d) + 3, 7);
}

int date_yearday(const struct date *d)
{
	int total = d->day;

	for (int month = 1; month < d->month; month++)
		total += date_month_days(d->year, month);
	return total;
}

/* The week that has this week's Thursday, counted in its year. */
int date_iso_week(const struct date *d)
{
	struct date thursday = date_from_days(date_to_days(d) - date_weekday(d) + 3);

	return (date_yearday(&thursday) - 1) / 7 + 1;
}

/* The day is cut to the length of the new month. */
struct date date_add_months(const struct date *d, int months)
{
	long total = d->year * 12L + d->month - 1 + months;
	struct date to;
	int last;

	to.year = (int)floor_div(total, 12);
	to.month = (int)floor_mod(total, 12) + 1;
	last = date_month_days(to.year, to.month);
	to.day = d->day < last ? d->day : last;
	return to;
}

static const char *parse_digits(const char *s, int n, int *value)
{
	*value = 0;
	while (n--) {
		if (!isdigit((unsigned char)*s))
			return NULL;
		*value = *value * 10 + (*s++ - '0');
	}
	return s;
}

/* Reads YYYY-MM-DD; returns 0, -EINVAL, or -ERANGE for no such day. */
int date_parse(const char *text, struct date *d)
{
	const char *s = parse_digits(text, 4, &d->year);

	if (!s || *s++ != '-')
		return -EINVAL;
	s = parse_digits(s, 2, &d->month);
	if (!s || *s++ != '-')
		return -EINVAL;
	s = parse_digits(s, 2, &d->day);
	if (!s || *s != '\0')
		return -EINVAL;
	return date_valid(d) ? 0 : -ERANGE;
}
