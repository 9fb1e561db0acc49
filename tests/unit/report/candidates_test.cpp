// What a diagnosis says of faults that show the same.
#include <catch2/catch.hpp>
#include <string>

#include "tests/unit/report/told.hpp"
#include "tests/unit/support/command.hpp"

using namespace moshimo;

// A grant that was revoked and one that belongs to the role before: the same error, and two places to look at.
TEST_CASE("of two faults that show the same nothing is said to tell them apart", "[report][diagnose]") {
  const std::string staging = MOSHIMO_SOURCE_DIR "/scenarios/library/state-key-mixup/staging.inventory.yaml";
  const Result r = command(
      {"diagnose", staging.c_str(), "--seen", "KMSAccessDeniedException", "--seen", "orders: 502", "--width", "300"});
  CHECK(r.status == 0);
  CHECK(has(r.out, "Nothing that is modelled tells revoke-grant orders from delete and make again orders-role"));
}
