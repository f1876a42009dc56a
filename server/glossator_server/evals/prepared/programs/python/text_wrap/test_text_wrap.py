import signal
import unittest

from text_wrap import (
    Wrapper,
    common_indent,
    justified,
    paragraphs,
    pieces,
    shorten,
    wrap,
)


class TextWrapTest(unittest.TestCase):
    def setUp(self):
        signal.alarm(5)

    def tearDown(self):
        signal.alarm(0)

    def test_pieces(self):
        self.assertEqual(list(pieces("abcdefg", 3)), ["abc", "def", "g"])
        self.assertEqual(list(pieces("abcdef", 3)), ["abc", "def"])

    def test_wrap(self):
        self.assertEqual(wrap("the quick brown fox", 10), ["the quick", "brown fox"])

    def test_wrap_fills_to_the_last_column(self):
        self.assertEqual(wrap("ab cd ef", 5), ["ab cd", "ef"])

    def test_wrap_breaks_long_words(self):
        self.assertEqual(wrap("a transformation", 6), ["a", "transf", "ormati", "on"])

    def test_wrap_nothing(self):
        self.assertEqual(wrap("  \n ", 10), [])
        with self.assertRaises(ValueError):
            wrap("text", 0)
        self.assertEqual(wrap("ab c", 1), ["a", "b", "c"])

    def test_justified(self):
        self.assertEqual(justified("a b c", 8), "a   b  c")
        self.assertEqual(justified("a b", 5), "a   b")
        self.assertEqual(justified("alone", 9), "alone")

    def test_paragraphs(self):
        self.assertEqual(paragraphs("one\ntwo\n \n\nthree\n\n"), ["one\ntwo", "three"])

    def test_common_indent(self):
        self.assertEqual(common_indent("    a\n\n      b\n    c"), "    ")
        self.assertEqual(common_indent("    a\n  b"), "  ")
        self.assertEqual(common_indent("    a\n\n  b"), "  ")
        self.assertEqual(common_indent("\ta\n  b"), "")
        self.assertEqual(common_indent(""), "")

    def test_fill_with_prefixes(self):
        layout = Wrapper(width=12, first_prefix="- ", prefix="  ")
        self.assertEqual(
            layout.fill("red green blue white"), "- red green\n  blue white"
        )

    def test_fill_justified(self):
        layout = Wrapper(width=9, justify=True)
        self.assertEqual(layout.fill("aa bb cccc dd eee"), "aa     bb\ncccc   dd\neee")

    def test_fill_all(self):
        layout = Wrapper(width=7)
        self.assertEqual(
            layout.fill_all("one two three\n\nfour"), "one two\nthree\n\nfour"
        )

    def test_shorten(self):
        self.assertEqual(shorten("one  two three", 20), "one two three")
        self.assertEqual(shorten("one two three", 13), "one two three")
        self.assertEqual(shorten("one two three", 10), "one two...")
        self.assertEqual(shorten("one two three", 9, "~"), "one two~")


if __name__ == "__main__":
    unittest.main()
