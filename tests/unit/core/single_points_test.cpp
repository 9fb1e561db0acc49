// What every way leads over, by hand and against a search without each of them.
#include "core/single_points.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <random>
#include <set>
#include <string>

#include "tests/unit/support/system_text.hpp"

using namespace moshimo;

namespace {

// An action for each condition that is named, which takes it away.
struct World {
  System system;
  std::vector<ActionId> actions;
  std::vector<std::string> names;

  World(std::string_view text, std::vector<std::string> deletable)
      : system(system_from(text)), names(std::move(deletable)) {
    for (const std::string& name : names) {
      Action a;
      a.name = name + "/delete";
      a.breaks = {condition_named(system, name)};
      actions.push_back(system.actions.add(a));
    }
  }

  // "sink without role, 2 ways"
  std::set<std::string> cut_off() const {
    std::set<std::string> all;
    for (const CutOff& c : single_points(system, actions).cut_off) {
      all.insert(fmt::format("{} without {}, {}", system.components[c.component].name, names[c.action],
                             c.ways == 0 ? "kept data" : fmt::format("{} way{}", c.ways, c.ways == 1 ? "" : "s")));
    }
    return all;
  }
  std::set<std::string> pairs() const {
    std::set<std::string> all;
    for (const OnlyTogether& p : single_points(system, actions, true).pairs) {
      all.insert(names[p.one] + " and " + names[p.other]);
    }
    return all;
  }
};

using Strings = std::set<std::string>;

}  // namespace

TEST_CASE("two ways with one role between them: the role is a single point of failure", "[single-points]") {
  const World w(
      "condition role\ncondition left\ncondition right\nport a\nport b\nport sink\n"
      "hop into-a from 1/s to a\nhop into-b from 1/s to b\n"
      "hop over-a from a to sink needs left,role\nhop over-b from b to sink needs right,role\n",
      {"role", "left", "right"});
  CHECK(w.cut_off() == Strings{"sink without role, 2 ways"});
  CHECK(w.pairs() == Strings{"left and right"});  // without both no way is left
}

TEST_CASE("two ways that have nothing in common leave no single point", "[single-points]") {
  const World w(
      "condition left\ncondition right\nport sink\n"
      "hop over-a from 1/s to sink needs left\nhop over-b from 1/s to sink needs right\n",
      {"left", "right"});
  CHECK(w.cut_off().empty());
}

TEST_CASE("what stands at the beginning of all ways cuts off everything behind it", "[single-points]") {
  // key → a, then over b or c to d: b and c each have one way, d has two, and all begin with the key.
  const World w(
      "condition key\ncondition x\ncondition y\nport a\nport b\nport c\nport d\n"
      "hop in from 1/s to a needs key\nhop ab from a to b needs x\nhop ac from a to c needs y\n"
      "hop bd from b to d\nhop cd from c to d\n",
      {"key", "x", "y"});
  CHECK(w.cut_off() == Strings{"a without key, 1 way", "b without key, 1 way", "b without x, 1 way",
                               "c without key, 1 way", "c without y, 1 way", "d without key, 2 ways"});
}

TEST_CASE("a port that hands everything on within its component is not yet where the data is wanted",
          "[single-points]") {
  const World w(
      "condition role\nport fn.in\nport fn.work\nhop accept from 1/s to fn.in\nhop run from fn.in to fn.work needs "
      "role\n",
      {"role"});
  CHECK(w.cut_off() == Strings{"fn without role, 1 way"});
}

TEST_CASE("one of several is enough: only what all of them follow is a single point", "[single-points]") {
  const World w(
      "condition root\ncondition one follows root\ncondition other follows root\ncondition spare\n"
      "port sink\nport second\n"
      "hop send from 1/s to sink needs one|other\nhop copy from 1/s to second needs one|spare\n",
      {"root", "one", "other", "spare"});
  CHECK(w.cut_off() == Strings{"sink without root, 1 way"});
  CHECK(w.pairs() == Strings{"one and other", "one and spare", "root and spare"});
}

TEST_CASE("what did not hold at the start stands in for nothing", "[single-points]") {
  const World w("condition role\ncondition spare false\nport sink\nhop send from 1/s to sink needs role|spare\n",
                {"role"});
  CHECK(w.cut_off() == Strings{"sink without role, 1 way"});
}

TEST_CASE("a key without which nobody reads what is kept", "[single-points]") {
  const World w(
      "condition key\ncondition other\nstore archive/kept readable key at-rest\nstore b/kept readable key|other "
      "at-rest\n",
      {"key", "other"});
  CHECK(w.cut_off() == Strings{"archive without key, kept data"});
}

TEST_CASE("workers that have to start again need what they start with; those that live for ever do not",
          "[single-points]") {
  const World w(
      "condition role\nprocess task lifetime 3d start role\nprocess old start role\n"
      "port web by task\nport batch by old\nhop ask from 1/s to web\nhop run from 1/s to batch\n",
      {"role"});
  CHECK(w.cut_off() == Strings{"web without role, 1 way"});
}

TEST_CASE("a guard that stops the deletion leaves nothing to point at", "[single-points]") {
  World w("condition role\ncondition allowed false\nport sink\nhop send from 1/s to sink needs role\n", {"role"});
  Need need;
  need.condition = condition_named(w.system, "allowed");
  w.system.actions[w.actions.front()].needs = {need};
  CHECK(w.cut_off().empty());
}

TEST_CASE("a place to wait that the other closes makes a pair", "[single-points]") {
  const World w(
      "condition role\ncondition key\nport sink\nstore dead accepts key\n"
      "hop send from 1/s to sink needs role store dead\n",
      {"role", "key"});
  CHECK(w.pairs() == Strings{"role and key"});
}

TEST_CASE("the same as asking, for each, what data still reaches without it", "[single-points]") {
  std::mt19937_64 random(3);
  for (int round = 0; round < 200; ++round) {
    INFO("round " << round);
    constexpr int ports = 8;
    constexpr int roles = 5;
    std::string text;
    std::vector<std::string> names;
    for (int r = 0; r < roles; ++r) {
      names.push_back(fmt::format("role{}", r));
      text += fmt::format("condition role{}\n", r);
    }
    for (int p = 0; p < ports; ++p) text += fmt::format("port p{}\n", p);
    struct Way {
      int from, to, role;
    };
    std::vector<Way> ways;
    for (int p = 0; p < ports; ++p) {
      for (int n = static_cast<int>(random() % 3); n >= 0; --n) {
        ways.push_back(
            {static_cast<int>(random() % (p + 1)) - 1, p, static_cast<int>(random() % roles)});  // -1: outside
      }
    }
    for (std::size_t i = 0; i < ways.size(); ++i) {
      text += fmt::format("hop h{} from {} to p{} needs role{}\n", i,
                          ways[i].from < 0 ? std::string("1/s") : fmt::format("p{}", ways[i].from), ways[i].to,
                          ways[i].role);
    }
    const auto gets_data = [&](int without) {
      std::vector<bool> reached(ports, false);
      for (int p = 0; p < ports; ++p) {  // data goes upwards only
        for (const Way& w : ways) {
          if (w.to == p && w.role != without && (w.from < 0 || reached[w.from])) reached[p] = true;
        }
      }
      return reached;
    };
    const std::vector<bool> normal = gets_data(-1);
    Strings expected;
    for (int r = 0; r < roles; ++r) {
      const std::vector<bool> still = gets_data(r);
      for (int p = 0; p < ports; ++p) {
        const auto into = std::count_if(ways.begin(), ways.end(),
                                        [&](const Way& w) { return w.to == p && (w.from < 0 || normal[w.from]); });
        if (normal[p] && !still[p]) {
          expected.insert(fmt::format("p{} without role{}, {} way{}", p, r, into, into == 1 ? "" : "s"));
        }
      }
    }
    CHECK(World(text, names).cut_off() == expected);
  }
}
