"""The pages link only to files and headings that exist."""

import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
LINK = re.compile(r"(?<!!)\[[^\]]*\]\(([^)\s]+)\)")


def anchors(text):
    """The anchors of the headings of a page, as they are made on the web."""
    headings = re.findall(r"^#+ (.*)$", re.sub(r"^```.*?^```", "", text, flags=re.M | re.S), flags=re.M)
    plain = [re.sub(r"[`*]|\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower() for heading in headings]
    return {re.sub(r"[^\w\- ]", "", heading).replace(" ", "-") for heading in plain}


def complaints(page, root):
    """Links of `page` that lead nowhere, a sentence each."""
    found = []
    text = page.read_text()
    for link in LINK.findall(re.sub(r"^```.*?^```", "", text, flags=re.M | re.S)):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists():
            found.append(f"{page.relative_to(root)} links to {link}, which is not there")
        elif anchor and anchor not in anchors(target.read_text()):
            found.append(f"{page.relative_to(root)} links to {link}, but there is no such heading")
    return found


class Links(unittest.TestCase):
    def test_every_link_leads_somewhere(self):
        pages = [p for d in ("docs", "scenarios") for p in (ROOT / d).rglob("*.md")] + list(ROOT.glob("*.md"))
        self.assertGreater(len(pages), 5)
        self.assertEqual([c for page in sorted(pages) for c in complaints(page, ROOT)], [])

    def test_a_heading_is_found_by_its_anchor(self):
        self.assertEqual(anchors("# Needs and error classes\n## JSON of `inspect`\n"),
                         {"needs-and-error-classes", "json-of-inspect"})


if __name__ == "__main__":
    unittest.main()
