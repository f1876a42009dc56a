import math
import signal
import unittest

from stats_window import EmptyWindow, Window, moving_average, smoothed


class WindowTest(unittest.TestCase):
    def setUp(self):
        signal.alarm(5)

    def tearDown(self):
        signal.alarm(0)

    def test_keeps_the_last_values(self):
        window = Window(3, [1, 2, 3, 4])
        self.assertEqual(list(window), [2, 3, 4])
        self.assertEqual(len(window), 3)

    def test_push_returns_what_is_gone(self):
        window = Window(2)
        self.assertEqual([window.push(v) for v in (5, 6, 7)], [None, None, 5])
        self.assertTrue(window.full)
        self.assertFalse(Window(2, [1]).full)

    def test_refuses(self):
        with self.assertRaises(ValueError):
            Window(0)
        with self.assertRaises(ValueError):
            Window(2).push(math.nan)

    def test_window_of_one(self):
        window = Window(1, [4, 9])
        self.assertEqual((list(window), window.mean(), window.median()), ([9], 9, 9))

    def test_mean(self):
        self.assertEqual(Window(3, [10, 1, 2, 4]).mean(), 7 / 3)

    def test_empty(self):
        for figure in (Window(3).mean, Window(3).median, Window(3).deviation):
            with self.assertRaises(EmptyWindow):
                figure()

    def test_variance(self):
        self.assertEqual(Window(4, [2, 4, 4, 6]).variance(), 2.0)
        self.assertEqual(Window(4, [3]).variance(), 0.0)
        self.assertEqual(Window(4, [1, 5]).deviation(), 2.0)

    def test_median(self):
        self.assertEqual(Window(5, [9, 1, 5]).median(), 5)
        self.assertEqual(Window(5, [9, 1, 5, 6]).median(), 5.5)

    def test_quantile(self):
        window = Window(5, [50, 10, 40, 20, 30])
        self.assertEqual(window.quantile(0.0), 10)
        self.assertEqual(window.quantile(1.0), 50)
        self.assertEqual(window.quantile(0.25), 20)
        self.assertAlmostEqual(window.quantile(0.9), 46)
        with self.assertRaises(ValueError):
            window.quantile(1.1)

    def test_quantile_after_dropping(self):
        window = Window(3, [100, 1, 2, 3])
        self.assertEqual(window.quantile(1.0), 3)

    def test_rank(self):
        window = Window(4, [10, 20, 20, 30])
        self.assertEqual(
            [window.rank(v) for v in (10, 20, 30, 31)], [0.0, 0.25, 0.75, 1.0]
        )

    def test_outliers(self):
        window = Window(4, [9, 11, 9, 11])
        self.assertFalse(window.is_outlier(13))
        self.assertTrue(window.is_outlier(14))
        self.assertTrue(window.is_outlier(6))
        self.assertTrue(window.is_outlier(12.5, limit=2))
        wide = Window(4, [90, 110, 90, 110])
        self.assertFalse(wide.is_outlier(129))
        self.assertTrue(wide.is_outlier(131))

    def test_outliers_of_few_values(self):
        self.assertFalse(Window(3, [1]).is_outlier(100))
        self.assertTrue(Window(3, [1, 1]).is_outlier(2))
        self.assertFalse(Window(3, [1, 1]).is_outlier(1))

    def test_moving_average(self):
        self.assertEqual(moving_average([1, 2, 3, 7], 2), [1.5, 2.5, 5.0])
        self.assertEqual(moving_average([1, 2], 3), [])

    def test_smoothed(self):
        self.assertEqual(smoothed([8, 4, 4], 0.5), [8, 6, 5])
        self.assertEqual(smoothed([], 0.5), [])


if __name__ == "__main__":
    unittest.main()
