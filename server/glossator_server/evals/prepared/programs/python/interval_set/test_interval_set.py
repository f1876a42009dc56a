import signal
import unittest

from interval_set import Interval, IntervalSet, merged


def numbers(*pairs):
    return IntervalSet(Interval(start, end) for start, end in pairs)


class IntervalTest(unittest.TestCase):
    def setUp(self):
        signal.alarm(5)

    def tearDown(self):
        signal.alarm(0)

    def test_empty_is_refused(self):
        with self.assertRaises(ValueError):
            Interval(3, 3)
        with self.assertRaises(ValueError):
            Interval(4, 3)

    def test_contains_start_but_not_end(self):
        self.assertIn(2, Interval(2, 5))
        self.assertIn(4, Interval(2, 5))
        self.assertNotIn(5, Interval(2, 5))

    def test_overlap(self):
        self.assertEqual(Interval(1, 5).overlap(Interval(3, 9)), Interval(3, 5))
        self.assertEqual(Interval(1, 9).overlap(Interval(3, 5)), Interval(3, 5))
        self.assertIsNone(Interval(1, 3).overlap(Interval(3, 5)))

    def test_merged(self):
        pieces = [Interval(8, 9), Interval(1, 3), Interval(3, 5), Interval(2, 4)]
        self.assertEqual(merged(pieces), [Interval(1, 5), Interval(8, 9)])

    def test_merged_keeps_the_longer_end(self):
        self.assertEqual(merged([Interval(1, 9), Interval(2, 3)]), [Interval(1, 9)])


class IntervalSetTest(unittest.TestCase):
    def setUp(self):
        signal.alarm(5)

    def tearDown(self):
        signal.alarm(0)

    def test_length(self):
        self.assertEqual(len(numbers((1, 4), (10, 12))), 5)
        self.assertEqual(len(IntervalSet()), 0)

    def test_membership(self):
        held = numbers((1, 4), (10, 12))
        found = [n for n in range(-1, 14) if n in held]
        self.assertEqual(found, [1, 2, 3, 10, 11])

    def test_add_closes_a_gap(self):
        held = numbers((1, 4), (6, 8))
        held.add(4, 6)
        self.assertEqual(list(held), [Interval(1, 8)])

    def test_remove_from_the_middle(self):
        held = numbers((1, 10))
        held.remove(4, 6)
        self.assertEqual(held, numbers((1, 4), (6, 10)))

    def test_remove_across(self):
        held = numbers((1, 4), (6, 9), (12, 15))
        held.remove(3, 13)
        self.assertEqual(held, numbers((1, 3), (13, 15)))

    def test_remove_from_the_second(self):
        held = numbers((1, 4), (6, 9), (12, 15))
        held.remove(7, 8)
        self.assertEqual(held, numbers((1, 4), (6, 7), (8, 9), (12, 15)))

    def test_union(self):
        self.assertEqual(
            numbers((1, 3)).union(numbers((2, 6), (8, 9))), numbers((1, 6), (8, 9))
        )

    def test_intersection(self):
        both = numbers((1, 5), (8, 12)).intersection(numbers((3, 9), (11, 20)))
        self.assertEqual(both, numbers((3, 5), (8, 9), (11, 12)))

    def test_gaps(self):
        self.assertEqual(
            numbers((1, 3), (5, 6), (9, 10)).gaps(), [Interval(3, 5), Interval(6, 9)]
        )
        self.assertEqual(IntervalSet().gaps(), [])

    def test_repr(self):
        self.assertEqual(repr(numbers((1, 4), (6, 7))), "IntervalSet(1-3, 6-6)")

    def test_other_types_are_not_equal(self):
        self.assertNotEqual(numbers((1, 2)), [Interval(1, 2)])


if __name__ == "__main__":
    unittest.main()
