import signal
import unittest

from roman import Roman, RomanError, from_roman, is_roman, raw_value, to_roman


class RomanTest(unittest.TestCase):
    def setUp(self):
        signal.alarm(5)

    def tearDown(self):
        signal.alarm(0)

    def test_small_numbers(self):
        self.assertEqual(
            [to_roman(n) for n in range(1, 11)],
            ["I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X"],
        )

    def test_year(self):
        self.assertEqual(to_roman(1994), "MCMXCIV")
        self.assertEqual(to_roman(2026), "MMXXVI")

    def test_bounds_are_included(self):
        self.assertEqual(to_roman(1), "I")
        self.assertEqual(to_roman(3999), "MMMCMXCIX")

    def test_outside_bounds(self):
        for number in (0, -3, 4000):
            with self.assertRaises(RomanError):
                to_roman(number)

    def test_raw_value(self):
        self.assertEqual(raw_value("XLII"), 42)
        self.assertEqual(raw_value("IIII"), 4)

    def test_round_trip(self):
        for number in range(1, 4000, 7):
            self.assertEqual(from_roman(to_roman(number)), number)

    def test_case_and_spaces(self):
        self.assertEqual(from_roman("  xiv "), 14)

    def test_unknown_letter(self):
        with self.assertRaisesRegex(RomanError, "'B' is no Roman digit"):
            from_roman("XB")

    def test_empty(self):
        with self.assertRaisesRegex(RomanError, "empty"):
            from_roman("  ")

    def test_is_roman(self):
        self.assertTrue(is_roman("CDXLIV"))
        self.assertFalse(is_roman("IIII"))
        self.assertFalse(is_roman("hello"))

    def test_arithmetic(self):
        self.assertEqual(str(Roman.parse("IX") + Roman.parse("IV")), "XIII")
        self.assertEqual(str(Roman.parse("IX") - Roman.parse("IV")), "V")

    def test_order(self):
        self.assertLess(Roman(4), Roman(5))
        self.assertGreaterEqual(Roman(9), Roman(9))
        self.assertEqual(max(Roman(3), Roman(8), Roman(5)), Roman(8))


if __name__ == "__main__":
    unittest.main()
