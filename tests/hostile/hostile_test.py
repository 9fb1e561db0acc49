"""Input made to cost time or memory, at full size: refused with a sentence, within the bounds, whatever it is.

hostile_test.py MOSHIMO SECONDS: the bound on CPU time depends on how the program was built."""

import os
import pathlib
import re
import subprocess
import sys
import tempfile
import unittest

MOSHIMO = sys.argv.pop(1)
SECONDS = float(sys.argv.pop(1))
MEGABYTES = 220  # resident: 200 and what the allocator rounds up
MB = 1_000_000
# In a process of its own, since a child begins with the memory of its parent, and this one holds the files.
MEASURE = """
import os, subprocess, sys
child = subprocess.Popen(sys.argv[2:], stdout=subprocess.DEVNULL)
_, status, usage = os.wait4(child.pid, 0)
child.returncode = os.waitstatus_to_exitcode(status)
open(sys.argv[1], "w").write(f"{child.returncode} {usage.ru_maxrss} {usage.ru_utime + usage.ru_stime}")
"""
SENTENCE = re.compile(r"^[^\n]+:\d+:\d+: [^\n]+$")


def filled(piece, size, begin="", end=""):
    """`piece` over and over, up to about `size` bytes; `{}` in it counts."""
    if "{}" not in piece:
        return begin + piece * (size // len(piece)) + end
    parts, length, n = [begin], 0, 0
    while length < size:
        parts.append(piece.replace("{}", str(n)))
        length += len(parts[-1])
        n += 1
    return "".join(parts) + end


def laughs(levels):
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    for i in range(1, levels):
        lines.append(f"a{i}: &a{i} [" + ", ".join([f"*a{i - 1} "] * 10) + "]")
    return "\n".join(lines) + "\n"


class Hostile(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.folder = tempfile.TemporaryDirectory()

    @classmethod
    def tearDownClass(cls):
        cls.folder.cleanup()

    def file(self, name, text):
        path = pathlib.Path(self.folder.name) / name
        path.write_text(text)
        return str(path)

    def run_bounded(self, *words, seconds=SECONDS, megabytes=MEGABYTES):
        """Exit status and standard error; fails when it cost more than the bounds allow."""
        cost = pathlib.Path(self.folder.name) / "cost"
        done = subprocess.run([sys.executable, "-c", MEASURE, cost, MOSHIMO, *words], capture_output=True, text=True)
        said = done.stderr.strip()
        status, kilobytes, cpu = cost.read_text().split()
        self.assertLess(int(kilobytes) / 1000, megabytes, f"MB of memory, for: {said[:200]}")
        self.assertLess(float(cpu), seconds, f"seconds of CPU, for: {said[:200]}")
        return int(status), said

    def refuse(self, name, text, part, command="validate"):
        path = self.file(name, text)
        del text
        status, said = self.run_bounded(command, path)
        os.remove(path)
        self.assertEqual(status, 2, said[:500])
        self.assertRegex(said, SENTENCE)
        self.assertIn(part, said)

    def test_nesting(self):
        self.refuse("a.json", filled("[", 100 * MB), "a list stands here")
        self.refuse("a.json", filled('{"a":', 100 * MB), "nested deeper than 200 levels")
        self.refuse("a.json", filled("[", 100 * MB, '{"a":'), "nested deeper than 200 levels")
        self.refuse("a.yaml", filled("[", 100 * MB, '{"a":'), "too large for YAML")
        self.refuse("a.yaml", filled("[", 30 * MB, "a: "), "nested deeper than 200 levels")
        self.refuse("a.yaml", filled("- ", 30 * MB, "a:\n  "), "nested deeper than 200 levels")
        self.refuse("plan.json", filled("[", 100 * MB, '{"format_version": "1.2", "a":'), "nested deeper", "import")

    def test_small_values(self):
        self.refuse("a.json", filled('"k{}":1,', 100 * MB, "{"), "values; split it")
        self.refuse("a.json", filled("1,", 100 * MB, '{"a":['), "values; split it")
        self.refuse("a.json", filled("{},".replace("{}", "[]"), 100 * MB, '{"a":['), "values; split it")
        self.refuse("a.yaml", filled("a: 1\n", 100 * MB), "too large for YAML")

    def test_one_value(self):
        self.refuse("a.json", filled("x", 100 * MB, '{"a":"', '"}'), "a text or number of more than 8000000 bytes")
        self.refuse("a.json", filled('\\"', 100 * MB, '{"a":"', '"}'), "a text or number of more than 8000000 bytes")
        self.refuse("a.json", filled("1", 100 * MB, '{"a":', "}"), "a text or number of more than 8000000 bytes")
        self.refuse("a.yaml", filled("x", 30 * MB, 'a: "', '"'), "too long for one value of YAML")

    def test_aliases(self):
        self.refuse("a.yaml", laughs(50), "expand to more than 1000000 values")

    def test_size(self):
        path = self.file("a.json", filled(" ", 140 * MB, "{"))
        status, said = self.run_bounded("validate", path)
        self.assertEqual(status, 2)
        self.assertIn("it is larger than 128000000 bytes", said)

    def test_mistakes_without_end(self):
        """Each is counted, and the first are told."""
        path = self.file("a.json", filled(',"k{}":1', 10 * MB, '{"version": 1, "resources": {}', "}"))
        status, said = self.run_bounded("validate", path, seconds=2 * SECONDS)
        self.assertEqual(status, 2)
        self.assertIn("unknown key 'k0'", said)
        self.assertRegex(said.splitlines()[-1], r"^and \d+ more$")

    def test_mistakes_of_meaning_without_end(self):
        """A flood of them costs little more than to read the text, of which yaml-cpp takes 8 MB in a second."""
        inventory = self.file("i.yaml", "version: 1\nresources: { a: { type: sqs:queue }, r: { type: iam:role } }\n")
        head = "version: 1\nname: x\ninventory: i.yaml\nfaults: "
        names = "- lost(\"a{}\") == 0\n"
        cases = [
            ("a type that is not there", filled("  r{}: { type: iam:rolle }\n", 6 * MB, "version: 1\nresources:\n"), 220),
            ("a wrong attribute", filled("  r{}: { type: iam:role, tust: 1 }\n", 6 * MB, "version: 1\nresources:\n"), 350),
            ("a name that is not there", filled("  - { delete: [nothing-{}] }\n", 6 * MB, head + "\n"), 220),
            ("a verb that is not there", filled("  - { delet: [nothing-{}] }\n", 6 * MB, head + "\n"), 220),
            ("figures of nothing", filled(names, 4 * MB, head + "[{ delete: a }]\nexpect:\n"), 220),
            ("what-ifs", filled("  - { name: n{}, set: { b: { c: 1 } } }\n", 6 * MB, head + "[]\nwhat_if:\n"), 220),
        ]
        for what, text, megabytes in cases:
            with self.subTest(what):
                status, said = self.run_bounded("validate", self.file("x.yaml", text), seconds=2 * SECONDS, megabytes=megabytes)
                self.assertEqual(status, 2)
                self.assertLess(len(said.splitlines()), 60)
        os.remove(inventory)

    def test_truncated(self):
        """A plan and an inventory, cut anywhere: a message with its place, never part of a report."""
        texts = [("plan.json", PLAN.read_text(), "review"), ("i.inventory.yaml", INVENTORY.read_text(), "validate")]
        for name, text, command in texts:
            for cut in range(1, len(text) - 2, max(1, len(text) // 25)):
                path = self.file(name, text[:cut])
                with self.subTest(command=command, cut=cut):
                    result = subprocess.run([MOSHIMO, command, path], capture_output=True, text=True)
                    # A shorter inventory can be a whole one.
                    self.assertIn(result.returncode, (2,) if command == "review" else (0, 2), result.stderr[:300])
                    if result.returncode == 2:
                        self.assertTrue(result.stderr.startswith(path + ":"), result.stderr[:300])
                    if command == "review":
                        self.assertEqual(result.stdout, "")


ROOT = pathlib.Path(__file__).resolve().parents[2]
PLAN = ROOT / "tests/cases/terraform/wrong-state-key.plan.json"
INVENTORY = ROOT / "scenarios/library/state-key-mixup/staging.inventory.yaml"

if __name__ == "__main__":
    unittest.main()
