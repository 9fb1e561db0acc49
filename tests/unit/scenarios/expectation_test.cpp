// Lines of `expect`, those of one run and those of many.
#include "scenarios/expectation.hpp"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "tests/unit/support/command.hpp"

namespace moshimo::scenarios {
namespace {

std::optional<Expectation> parsed(const std::string& text) {
  input::Diagnostics diagnostics;
  return parse_expectation(text, {}, diagnostics);
}

std::string mistake(const std::string& text) {
  input::Diagnostics diagnostics;
  CHECK_FALSE(parse_expectation(text, {}, diagnostics));
  try {
    diagnostics.throw_if_errors();
  } catch (const input::InputError& e) {
    return e.what();
  }
  return "";
}

bool says(const std::string& text, const std::string& words) { return text.find(words) != std::string::npos; }

// A function whose role is deleted tries what it was handed for 6 h less the last gap, 21,511 s. Noticed after anything
// from 0 to 12 h, made again in 7 min 15 s: lost in about half of all trials.
class Folder {
 public:
  explicit Folder(const std::string& expect) {
    std::filesystem::create_directories(path_);
    std::ofstream(path_ / "i.yaml") << "version: 1\nname: i\nresources:\n  role: { type: iam:role }\n"
                                       "  function: { type: lambda:function, role: role }\n"
                                       "traffic: [{ to: function, rate: 1/s }]\n";
    std::ofstream(scenario()) << "version: 1\nname: s\ninventory: i.yaml\nhorizon: 2d\n"
                                 "faults: [{ at: 0s, delete: role }]\n"
                                 "response: { detect: { uniform: [0s, 12h] } }\nexpect:\n"
                              << expect;
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  std::string scenario() const { return (path_ / "s.scenario.yaml").string(); }
  std::string file(const std::string& name) const { return (path_ / name).string(); }

 private:
  std::filesystem::path path_ = std::filesystem::temp_directory_path() / "moshimo-expectations";
};

}  // namespace

TEST_CASE("a probability is read with what it is the probability of", "[expectations]") {
  const auto e = parsed("probability( lost(\"orders\") > 0 ) < 5%");
  REQUIRE(e);
  CHECK(e->figure == Expectation::Figure::lost);
  CHECK(e->of == "orders");
  CHECK(e->relation == Expectation::Relation::more);
  CHECK(e->value == 0);
  REQUIRE(e->share);
  CHECK(e->share->relation == Expectation::Relation::less);
  CHECK(e->share->value == Approx(0.05));
  CHECK(parsed("probability(restored() <= 2h) >= 0.95")->share->value == Approx(0.95));
  CHECK_FALSE(parsed("lost() == 0")->share);
}

TEST_CASE("mistakes in a probability say what to write", "[expectations]") {
  CHECK(says(mistake("probability(lost() > 0) < 105%"), "'105%' is no share; write 5% or 0.05"));
  CHECK(says(mistake("probability(lost() > 0) < 5"), "'5' is no share"));
  CHECK(says(mistake("probability(lost() > 0)"), "compares no share; write one as in probability(lost() > 0) < 5%"));
  CHECK(says(mistake("probability(lots() > 0) < 5%"), "there is no figure 'lots'; did you mean 'lost'?"));
  CHECK(says(mistake("probability(probability(lost() > 0) < 5%) < 5%"), "a probability of a probability"));
  CHECK(says(mistake("probability(told() < 1h) > 50%"), "alarms and guards are the same in every trial"));
  CHECK(says(mistake("probabilty(lost() > 0) < 5%"), "did you mean 'probability'?"));
}

TEST_CASE("a share that is just what is expected is not below it", "[expectations]") {
  using Relation = Expectation::Relation;
  CHECK_FALSE(is_met({Relation::less, 0.05}, 0.05));
  CHECK(is_met({Relation::at_most, 0.05}, 0.05));
  CHECK(is_met({Relation::less, 0.05}, 0.0499));
  CHECK(is_met({Relation::at_least, 0.05}, 1.0 / 20));
  CHECK_FALSE(is_met({Relation::more, 0.05}, 1.0 / 20));
}

// Lost when it takes longer than 21,511 s, so noticed after more than 21,511 - 435 s of 43,200: P = 0.512. Five
// standard errors of 400 trials are 0.125.
TEST_CASE("expected probabilities are a gate of trials, whole and merged", "[expectations][trials]") {
  const Folder met("  - probability(lost() > 0) < 65%\n  - probability(first_loss() == forever) > 0.35\n");
  const Result good = command({"run", met.scenario().c_str(), "--trials", "400"});
  CHECK(good.err == "");
  CHECK(good.status == 0);
  CHECK(says(good.out, "Expectations"));
  CHECK(says(good.out, "probability(lost() > 0) < 65%"));

  const Folder unmet("  - probability(lost() > 0) < 35%\n  - offered() > 0\n");
  const std::string scenario = unmet.scenario();
  const Result bad = command({"run", scenario.c_str(), "--trials", "400"});
  CHECK(bad.status == 1);
  CHECK(says(bad.err, "1 of 1 expectation does not hold: probability(lost() > 0) < 35%"));
  const Result plain = command({"run", scenario.c_str()});
  CHECK(plain.status == 0);
  CHECK(says(plain.out, "1 probability is of many runs"));

  std::vector<std::string> files;
  for (const char* part : {"1/2", "2/2"}) {
    files.push_back(unmet.file(std::string(part, 1) + ".json"));
    CHECK(command({"run", scenario.c_str(), "--trials", "400", "--shard", part, "-o", files.back().c_str()}).status ==
          0);
  }
  const Result merged = command({"merge", files[0].c_str(), files[1].c_str()});
  CHECK(merged.status == 1);
  CHECK(merged.out == bad.out);
  CHECK(says(merged.err, "probability(lost() > 0) < 35%"));
}

// A plain run meets neither, and trials have none of it to say.
TEST_CASE("what is expected of the plain run does not fail its trials", "[expectations][trials]") {
  const Folder plain("  - offered() < 0\n");
  const std::string scenario = plain.scenario();
  CHECK(command({"run", scenario.c_str()}).status == 1);
  const Result trials = command({"run", scenario.c_str(), "--trials", "20"});
  CHECK(trials.status == 0);
  CHECK(trials.err == "");
}

// Nothing keeps a request of an API whose only worker is gone: it is refused, and no data is lost.
TEST_CASE("refused requests are not among what is lost", "[expectations]") {
  CHECK(parsed("refused(\"web\") > 0")->figure == Expectation::Figure::refused);
  const Folder folder("  - lost() == 0\n  - refused() == 0\n");
  std::ofstream(std::filesystem::path(folder.scenario()).parent_path() / "i.yaml")
      << "version: 1\nname: i\nresources:\n  role: { type: iam:role }\n"
         "  web: { type: ecs:service, execution_role: role, tasks: 1, task_lifetime: 1h }\n"
         "traffic: [{ to: web, rate: 1/s }]\n";
  const Result r = command({"run", folder.scenario().c_str()});
  CHECK(r.status == 1);
  CHECK(says(r.err, "1 of 2 expectations does not hold: refused() == 0"));
}

}  // namespace moshimo::scenarios
