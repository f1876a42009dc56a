import signal
import unittest

from tokenizer import FormulaError, Token, evaluate, tokens


class TokenizerTest(unittest.TestCase):
    def setUp(self):
        signal.alarm(5)

    def tearDown(self):
        signal.alarm(0)

    def failure(self, text, names=None):
        with self.assertRaises(FormulaError) as caught:
            evaluate(text, names)
        self.assertIn(f"at column {caught.exception.column}", str(caught.exception))
        return str(caught.exception)

    def test_tokens(self):
        self.assertEqual(
            list(tokens("a1 + 2.5")),
            [
                Token("name", "a1", 1),
                Token("operator", "+", 4),
                Token("number", "2.5", 6),
                Token("end", "", 9),
            ],
        )

    def test_power_is_one_token(self):
        self.assertEqual(
            [t.text for t in tokens("2**3*4")], ["2", "**", "3", "*", "4", ""]
        )

    def test_wrong_character(self):
        self.assertEqual(self.failure("1 + $"), "unexpected '$' at column 5")

    def test_precedence(self):
        self.assertEqual(evaluate("2 + 3 * 4"), 14)
        self.assertEqual(evaluate("2 * 3 + 4"), 10)
        self.assertEqual(evaluate("(2 + 3) * 4"), 20)

    def test_left_to_right(self):
        self.assertEqual(evaluate("10 - 4 - 3"), 3)
        self.assertEqual(evaluate("16 / 4 / 2"), 2)

    def test_power_to_the_right(self):
        self.assertEqual(evaluate("2 ** 3 ** 2"), 512)

    def test_minus_sign(self):
        self.assertEqual(evaluate("-2 ** 2"), -4)
        self.assertEqual(evaluate("-2 * 3"), -6)
        self.assertEqual(evaluate("3 - -2"), 5)
        self.assertEqual(evaluate("2 ** -1"), 0.5)

    def test_names(self):
        self.assertEqual(evaluate("width * height", {"width": 3, "height": 4}), 12)
        self.assertEqual(self.failure("1 + depth"), "unknown name 'depth' at column 5")

    def test_division(self):
        self.assertEqual(evaluate("7 / 2"), 3.5)
        self.assertEqual(self.failure("1 / (2 - 2)"), "division by zero at column 3")

    def test_missing_bracket(self):
        self.assertEqual(self.failure("(1 + 2"), "missing ')' at column 7")

    def test_missing_value(self):
        self.assertEqual(self.failure("1 +"), "a value is missing at column 4")
        self.assertEqual(self.failure(""), "a value is missing at column 1")

    def test_rest(self):
        self.assertEqual(self.failure("1 2"), "unexpected '2' at column 3")
        self.assertEqual(self.failure("1 = 1"), "unexpected '=' at column 3")


if __name__ == "__main__":
    unittest.main()
