import signal
import unittest

from state_machine import ANY, Definition, Machine, NotAllowed, Transition


def count(context):
    context["coins"] = context.get("coins", 0) + 1


GATE = Definition(
    "locked",
    frozenset({"broken"}),
    (
        Transition("locked", "coin", "open", lambda c: c.get("coins", 0) >= 1, count),
        Transition("locked", "coin", "locked", None, count),
        Transition("open", "push", "locked"),
        Transition(ANY, "kick", "broken"),
    ),
)


class DefinitionTest(unittest.TestCase):
    def setUp(self):
        signal.alarm(5)

    def tearDown(self):
        signal.alarm(0)

    def test_states(self):
        self.assertEqual(GATE.states(), {"locked", "open", "broken"})

    def test_reachable(self):
        self.assertEqual(GATE.reachable(), {"locked", "open", "broken"})

    def test_reachable_over_several_steps(self):
        steps = tuple(Transition(a, "go", b) for a, b in ("ab", "bc", "cd", "xa"))
        self.assertEqual(Definition("a", frozenset(), steps).reachable(), set("abcd"))

    def test_no_problems(self):
        self.assertEqual(GATE.problems(), [])

    def test_problems(self):
        odd = Definition(
            "a",
            frozenset({"z"}),
            (Transition("a", "go", "b"), Transition("c", "go", "z")),
        )
        self.assertEqual(
            odd.problems(),
            ["b is a dead end", "c is never reached", "z is never reached"],
        )

    def test_applies(self):
        step = Transition("a", "go", "b", lambda context: context["n"] > 1)
        self.assertTrue(step.applies("a", "go", {"n": 2}))
        self.assertFalse(step.applies("a", "go", {"n": 1}))
        self.assertFalse(step.applies("a", "stop", {"n": 2}))
        self.assertFalse(step.applies("b", "go", {"n": 2}))


class MachineTest(unittest.TestCase):
    def setUp(self):
        signal.alarm(5)
        self.gate = Machine(GATE)

    def tearDown(self):
        signal.alarm(0)

    def test_starts_in_the_initial_state(self):
        self.assertEqual(self.gate.state, "locked")
        self.assertEqual(Machine(GATE, state="open").state, "open")

    def test_guards_choose(self):
        self.assertEqual(self.gate.send("coin"), "locked")
        self.assertEqual(self.gate.send("coin"), "open")
        self.assertEqual(self.gate.context, {"coins": 2})

    def test_not_allowed(self):
        with self.assertRaisesRegex(NotAllowed, "push in state locked"):
            self.gate.send("push")
        self.assertEqual(self.gate.log, [])

    def test_any_source(self):
        self.assertEqual(Machine(GATE, state="open").send("kick"), "broken")

    def test_allowed(self):
        self.assertEqual(self.gate.allowed(), ["coin", "kick"])
        self.assertEqual(Machine(GATE, state="open").allowed(), ["kick", "push"])

    def test_final_state_takes_nothing(self):
        self.gate.send("kick")
        self.assertTrue(self.gate.done)
        self.assertEqual(self.gate.allowed(), [])
        with self.assertRaises(NotAllowed):
            self.gate.send("kick")

    def test_run(self):
        rest = self.gate.run(["coin", "coin", "push", "kick", "coin"])
        self.assertEqual(rest, ["coin"])
        self.assertEqual(self.gate.run(["push"]), ["push"])

    def test_log(self):
        self.gate.run(["coin", "coin"])
        self.assertEqual(
            self.gate.log, [("locked", "coin", "locked"), ("locked", "coin", "open")]
        )

    def test_undo(self):
        self.gate.run(["coin", "coin"])
        self.gate.undo()
        self.assertEqual(self.gate.state, "locked")
        self.assertEqual(len(self.gate.log), 1)
        self.gate.undo()
        with self.assertRaises(NotAllowed):
            self.gate.undo()

    def test_machines_share_nothing(self):
        self.gate.send("coin")
        other = Machine(GATE)
        self.assertEqual((other.context, other.log), ({}, []))


if __name__ == "__main__":
    unittest.main()
