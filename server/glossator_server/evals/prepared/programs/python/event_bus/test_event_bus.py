import signal
import unittest

from event_bus import Event, EventBus, matches


class MatchesTest(unittest.TestCase):
    def setUp(self):
        signal.alarm(5)

    def tearDown(self):
        signal.alarm(0)

    def test_plain(self):
        self.assertTrue(matches("order.paid", "order.paid"))
        self.assertFalse(matches("order.paid", "order"))
        self.assertFalse(matches("order", "order.paid"))

    def test_one_step(self):
        self.assertTrue(matches("order.*", "order.paid"))
        self.assertTrue(matches("*.paid", "order.paid"))
        self.assertFalse(matches("order.*", "order.paid.late"))

    def test_any_steps(self):
        for topic in ("order", "order.paid", "order.paid.late"):
            self.assertTrue(matches("order.**", topic))
        self.assertFalse(matches("order.**", "user"))
        self.assertTrue(matches("**", "anything.at.all"))


class EventBusTest(unittest.TestCase):
    def setUp(self):
        signal.alarm(5)
        self.bus = EventBus(history=3)
        self.seen = []

    def tearDown(self):
        signal.alarm(0)

    def note(self, event):
        self.seen.append(event.topic)

    def test_delivers_with_data(self):
        events = []
        self.bus.subscribe("a", events.append)
        self.assertEqual(self.bus.publish("a", size=3), 1)
        self.assertEqual(events, [Event("a", {"size": 3})])

    def test_nobody_listens(self):
        self.assertEqual(self.bus.publish("a"), 0)

    def test_priority(self):
        for priority in (0, 5, -1, 5):
            name = f"{priority}-{len(self.seen)}"
            self.bus.subscribe(
                "a", lambda _, name=name: self.seen.append(name), priority=priority
            )
        self.bus.publish("a")
        self.assertEqual(self.seen, ["5-0", "5-0", "0-0", "-1-0"])

    def test_once(self):
        self.bus.subscribe("a", self.note, once=True)
        self.assertEqual([self.bus.publish("a"), self.bus.publish("a")], [1, 0])
        self.assertEqual(self.seen, ["a"])

    def test_cancel(self):
        subscription = self.bus.subscribe("a", self.note)
        self.bus.publish("a")
        subscription.cancel()
        subscription.cancel()
        self.bus.publish("a")
        self.assertEqual(self.seen, ["a"])

    def test_cancelled_by_an_earlier_handler(self):
        later = self.bus.subscribe("a", self.note)
        self.bus.subscribe("a", lambda _: later.cancel(), priority=1)
        self.assertEqual(self.bus.publish("a"), 1)
        self.assertEqual(self.seen, [])

    def test_events_of_handlers_come_after(self):
        self.bus.subscribe("first", lambda _: self.bus.publish("second"), priority=1)
        self.bus.subscribe("**", self.note)
        self.assertEqual(self.bus.publish("first"), 3)
        self.assertEqual(self.seen, ["first", "second"])

    def test_publishing_from_a_handler_calls_nobody_yet(self):
        calls = []
        self.bus.subscribe("a", lambda _: calls.append(self.bus.publish("b")))
        self.bus.subscribe("b", self.note)
        self.bus.publish("a")
        self.assertEqual(calls, [0])

    def test_once_is_not_called_by_its_own_event(self):
        self.bus.subscribe("a", lambda _: self.bus.publish("a"), once=True)
        self.assertEqual(self.bus.publish("a"), 1)

    def test_failure_stops_nobody(self):
        error = ValueError("bad")

        def fail(_):
            raise error

        self.bus.subscribe("a", fail, priority=1)
        self.bus.subscribe("a", self.note)
        self.assertEqual(self.bus.publish("a"), 2)
        self.assertEqual(self.seen, ["a"])
        self.assertIs(self.bus.failures[0].error, error)
        self.assertEqual(self.bus.failures[0].event, Event("a"))

    def test_bus_is_free_after_an_interrupt(self):
        def stop(_):
            raise KeyboardInterrupt

        self.bus.subscribe("a", stop)
        self.bus.subscribe("b", self.note)
        with self.assertRaises(KeyboardInterrupt):
            self.bus.publish("a")
        self.assertEqual(self.bus.publish("b"), 1)

    def test_history(self):
        for topic in ("a.x", "b", "a.y", "c"):
            self.bus.publish(topic)
        self.assertEqual([e.topic for e in self.bus.history()], ["b", "a.y", "c"])
        self.assertEqual([e.topic for e in self.bus.history("a.*")], ["a.y"])

    def test_failures_are_not_shared(self):
        self.bus.failures.append(None)
        self.assertEqual(EventBus().failures, [])


if __name__ == "__main__":
    unittest.main()
