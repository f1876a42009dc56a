import signal
import unittest

from trie import Trie, next_row

WORDS = ["car", "card", "care", "cat", "dog", "do"]


class TrieTest(unittest.TestCase):
    def setUp(self):
        signal.alarm(5)
        self.trie = Trie(WORDS)

    def tearDown(self):
        signal.alarm(0)

    def test_length(self):
        self.assertEqual(len(self.trie), 6)
        self.trie.add("car")
        self.assertEqual(len(self.trie), 6)
        self.assertEqual(len(Trie()), 0)

    def test_contains(self):
        self.assertTrue(all(word in self.trie for word in WORDS))
        for word in ("ca", "cars", "", "d"):
            self.assertNotIn(word, self.trie)

    def test_empty_word(self):
        with self.assertRaises(ValueError):
            self.trie.add("")

    def test_iterates_in_order(self):
        self.assertEqual(list(self.trie), ["car", "card", "care", "cat", "do", "dog"])

    def test_weight(self):
        self.trie.add("car")
        self.trie.add("cat", 10)
        self.assertEqual(
            [self.trie.weight(w) for w in ("car", "cat", "card", "c")], [2, 11, 1, 0]
        )

    def test_count(self):
        self.assertEqual(
            [self.trie.count(p) for p in ("", "car", "d", "x")], [6, 3, 2, 0]
        )

    def test_remove_leaf(self):
        self.assertIs(self.trie.remove("card"), True)
        self.assertEqual(list(self.trie), ["car", "care", "cat", "do", "dog"])
        self.assertEqual(self.trie.count("car"), 2)

    def test_remove_inner(self):
        self.assertIs(self.trie.remove("car"), True)
        self.assertNotIn("car", self.trie)
        self.assertIn("card", self.trie)
        self.assertEqual(self.trie.count("car"), 2)

    def test_remove_unknown(self):
        self.assertIs(self.trie.remove("ca"), False)
        self.assertFalse(self.trie.remove("zebra"))
        self.assertEqual(len(self.trie), 6)

    def test_remove_everything(self):
        for word in WORDS:
            self.trie.remove(word)
        self.assertEqual((len(self.trie), list(self.trie)), (0, []))

    def test_complete(self):
        self.trie.add("care", 3)
        self.assertEqual(self.trie.complete("car"), ["care", "car", "card"])
        self.assertEqual(self.trie.complete("ca", limit=2), ["care", "car"])
        self.assertEqual(self.trie.complete("x"), [])

    def test_longest_prefix(self):
        self.assertEqual(self.trie.longest_prefix("cardinal"), "card")
        self.assertEqual(self.trie.longest_prefix("dot"), "do")
        self.assertEqual(self.trie.longest_prefix("dog"), "dog")
        self.assertEqual(self.trie.longest_prefix("cab"), "")
        self.assertEqual(self.trie.longest_prefix("dxog"), "")

    def test_near(self):
        self.assertEqual(self.trie.near("cat", 0), ["cat"])
        self.assertEqual(self.trie.near("cat", 1), ["car", "cat"])
        self.assertEqual(self.trie.near("crd", 1), ["card"])
        self.assertEqual(self.trie.near("dogs", 2), ["do", "dog"])

    def test_next_row(self):
        self.assertEqual(next_row([0, 1, 2], "ab", "a"), [1, 0, 1])
        self.assertEqual(next_row([1, 0, 1], "ab", "x"), [2, 1, 1])

    def test_tries_share_nothing(self):
        self.assertEqual(list(Trie()), [])


if __name__ == "__main__":
    unittest.main()
