import signal
import unittest
from datetime import date

from date_ranges import DateRange, add_months, age, monthly


def span(text):
    return DateRange.parse(text)


class DateRangeTest(unittest.TestCase):
    def setUp(self):
        signal.alarm(5)

    def tearDown(self):
        signal.alarm(0)

    def test_parse(self):
        self.assertEqual(
            span("2024-02-01 .. 2024-02-29"),
            DateRange(date(2024, 2, 1), date(2024, 2, 29)),
        )
        self.assertEqual(
            span("2024-02-01"), DateRange(date(2024, 2, 1), date(2024, 2, 1))
        )

    def test_backward_is_refused(self):
        with self.assertRaises(ValueError):
            span("2024-02-02..2024-02-01")

    def test_of_month(self):
        self.assertEqual(DateRange.of_month(2024, 2).last, date(2024, 2, 29))
        self.assertEqual(DateRange.of_month(2023, 2).last, date(2023, 2, 28))
        self.assertEqual(DateRange.of_month(2023, 12).first, date(2023, 12, 1))

    def test_length_and_days(self):
        week = span("2024-02-26..2024-03-03")
        self.assertEqual(len(week), 7)
        self.assertEqual([day.day for day in week], [26, 27, 28, 29, 1, 2, 3])

    def test_contains_both_ends(self):
        week = span("2024-03-04..2024-03-10")
        self.assertIn(date(2024, 3, 4), week)
        self.assertIn(date(2024, 3, 10), week)
        self.assertNotIn(date(2024, 3, 11), week)
        self.assertNotIn(date(2024, 3, 3), week)

    def test_overlap(self):
        self.assertEqual(
            span("2024-01-01..2024-01-10").overlap(span("2024-01-10..2024-01-20")),
            span("2024-01-10"),
        )
        self.assertIsNone(span("2024-01-01..2024-01-09").overlap(span("2024-01-10")))

    def test_minus(self):
        month = DateRange.of_month(2024, 1)
        self.assertEqual(
            month.minus(span("2024-01-10..2024-01-20")),
            [span("2024-01-01..2024-01-09"), span("2024-01-21..2024-01-31")],
        )
        self.assertEqual(month.minus(span("2023-12-01..2024-02-01")), [])
        self.assertEqual(month.minus(span("2024-02-01")), [month])

    def test_months(self):
        self.assertEqual(
            span("2023-12-30..2024-02-02").months(),
            [
                span("2023-12-30..2023-12-31"),
                span("2024-01-01..2024-01-31"),
                span("2024-02-01..2024-02-02"),
            ],
        )

    def test_months_from_the_first(self):
        self.assertEqual(len(span("2024-01-01..2024-02-01").months()), 2)

    def test_working_days(self):
        self.assertEqual(span("2024-03-01..2024-03-11").working_days(), 7)
        self.assertEqual(
            DateRange.of_month(2024, 5).working_days({date(2024, 5, 1)}), 22
        )
        self.assertEqual(span("2024-03-02..2024-03-03").working_days(), 0)


class MonthsTest(unittest.TestCase):
    def setUp(self):
        signal.alarm(5)

    def tearDown(self):
        signal.alarm(0)

    def test_add_months(self):
        self.assertEqual(add_months(date(2023, 11, 15), 1), date(2023, 12, 15))
        self.assertEqual(add_months(date(2023, 11, 15), 2), date(2024, 1, 15))
        self.assertEqual(add_months(date(2024, 1, 15), -1), date(2023, 12, 15))

    def test_add_months_to_the_last_day(self):
        self.assertEqual(add_months(date(2024, 1, 31), 1), date(2024, 2, 29))
        self.assertEqual(add_months(date(2024, 1, 31), 13), date(2025, 2, 28))

    def test_monthly(self):
        days = list(monthly(date(2024, 1, 31), span("2024-02-01..2024-05-31")))
        self.assertEqual(
            [(d.month, d.day) for d in days], [(2, 29), (3, 31), (4, 30), (5, 31)]
        )

    def test_monthly_includes_both_ends(self):
        ends = span("2024-01-31..2024-03-31")
        self.assertEqual(len(list(monthly(date(2024, 1, 31), ends))), 3)

    def test_monthly_outside(self):
        self.assertEqual(
            list(monthly(date(2024, 6, 1), span("2024-01-01..2024-05-31"))), []
        )

    def test_age(self):
        born = date(2000, 6, 15)
        self.assertEqual(age(born, date(2024, 6, 14)), 23)
        self.assertEqual(age(born, date(2024, 6, 15)), 24)
        self.assertEqual(age(born, date(2024, 12, 1)), 24)
        self.assertEqual(age(date(2000, 12, 20), date(2024, 6, 25)), 23)


if __name__ == "__main__":
    unittest.main()
