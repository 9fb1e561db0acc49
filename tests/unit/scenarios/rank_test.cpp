// Each principal and key in turn: by hand, and against the run of the whole inventory.
#include "scenarios/rank.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <string>

#include "input/document.hpp"
#include "models/policy_files.hpp"
#include "scenarios/answer.hpp"

namespace moshimo::scenarios {
namespace {

struct World {
  std::shared_ptr<models::Inventory> inventory = std::make_shared<models::Inventory>();
  models::Compiled compiled;

  explicit World(std::string_view yaml) {
    input::Diagnostics diagnostics;
    models::read_inventory(
        input::Document::parse("small.yaml", "version: 1\n" + std::string(yaml), input::Format::yaml, diagnostics),
        *inventory, diagnostics);
    compile(diagnostics);
  }
  World(const std::filesystem::path& file, int) {
    input::Diagnostics diagnostics;
    *inventory = models::read_inventory({file.string()}, diagnostics);
    models::read_policy_files(*inventory, models::embedded_catalogue(), diagnostics);
    compile(diagnostics);
  }

  Rank rank(const RankOptions& options = {}) {
    input::Diagnostics diagnostics;
    Rank r = scenarios::rank(compiled, options, diagnostics);
    diagnostics.throw_if_errors();
    return r;
  }
  const std::string& name(ComponentId c) const { return compiled.system.components[c].name; }
  std::vector<std::string> order(const Rank& r) const {
    std::vector<std::string> names;
    for (const Ranked& row : r.rows) names.push_back(name(row.components.front()));
    return names;
  }
  const Ranked& row(const Rank& r, std::string_view of) const {
    const auto found = std::find_if(r.rows.begin(), r.rows.end(),
                                    [&](const Ranked& row) { return name(row.components.front()) == of; });
    REQUIRE(found != r.rows.end());
    return *found;
  }

 private:
  void compile(input::Diagnostics& diagnostics) {
    diagnostics.throw_if_errors();
    compiled = models::compile(inventory, models::embedded_catalogue(), {}, diagnostics);
    diagnostics.throw_if_errors();
  }
};

Answer whole(const World& w, const std::vector<std::string>& names, SimTime horizon) {
  auto s = std::make_shared<Scenario>();
  s->horizon = horizon;
  s->response = RankOptions{}.response;
  ScenarioFault fault;
  fault.verb = "delete";
  fault.components = names;
  fault.component_at.resize(names.size());
  s->faults = {fault};
  input::Diagnostics diagnostics;
  Answer a = answer(std::move(s), w.inventory, models::embedded_catalogue(), diagnostics);
  diagnostics.throw_if_errors();
  return a;
}

void check_against_whole(World& w, const Ranked& row, SimTime horizon) {
  std::vector<std::string> names;
  for (const ComponentId c : row.components) names.push_back(w.name(c));
  INFO(names.front());
  const Answer a = whole(w, names, horizon);
  CHECK(row.stopped_by.has_value() == !a.main_run().response.stopped.empty());
  const auto toll = [&](const StrategyRun& r) { return toll_of(a.system(), r.response, r.findings, a.healthy); };
  CHECK(row.nobody_acts == toll(a.nobody_acts()));
  CHECK(row.response == toll(a.main_run()));
  CHECK(row.response.lost == toll(a.main_run()).lost);
}

constexpr std::string_view two_queues = R"(
resources:
  small: { type: iam:role }
  large: { type: iam:role }
  idle: { type: iam:role }
  a: { type: lambda:function, role: small }
  b: { type: lambda:function, role: large }
traffic:
  - { to: a, rate: 1/s }
  - { to: b, rate: 50/s }
)";

TEST_CASE("every inventory of the library: the part that is run comes to what the whole does", "[rank]") {
  std::size_t inventories = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(MOSHIMO_SOURCE_DIR "/scenarios/library")) {
    const std::string path = entry.path().string();
    if (!path.ends_with(".inventory.yaml")) continue;
    ++inventories;
    INFO(path);
    World w(entry.path(), 0);
    RankOptions options;
    options.pairs = true;
    const Rank r = w.rank(options);
    CHECK_FALSE(r.is_partial);
    for (const Ranked& row : r.rows) check_against_whole(w, row, options.horizon);
    for (const Ranked& row : r.pairs) check_against_whole(w, row, options.horizon);
  }
  CHECK(inventories >= 8);
}

TEST_CASE("who is asked most stands first; who is needed by nobody last", "[rank]") {
  World w(two_queues);
  const Rank r = w.rank();
  CHECK(w.order(r) == std::vector<std::string>{"large", "small", "idle"});
  const Ranked& large = w.row(r, "large");
  const Ranked& small = w.row(r, "small");
  CHECK(large.reach >= 1);
  CHECK(w.row(r, "idle").reach == 0);
  CHECK(w.row(r, "idle").nobody_acts.lost == 0);
  CHECK(w.row(r, "idle").nobody_acts.refused == 0);
  CHECK(w.row(r, "idle").nobody_acts.first_point.is_never());
  // Fifty times the requests for the same time.
  CHECK(small.nobody_acts.lost + small.nobody_acts.refused > 0);
  CHECK(large.nobody_acts.refused == Approx(50 * small.nobody_acts.refused));
  CHECK(large.nobody_acts.lost == Approx(50 * small.nobody_acts.lost));
  CHECK(small.response.lost + small.response.refused < small.nobody_acts.lost + small.nobody_acts.refused);
}

TEST_CASE("by reach the number of those who need it comes first, by time the first loss", "[rank]") {
  World w(R"(
resources:
  many: { type: iam:role }
  few: { type: iam:role }
  a: { type: lambda:function, role: many }
  b: { type: lambda:function, role: many }
  c: { type: lambda:function, role: few }
traffic:
  - { to: a, rate: 1/s }
  - { to: b, rate: 1/s }
  - { to: c, rate: 900/s }
)");
  RankOptions options;
  CHECK(w.order(w.rank(options)).front() == "few");
  options.by = RankBy::reach;
  const Rank by_reach = w.rank(options);
  CHECK(w.order(by_reach).front() == "many");
  options.by = RankBy::time;
  const Rank by_time = w.rank(options);
  CHECK(std::is_sorted(by_time.rows.begin(), by_time.rows.end(), [](const Ranked& a, const Ranked& b) {
    return a.nobody_acts.first_point < b.nobody_acts.first_point;
  }));
}

TEST_CASE("only those that are named take their turn", "[rank]") {
  World w(two_queues);
  RankOptions options;
  options.only = {w.compiled.component("small")};
  CHECK(w.order(w.rank(options)) == std::vector<std::string>{"small"});
}

TEST_CASE("what is no principal and no key is refused", "[rank]") {
  World w(two_queues);
  RankOptions options;
  options.only = {w.compiled.component("a"), w.compiled.component("b"), w.compiled.component("small")};
  input::Diagnostics diagnostics;
  rank(w.compiled, options, diagnostics);
  REQUIRE(diagnostics.errors().size() == 2);
  CHECK(diagnostics.errors().front().message ==
        "a (lambda:function) is no principal and no key; without names all there are take their turn");
}

TEST_CASE("who stops it early keeps what reaches most, and is told that it is partial", "[rank]") {
  World w(two_queues);
  RankOptions options;
  std::size_t all_there_are = 0;
  options.goes_on = [&](std::size_t done, std::size_t all) {
    all_there_are = all;
    return done < 2;
  };
  const Rank r = w.rank(options);
  CHECK(all_there_are == 3);
  CHECK(r.is_partial);
  REQUIRE(r.rows.size() == 3);
  CHECK(r.rows[0].is_run);
  CHECK(r.rows[1].is_run);
  CHECK_FALSE(r.rows[2].is_run);
  CHECK(w.order(r).back() == "idle");
  // What was done is what it would have been without stopping.
  World again(two_queues);
  const Rank full = again.rank();
  CHECK(full.rows[0].response == r.rows[0].response);
  CHECK_FALSE(full.is_partial);
}

TEST_CASE("a deletion that a guard stops costs nothing, and the guard is named", "[rank]") {
  World w(R"(
account: '111122223333'
resources:
  key: { type: kms:key }
  role: { type: iam:role }
  shop: { type: s3:bucket, kms_key: key }
  guard:
    type: organizations:policy
    kind: RESOURCE_CONTROL_POLICY
    document: { Version: '2012-10-17', Statement: [{ Sid: KeepKeys, Effect: Deny, Principal: '*',
                Action: 'kms:ScheduleKeyDeletion', Resource: '*' }] }
)");
  const Rank r = w.rank();
  const Ranked& key = w.row(r, "key");
  REQUIRE(key.stopped_by);
  CHECK(key.is_run);
  CHECK(key.reach > 0);
  CHECK(key.nobody_acts == Toll{});
  CHECK(key.response == Toll{});
  CHECK(says(w.compiled.system, *key.stopped_by).find("KeepKeys") != std::string::npos);
  CHECK_FALSE(w.row(r, "role").stopped_by);
  CHECK(r.single_points.empty());  // nobody reads the bucket without the key, but the key stays
}

TEST_CASE("two keys that back each other up are worse together", "[rank]") {
  World w(R"(
resources:
  a-key: { type: kms:key }
  b-key: { type: kms:key }
  lonely: { type: kms:key }
  jobs: { type: sqs:queue, kms_key: a-key, policy: [{ name: topic, allows: sns.amazonaws.com, by: service }] }
  dead: { type: sqs:queue, kms_key: b-key, retention: 14d,
          policy: [{ name: topic, allows: sns.amazonaws.com, by: service }] }
  topic: { type: sns:topic, subscriptions: [{ name: jobs, endpoint: jobs, dead_letter: dead }] }
traffic: [{ to: topic, rate: 10/s }]
)");
  RankOptions options;
  CHECK(w.rank(options).pairs.empty());
  options.pairs = true;
  const Rank r = w.rank(options);
  REQUIRE(r.pairs.size() == 1);
  CHECK(r.pairs_run == 1);
  CHECK(w.name(r.pairs.front().components[0]) == "a-key");
  CHECK(w.name(r.pairs.front().components[1]) == "b-key");
  // Without a-key alone what cannot be delivered waits 14 d in dead; without both nothing keeps it. Of 30 d at 10/s
  // 16 d are lost, or all; with the deletion cancelled after 40 min + 2 min and the key enabled 1 min later, 43 min.
  CHECK(w.row(r, "a-key").nobody_acts.lost == Approx(16 * 86'400 * 10.0).epsilon(0.001));
  CHECK(w.row(r, "a-key").response.lost == Approx(0).margin(1));
  CHECK(r.pairs.front().nobody_acts.lost == Approx(30 * 86'400 * 10.0).epsilon(0.01));
  CHECK(r.pairs.front().response.lost == Approx(43 * 60 * 10.0).epsilon(0.001));
  check_against_whole(w, r.pairs.front(), options.horizon);
}

TEST_CASE("an inventory without principals has nothing to rank", "[rank]") {
  World w("resources: { bucket: { type: s3:bucket } }\n");
  const Rank r = w.rank();
  CHECK(r.rows.empty());
  CHECK(r.single_points.empty());
}

TEST_CASE("a single point of failure stands by its row, however the rows are sorted", "[rank]") {
  for (const RankBy by : {RankBy::loss, RankBy::reach, RankBy::time}) {
    World w(two_queues);
    RankOptions options;
    options.by = by;
    const Rank r = w.rank(options);
    for (const CutOff& c : r.single_points) {
      const std::string expected = w.name(c.component) == "a" ? "small" : "large";
      CHECK(w.name(r.rows[c.action].components.front()) == expected);
    }
    CHECK(r.single_points.size() == 2);
  }
}

}  // namespace
}  // namespace moshimo::scenarios
