import signal
import unittest

from url_parts import Url, parse, query_values, quote, unquote, without_dots


class UrlTest(unittest.TestCase):
    def setUp(self):
        signal.alarm(5)
        self.base = parse("https://example.org/a/b/page?x=1#top")

    def tearDown(self):
        signal.alarm(0)

    def test_parse(self):
        self.assertEqual(
            parse("http://example.org:8080/a/b?c=d#e"),
            Url("http", "example.org", 8080, "/a/b", "c=d", "e"),
        )

    def test_parse_without_most(self):
        self.assertEqual(parse("a/b"), Url(path="a/b"))
        self.assertEqual(parse("//host"), Url(host="host"))
        self.assertEqual(parse("mailto:me"), Url("mailto", path="me"))

    def test_user_is_dropped(self):
        self.assertEqual(parse("ftp://me:pw@host:2121/").host, "host")
        self.assertEqual(parse("ftp://me:pw@host:2121/").port, 2121)

    def test_ports(self):
        self.assertIsNone(parse("http://host:/").port)
        self.assertEqual(parse("http://host:65535/").port, 65535)
        for port in ("65536", "abc", "-1"):
            with self.assertRaises(ValueError):
                parse(f"http://host:{port}/")

    def test_text(self):
        for text in ("https://h:1/p?q#f", "p", "//h", "mailto:me", "?q", "#f"):
            self.assertEqual(str(parse(text)), text)

    def test_normal(self):
        self.assertEqual(
            str(parse("HTTP://Example.ORG:80/A/./b").normal()), "http://example.org/A/b"
        )
        self.assertEqual(str(parse("https://h:80").normal()), "https://h:80/")
        self.assertEqual(str(parse("https://h:443/").normal()), "https://h/")
        self.assertEqual(str(parse("ftp://h:21/").normal()), "ftp://h/")
        self.assertEqual(str(parse("a").normal()), "a")

    def test_without_dots(self):
        self.assertEqual(without_dots("/a/b/../c"), "/a/c")
        self.assertEqual(without_dots("/../../a"), "/a")
        self.assertEqual(without_dots("/a/b/.."), "/a/")
        self.assertEqual(without_dots("/a/./b/."), "/a/b/")

    def test_join_paths(self):
        self.assertEqual(str(self.base.join("next")), "https://example.org/a/b/next")
        self.assertEqual(str(self.base.join("../up?y")), "https://example.org/a/up?y")
        self.assertEqual(str(self.base.join("/root")), "https://example.org/root")

    def test_join_parts(self):
        self.assertEqual(str(self.base.join("//other/x")), "https://other/x")
        self.assertEqual(str(self.base.join("ftp://other")), "ftp://other")
        self.assertEqual(
            str(self.base.join("#end")), "https://example.org/a/b/page?x=1#end"
        )
        self.assertEqual(
            str(self.base.join("?z=2")), "https://example.org/a/b/page?z=2"
        )

    def test_quote(self):
        self.assertEqual(quote("a b/ü"), "a%20b%2F%C3%BC")
        self.assertEqual(quote("a/b", "ab/"), "a/b")

    def test_unquote(self):
        self.assertEqual(unquote("a%20b%2f%C3%bc"), "a b/ü")
        self.assertEqual(unquote("100%"), "100%")

    def test_query_values(self):
        self.assertEqual(
            query_values("a=1&b=x+y&a=2&&c"), {"a": ["1", "2"], "b": ["x y"], "c": [""]}
        )
        self.assertEqual(
            query_values("plus=1%2B1&a%3Db=c"), {"plus": ["1+1"], "a=b": ["c"]}
        )


if __name__ == "__main__":
    unittest.main()
