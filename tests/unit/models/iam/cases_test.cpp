// Every case of tests/cases/iam is decided as AWS's rules say, by the statements they say.
#include <catch2/catch.hpp>
#include <fstream>
#include <set>

#include "tests/unit/models/iam/case_file.hpp"

using namespace moshimo::models::iam;

TEST_CASE("cases of policy evaluation", "[iam]") {
  for (const Case& c : read_cases()) {
    INFO(c.file << ": " << c.title << "\n  " << c.why);
    CHECK(c.mistakes.empty());
    INFO(c.mistakes);
    const Decision decision = evaluate(c.request, c.policies);
    INFO(to_text(decision));
    CHECK(name_of(decision.verdict) == c.expected);
    CHECK(cited(decision) == c.because);
    CHECK(missing(decision) == c.missing);
  }
}

TEST_CASE("there are many cases, each with a title of its own and a reason", "[iam]") {
  std::set<std::string> titles;
  std::size_t count = 0;
  for (const Case& c : read_cases()) {
    INFO(c.file << ": " << c.title);
    CHECK(titles.insert(c.title).second);
    CHECK_FALSE(c.why.empty());
    ++count;
  }
  CHECK(count >= 300);
}

// Not a test: hands the decisions to the comparison with a peer (./dev peers).
TEST_CASE("write the decisions down", "[.iam-decisions]") {
  std::ofstream file(MOSHIMO_BINARY_DIR "/iam-decisions.tsv");
  for (const Case& c : read_cases()) {
    file << c.file << '\t' << c.title << '\t' << name_of(evaluate(c.request, c.policies).verdict) << '\n';
  }
  CHECK(file.good());
}
