import signal
import unittest
from decimal import Decimal

from money import Bill, CurrencyMismatch, Money, total


class MoneyTest(unittest.TestCase):
    def setUp(self):
        signal.alarm(5)

    def tearDown(self):
        signal.alarm(0)

    def test_parse(self):
        self.assertEqual(Money.parse("12.50 EUR"), Money(1250))
        self.assertEqual(Money.parse("-0.99 USD"), Money(-99, "USD"))

    def test_parse_whole(self):
        self.assertEqual(Money.parse("7 CHF"), Money(700, "CHF"))

    def test_parse_refuses(self):
        for text in ("", "12.5 EUR", "12,50 EUR", "12.50", "12.50 EURO"):
            with self.assertRaises(ValueError):
                Money.parse(text)

    def test_text(self):
        self.assertEqual(str(Money(1205)), "12.05 EUR")
        self.assertEqual(str(Money(-7, "USD")), "-0.07 USD")
        self.assertEqual(str(Money(0)), "0.00 EUR")

    def test_add_and_subtract(self):
        self.assertEqual(Money(150) + Money(275), Money(425))
        self.assertEqual(Money(150, "USD") - Money(275, "USD"), Money(-125, "USD"))

    def test_currencies_do_not_mix(self):
        with self.assertRaises(CurrencyMismatch):
            Money(1) + Money(1, "USD")
        with self.assertRaises(CurrencyMismatch):
            Money(1) - Money(1, "USD")

    def test_times_rounds_to_even(self):
        self.assertEqual(Money(25).times(Decimal("0.5")), Money(12))
        self.assertEqual(Money(27).times(Decimal("0.5")), Money(14))

    def test_split_keeps_the_sum(self):
        parts = Money(1000).split(3)
        self.assertEqual([p.cents for p in parts], [334, 333, 333])
        self.assertEqual(total(parts), Money(1000))

    def test_split_one_and_none(self):
        self.assertEqual(Money(5, "USD").split(1), [Money(5, "USD")])
        with self.assertRaises(ValueError):
            Money(5).split(0)

    def test_total_of_nothing(self):
        self.assertEqual(total([], "USD"), Money(0, "USD"))


class BillTest(unittest.TestCase):
    def setUp(self):
        signal.alarm(5)
        self.bill = Bill()
        self.bill.add("book", 2, Money(999), Decimal("0.07"))
        self.bill.add("pen", 3, Money(150))
        self.bill.add("map", 1, Money(501), Decimal("0.07"))

    def tearDown(self):
        signal.alarm(0)

    def test_net(self):
        self.assertEqual(self.bill.net(), Money(1998 + 450 + 501))

    def test_taxes(self):
        self.assertEqual(
            self.bill.taxes(), {Decimal("0.07"): Money(175), Decimal("0.19"): Money(86)}
        )

    def test_gross(self):
        self.assertEqual(self.bill.gross(), Money(2949 + 175 + 86))

    def test_bills_are_separate(self):
        self.assertEqual(Bill().lines, [])
        self.assertEqual(Bill("USD").gross(), Money(0, "USD"))

    def test_no_empty_line(self):
        with self.assertRaises(ValueError):
            self.bill.add("air", 0, Money(1))


if __name__ == "__main__":
    unittest.main()
