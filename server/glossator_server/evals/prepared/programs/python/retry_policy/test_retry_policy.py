import random
import signal
import unittest

from retry_policy import Breaker, BreakerOpen, GaveUp, RetryPolicy


class Flaky:
    """Fails as often as it is told, then returns how often it was called."""

    def __init__(self, failures, error=OSError):
        self.failures = failures
        self.error = error
        self.calls = 0

    def __call__(self):
        self.calls += 1
        if self.calls <= self.failures:
            raise self.error(f"failure {self.calls}")
        return self.calls


class RetryPolicyTest(unittest.TestCase):
    def setUp(self):
        signal.alarm(5)
        self.slept = []

    def tearDown(self):
        signal.alarm(0)

    def test_waits_grow(self):
        self.assertEqual(list(RetryPolicy(attempts=4).waits()), [0.5, 1.0, 2.0])

    def test_waits_are_bounded(self):
        policy = RetryPolicy(attempts=6, first_wait=3.0, longest_wait=10.0)
        self.assertEqual(list(policy.waits()), [3.0, 6.0, 10.0, 10.0, 10.0])
        self.assertEqual(policy.longest_total(), 39.0)

    def test_one_attempt_waits_never(self):
        self.assertEqual(list(RetryPolicy(attempts=1).waits()), [])

    def test_jitter_shortens(self):
        policy = RetryPolicy(attempts=50, factor=1.0, first_wait=2.0, jitter=0.5)
        waits = list(policy.waits(random.Random(1)))
        self.assertTrue(all(1.0 <= wait <= 2.0 for wait in waits))
        self.assertGreater(len(set(waits)), 40)

    def test_jitter_needs_a_generator(self):
        self.assertEqual(list(RetryPolicy(attempts=3, jitter=0.5).waits()), [0.5, 1.0])

    def test_bad_policies(self):
        for values in ({"attempts": 0}, {"jitter": 1.5}, {"jitter": -0.1}):
            with self.assertRaises(ValueError):
                RetryPolicy(**values)
        self.assertEqual(RetryPolicy(jitter=1.0).jitter, 1.0)

    def test_success_at_once(self):
        self.assertEqual(RetryPolicy().call(Flaky(0), self.slept.append), 1)
        self.assertEqual(self.slept, [])

    def test_success_in_the_end(self):
        self.assertEqual(RetryPolicy().call(Flaky(2), self.slept.append), 3)
        self.assertEqual(self.slept, [0.5, 1.0])

    def test_gives_up(self):
        action = Flaky(9)
        with self.assertRaises(GaveUp) as caught:
            RetryPolicy(attempts=3).call(action, self.slept.append)
        self.assertEqual(caught.exception.attempts, 3)
        self.assertEqual(str(caught.exception.__cause__), "failure 3")
        self.assertEqual(action.calls, 3)
        self.assertEqual(self.slept, [0.5, 1.0])

    def test_other_errors_pass(self):
        action = Flaky(1, KeyError)
        with self.assertRaises(KeyError):
            RetryPolicy().call(action, self.slept.append)
        self.assertEqual(action.calls, 1)


class BreakerTest(unittest.TestCase):
    def setUp(self):
        signal.alarm(5)
        self.now = 50.0
        self.breaker = Breaker(2, 30.0, lambda: self.now)

    def tearDown(self):
        signal.alarm(0)

    def fail(self, times):
        for _ in range(times):
            with self.assertRaises(OSError):
                self.breaker.call(Flaky(1))

    def test_opens_at_the_limit(self):
        self.fail(1)
        self.assertEqual(self.breaker.state, "closed")
        self.fail(1)
        self.assertEqual(self.breaker.state, "open")
        untouched = Flaky(0)
        with self.assertRaisesRegex(BreakerOpen, "2 failures"):
            self.breaker.call(untouched)
        self.assertEqual(untouched.calls, 0)

    def test_success_resets_the_count(self):
        self.fail(1)
        self.assertEqual(self.breaker.call(Flaky(0)), 1)
        self.fail(1)
        self.assertEqual(self.breaker.state, "closed")

    def test_half_open(self):
        self.fail(2)
        self.now += 30.0
        self.assertEqual(self.breaker.state, "half-open")
        self.assertEqual(self.breaker.call(Flaky(0)), 1)
        self.assertEqual(self.breaker.state, "closed")

    def test_half_open_fails_again(self):
        self.fail(2)
        self.now += 31.0
        self.fail(1)
        self.assertEqual(self.breaker.state, "open")


if __name__ == "__main__":
    unittest.main()
