import signal
import unittest

from lru_cache import Counts, LruCache, cached


class LruCacheTest(unittest.TestCase):
    def setUp(self):
        signal.alarm(5)
        self.now = 100.0

    def tearDown(self):
        signal.alarm(0)

    def clock(self):
        return self.now

    def test_get_and_put(self):
        cache = LruCache(2)
        cache.put("a", 1)
        self.assertEqual(cache.get("a"), 1)
        self.assertIsNone(cache.get("b"))
        self.assertEqual(cache.get("b", 7), 7)

    def test_drops_the_oldest(self):
        cache = LruCache(2)
        for key in "abc":
            cache.put(key, key.upper())
        self.assertEqual(cache.keys(), ["b", "c"])
        self.assertEqual(cache.counts.dropped, 1)

    def test_use_keeps_a_value(self):
        cache = LruCache(2)
        cache.put("a", 1)
        cache.put("b", 2)
        cache.get("a")
        cache.put("c", 3)
        self.assertIn("a", cache)
        self.assertNotIn("b", cache)

    def test_replacing_keeps_a_value(self):
        cache = LruCache(2)
        cache.put("a", 1)
        cache.put("b", 2)
        cache.put("a", 10)
        cache.put("c", 3)
        self.assertEqual(cache.keys(), ["a", "c"])
        self.assertEqual(cache.get("a"), 10)

    def test_capacity(self):
        with self.assertRaises(ValueError):
            LruCache(0)
        cache = LruCache(1)
        cache.put("a", 1)
        self.assertEqual(len(cache), 1)

    def test_old_values_are_forgotten(self):
        cache = LruCache(3, ttl=10.0, clock=self.clock)
        cache.put("a", 1)
        self.now += 10.0
        self.assertEqual(cache.get("a"), 1)
        self.now += 0.5
        self.assertNotIn("a", cache)
        self.assertIsNone(cache.get("a"))
        self.assertEqual(len(cache), 0)

    def test_purge(self):
        cache = LruCache(3, ttl=10.0, clock=self.clock)
        cache.put("a", 1)
        cache.put("b", 2)
        self.now += 11.0
        cache.put("c", 3)
        self.assertEqual(cache.purge(), 2)
        self.assertEqual(cache.keys(), ["c"])

    def test_counts(self):
        cache = LruCache(2)
        cache.put("a", 1)
        cache.get("a")
        cache.get("a")
        cache.get("a")
        cache.get("b")
        self.assertEqual((cache.counts.hits, cache.counts.misses), (3, 1))
        self.assertAlmostEqual(cache.counts.ratio(), 0.75)

    def test_ratio_of_nothing(self):
        self.assertEqual(Counts().ratio(), 0.0)

    def test_decorator_remembers(self):
        calls = []

        @cached(2)
        def double(number, *, plus=0):
            calls.append(number)
            return number * 2 + plus or None

        self.assertEqual([double(2), double(2), double(2, plus=1)], [4, 4, 5])
        self.assertIsNone(double(0))
        self.assertIsNone(double(0))
        self.assertEqual(calls, [2, 2, 0])
        self.assertEqual(double.__name__, "double")


if __name__ == "__main__":
    unittest.main()
