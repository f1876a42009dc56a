import signal
import unittest

from graph_paths import NoWay, RoadMap

EDGES = [
    ("a", "b", 7),
    ("a", "c", 3),
    ("c", "b", 2),
    ("b", "d", 4),
    ("c", "d", 9),
    ("x", "y", 1),
]


class RoadMapTest(unittest.TestCase):
    def setUp(self):
        signal.alarm(5)
        self.map = RoadMap(EDGES)

    def tearDown(self):
        signal.alarm(0)

    def test_places(self):
        self.assertEqual(self.map.places(), ["a", "b", "c", "d", "x", "y"])

    def test_roads_go_both_ways(self):
        self.assertEqual(self.map.neighbours("b"), {"a": 7, "c": 2, "d": 4})

    def test_neighbours_are_a_copy(self):
        self.map.neighbours("a").clear()
        self.assertEqual(self.map.neighbours("a"), {"b": 7, "c": 3})

    def test_shorter_road_counts(self):
        self.map.add("a", "b", 5)
        self.map.add("a", "b", 9)
        self.assertEqual(self.map.neighbours("b")["a"], 5)

    def test_negative_length(self):
        with self.assertRaises(ValueError):
            self.map.add("a", "b", -1)
        self.map.add("a", "d", 0)
        self.assertEqual(self.map.shortest("a", "d"), (0, ["a", "d"]))

    def test_distances(self):
        far, before = self.map.distances("a")
        self.assertEqual(far, {"a": 0, "b": 5, "c": 3, "d": 9})
        self.assertEqual(before, {"b": "c", "c": "a", "d": "b"})

    def test_shortest(self):
        self.assertEqual(self.map.shortest("a", "d"), (9, ["a", "c", "b", "d"]))
        self.assertEqual(self.map.shortest("d", "a"), (9, ["d", "b", "c", "a"]))
        self.assertEqual(self.map.shortest("a", "a"), (0, ["a"]))

    def test_shortest_beyond_a_detour(self):
        self.map.add("d", "e", 1)
        self.assertEqual(self.map.shortest("a", "e"), (10, ["a", "c", "b", "d", "e"]))

    def test_no_way(self):
        with self.assertRaisesRegex(NoWay, "a to x"):
            self.map.shortest("a", "x")
        with self.assertRaises(NoWay):
            self.map.fewest_roads("a", "x")

    def test_one_way(self):
        streets = RoadMap([("a", "b", 1), ("b", "c", 1)], one_way=True)
        self.assertEqual(streets.shortest("a", "c"), (2, ["a", "b", "c"]))
        self.assertEqual(streets.neighbours("c"), {})
        with self.assertRaises(NoWay):
            streets.shortest("c", "a")

    def test_fewest_roads(self):
        self.assertEqual(self.map.fewest_roads("a", "d"), 2)
        self.assertEqual(self.map.fewest_roads("a", "a"), 0)
        self.assertEqual(self.map.fewest_roads("a", "b"), 1)
        ring = RoadMap([(str(n), str((n + 1) % 8), 1) for n in range(8)])
        self.assertEqual(ring.fewest_roads("0", "3"), 3)
        self.assertEqual(ring.fewest_roads("0", "5"), 3)

    def test_network(self):
        self.assertEqual(
            self.map.network(),
            [("x", "y", 1), ("b", "c", 2), ("a", "c", 3), ("b", "d", 4)],
        )

    def test_network_of_a_longer_chain(self):
        ring = RoadMap([(str(n), str((n + 1) % 8), n + 1) for n in range(8)])
        self.assertEqual(sum(length for _, _, length in ring.network()), 28)


if __name__ == "__main__":
    unittest.main()
