"""The layout of the sources: which file may include what, and where AWS may be spoken of."""

import pathlib
import re
import unittest

ROOT = pathlib.Path(__file__).resolve().parents[2]
LAYERS = ["core", "input", "models", "scenarios", "report", "cli"]  # each includes only itself and what is left of it
AWS_WORD = re.compile(r"\b(aws|lambda:|iam|sqs|sns|kms|firehose|cloudwatch|eventbridge|s3|ecs)\b", re.IGNORECASE)
SERVICE_WORD = re.compile(  # in code, where the catalogue has to say it; sentences for readers may name AWS itself
    r"\b(lambda:|iam|sqs|sns|kms|firehose|cloudwatch|eventbridge|s3|ecs|ecr|kinesis|dynamodb|fargate|amazonaws|arn:)\b"
    r"|\"aws ", re.IGNORECASE)
# report/explain_format.cpp shows examples of files, which name what there is.
KNOW_NO_SERVICE = re.compile(r"input/.*|report/(?!explain_format\.cpp).*|models/compile[^/]*")
# Importers read what the catalogue says, too; beside those of a format, whose own words are part of it.
IMPORT_WORD = re.compile(SERVICE_WORD.pattern + r"|\"(arn:|aws_(?!name)|AWS::)|alias/|\bA(ROA|IDA)|\.ecr\.", re.IGNORECASE)
GENERIC_IMPORT = re.compile(r"models/import/(?!terraform_|cloudformation|serverless|account_details|iam_|arn\.)[^/]*")
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')

# Libraries that only some files may include: (headers, files, where that is).
RESERVED = [
    (r"yaml-cpp/|nlohmann/(?!json_fwd)", r"((input|report)|models/(import|embed))/.*\.cpp|(tests|bench)/.*",
     "sources of input/, report/, the importers and the benchmarks"),
    (r"nlohmann/json_fwd", r"report/json/.*|tests/.*", "report/json/"),
    (r"boost/graph/", r"core/.*\.cpp", "sources of core/"),
    (r"boost/", r".*\.cpp", "sources"),
    (r"CLI/", r"cli/.*", "cli/"),
    (r"catch2/", r"tests/.*", "tests/"),
    (r"benchmark/", r"bench/.*", "bench/"),
    (r"valijson/", r"tests/.*", "tests/"),
]


def complaints(path, text):
    """What is wrong with the file at `path` (relative to the root), a sentence each."""
    found = []
    layer = path.split("/")[0]
    for number, line in enumerate(text.splitlines(), 1):
        def complain(sentence):
            found.append(f"{path}:{number}: {sentence}")

        if layer == "core" and (word := AWS_WORD.search(line)):
            complain(f"'{word[0]}' is a word of AWS, and core/ knows none; say it in the engine's words")
        code = re.sub(r"(^|\s)//.*", "", line)
        if KNOW_NO_SERVICE.fullmatch(path) and (word := SERVICE_WORD.search(code)):
            complain(f"'{word[0]}' is known to a service of AWS only; let the catalogue say it")
        if GENERIC_IMPORT.fullmatch(path) and "#include" not in code and (word := IMPORT_WORD.search(code)):
            complain(f"'{word[0]}' is a form of AWS; let `identity` in the catalogue say it")
        if not (include := INCLUDE.match(line)):
            continue
        style, header = include.groups()
        target = header.split("/")[0]
        if layer in LAYERS:
            if target in LAYERS:
                if LAYERS.index(target) > LAYERS.index(layer):
                    complain(f"{layer}/ includes {header}, but {target}/ is a layer above it")
                if style == "<":
                    complain(f"{header} is the project's own; include it in quotes")
            elif target in ("tests", "bench"):
                complain(f"{header} is not part of the program")
            elif style == '"':
                complain(f"write the path of {header} from the root")
        for headers, files, where in RESERVED:
            if re.match(headers, header) and layer in LAYERS + ["tests", "bench"]:
                if not re.fullmatch(files, path):
                    complain(f"{header} belongs only in {where}")
    if path.endswith(".hpp"):
        lines = text.splitlines()
        if not lines or not lines[0].startswith("// "):
            found.append(f"{path}:1: a header opens with a sentence that says what it is")
        if "#pragma once" not in lines:
            found.append(f"{path}:1: '#pragma once' is missing")
    return found


class Tree(unittest.TestCase):
    def test_every_source_keeps_to_its_layer(self):
        sources = [p for folder in LAYERS + ["tests", "bench"] for p in sorted((ROOT / folder).rglob("*.[ch]pp"))]
        self.assertTrue(sources)
        found = [c for p in sources for c in complaints(p.relative_to(ROOT).as_posix(), p.read_text())]
        self.assertFalse(found, "\n" + "\n".join(found))


class Rules(unittest.TestCase):
    def complain(self, path, text, part):
        self.assertTrue(any(part in c for c in complaints(path, text)), f"{path}: {text!r}")

    def accept(self, path, text):
        self.assertEqual(complaints(path, text), [])

    def test_includes_point_to_the_left(self):
        self.accept("models/a.cpp", '#include "core/ids.hpp"\n#include "models/b.hpp"')
        self.complain("core/a.cpp", '#include "input/cursor.hpp"', "a layer above")
        self.complain("report/a.cpp", '#  include "cli/b.hpp"', "a layer above")
        self.complain("input/a.cpp", '#include "tests/reference/b.hpp"', "not part of the program")
        self.complain("input/a.cpp", '#include "cursor.hpp"', "from the root")
        self.complain("input/a.cpp", "#include <core/ids.hpp>", "in quotes")

    def test_libraries_stay_where_they_belong(self):
        self.accept("input/a.cpp", "#include <yaml-cpp/eventhandler.h>")
        self.accept("models/import/plan.cpp", "#include <nlohmann/json.hpp>")
        self.accept("tests/unit/input/a.cpp", "#include <nlohmann/json.hpp>")
        self.accept("report/json/rows.hpp", "// Rows.\n#pragma once\n#include <nlohmann/json_fwd.hpp>")
        self.complain("report/json/rows.hpp", "#include <nlohmann/json.hpp>", "belongs only in")
        self.complain("report/page.hpp", "#include <nlohmann/json_fwd.hpp>", "belongs only in")
        self.complain("input/a.hpp", "#include <yaml-cpp/yaml.h>", "belongs only in")
        self.complain("models/catalogue.cpp", "#include <yaml-cpp/yaml.h>", "belongs only in")
        self.complain("scenarios/a.cpp", "#include <nlohmann/json.hpp>", "belongs only in")
        self.accept("core/graph.cpp", "#include <boost/graph/depth_first_search.hpp>")
        self.complain("core/graph.hpp", "#include <boost/graph/depth_first_search.hpp>", "belongs only in")
        self.complain("models/a.cpp", "#include <boost/graph/depth_first_search.hpp>", "belongs only in")
        self.complain("report/a.cpp", "#include <CLI/CLI.hpp>", "belongs only in")
        self.complain("core/a.cpp", "#include <catch2/catch.hpp>", "belongs only in")

    def test_the_engine_does_not_speak_of_aws(self):
        self.complain("core/a.cpp", "// as IAM does", "a word of AWS")
        self.complain("core/a.cpp", 'auto type = "lambda:function";', "a word of AWS")
        self.accept("core/a.cpp", "auto f = [](int s3x) { return s3x; };  // a lambda; ecstatic")
        self.accept("models/a.cpp", "// as IAM does")

    def test_what_decides_about_a_service_stands_in_the_catalogue(self):
        self.complain("report/a.cpp", 'if (type == "iam:role") return;', "let the catalogue say it")
        self.complain("report/run/a.cpp", 'text.starts_with("arn:aws:s3")', "let the catalogue say it")
        self.complain("models/compile_rows.cpp", 'command.starts_with("aws ")', "let the catalogue say it")
        self.accept("report/a.cpp", '// such as "iam:role"\nsay("Not documented by AWS:");')

    def test_what_texts_name_stands_in_the_catalogue(self):
        self.complain("models/import/links.cpp", 'text.starts_with("arn:")', "let `identity`")
        self.complain("models/import/links.cpp", 'if (text.starts_with("alias/")) return;', "let `identity`")
        self.complain("models/import/links.cpp", 'text.find(".dkr.ecr.")', "let `identity`")
        self.complain("models/import/statements.cpp", 'type != "aws_iam_policy_document"', "let `identity`")
        self.accept("models/import/links.cpp", 'if (is_arn(text)) return;  // as arn:aws:s3:::b')
        self.accept("models/import/arn.cpp", 'text.starts_with("arn:")')
        self.accept("models/import/terraform_data_sources.cpp", 'type != "aws_iam_policy_document"')

    def test_headers_introduce_themselves(self):
        self.accept("core/a.hpp", "// What an a is.\n#pragma once\n")
        self.complain("core/a.hpp", "#pragma once\n", "opens with a sentence")
        self.complain("core/a.hpp", "// What an a is.\n", "is missing")


if __name__ == "__main__":
    unittest.main()
