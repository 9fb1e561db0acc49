#include "input/diagnostics.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include "input/phrases.hpp"

using namespace moshimo::input;

namespace {

std::string thrown_by(const Diagnostics& diagnostics, std::size_t most = 50) {
  try {
    diagnostics.throw_if_errors(most);
  } catch (const InputError& e) {
    return e.what();
  }
  return "nothing";
}

}  // namespace

TEST_CASE("line and column count from 1, columns in characters") {
  const SourceFile file("f", "ab\né x\r\n\nend");
  const auto at = [&](std::uint32_t offset) {
    const auto lc = file.line_column(offset);
    return std::pair(lc.line, lc.column);
  };
  CHECK(at(0) == std::pair(1u, 1u));
  CHECK(at(1) == std::pair(1u, 2u));
  CHECK(at(3) == std::pair(2u, 1u));
  CHECK(at(5) == std::pair(2u, 2u));  // é has two bytes
  CHECK(at(9) == std::pair(3u, 1u));
  CHECK(at(10) == std::pair(4u, 1u));
  CHECK(at(13) == std::pair(4u, 4u));         // the end
  CHECK(at(1'000'000) == std::pair(4u, 4u));  // behind the end
  CHECK(SourceFile("empty", "").line_column(0).line == 1);
}

TEST_CASE("line and column are right anywhere in a large file") {
  std::string text;
  for (int i = 0; i < 5000; ++i)
    text += "línea " + std::to_string(i % 10) + std::string(static_cast<std::size_t>(i % 23), '.') + "\n";
  text += std::string(100'000, 'x');
  const SourceFile file("f", text);
  std::uint32_t line = 1;
  std::uint32_t column = 1;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (i % 97 == 0) {
      const auto at = file.line_column(static_cast<std::uint32_t>(i));
      REQUIRE(at.line == line);
      REQUIRE(at.column == column);
    }
    if (text[i] == '\n') {
      ++line;
      column = 1;
    } else if ((text[i] & 0xC0) != 0x80) {
      ++column;
    }
  }
}

TEST_CASE("all errors are thrown at once, in order of file and place, the same one once") {
  const SourceFile b("b", "1\n2\n3");
  const SourceFile a("a", "1\n2\n3");
  Diagnostics diagnostics;
  CHECK(thrown_by(diagnostics) == "nothing");
  diagnostics.warning({&a, 0}, "a warning ends nothing");
  CHECK(thrown_by(diagnostics) == "nothing");
  diagnostics.error({&b, 4}, "late");
  diagnostics.error({&a, 2}, "other file");
  diagnostics.error({&b, 2}, "second here");
  diagnostics.error({&b, 0}, "early");
  diagnostics.error({&b, 2}, "first here is what was said later");
  diagnostics.error({&b, 2}, "second here");
  diagnostics.error({}, "about no place");
  CHECK(diagnostics.has_errors());
  CHECK(thrown_by(diagnostics) ==
        "b:1:1: early\n"
        "b:2:1: second here\n"
        "b:2:1: first here is what was said later\n"
        "b:3:1: late\n"
        "a:2:1: other file\n"
        "about no place");
  CHECK(thrown_by(diagnostics, 2) == "b:1:1: early\nb:2:1: second here\nand 4 more");
  CHECK(thrown_by(diagnostics, 0) == "and 6 more");
}

TEST_CASE("a misspelt word gets the nearest known one") {
  const std::vector<std::string_view> known{"retention", "destination", "role", "type", "name", "kms_key"};
  CHECK(did_you_mean("retentoin", known) == "; did you mean 'retention'?");  // neighbours swapped: one edit
  CHECK(did_you_mean("destnation", known) == "; did you mean 'destination'?");
  CHECK(did_you_mean("rol", known) == "; did you mean 'role'?");
  CHECK(did_you_mean("Type", known) == "; did you mean 'type'?");
  CHECK(did_you_mean("kmskeyid", known).empty());  // 3 edits, a third of 8 is 2
  CHECK(did_you_mean("zzz", known).empty());
  CHECK(did_you_mean("", known).empty());
  CHECK(did_you_mean("x", {"y"}).empty());  // shares nothing
  CHECK(did_you_mean(std::string(100'000, 'x'), known).empty());
}

TEST_CASE("where no known word is near, advice stands instead of a guess") {
  CHECK(did_you_mean("rol", {"role"}, "there is role") == "; did you mean 'role'?");
  CHECK(did_you_mean("zzz", {"role"}, "there is role") == "; there is role");
  CHECK(did_you_mean("zzz", {"role"}, "").empty());
}

TEST_CASE("a long way round is told by its beginning and its end") {
  CHECK(way_round({"a", "b", "a"}) == "a to b to a");
  std::vector<std::string> ring;
  for (int i = 0; i < 20; ++i) ring.push_back(std::to_string(i));
  ring.emplace_back("0");
  CHECK(way_round(ring) == "0 to 1 to 2 to 3 to 4 to 5 to 6 to 7 to 8 to 9 to 10 to 9 more to 0");
}

TEST_CASE("of a flood of mistakes each is counted, and a search is made for those that are kept only") {
  Diagnostics diagnostics;
  int searches = 0;
  for (int i = 0; i < 5000; ++i) {
    diagnostics.error({}, [&] { return fmt::format("mistake {}", ++searches); });
  }
  CHECK(searches == 1000);
  CHECK(thrown_by(diagnostics, 1) == "mistake 1\nand 4999 more");
}

TEST_CASE("parts that were looked at apart come together, with what both say once") {
  const SourceFile a("a", "1\n2\n3");
  Diagnostics all, part;
  for (Diagnostics* d : {&all, &part}) {
    d->error({&a, 2}, "wrong");
    d->warning({&a, 0}, "doubtful");
  }
  part.error({&a, 4}, "wrong too");
  all.take(std::move(part));
  CHECK(thrown_by(all) == "a:2:1: wrong\na:3:1: wrong too");
  CHECK(all.warnings().size() == 1);
}

TEST_CASE("of equally near words the first in the alphabet is meant, in whatever order they are known") {
  CHECK(did_you_mean("bat", {"cat", "bar", "hat"}) == "; did you mean 'bar'?");
  CHECK(did_you_mean("bat", {"hat", "cat", "bar"}) == "; did you mean 'bar'?");
  CHECK(did_you_mean("bat", {"bar", "hat", "cat"}) == "; did you mean 'bar'?");
}

TEST_CASE("what the user wrote is shown short and harmless") {
  const std::string fifty_nine(59, 'x');
  CHECK(in_quotes("a b") == "'a b'");
  CHECK(in_quotes("a\nb\x1b[31m") == "'a\\nb\\x1b[31m'");
  CHECK(in_quotes(fifty_nine + "y") == fmt::format("'{}y'", fifty_nine));
  CHECK(in_quotes(fifty_nine + "yz") == fmt::format("'{}y...'", fifty_nine));
  CHECK(in_quotes(fifty_nine + "éé") == fmt::format("'{}é...'", fifty_nine));
}
