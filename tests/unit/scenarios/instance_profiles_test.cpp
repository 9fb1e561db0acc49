// A role that is deleted and made again under an instance profile, in its three ways.
#include <algorithm>
#include <catch2/catch.hpp>

#include "tests/unit/scenarios/incident.hpp"

namespace moshimo::scenarios {
namespace {

constexpr std::string_view host = R"(
resources:
  role: { type: iam:role }
  profile: { type: iam:instance-profile, role: role }
  host: { type: ec2:instance, profile: profile, calls: [] }
traffic: [{ to: host/agent/0, rate: 1/s }]
)";

bool is_seen(const Incident& i, std::string_view text) {
  const auto& symptoms = i.answer.nobody_acts().findings.symptoms;
  return std::any_of(symptoms.begin(), symptoms.end(),
                     [&](const SeenSymptom& s) { return s.symptom->text.find(text) != std::string::npos; });
}

std::size_t count(const Incident& i, const std::string& step) {
  const std::vector<std::string> steps = i.steps();
  return static_cast<std::size_t>(std::count(steps.begin(), steps.end(), step));
}

TEST_CASE("a profile that the console deleted has to be associated with the instance again", "[scenarios]") {
  const Incident i = incident(host, {{{}, "delete", "role", "console"}}, Duration::hours(1), Duration::days(3));
  CHECK(count(i, "profile/recreate") == 1);
  CHECK(count(i, "host/associate") == 1);
  CHECK(i.holds_at_the_end("host", "session"));
  CHECK(is_seen(i, "InstanceProfileNotFound"));
  CHECK_FALSE(is_seen(i, "does not contain a role"));
  CHECK_FALSE(is_seen(i, "AssumeRoleUnauthorizedAccess"));

  const Incident by_code = incident(host, {{{}, "delete", "role", "console"}}, Duration::hours(1), Duration::days(3),
                                    Strategy::restore_only);
  CHECK(by_code.holds_at_the_end("profile", "filled"));
  CHECK_FALSE(by_code.holds_at_the_end("host", "session"));
}

TEST_CASE("a profile that was kept is filled again, and the instance has credentials within the hour", "[scenarios]") {
  const std::vector<Mishap> mishaps = {{{}, "delete", "role", "terraform"}};
  const Incident by_code = incident(host, mishaps, Duration::hours(1), Duration::days(3), Strategy::restore_only);
  CHECK(count(by_code, "profile/recreate") == 0);
  CHECK(count(by_code, "profile/fill") == 1);
  CHECK(is_seen(by_code, "does not contain a role"));
  CHECK_FALSE(is_seen(by_code, "InstanceProfileNotFound"));
  CHECK_FALSE(is_seen(by_code, "AssumeRoleUnauthorizedAccess"));
  // Refused from 4 s on. The role is there after an hour, 5 min and 15 s for the name to be known; an hour later at the
  // latest the instance has credentials of it.
  CHECK(by_code.refused("host/agent/0/traffic") == Approx(3600 + 300 + 15 + 3600 - 4));
}

TEST_CASE("an instance whose profile lost its role goes on with the credentials it has", "[scenarios]") {
  const Incident soon = incident(host, {{{}, "unlink", "profile"}}, Duration::minutes(3), Duration::days(3));
  CHECK(soon.refused("host/agent/0/traffic") == 0);
  CHECK(soon.steps() == std::vector<std::string>{"profile/fill"});
  // Until 5 min after the link is known to be gone, for an hour at most after it is back.
  const Incident by_code =
      incident(host, {{{}, "unlink", "profile"}}, Duration::hours(1), Duration::days(3), Strategy::restore_only);
  CHECK(by_code.refused("host/agent/0/traffic") == Approx(3600 + 60 + 15 + 3600 - 300 - 4));
  const Incident by_hand = incident(host, {{{}, "unlink", "profile"}}, Duration::hours(1), Duration::days(3));
  CHECK(count(by_hand, "host/associate") == 1);
}

TEST_CASE("a role that EC2 may not assume is mended by its trust policy alone", "[scenarios]") {
  const Incident i = incident(host, {{{}, "cut-trust", "role"}}, Duration::hours(1), Duration::days(3));
  CHECK(i.steps() == std::vector<std::string>{"role/restore-trust"});
  CHECK(is_seen(i, "AssumeRoleUnauthorizedAccess"));
  // An hour, 2 min for the policy, 15 s until it is known.
  CHECK(i.refused("host/agent/0/traffic") == Approx(3600 + 120 + 15 - 4));
}

TEST_CASE("an agent that starts without credentials sleeps longer and longer", "[scenarios]") {
  const Incident i =
      incident(R"(
resources:
  role: { type: iam:role }
  profile: { type: iam:instance-profile, role: role }
  host: { type: ec2:instance, profile: profile, calls: [], agent: [{ lifetime: 2h }] }
traffic: [{ to: host/agent/0, rate: 1/s }]
)",
               {{{}, "cut-trust", "role"}}, Duration::hours(3), Duration::days(3), Strategy::restore_only);
  // The agent ends at 1 h; it tries 5, 15, 25, 35, 55, 75, 95, 135 min later. The trust is back at 3 h 2 min 15 s,
  // which is 122 min 15 s later: it runs at 1 h + 135 min.
  CHECK(i.refused("host/agent/0/traffic") == Approx(3600 + 135 * 60 - 4));
}

}  // namespace
}  // namespace moshimo::scenarios
