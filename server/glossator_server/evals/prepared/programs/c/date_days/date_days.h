#ifndef DATE_DAYS_H
#define DATE_DAYS_H

#include <stdbool.h>

/* Dates of the proleptic Gregorian calendar; day 0 is 1970-01-01. */
struct date {
	int year;
	int month;	/* 1..12 */
	int day;	/* 1..31 */
};

bool date_is_leap(int year);
int date_month_days(int year, int month);
bool date_valid(const struct date *d);
long date_to_days(const struct date *d);
struct date date_from_days(long days);
int date_weekday(const struct date *d);	/* 0 is Monday */
int date_yearday(const struct date *d);	/* 1..366 */
int date_iso_week(const struct date *d);
struct date date_add_months(const struct date *d, int months);
int date_parse(const char *text, struct date *d);

#endif
