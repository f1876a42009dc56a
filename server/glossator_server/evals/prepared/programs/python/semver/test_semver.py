import signal
import unittest

from semver import Version, newest, requirements

ORDERED = [
    "0.9.10",
    "1.0.0-1",
    "1.0.0-alpha",
    "1.0.0-alpha.1",
    "1.0.0-alpha.beta",
    "1.0.0-beta.2",
    "1.0.0-beta.11",
    "1.0.0",
    "1.0.2",
    "1.0.10",
    "1.2.0",
    "2.0.0",
]


def allowed(wanted, text):
    return all(each.allows(Version.parse(text)) for each in requirements(wanted))


class VersionTest(unittest.TestCase):
    def setUp(self):
        signal.alarm(5)

    def tearDown(self):
        signal.alarm(0)

    def test_parse(self):
        self.assertEqual(
            repr(Version.parse("1.4.0-rc.2+b7")),
            repr(Version(1, 4, 0, ("rc", "2"), "b7")),
        )
        self.assertEqual(Version.parse(" v1.2.3 "), Version(1, 2, 3))

    def test_parse_refuses(self):
        for text in ("", "1.2", "1.2.3.4", "01.2.3", "1.2.3-", "a.b.c"):
            with self.assertRaises(ValueError):
                Version.parse(text)

    def test_text(self):
        for text in ("1.2.3", "1.2.3-rc.1", "1.2.3+b.1", "1.2.3-a+b"):
            self.assertEqual(str(Version.parse(text)), text)

    def test_order(self):
        versions = [Version.parse(text) for text in reversed(ORDERED)]
        self.assertEqual([str(v) for v in sorted(versions)], ORDERED)

    def test_build_does_not_count(self):
        left, right = Version.parse("1.0.0+a"), Version.parse("1.0.0+b")
        self.assertEqual(left, right)
        self.assertEqual(len({left, right}), 1)
        self.assertNotEqual(left, "1.0.0")

    def test_bump(self):
        version = Version(1, 2, 3)
        self.assertEqual(version.bump("major"), Version(2, 0, 0))
        self.assertEqual(version.bump("minor"), Version(1, 3, 0))
        self.assertEqual(version.bump("patch"), Version(1, 2, 4))
        with self.assertRaises(ValueError):
            version.bump("build")

    def test_bump_of_a_candidate(self):
        self.assertEqual(str(Version.parse("1.2.3-rc.1+x").bump("patch")), "1.2.3")

    def test_comparisons(self):
        for wanted in ("==1.2.3", ">=1.2.3", "<=1.2.3", ">1.2.2", "<1.2.4", "!=1.2.4"):
            self.assertTrue(allowed(wanted, "1.2.3"), wanted)
        for wanted in ("==1.2.4", ">=1.2.4", "<=1.2.2", ">1.2.3", "<1.2.3", "!=1.2.3"):
            self.assertFalse(allowed(wanted, "1.2.3"), wanted)

    def test_caret(self):
        self.assertTrue(allowed("^1.2.3", "1.9.0"))
        self.assertTrue(allowed("^1.2.3", "1.2.3"))
        self.assertTrue(allowed("^0.0.3", "0.0.3"))
        self.assertFalse(allowed("^1.2.3", "2.0.0"))
        self.assertFalse(allowed("^1.2.3", "1.2.2"))
        self.assertFalse(allowed("^0.2.3", "0.3.0"))
        self.assertTrue(allowed("^0.2.3", "0.2.4"))
        self.assertFalse(allowed("^0.0.3", "0.0.4"))

    def test_tilde(self):
        self.assertTrue(allowed("~1.2.3", "1.2.9"))
        self.assertTrue(allowed("~1.2.3", "1.2.3"))
        self.assertFalse(allowed("~1.2.3", "1.3.0"))

    def test_several(self):
        self.assertTrue(allowed(">=1.0.0, <2.0.0", "1.5.0"))
        self.assertFalse(allowed(">=1.0.0, <2.0.0", "2.0.0"))
        self.assertTrue(allowed("*", "0.0.1"))
        self.assertFalse(allowed("*, >=2.0.0", "1.5.0"))
        with self.assertRaises(ValueError):
            requirements("1.0.0")

    def test_newest(self):
        versions = [
            Version.parse(t) for t in ("1.0.0", "1.10.0", "1.9.0", "2.0.0-rc.1")
        ]
        self.assertEqual(str(newest(versions)), "1.10.0")
        self.assertEqual(str(newest(versions, "<1.10.0")), "1.9.0")
        self.assertEqual(str(newest(versions, ">1.10.0")), "2.0.0-rc.1")
        self.assertIsNone(newest(versions, ">=3.0.0"))


if __name__ == "__main__":
    unittest.main()
