// Which step decides whether a point of no return is met in time.
#include "scenarios/deciding.hpp"

#include <catch2/catch.hpp>

#include "tests/unit/scenarios/by_hand.hpp"

namespace moshimo::scenarios {

// While the role is missing what comes is tried for an hour; while only the grant is, it is kept for ten days. The role
// is back at 35 min and the grant after ten hours: the hop fails throughout, but from 35 min on for another reason.
TEST_CASE("a step decides after which a hop goes on failing, for a reason for which more is kept", "[sweep]") {
  ByHand world(
      "condition role as denied\ncondition grant as key follows role rises repair\n"
      "hop send from 1/s to outside needs role:denied,grant:key retry 60s limit 1h on denied buffer limit 10d on "
      "key\n");
  world.happens({}, {"role"});
  const RepairId role = world.mends("role", Duration::minutes(5));
  world.mends("grant", Duration::hours(10));
  const Answer& a = world.answered(Duration::minutes(30), Duration::days(5));
  const StrategyRun& nobody = a.nobody_acts();
  REQUIRE_FALSE(nobody.findings.points.empty());
  const PointOfNoReturn& p = nobody.findings.points.front();
  CHECK(p.at == SimTime::after_start(Duration::hours(1)));
  CHECK(a.main_run().findings.lost == Approx(0).margin(1e-6));
  const auto deciding = deciding_step(a.system(), a.main_run(), nobody, p);
  REQUIRE(deciding);
  CHECK(deciding->repair == role);
  CHECK(deciding->done == SimTime::after_start(Duration::minutes(35)));
  CHECK(deciding->effective == SimTime::after_start(Duration::minutes(35)));
}

}  // namespace moshimo::scenarios
