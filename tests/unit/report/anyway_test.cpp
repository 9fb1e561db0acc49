// What goes wrong in the system as it is, with and without a fault.
#include <catch2/catch.hpp>

#include "tests/unit/report/told.hpp"

using namespace moshimo;

namespace {

constexpr std::string_view keys_with_a_dot = R"(
resources:
  role: { type: iam:role }
  indexer: { type: lambda:function, role: role, calls: [] }
  files: { type: s3:bucket, key_prefix: "./2024/", notifications: [{ name: new, target: indexer, prefix: "2024/" }] }
traffic: [{ to: files, rate: 1/s }]
)";
constexpr std::string_view nothing = "horizon: 10d\nfaults: []\nresponse: { detect: 3d }\n";

}  // namespace

TEST_CASE("what is misdirected from the start is told without a fault", "[report]") {
  const std::string text = told(keys_with_a_dot, nothing);
  CHECK(has(text,
            "This scenario has no faults. All the same, 864,000 events are misdirected (files/notifications/new): "
            "from the start it does not hold that the keys written to files begin with 2024/; nothing looks for "
            "what is misdirected, and nothing says so."));
  const std::string expiring =
      std::string(keys_with_a_dot).insert(keys_with_a_dot.find("key_prefix"), "expires_after: 4d, ");
  CHECK(has(told(expiring, nothing),
            "All the same, 518,400 events are lost and 345,600 events misdirected (files/notifications/new): from the "
            "start it does not hold that the keys written to files begin with 2024/; nothing looks for what is "
            "misdirected, and nothing says so."));
  const std::string json = told_as_json(keys_with_a_dot, nothing);
  const std::string anyway = json.substr(json.find("\"without_faults\": [\n"), 300);
  CHECK(has(anyway, "\"hop\": \"files/notifications/new/notify\""));
  CHECK(has(anyway, "\"misdirected\": 864000"));
}

TEST_CASE("what is misdirected from the start is told beside what a fault does", "[report]") {
  const std::string text =
      told(keys_with_a_dot, "horizon: 10d\nfaults: [{ at: 1d, delete: [role] }]\nresponse: { detect: 3d }\n");
  CHECK(has(text, "Even without what happens, 864,000 events are misdirected (files/notifications/new)"));
}

TEST_CASE("where nothing goes wrong and nothing happens, that is said", "[report]") {
  const std::string text =
      told("resources:\n  queue: { type: sqs:queue }\ntraffic: [{ to: queue, rate: 1/s }]\n", nothing);
  CHECK(has(text, "Nothing goes wrong in this scenario: it has no faults."));
}

// Objects under a key are not replicated by a rule that names no key for the replicas.
TEST_CASE("what is not replicated from the start is told, and is with a key of its own", "[report]") {
  const auto replicated = [](const std::string& rule) {
    return told(
        "resources:\n"
        "  role: { type: iam:role }\n"
        "  key: { type: kms:key }\n"
        "  files: { type: s3:bucket, kms_key: key, replication: [{ name: c, destination: copy, role: role" +
            rule + " }] }\n  copy: { type: s3:bucket }\ntraffic: [{ to: files, rate: 1/s }]\n",
        "horizon: 1d\nfaults: []\n");
  };
  const std::string without = replicated("");
  CHECK(
      has(without, "All the same, 86,400 events do not arrive (files/replication/c): from the start it does not hold"));
  CHECK(has(without, "they wait for somebody to fetch them"));
  CHECK_FALSE(has(replicated(", replica_key: key"), "All the same"));
}
