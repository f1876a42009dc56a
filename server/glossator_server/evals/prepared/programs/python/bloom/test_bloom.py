import signal
import unittest

from bloom import BitArray, BloomFilter, best_size

WORDS = [f"word-{number}" for number in range(200)]


class BitArrayTest(unittest.TestCase):
    def setUp(self):
        signal.alarm(5)

    def tearDown(self):
        signal.alarm(0)

    def test_bits_are_clear_at_first(self):
        bits = BitArray(11)
        self.assertEqual(len(bits), 11)
        self.assertEqual(bits.count(), 0)
        self.assertIs(bits[10], False)

    def test_set(self):
        bits = BitArray(19)
        for index in (0, 7, 8, 18, 8):
            bits.set(index)
        self.assertEqual([i for i in range(19) if bits[i]], [0, 7, 8, 18])
        self.assertEqual(bits.count(), 4)
        self.assertIs(bits[18], True)

    def test_bounds(self):
        bits = BitArray(9)
        for index in (-1, 9):
            with self.assertRaises(IndexError):
                bits.set(index)
            with self.assertRaises(IndexError):
                bits[index]

    def test_merge(self):
        left, right = BitArray(10), BitArray(10)
        left.set(1)
        right.set(1)
        right.set(9)
        left.merge(right)
        self.assertEqual([i for i in range(10) if left[i]], [1, 9])


class BloomFilterTest(unittest.TestCase):
    def setUp(self):
        signal.alarm(5)
        self.filter = BloomFilter.for_items(200, 0.01)

    def tearDown(self):
        signal.alarm(0)

    def test_best_size(self):
        self.assertEqual(best_size(1000, 0.01), (9586, 7))
        self.assertEqual(best_size(1, 0.9), (1, 1))

    def test_best_size_refuses(self):
        for items, error in ((0, 0.1), (5, 0.0), (5, 1.0)):
            with self.assertRaises(ValueError):
                best_size(items, error)

    def test_never_says_no_wrongly(self):
        self.filter.update(WORDS)
        self.assertTrue(all(word in self.filter for word in WORDS))

    def test_seldom_says_yes_wrongly(self):
        self.filter.update(WORDS)
        wrong = sum(f"other-{number}" in self.filter for number in range(2000))
        self.assertLess(wrong, 60)

    def test_add_says_what_is_new(self):
        self.assertIs(self.filter.add("a"), True)
        self.assertIs(self.filter.add("a"), False)
        self.assertEqual(self.filter.update(["a", "b", "c", "b"]), 2)

    def test_empty(self):
        self.assertNotIn("a", self.filter)
        self.assertEqual(self.filter.load(), 0.0)
        self.assertEqual(self.filter.estimated_count(), 0)

    def test_hashes_spread(self):
        few = BloomFilter(1024, 5)
        few.add("a")
        self.assertEqual(few.load(), 5 / 1024)

    def test_estimated_count(self):
        self.filter.update(WORDS)
        self.assertAlmostEqual(self.filter.estimated_count(), 200, delta=12)

    def test_full(self):
        tiny = BloomFilter(2, 2)
        tiny.update(WORDS)
        self.assertEqual(tiny.estimated_count(), 2)

    def test_union(self):
        other = BloomFilter.for_items(200, 0.01)
        self.filter.add("left")
        other.add("right")
        both = self.filter | other
        self.assertIn("left", both)
        self.assertIn("right", both)
        self.assertNotIn("right", self.filter)

    def test_union_of_different_sizes(self):
        with self.assertRaises(ValueError):
            self.filter | BloomFilter(64, 3)


if __name__ == "__main__":
    unittest.main()
