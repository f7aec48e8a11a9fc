"""What students get, and keep, when the course changes. Run by `cargo lab test`."""

import json
import tempfile
import unittest
from pathlib import Path

import start


def notebook(*sources, outputs=()):
    cells = [{"cell_type": "code", "source": [source], "outputs": list(outputs)} for source in sources]
    return json.dumps({"cells": cells})


class HandOut(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.course, self.own = Path(folder.name, "course"), Path(folder.name, "own")
        self.course.joinpath("tp1").mkdir(parents=True)
        self.give("a", "hole")

    def give(self, name, *sources):
        self.course.joinpath("tp1", f"{name}.ipynb").write_text(notebook(*sources))

    def write(self, name, *sources, outputs=()):
        self.own.joinpath("tp1", f"{name}.ipynb").write_text(notebook(*sources, outputs=outputs))

    def read(self, name):
        text = self.own.joinpath("tp1", f"{name}.ipynb").read_text()
        return [cell["source"][0] for cell in json.loads(text)["cells"]]

    def hand_out(self):
        return start.hand_out(self.course, self.own)

    def names(self):
        return sorted(path.name for path in self.own.rglob("*.ipynb"))

    def test_the_first_time_all_is_copied_and_the_second_time_nothing(self):
        self.course.joinpath("tp1/.ipynb_checkpoints").mkdir()
        self.course.joinpath("tp1/.ipynb_checkpoints/b.ipynb").write_text(notebook("old"))
        self.assertEqual(len(self.hand_out()), 1)
        self.assertEqual((self.names(), self.read("a")), (["a.ipynb"], ["hole"]))
        self.assertEqual(self.hand_out(), [])

    def test_what_was_only_run_is_replaced(self):
        self.hand_out()
        self.write("a", "hole", outputs=["a figure"])
        self.give("a", "better hole")
        self.hand_out()
        self.assertEqual((self.names(), self.read("a")), (["a.ipynb"], ["better hole"]))

    def test_an_answer_stays_and_the_new_version_lies_beside_it(self):
        self.hand_out()
        self.write("a", "answer")
        self.assertEqual(self.hand_out(), [])
        self.give("a", "better hole")
        self.assertIn("stays", self.hand_out()[0])
        self.assertEqual(self.read("a"), ["answer"])
        self.assertEqual(self.read("a-new-version"), ["better hole"])
        self.assertEqual(self.hand_out(), [])
        self.give("a", "best hole")
        self.hand_out()
        self.assertEqual(self.names(), ["a-new-version.ipynb", "a.ipynb"])
        self.assertEqual(self.read("a-new-version"), ["best hole"])

    def test_an_answer_in_the_new_version_stays_too(self):
        self.hand_out()
        self.write("a", "answer")
        self.give("a", "better hole")
        self.hand_out()
        self.write("a-new-version", "better answer")
        self.give("a", "best hole")
        self.hand_out()
        self.assertEqual(self.read("a"), ["answer"])
        self.assertEqual(self.read("a-new-version"), ["better answer"])
        self.assertEqual(self.read("a-new-version-2"), ["best hole"])
        self.assertEqual(self.hand_out(), [])

    def test_a_removed_notebook_comes_back_and_a_broken_one_stays(self):
        self.hand_out()
        self.own.joinpath("tp1/a.ipynb").unlink()
        self.hand_out()
        self.assertEqual(self.read("a"), ["hole"])
        self.own.joinpath("tp1/a.ipynb").write_text("{ half")
        self.give("a", "better hole")
        self.hand_out()
        self.assertEqual(self.own.joinpath("tp1/a.ipynb").read_text(), "{ half")
        self.assertEqual(self.read("a-new-version"), ["better hole"])

    def test_without_the_record_nothing_of_the_students_is_lost(self):
        self.hand_out()
        self.write("a", "answer")
        self.own.joinpath(".handed-out.json").write_text("")
        self.hand_out()
        self.assertEqual(self.read("a"), ["answer"])


if __name__ == "__main__":
    unittest.main()
