// What the documents of principals and of resources decide together, and what happens when somebody changes them.
#include <algorithm>
#include <catch2/catch.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "input/document.hpp"
#include "models/inventory.hpp"
#include "scenarios/answer.hpp"

namespace moshimo::scenarios {
namespace {

using Kind = models::Assumption::Kind;

struct Asked {
  std::string resources;
  std::string faults = {};  // as in a scenario
  Strategy strategy = Strategy::none;
};

Answer answer_of(const Asked& asked, input::Diagnostics& diagnostics) {
  auto read = std::make_shared<models::Inventory>();
  models::read_inventory(input::Document::parse("small.yaml",
                                                "version: 1\naccount: '111122223333'\nregion: eu-west-1\nresources:\n" +
                                                    asked.resources + "traffic: [{ to: orders, rate: 1/s }]\n",
                                                input::Format::yaml, diagnostics),
                         *read, diagnostics);
  auto document = std::make_shared<const input::Document>(
      input::Document::parse("small.scenario.yaml",
                             "version: 1\nname: small\ninventory: small.yaml\nhorizon: 1h\nresponse: { strategy: none, "
                             "detect: 10m }\nfaults: [" +
                                 asked.faults + "]\n",
                             input::Format::yaml, diagnostics));
  Scenario scenario = read_scenario(document, "small.scenario.yaml", diagnostics);
  scenario.response.strategy = asked.strategy;
  return answer(std::make_shared<const Scenario>(std::move(scenario)), read, models::embedded_catalogue(), diagnostics);
}

Answer ask(const Asked& asked) {
  input::Diagnostics diagnostics;
  Answer a = answer_of(asked, diagnostics);
  diagnostics.throw_if_errors();
  return a;
}

std::vector<std::string> mistakes(const Asked& asked) {
  input::Diagnostics diagnostics;
  const Answer a = answer_of(asked, diagnostics);
  std::vector<std::string> list;
  for (const auto& e : diagnostics.errors()) list.push_back(input::to_string(e));
  return list;
}

// Of one event a second for an hour, how many do not reach the store.
double lost(const Answer& a) {
  const System& system = a.system();
  for (std::uint32_t h = 0; h < system.hops.size(); ++h) {
    const Hop& hop = system.hops[HopId(h)];
    if (hop.to.is_set() && system.components[system.ports[hop.to].component].name == "store") {
      const HopLedger& ledger = a.main_run().response.outcome.hops[h];
      return ledger.lost + ledger.waiting;
    }
  }
  throw std::out_of_range("nothing writes into the store");
}

std::vector<std::string> told(const Answer& a, Kind kind) {
  std::vector<std::string> list;
  for (const models::Assumption& assumption : a.compiled->assumptions) {
    if (assumption.kind == kind) list.push_back(assumption.says);
  }
  return list;
}

const std::string orders = "  orders: { type: lambda:function, role: writer, calls: [{ to: store, essential: no }] }\n";
const std::string writer = "  writer: { type: iam:role }\n";

std::string writer_with(const std::string& documents) {
  return "  writer: { type: iam:role, inline_policies: { " + documents + " } }\n";
}
std::string statement(const std::string& effect, const std::string& action, const std::string& rest) {
  return "{ Effect: " + effect + ", Action: '" + action + "', " + rest + " }";
}
std::string document(const std::string& statements) { return "{ Statement: [" + statements + "] }"; }
const std::string everywhere = "Resource: '*'";
const std::string put = statement("Allow", "s3:PutObject", everywhere);

std::string store_with(const std::string& statements, const std::string& more = "") {
  return "  store: { type: s3:bucket" + more + ", policy_document: " + document(statements) + " }\n";
}
std::string for_writer(const std::string& effect, const std::string& action,
                       const std::string& account = "111122223333") {
  return statement(effect, action, "Principal: { AWS: 'arn:aws:iam::" + account + ":role/writer' }, " + everywhere);
}
const std::string delegates =
    "{ Sid: Root, Effect: Allow, Principal: { AWS: 'arn:aws:iam::111122223333:root' }, Action: 'kms:*', Resource: '*' "
    "}";
std::string under_key(const std::string& key_statements, const std::string& key_more = "") {
  return "  store: { type: s3:bucket, kms_key: key }\n"
         "  key: { type: kms:key" +
         key_more + ", policy_document: " + document(key_statements) + " }\n";
}
const std::string put_and_encrypt = document(
    "{ Sid: Put, Effect: Allow, Action: 's3:PutObject', Resource: '*' }, "
    "{ Sid: Encrypt, Effect: Allow, Action: 'kms:GenerateDataKey', Resource: "
    "'arn:aws:kms:eu-west-1:111122223333:key/key' }");

// ---- policies of resources ------------------------------------------------------------------------------------------

TEST_CASE("in one account a bucket policy is enough, and so is a policy of the role", "[documents]") {
  const std::string no_rights = writer_with("read: " + document(statement("Allow", "s3:GetObject", everywhere)));
  CHECK(lost(ask({orders + no_rights + store_with(for_writer("Allow", "s3:PutObject"))})) == 0);
  CHECK(lost(ask({orders + writer_with("w: " + document(put)) + store_with(for_writer("Allow", "s3:GetObject"))})) ==
        0);
  const Answer neither = ask({orders + no_rights + store_with(for_writer("Allow", "s3:GetObject"))});
  CHECK(lost(neither) == Approx(3600));
  REQUIRE(told(neither, Kind::denied_at_start).size() == 1);
}

TEST_CASE("what a bucket policy denies no other policy allows", "[documents]") {
  const Answer a = ask({orders + writer_with("w: " + document(put)) + store_with(for_writer("Deny", "s3:Put*"))});
  CHECK(lost(a) == Approx(3600));
  CHECK(told(a, Kind::denied_at_start)[0].find("statement #1, denies it") != std::string::npos);
  // Of a role without documents it is known as well.
  CHECK(lost(ask({orders + writer + store_with(for_writer("Deny", "s3:Put*"))})) == Approx(3600));
}

TEST_CASE("into another account both the role's and the bucket's policy have to allow it", "[documents]") {
  const auto there = [](const std::string& statements) { return store_with(statements, ", account: '444455556666'"); };
  const std::string may = writer_with("w: " + document(put));
  CHECK(lost(ask({orders + may + there(for_writer("Allow", "s3:PutObject"))})) == 0);
  CHECK(lost(ask({orders + may + there(for_writer("Allow", "s3:GetObject"))})) == Approx(3600));
  const std::string may_not = writer_with("w: " + document(statement("Allow", "s3:GetObject", everywhere)));
  CHECK(lost(ask({orders + may_not + there(for_writer("Allow", "s3:PutObject"))})) == Approx(3600));
}

TEST_CASE("a broken bucket policy hurts only whom nothing else lets in", "[documents]") {
  // From ten minutes on: 50 minutes at one a second.
  const std::string fault = "{ at: 10m, break-policy: store }";
  const std::string no_rights = writer_with("read: " + document(statement("Allow", "s3:GetObject", everywhere)));
  CHECK(lost(ask({orders + no_rights + store_with(for_writer("Allow", "s3:PutObject")), fault})) == Approx(3000));
  CHECK(lost(ask({orders + writer_with("w: " + document(put)) + store_with(for_writer("Allow", "s3:PutObject")),
                  fault})) == 0);
}

TEST_CASE("a role that is made again is not the one whose ID a condition holds, whatever else names it",
          "[documents]") {
  const std::string who = "AROAEXAMPLEEXAMPLE123";
  const std::string known =
      "  writer: { type: iam:role, unique_id: " + who + ", inline_policies: { w: " + document(put) + " } }\n";
  const auto lost_after_apply = [&](const std::string& statements) {
    return lost(ask({orders + known + store_with(statements, ", account: '444455556666'"), "{ delete: writer }",
                     Strategy::restore_only}));
  };
  const auto where = [&](const std::string& condition, const std::string& principal = "{ AWS: '111122223333' }") {
    return statement("Allow", "s3:PutObject",
                     "Principal: " + principal + ", Condition: { " + condition + " }, " + everywhere);
  };
  const std::string of_id = "StringLike: { 'aws:userid': '" + who + ":*' }";
  const std::string of_arn = "ArnEquals: { 'aws:PrincipalArn': 'arn:aws:iam::111122223333:role/writer' }";
  // Its ARN as a principal waits until the policy is saved again, its ARN in a condition for the role alone.
  const double by_arn = lost_after_apply(for_writer("Allow", "s3:PutObject"));
  const double by_condition = lost_after_apply(where(of_arn));
  const double never = lost_after_apply(where(of_id));
  CHECK(by_condition + 300 < by_arn);
  CHECK(by_arn + 1200 < never);
  CHECK(lost_after_apply(where(of_id, "'*'")) == Approx(never));
  CHECK(lost_after_apply(where(of_id) + ", " + for_writer("Allow", "s3:GetObject")) == Approx(never));
  CHECK(lost_after_apply(where(of_id) + ", " + where(of_arn)) == Approx(by_condition));
}

// ---- keys -----------------------------------------------------------------------------------------------------------

TEST_CASE("a policy of the role counts for a key only where the key's policy hands over to the account",
          "[documents]") {
  const std::string may = writer_with("w: " + put_and_encrypt);
  CHECK(lost(ask({orders + may + under_key(delegates)})) == 0);
  const std::string someone =
      "{ Effect: Allow, Principal: { AWS: 'arn:aws:iam::111122223333:role/other' }, Action: 'kms:*', Resource: '*' }";
  CHECK(lost(ask({orders + may + under_key(someone)})) == Approx(3600));
  const std::string may_not = writer_with("w: " + document(put));
  CHECK(lost(ask({orders + may_not + under_key(delegates)})) == Approx(3600));
  // Named by the key's policy it needs none of its own.
  CHECK(lost(ask({orders + may_not + under_key(for_writer("Allow", "kms:*"))})) == 0);
}

TEST_CASE("a policy on the ARN of another key is of no use", "[documents]") {
  const std::string other =
      document(put + ", " + statement("Allow", "kms:*", "Resource: 'arn:aws:kms:eu-west-1:111122223333:key/spare'"));
  CHECK(lost(ask({orders + writer_with("w: " + other) + under_key(delegates)})) == Approx(3600));
  const std::string by_id =
      document(put + ", " + statement("Allow", "kms:*", "Resource: 'arn:aws:kms:eu-west-1:111122223333:key/1234'"));
  CHECK(lost(ask({orders + writer_with("w: " + by_id) + under_key(delegates, ", key_id: '1234'")})) == 0);
}

TEST_CASE("a key of another account needs the policies of both sides", "[documents]") {
  const std::string there = ", account: '444455556666'";
  const std::string may = writer_with("w: " + document(put + ", " + statement("Allow", "kms:*", everywhere)));
  CHECK(lost(ask({orders + may + under_key(for_writer("Allow", "kms:*"), there)})) == 0);
  CHECK(lost(ask({orders + may + under_key(delegates, there)})) == 0);  // it names this account
  CHECK(lost(ask({orders + writer_with("w: " + document(put)) + under_key(for_writer("Allow", "kms:*"), there)})) ==
        Approx(3600));
}

TEST_CASE("a grant allows beside the policies", "[documents]") {
  const std::string grant = "  grant: { type: kms:grant, key: key, grantee: writer }\n";
  const std::string may_not = writer_with("w: " + document(put));
  CHECK(lost(ask({orders + may_not + under_key(delegates) + grant})) == 0);
  CHECK(lost(ask({orders + may_not + under_key(delegates) + grant, "{ at: 10m, revoke: grant }"})) == Approx(3000));
  CHECK(lost(ask({orders + writer_with("w: " + put_and_encrypt) + under_key(delegates) + grant,
                  "{ at: 10m, revoke: grant }"})) == 0);
}

// ---- statements -----------------------------------------------------------------------------------------------------

TEST_CASE("a statement that is removed takes only what it allowed", "[documents]") {
  const std::string may = writer_with("w: " + put_and_encrypt);
  const auto without = [&](const std::string& which, Strategy strategy = Strategy::none) {
    return lost(ask({orders + may + under_key(delegates),
                     "{ at: 10m, remove-statement: writer, policy: w, statement: " + which + " }", strategy}));
  };
  CHECK(without("Put") == Approx(3000));
  CHECK(without("Encrypt") == Approx(3000));
  CHECK(without("'#1'") == Approx(3000));
  CHECK(without("2") == Approx(3000));
  // Noticed after ten minutes, put back in two: what was lost until then.
  const double put_back = without("Put", Strategy::full);
  CHECK(put_back > 600);
  CHECK(put_back < 1000);
}

TEST_CASE("a statement of a key's policy that goes shuts out whom it let in", "[documents]") {
  CHECK(lost(ask({orders + writer_with("w: " + put_and_encrypt) + under_key(delegates),
                  "{ at: 10m, remove-statement: key, statement: Root }"})) == Approx(3000));
  CHECK(lost(ask({orders + writer_with("w: " + document(put)) + store_with(for_writer("Allow", "s3:PutObject")),
                  "{ at: 10m, remove-statement: store, statement: 1 }"})) == 0);
}

TEST_CASE("a Deny that is added stops at once, and an Allow lets through", "[documents]") {
  const std::string no = "statement: { Sid: No, Effect: Deny, Action: 's3:PutObject', Resource: '*' } }";
  CHECK(lost(ask({orders + writer_with("w: " + document(put)) + "  store: { type: s3:bucket }\n",
                  "{ at: 10m, add-statement: writer, policy: w, " + no})) == Approx(3000));
  // As a policy of its own, and for somebody of whom nothing is known.
  CHECK(lost(ask({orders + writer + "  store: { type: s3:bucket }\n", "{ at: 10m, add-statement: writer, " + no})) ==
        Approx(3000));
  CHECK(
      lost(ask({orders + writer + "  store: { type: s3:bucket }\n",
                "{ at: 10m, add-statement: store, statement: { Effect: Deny, Principal: '*', Action: 's3:*', Resource: "
                "'*' } }"})) == Approx(3000));
  const std::string yes = "statement: { Effect: Allow, Action: 's3:PutObject', Resource: '*' } }";
  CHECK(lost(ask({orders + writer_with("r: " + document(statement("Allow", "s3:GetObject", everywhere))) +
                      "  store: { type: s3:bucket }\n",
                  "{ at: 10m, add-statement: writer, policy: r, " + yes})) == Approx(600));
}

TEST_CASE("a policy that holds the ID of somebody deleted is not saved until the ID is taken out", "[documents]") {
  const std::string policies =
      orders + writer + "  reader: { type: iam:role }\n" +
      store_with(
          "{ Sid: Writer, Effect: Allow, Action: 's3:PutObject', Resource: '*', Principal: { AWS: "
          "'arn:aws:iam::111122223333:role/writer' } }, { Sid: Account, Effect: Allow, Action: 's3:PutObject', "
          "Resource: '*', Principal: { AWS: '111122223333' } }");
  const auto stopped = [&](const std::string& faults) {
    std::vector<std::string> names;
    const Answer a = ask({policies, faults});
    for (const StoppedFault& s : a.main_run().response.stopped) {
      names.push_back(a.system().actions[s.fault.action].name);
    }
    return names;
  };
  using Names = std::vector<std::string>;
  const std::string gone = "{ at: 0s, delete: writer }, ";
  const auto add = [](const std::string& at, const std::string& role) {
    return "{ at: " + at +
           ", add-statement: store, statement: { Effect: Allow, Action: 's3:GetObject', Resource: '*', " +
           "Principal: { AWS: 'arn:aws:iam::111122223333:role/" + role + "' } } }";
  };
  const auto remove = [](const std::string& at, const std::string& sid) {
    return "{ at: " + at + ", remove-statement: store, statement: " + sid + " }";
  };
  const auto replace = [](const std::string& role) {
    return "{ at: 5m, replace-document: store, document: { Statement: [{ Effect: Allow, Action: 's3:*', Resource: '*', "
           "Principal: { AWS: 'arn:aws:iam::111122223333:role/" +
           role + "' } }] } }";
  };
  CHECK(stopped(add("5m", "reader")).empty());
  CHECK(stopped(gone + add("5m", "reader")) == Names{"store/add-statement"});
  CHECK(stopped(gone + remove("5m", "Account")) == Names{"store/remove-statement"});
  CHECK(stopped(gone + remove("5m", "Writer")).empty());
  CHECK(stopped(gone + remove("5m", "Writer") + ", " + add("6m", "reader")).empty());
  CHECK(stopped(gone + remove("5m", "Writer") + ", " + add("6m", "writer")) == Names{"store/add-statement"});
  CHECK(stopped(gone + replace("reader")).empty());
  CHECK(stopped(gone + replace("writer")) == Names{"store/replace-document"});
  const Answer held = ask({policies, gone + add("5m", "reader")});
  const StoppedFault& fault = held.main_run().response.stopped.at(0);
  const ConditionId refuses = held.system().actions[fault.fault.action].needs.at(fault.need).condition;
  CHECK(says(held.system(), refuses) == "the policy of store is not held up by a dead ID of writer");
}

TEST_CASE("so is the trust policy of a role, and a policy of which only the names are known", "[documents]") {
  const std::string policies =
      orders + writer +
      "  store: { type: s3:bucket, policy: [{ name: w, allows: writer }] }\n"
      "  other: { type: iam:role, trust_policy: { Statement: [{ Effect: Allow, Action: 'sts:AssumeRole', Principal: { "
      "AWS: 'arn:aws:iam::111122223333:role/writer' } }] } }\n";
  const std::string edits =
      "{ at: 5m, add-trust-statement: other, statement: { Effect: Allow, Action: 'sts:AssumeRole', Principal: { "
      "Service: "
      "lambda.amazonaws.com } } }, { at: 5m, add-statement: store, statement: { Effect: Deny, Action: 's3:*', "
      "Resource: "
      "'*', Principal: '*' } }";
  CHECK(ask({policies, edits}).main_run().response.stopped.empty());
  CHECK(ask({policies, "{ at: 0s, delete: writer }, " + edits}).main_run().response.stopped.size() == 2);
}

TEST_CASE("a key whose policy lets nobody change it any more is opened by AWS Support alone", "[documents]") {
  const std::string two =
      "{ Sid: Use, Effect: Allow, Action: ['kms:Decrypt', 'kms:GenerateDataKey'], Resource: '*', "
      "Principal: '*' }, " +
      delegates;
  const auto manageable = [](const Answer& a) {
    const ConditionId c = a.compiled->condition(a.compiled->component("key"), "manageable");
    return a.main_run().response.outcome.timeline.conditions[c.value].back().value;
  };
  const std::string remove_root = "{ at: 0s, remove-statement: key, statement: Root }";
  const Answer locked = ask({orders + writer + under_key(two), remove_root});
  CHECK_FALSE(manageable(locked));
  CHECK(manageable(ask({orders + writer + under_key(two), "{ at: 0s, remove-statement: key, statement: Use }"})));
  // Whoever comes later cannot change it either.
  const Answer twice =
      ask({orders + writer + under_key(two), remove_root + ", { at: 5m, remove-statement: key, statement: Use }"});
  CHECK(twice.main_run().response.stopped.size() == 1);
  // With one who may change it by name it depends on that one.
  const std::string keeper = "  keeper: { type: iam:role }\n";
  const std::string named =
      "{ Sid: Keeper, Effect: Allow, Action: 'kms:*', Resource: '*', Principal: { AWS: "
      "'arn:aws:iam::111122223333:role/keeper' } }, " +
      delegates;
  CHECK(manageable(ask({orders + writer + keeper + under_key(named), remove_root})));
  CHECK(manageable(ask({orders + writer + keeper + under_key(named), "{ at: 0s, delete: keeper }"})));
  CHECK_FALSE(
      manageable(ask({orders + writer + keeper + under_key(named), remove_root + ", { at: 5m, delete: keeper }"})));

  const Answer mended = ask({orders + writer + under_key(two), remove_root, Strategy::full});
  const std::vector<Step>& steps = mended.main_run().response.steps;
  const auto at = [&](const std::string& repair) {
    return std::find_if(steps.begin(), steps.end(),
                        [&](const Step& s) { return name_of(mended.system(), s.repairs.front()) == repair; });
  };
  REQUIRE(at("key/ask-support") != steps.end());
  CHECK(at("key/restore-policy") == steps.end());  // until the end of the hour nobody can
}

TEST_CASE("a key that waits for deletion takes no tags", "[documents]") {
  const std::string tag = "{ at: 5m, tag: key, set: { deletable: 'true' } }";
  CHECK(ask({orders + writer + under_key(delegates), tag}).main_run().response.stopped.empty());
  const Answer a = ask({orders + writer + under_key(delegates), "{ at: 0s, schedule-deletion: key }, " + tag});
  REQUIRE(a.main_run().response.stopped.size() == 1);
  CHECK(a.system().actions[a.main_run().response.stopped[0].fault.action].name == "key/tag");
}

TEST_CASE("a managed policy that loses a statement loses it for all who have it", "[documents]") {
  const std::string managed =
      "  writer: { type: iam:role, policies: [shared] }\n  shared: { type: iam:policy, document: " +
      document("{ Sid: Put, Effect: Allow, Action: 's3:PutObject', Resource: '*' }") +
      " }\n  store: { type: s3:bucket }\n";
  CHECK(lost(ask({orders + managed, "{ at: 10m, remove-statement: shared, statement: Put }"})) == Approx(3000));
  CHECK(lost(ask({orders + managed, "{ at: 10m, remove-statement: writer, policy: shared, statement: Put }"})) ==
        Approx(3000));
}

TEST_CASE("changes of several statements come together", "[documents]") {
  const std::string both =
      writer_with("w: " + document("{ Sid: A, Effect: Allow, Action: 's3:PutObject', Resource: '*' }") +
                  ", v: " + document("{ Sid: B, Effect: Allow, Action: 's3:*', Resource: '*' }"));
  const std::string first = "{ at: 10m, remove-statement: writer, policy: w, statement: A }";
  const std::string second = "{ at: 20m, remove-statement: writer, policy: v, statement: B }";
  CHECK(lost(ask({orders + both + "  store: { type: s3:bucket }\n", first})) == 0);
  CHECK(lost(ask({orders + both + "  store: { type: s3:bucket }\n", first + ", " + second})) == Approx(2400));
}

TEST_CASE("a statement or document that is not there is a mistake with the nearest name", "[documents]") {
  const std::string may = orders + writer_with("w: " + put_and_encrypt) + "  store: { type: s3:bucket }\n";
  const auto only = [&](const std::string& fault) {
    const auto all = mistakes({may, fault});
    REQUIRE(all.size() == 1);
    return all[0];
  };
  CHECK(only("{ remove-statement: writer, policy: w, statement: Encript }").find("; did you mean 'Encrypt'?") !=
        std::string::npos);
  CHECK(only("{ remove-statement: writer, policy: w, statement: Z }").find("; it has Put, Encrypt") !=
        std::string::npos);
  CHECK(only("{ remove-statement: writer, policy: wx, statement: Put }").find("no policy document 'wx'") !=
        std::string::npos);
  CHECK(only("{ remove-statement: writer, policy: w }").find("needs `statement`") != std::string::npos);
  CHECK(only("{ remove-statement: store, statement: Put }").find("no policy document in the inventory") !=
        std::string::npos);
  CHECK(only("{ add-statement: writer, statement: { Effect: Denie, Action: 's3:*', Resource: '*' } }")
            .find("is no effect") != std::string::npos);
  CHECK(only("{ tag: writer, set: yes }").find("tags are a map") != std::string::npos);
  CHECK(only("{ untag: writer, keys: team }").find("no tag 'team'") != std::string::npos);
}

// ---- tags -----------------------------------------------------------------------------------------------------------

TEST_CASE("a condition on a tag is decided anew when the tag changes", "[documents]") {
  const std::string tagged = document(statement(
      "Allow", "s3:PutObject", everywhere + ", Condition: { StringEquals: { 'aws:ResourceTag/team': shop } }"));
  const std::string store = "  store: { type: s3:bucket, tags: { team: shop } }\n";
  CHECK(lost(ask({orders + writer_with("w: " + tagged) + store})) == 0);
  CHECK(lost(ask({orders + writer_with("w: " + tagged) + store, "{ at: 10m, untag: store, keys: team }"})) ==
        Approx(3000));
  CHECK(lost(ask({orders + writer_with("w: " + tagged) + store, "{ at: 10m, tag: store, set: { team: other } }"})) ==
        Approx(3000));
  // Set again after twenty minutes.
  CHECK(lost(ask({orders + writer_with("w: " + tagged) + store,
                  "{ at: 10m, untag: store, keys: team }, { at: 20m, tag: store, set: { team: shop } }"})) ==
        Approx(600));
}

TEST_CASE("so is one on a tag of the caller", "[documents]") {
  const std::string may =
      "  writer: { type: iam:role, tags: { stage: live }, inline_policies: { w: " +
      document(statement("Allow", "s3:PutObject",
                         everywhere + ", Condition: { StringEquals: { 'aws:PrincipalTag/stage': live } }")) +
      " } }\n  store: { type: s3:bucket }\n";
  CHECK(lost(ask({orders + may})) == 0);
  CHECK(lost(ask({orders + may, "{ at: 10m, untag: writer, keys: [stage] }"})) == Approx(3000));
  CHECK(lost(ask({orders + may, "{ at: 10m, untag: writer, keys: [stage] }", Strategy::full})) < 1000);
}

TEST_CASE("a guard that asks for a tag lets through once the tag is gone", "[documents]") {
  const std::string guard =
      "  key: { type: kms:key, tags: { keep: 'yes' } }\n"
      "  guard: { type: organizations:policy, kind: SERVICE_CONTROL_POLICY, document: { Statement: [{ Sid: Keep, "
      "Effect: Deny, "
      "Action: 'kms:ScheduleKeyDeletion', Resource: '*', Condition: { StringEquals: { 'aws:ResourceTag/keep': 'yes' } "
      "} "
      "}] } }\n";
  const std::string rest = orders + writer + "  store: { type: s3:bucket, kms_key: key }\n" + guard;
  CHECK(ask({rest, "{ at: 10m, schedule-deletion: key }"}).main_run().response.stopped.size() == 1);
  const Answer a = ask({rest, "{ at: 5m, untag: key, keys: keep }, { at: 10m, schedule-deletion: key }"});
  CHECK(a.main_run().response.stopped.empty());
  CHECK(lost(a) == Approx(3000));
}

// ---- policies of the organisation -----------------------------------------------------------------------------------

std::string organisation(const std::string& statements, const std::string& more = "") {
  return "  guard: { type: organizations:policy, targets: ['111122223333'], document: " + document(statements) + more +
         " }\n";
}
const std::string bucket = "  store: { type: s3:bucket }\n";
const std::string deny_put = "{ Sid: NoPut, Effect: Deny, Action: 's3:PutObject', Resource: '*' }";
const std::string deny_other = "{ Sid: NoOther, Effect: Deny, Action: 's3:DeleteBucket', Resource: '*' }";

TEST_CASE("a statement that goes from a policy of the organisation no longer denies", "[documents][guards]") {
  const std::string all = orders + writer + bucket + organisation(deny_put + ", " + deny_other);
  CHECK(lost(ask({all})) == Approx(3600));
  CHECK(lost(ask({all, "{ at: 30m, remove-statement: guard, statement: NoPut }"})) == Approx(1800));
  CHECK(lost(ask({all, "{ at: 30m, remove-statement: guard, statement: NoOther }"})) == Approx(3600));
}

TEST_CASE("a statement that a policy of the organisation is given denies, until its document is put back",
          "[documents][guards]") {
  const std::string all = orders + writer + bucket + organisation(deny_other);
  const std::string change = "{ at: 30m, add-statement: guard, statement: " + deny_put + " }";
  CHECK(lost(ask({all})) == 0);
  CHECK(lost(ask({all, change})) == Approx(1800));
  const double mended = lost(ask({all, change, Strategy::full}));
  CHECK(mended >= 600);
  CHECK(mended < 1800);
}

TEST_CASE("another document of a policy of the organisation decides from then on", "[documents][guards]") {
  const std::string all = orders + writer + bucket + organisation(deny_other);
  const auto with = [&](const std::string& statements, const std::string& more = "") {
    return lost(ask({all + more, "{ at: 30m, replace-document: guard, document: " + document(statements) + " }"}));
  };
  CHECK(with(deny_put) == Approx(1800));
  CHECK(with(deny_other) == 0);
}

TEST_CASE("a policy of the organisation that is new counts once it is attached, and no longer when it is detached",
          "[documents][guards]") {
  const std::string all = orders + writer + bucket + organisation(deny_put, ", attached: no");
  CHECK(lost(ask({all})) == 0);
  CHECK(lost(ask({all, "{ at: 30m, apply: guard }"})) == Approx(1800));
  CHECK(lost(ask({all, "{ at: 30m, apply: guard }, { at: 45m, delete: guard }"})) == Approx(900));
  // Changed while it is not attached: what it says then counts with it.
  CHECK(lost(ask({all, "{ at: 10m, remove-statement: guard, statement: NoPut }, { at: 30m, apply: guard }"})) == 0);
}

TEST_CASE("a guard that is weakened lets through what it has stopped", "[documents][guards]") {
  const std::string keep =
      "{ Sid: Keep, Effect: Deny, Action: 's3:DeleteBucket', Resource: '*' }, { Sid: NoRoles, Effect: Deny, Action: "
      "'iam:DeleteRole', Resource: '*' }";
  const std::string all = orders + writer + bucket + organisation(keep);
  const auto stopped = [&](const std::string& faults) {
    return ask({all, faults + "{ at: 30m, delete: [writer] }"}).main_run().response.stopped.size();
  };
  CHECK(stopped("") == 1);
  CHECK(stopped("{ at: 20m, remove-statement: guard, statement: NoRoles }, ") == 0);
  CHECK(stopped("{ at: 20m, remove-statement: guard, statement: Keep }, ") == 1);
}

TEST_CASE("only the management account changes policies of the organisation", "[documents][guards]") {
  const std::string all = orders + writer + bucket + organisation(deny_other, ", management_account: '999900001111'");
  const auto by = [&](const std::string& who) {
    return lost(ask({all, "{ at: 30m, add-statement: guard, statement: " + deny_put + ", by: '" + who + "' }"}));
  };
  CHECK(by("arn:aws:iam::999900001111:role/admin") == Approx(1800));
  CHECK(by("arn:aws:iam::111122223333:role/admin") == 0);
  CHECK(by("writer") == 0);
}

// ---- how many -------------------------------------------------------------------------------------------------------

TEST_CASE("any number of changes that are about something else can come", "[documents]") {
  std::string statements, changes;
  for (int i = 0; i < 30; ++i) {
    const std::string sid = "S" + std::to_string(i);
    statements += ", { Sid: " + sid + ", Effect: Allow, Action: 'sqs:SendMessage', Resource: '*' }";
    changes += ", { at: 10m, remove-statement: writer, statement: " + sid + " }";
  }
  const std::string all = orders + writer_with("w: " + document("{ Sid: Put, Effect: Allow, Action: 's3:PutObject', " +
                                                                everywhere + " }" + statements));
  CHECK(lost(ask({all + bucket, changes.substr(2)})) == 0);
  CHECK(lost(ask({all + bucket, "{ at: 30m, remove-statement: writer, statement: Put }" + changes})) == Approx(1800));
}

TEST_CASE("more changes of one call than can be told apart are a mistake", "[documents]") {
  std::string statements, changes;
  for (int i = 0; i < 11; ++i) {
    const std::string sid = "S" + std::to_string(i);
    statements += (i == 0 ? "{ Sid: " : ", { Sid: ") + sid + ", Effect: Allow, Action: 's3:PutObject', Resource: '*' }";
    changes += (i == 0 ? "" : ", ") + std::string("{ at: 10m, remove-statement: writer, statement: ") + sid + " }";
  }
  const std::vector<std::string> found =
      mistakes({orders + writer_with("w: " + document(statements)) + bucket, changes});
  REQUIRE(found.size() == 1);
  CHECK(found.front().find("11 faults change what writer may do on store, of which 10 can be told apart; make them "
                           "fewer, or write what they change in one document") != std::string::npos);
}

}  // namespace
}  // namespace moshimo::scenarios
