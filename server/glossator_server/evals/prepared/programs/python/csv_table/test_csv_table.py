import signal
import unittest

from csv_table import CsvError, Table, quoted_field, records, typed

PEOPLE = """\
name, town, age
Ada,London,36
"Hopper, Grace",New York,85
Alan,London,
Linus,Helsinki,54
"""
TOWNS = "town,country\nLondon,UK\nHelsinki,Finland\n"


class RecordsTest(unittest.TestCase):
    def setUp(self):
        signal.alarm(5)

    def tearDown(self):
        signal.alarm(0)

    def test_plain(self):
        self.assertEqual(list(records("a,b\nc,d\n")), [["a", "b"], ["c", "d"]])

    def test_last_line_without_end(self):
        self.assertEqual(list(records("a\nb")), [["a"], ["b"]])
        self.assertEqual(list(records("a,")), [["a", ""]])

    def test_quotes(self):
        self.assertEqual(
            list(records('"a,b","c\nd"\n"say ""hi""",x')),
            [["a,b", "c\nd"], ['say "hi"', "x"]],
        )

    def test_separator(self):
        self.assertEqual(list(records("a;b,c", ";")), [["a", "b,c"]])

    def test_never_closed(self):
        with self.assertRaises(CsvError):
            list(records('a,"b'))

    def test_typed(self):
        self.assertEqual(
            [typed(t) for t in ("", "12", "1.5", "x")], [None, 12, 1.5, "x"]
        )
        self.assertIsInstance(typed("12"), int)


class TableTest(unittest.TestCase):
    def setUp(self):
        signal.alarm(5)
        self.people = Table.parse(PEOPLE)

    def tearDown(self):
        signal.alarm(0)

    def test_parse(self):
        self.assertEqual(self.people.columns, ("name", "town", "age"))
        self.assertEqual(len(self.people), 4)
        self.assertEqual(
            self.people.rows[1],
            {"name": "Hopper, Grace", "town": "New York", "age": 85},
        )

    def test_parse_nothing(self):
        self.assertEqual(Table.parse(""), Table((), ()))

    def test_wrong_number_of_fields(self):
        with self.assertRaisesRegex(CsvError, "record 3 has 1 fields"):
            Table.parse("a,b\n1,2\n3\n")

    def test_column(self):
        self.assertEqual(self.people.column("age"), [36, 85, None, 54])
        with self.assertRaises(KeyError):
            self.people.column("height")

    def test_where_and_select(self):
        names = self.people.where(lambda row: row["town"] == "London").select(
            "age", "name"
        )
        self.assertEqual(names.columns, ("age", "name"))
        self.assertEqual(
            names.rows, ({"age": 36, "name": "Ada"}, {"age": None, "name": "Alan"})
        )

    def test_sorted(self):
        self.assertEqual(self.people.sorted_by("age").column("age"), [36, 54, 85, None])
        self.assertEqual(
            self.people.sorted_by("age", descending=True).column("age"),
            [85, 54, 36, None],
        )

    def test_grouped(self):
        self.assertEqual(
            self.people.grouped("town", "age"),
            {"London": [36], "New York": [85], "Helsinki": [54]},
        )
        self.assertEqual(self.people.grouped("town", "name")["London"], ["Ada", "Alan"])

    def test_join(self):
        joined = self.people.join(Table.parse(TOWNS), "town")
        self.assertEqual(joined.columns, ("name", "town", "age", "country"))
        self.assertEqual(joined.column("name"), ["Ada", "Alan", "Linus"])
        self.assertEqual(joined.column("country"), ["UK", "UK", "Finland"])

    def test_round_trip(self):
        self.assertEqual(Table.parse(self.people.to_csv()), self.people)

    def test_quoted_field(self):
        self.assertEqual(quoted_field('a "b"'), '"a ""b"""')
        self.assertEqual(quoted_field("a\nb"), '"a\nb"')
        self.assertEqual((quoted_field(None), quoted_field(3)), ("", "3"))


if __name__ == "__main__":
    unittest.main()
