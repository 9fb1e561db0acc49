// What is told of things under a key that has been destroyed.
#include <catch2/catch.hpp>

#include "tests/unit/report/told.hpp"

using namespace moshimo;

namespace {

constexpr std::string_view inventory = R"(
resources:
  key: { type: kms:key, pending_window: 7d }
  db: { type: rds:db-instance, kms_key: key, deletion_protection: yes }
  copy: { type: rds:db-snapshot, of: db }
)";

}  // namespace

TEST_CASE("a backup under the destroyed key is not said to mend anything", "[report]") {
  const std::string text = told(inventory, R"(
horizon: 20d
faults: [{ at: 0s, schedule-deletion: [key] }]
response: { detect: 9d, strategy: restore_only }
compare: [none, restore_only]
)");
  const std::string broken = section(text, "What re-applying the code does not fix");
  CHECK(has(broken,
            "db is in its terminal state. [kms.svc.rds] You see: inaccessible-encryption-credentials. "
            "Mended by: Make db anew, empty, under another key than key."));
  CHECK_FALSE(has(broken, "as it was up to five minutes before it stopped"));
  CHECK(has(broken, "says nothing about its key. Nothing brings that back."));
  CHECK(has(broken,
            "Key key has been destroyed. [kms.delete.waiting-period] You see: NotFoundException. "
            "Nothing brings that back."));
  CHECK_FALSE(has(broken, "is waiting for deletion"));
}

TEST_CASE("what can still be had is not said to be beyond repair", "[report]") {
  const std::string text = told(inventory, R"(
horizon: 20d
faults: [{ at: 0s, disable: [key] }]
response: { detect: 9d, strategy: none }
compare: [none, restore_only]
)");
  const std::string broken = section(text, "What re-applying the code does not fix");
  CHECK(has(broken, "Mended by: Restore db into a new database, as it was up to five minutes before it stopped."));
  CHECK_FALSE(has(broken, "Nothing brings that back"));
}

// Cancelled after a day, the content stays; re-applied, it goes with the key after seven.
TEST_CASE("the comparison of strategies says which of them loses what lay there, and when", "[report]") {
  const std::string text = told(
      "resources:\n  key: { type: kms:key, pending_window: 7d }\n"
      "  bucket: { type: s3:bucket, kms_key: key }\n",
      R"(
horizon: 20d
faults: [{ at: 0s, schedule-deletion: [key] }]
response: { detect: 1d, strategy: full }
compare: [none, restore_only, full]
)");
  const std::string ways = section(text, "What each way of reacting loses");
  CHECK(has(ways, "nobody acts: what was in bucket is gone for good after 7 d."));
  CHECK(has(ways, "re-apply only: what was in bucket is gone for good after 7 d."));
  CHECK_FALSE(has(ways, "every step: what"));
}

TEST_CASE("the table of variants shows which of them destroys what lay there", "[report]") {
  const std::string text = told(
      "resources:\n  key: { type: kms:key, pending_window: 7d }\n"
      "  bucket: { type: s3:bucket, kms_key: key }\n",
      R"(
horizon: 40d
faults: [{ at: 0s, schedule-deletion: [key] }]
response: { detect: 8d }
what_if: [{ name: a longer window, set: { key: { pending_window: 30d } } }, { name: sooner, response: { detect: 1d } }, { name: later, response: { detect: 9d } }]
)");
  const std::string variants = section(text, "What if");
  // Noticed after 8 d: with a window of 7 d the content of the bucket is gone, with 30 d it is not.
  CHECK(has(variants, "events lost change places gone"));
  CHECK(has(variants, " as it is 0 – 1 "));
  CHECK(has(variants, " a longer window 0 – 0 "));
  CHECK(has(variants, " sooner 0 – 0 "));
  CHECK(has(variants, " later 0 – 1 "));
}

// The alias can be pointed at the key again while that waits; a month later there is nothing to point at.
TEST_CASE("what would have mended something in time is not said to mend it for ever", "[report]") {
  const std::string text = told(R"(
resources:
  main-key: { type: kms:key, pending_window: 7d }
  alias/main: { type: kms:alias, target: main-key }
  uploads: { type: s3:bucket, kms_key: alias/main }
)",
                                R"(
horizon: 30d
faults: [{ at: 0s, schedule-deletion: main-key }, { at: 0s, delete: alias/main }]
response: { detect: 1d }
compare: [none, restore_only]
)");
  const std::string left = section(text, "What re-applying the code does not fix");
  CHECK(has(left, "In time it would be mended by: Point alias/main at main-key again"));
  CHECK_FALSE(has(left, "Mended by: Point alias/main"));
}
