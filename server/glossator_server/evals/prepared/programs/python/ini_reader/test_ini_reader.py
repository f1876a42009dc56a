import signal
import unittest

from ini_reader import Config, IniError, logical_lines, parse

TEXT = """\
root = /srv
# where things are
[Paths]
data = ${root}/data   # the data
logs = ${data}/logs
colours = red, green,
    blue,, white

[Server]
port = 0x1F90
workers = 4
verbose = Yes
quiet = off
store = ${paths:logs}/server
bad = maybe
loop = ${loop}
lost = ${nowhere}
url = http://host/?a=b
"""


class IniReaderTest(unittest.TestCase):
    def setUp(self):
        signal.alarm(5)
        self.config = parse(TEXT)

    def tearDown(self):
        signal.alarm(0)

    def test_plain_value(self):
        self.assertEqual(self.config.get("server", "workers"), "4")

    def test_value_may_hold_an_equals_sign(self):
        self.assertEqual(self.config.get("server", "url"), "http://host/?a=b")

    def test_default_section(self):
        self.assertEqual(self.config.get("server", "root"), "/srv")
        self.assertEqual(self.config.get("unknown", "root"), "/srv")

    def test_missing_value(self):
        with self.assertRaises(KeyError):
            self.config.get("server", "nothing")
        self.assertEqual(self.config.get("server", "nothing", "x"), "x")

    def test_references(self):
        self.assertEqual(self.config.get("paths", "logs"), "/srv/data/logs")
        self.assertEqual(self.config.get("server", "store"), "/srv/data/logs/server")

    def test_circle(self):
        with self.assertRaisesRegex(IniError, "circle"):
            self.config.get("server", "loop")

    def test_deepest_reference(self):
        lines = [f"k{n} = ${{k{n + 1}}}" for n in range(9)] + ["k9 = end"]
        deep = parse("\n".join(lines))
        self.assertEqual(deep.get("default", "k1"), "end")
        with self.assertRaises(IniError):
            deep.get("default", "k0")

    def test_reference_to_nothing(self):
        with self.assertRaisesRegex(IniError, "nothing is known of .*nowhere"):
            self.config.get("server", "lost")

    def test_numbers(self):
        self.assertEqual(self.config.number("server", "port"), 8080)
        self.assertEqual(self.config.number("server", "workers"), 4)
        self.assertEqual(self.config.number("server", "depth", 3), 3)
        with self.assertRaisesRegex(IniError, "server.verbose is no number: 'Yes'"):
            self.config.number("server", "verbose")

    def test_flags(self):
        self.assertIs(self.config.flag("server", "verbose"), True)
        self.assertIs(self.config.flag("server", "quiet"), False)
        self.assertIs(self.config.flag("server", "absent"), False)
        with self.assertRaises(IniError):
            self.config.flag("server", "bad")

    def test_items(self):
        self.assertEqual(
            self.config.items("paths", "colours"), ["red", "green", "blue", "white"]
        )
        self.assertEqual(self.config.items("paths", "absent"), [])

    def test_logical_lines(self):
        self.assertEqual(
            list(logical_lines("a = 1\n\n  2\n# no\nb = 3")),
            [(1, "a = 1 2"), (5, "b = 3")],
        )

    def test_wrong_lines(self):
        with self.assertRaisesRegex(IniError, "line 3: .*'just words'"):
            parse("a = 1\n\njust words\n")
        with self.assertRaisesRegex(IniError, "line 1"):
            parse("= 1")

    def test_configurations_are_separate(self):
        parse("a = 1")
        self.assertEqual(Config().sections, {})
        self.assertEqual(parse("[Empty]").sections, {"empty": {}})


if __name__ == "__main__":
    unittest.main()
