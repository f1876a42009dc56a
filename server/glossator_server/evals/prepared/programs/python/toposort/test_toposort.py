import signal
import unittest

from toposort import CycleError, TaskGraph

BREAKFAST = {
    "eat": ["toast", "coffee"],
    "toast": ["bread"],
    "coffee": ["water", "beans"],
    "beans": [],
}


class TaskGraphTest(unittest.TestCase):
    def setUp(self):
        signal.alarm(5)
        self.graph = TaskGraph(BREAKFAST)

    def tearDown(self):
        signal.alarm(0)

    def test_all_names_are_known(self):
        self.assertEqual(len(self.graph), 6)

    def test_order(self):
        self.assertEqual(
            self.graph.order(), ["beans", "bread", "toast", "water", "coffee", "eat"]
        )

    def test_order_of_nothing(self):
        self.assertEqual(TaskGraph().order(), [])

    def test_add_keeps_earlier_needs(self):
        graph = TaskGraph({"c": ["b"]})
        graph.add("c", "z")
        graph.add("b")
        self.assertEqual(graph.order(), ["b", "z", "c"])
        self.assertEqual(graph.all_needs("c"), {"b", "z"})

    def test_levels(self):
        self.assertEqual(
            list(self.graph.levels()),
            [["beans", "bread", "water"], ["coffee", "toast"], ["eat"]],
        )

    def test_needed_by(self):
        waiting = self.graph.needed_by()
        self.assertEqual(waiting["water"], {"coffee"})
        self.assertEqual(waiting["eat"], set())

    def test_all_needs(self):
        self.assertEqual(
            self.graph.all_needs("eat"), {"toast", "bread", "coffee", "water", "beans"}
        )
        self.assertEqual(self.graph.all_needs("bread"), set())

    def test_cycle(self):
        self.graph.add("water", "eat")
        self.assertEqual(self.graph.cycle(), ["coffee", "water", "eat", "coffee"])

    def test_cycle_skips_the_way_in(self):
        graph = TaskGraph({"a": ["b"], "b": ["c"], "c": ["b"]})
        self.assertEqual(graph.cycle(), ["b", "c", "b"])

    def test_no_cycle(self):
        self.assertEqual(self.graph.cycle(), [])

    def test_order_of_a_cycle(self):
        graph = TaskGraph({"a": ["b"], "b": ["a"], "c": []})
        with self.assertRaises(CycleError) as caught:
            graph.order()
        self.assertEqual(caught.exception.cycle, ["a", "b", "a"])
        self.assertEqual(str(caught.exception), "a -> b -> a")

    def test_levels_of_a_cycle(self):
        graph = TaskGraph({"a": ["a"], "c": []})
        levels = graph.levels()
        self.assertEqual(next(levels), ["c"])
        with self.assertRaises(CycleError):
            next(levels)


if __name__ == "__main__":
    unittest.main()
