// Steps of the way back that a policy of the organisation denies.
#include <algorithm>
#include <catch2/catch.hpp>

#include "tests/unit/report/told.hpp"
#include "tests/unit/scenarios/asking.hpp"

using namespace moshimo;

namespace {

std::string with_guard(const std::string& action, const std::string& more = "") {
  return R"(
account: '111122223333'
resources:
  role: { type: iam:role }
  function: { type: lambda:function, role: role }
  guard:
    type: organizations:policy
)" + more +
         "    document: { Statement: [{ Sid: NoRoles, Effect: Deny, Action: '" + action +
         "', Resource: '*' }] }\ntraffic: [{ to: function, rate: 1/s }]\n";
}

scenarios::Answer answer_with(const std::string& inventory) {
  scenarios::Asked asked;
  asked.components = {"role"};
  return scenarios::ask(inventory, asked);
}

bool comes_back(const std::string& inventory) {
  return scenarios::holds_at_the_end(answer_with(inventory), "role", "exists");
}

}  // namespace

TEST_CASE("a role that nobody may create does not come back", "[report][guards]") {
  CHECK_FALSE(comes_back(with_guard("iam:CreateRole")));
  CHECK(scenarios::steps(answer_with(with_guard("iam:CreateRole"))).empty());
  CHECK(comes_back(with_guard("iam:DeleteUser")));
  CHECK(comes_back(with_guard("iam:CreateRole", "    attached: no\n")));
  CHECK(comes_back(with_guard("iam:CreateRole", "    targets: ['999988887777']\n")));
  CHECK(comes_back(with_guard("iam:CreateRole", "    management_account: '111122223333'\n")));
}

TEST_CASE("a role whose creation is left to somebody comes back, and the report says by whom it is taken to",
          "[report][guards]") {
  const std::string spares = R"(
account: '111122223333'
resources:
  role: { type: iam:role }
  guard:
    type: organizations:policy
    document:
      Statement:
        - Sid: NoRoles
          Effect: Deny
          Action: iam:CreateRole
          Resource: '*'
          Condition: { ArnNotLike: { 'aws:PrincipalArn': 'arn:aws:iam::*:role/break-glass' } }
)";
  CHECK(comes_back(spares));
  CHECK(has(told(spares, "horizon: 1d\nfaults: [{ at: 0s, delete: [role] }]\nresponse: { detect: 1h }\n"),
            "The call iam:CreateRole is denied by guard (statement NoRoles) unless its condition spares who does it; "
            "the steps that need "
            "it are taken to be done by somebody whom it spares. (role)"));
}

TEST_CASE("the report says which policy denies the step, with its statement", "[report][guards]") {
  const std::string scenario = "horizon: 1d\nfaults: [{ at: 0s, delete: [role] }]\nresponse: { detect: 1h }\n";
  const std::string text = told(with_guard("iam:CreateRole"), scenario);
  CHECK(has(section(text, "What the guards say"),
            "iam:CreateRole by an administrator is denied by the service control policy guard, statement NoRoles. "
            "Somebody it "
            "does not reach has to do it, or detach it."));
  CHECK(has(text, "not everything works again"));
  CHECK_FALSE(has(told(with_guard("iam:CreateUser"), scenario), "A step back cannot be done"));
}
