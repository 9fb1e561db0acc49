// From when on mending the cause is not enough.
#include "core/turning_points.hpp"

#include <catch2/catch.hpp>

#include "core/simulation.hpp"
#include "tests/unit/support/system_text.hpp"

using namespace moshimo;

namespace {

// Stopped with its key, and after a week beyond starting.
struct Database {
  System system = system_from(
      "condition kept\ncondition window follows kept falls 20d rises never\ncondition enabled\n"
      "condition key follows enabled,window\ncondition started follows key rises repair\n"
      "condition whole follows key falls 7d rises repair\ncondition spare false\n");

  RepairId repair(const std::string& name, const char* restores, std::vector<const char*> requires_) {
    Repair row;
    row.label = written(name);
    row.restores = {condition_named(system, restores)};
    for (const char* c : requires_) {
      Need need;
      need.condition = condition_named(system, c);
      row.requirements.push_back(need);
    }
    return system.repairs.add(std::move(row));
  }
  std::vector<TurningPoint> points(const char* script) const {
    const SimTime horizon = SimTime::after_start(Duration::days(40));
    return turning_points(system, simulate(system, script_from(system, script), horizon).timeline,
                          simulate(system, {}, horizon).timeline);
  }
};

}  // namespace

TEST_CASE("what has missed its cause for too long takes a repair of its own from then on", "[core][findings]") {
  Database db;
  db.repair("start", "started", {"key", "whole"});
  const RepairId restore = db.repair("restore", "whole", {"key"});
  db.repair("anew", "whole", {"spare"});  // asks for something that nobody has
  const std::vector<TurningPoint> found = db.points("at 1h enabled falls");
  REQUIRE(found.size() == 1);  // what stops at once was never mended by the cause alone
  CHECK(found[0].at == SimTime::after_start(Duration::hours(7 * 24 + 1)));
  CHECK(name_of(db.system, found[0].condition) == "whole");
  CHECK(name_of(db.system, found[0].cause) == "key");
  CHECK(found[0].ways == std::vector<RepairId>{restore});
  CHECK(db.points("at 1h enabled falls\nat 6d enabled rises").empty());
  CHECK(db.points("at 1h enabled falls\nat 8d enabled rises").size() == 1);
}

TEST_CASE("nothing turns where the cause cannot be mended any more", "[core][findings]") {
  Database db;
  db.repair("restore", "whole", {"key"});
  CHECK(db.points("at 1h enabled falls\nat 2d kept falls").size() == 1);  // the key goes later than it
  CHECK(db.points("at 1h kept falls\nat 15d enabled falls").empty());     // and here before
}

TEST_CASE("nothing turns where re-applying the code mends the cause and the rest", "[core][findings]") {
  Database db;
  const RepairId restore = db.repair("restore", "whole", {"key"});
  db.system.repairs[restore].by_apply = true;
  CHECK(db.points("at 1h enabled falls").empty());
}
