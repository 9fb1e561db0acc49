// What policies are told of a fault's call: the tags it speaks of, and when it is made.
#include <catch2/catch.hpp>

#include "tests/unit/report/told.hpp"

using namespace moshimo;

namespace {

std::string policy(const std::string& name, const std::string& rest) {
  return "  " + name + ": { type: organizations:policy, document: { Statement: [{ Sid: S, Effect: Deny, " + rest +
         ", Resource: '*' }] } }\n";
}

std::string where(const std::string& condition) { return ", Condition: { " + condition + " }"; }

std::string report(const std::string& more, const std::string& fault, const std::string& documents = "") {
  return told(
      "account: '111122223333'\nresources:\n  tf: { type: iam:role" +
          (documents.empty() ? "" : ", inline_policies: { own: { Statement: [" + documents + "] } }") +
          " }\n"
          "  key: { type: kms:key, tags: { keep: 'yes' } }\n"
          "  store: { type: s3:bucket, tags: { keep: 'yes', team: shop } }\n" +
          more,
      "start: 2026-01-05T10:00:00Z\nhorizon: 1d\nfaults: [" + fault + "]\nresponse: { strategy: none, detect: 1h }\n");
}

bool is_stopped(const std::string& text) { return has(text, "does not happen"); }

const std::string take_off = "{ at: 1h, untag: key, keys: keep, by: tf }";
const std::string put_on = "{ at: 1h, tag: key, set: { keep: 'no' }, by: tf }";

}  // namespace

TEST_CASE("a guard over tags stops those who change them", "[report][guards]") {
  const std::string keys = policy("guard", "Action: ['kms:TagResource', 'kms:UntagResource']" +
                                               where("'ForAnyValue:StringEquals': { 'aws:TagKeys': [keep] }"));
  CHECK(is_stopped(report(keys, take_off)));
  CHECK(is_stopped(report(keys, put_on)));
  CHECK_FALSE(is_stopped(report(keys, "{ at: 1h, tag: key, set: { team: shop }, by: tf }")));
  const std::string value =
      policy("guard", "Action: 'kms:TagResource'" + where("StringEquals: { 'aws:RequestTag/keep': 'no' }"));
  CHECK(is_stopped(report(value, put_on)));
  CHECK_FALSE(is_stopped(report(value, "{ at: 1h, tag: key, set: { keep: 'yes' }, by: tf }")));
}

TEST_CASE("a bucket gets all of its tags with each call", "[report][guards]") {
  const std::string keys =
      policy("guard", "Action: 's3:PutBucketTagging'" + where("'ForAnyValue:StringEquals': { 'aws:TagKeys': [keep] }"));
  CHECK_FALSE(is_stopped(report(keys, "{ at: 1h, untag: store, keys: keep, by: tf }")));
  CHECK(is_stopped(report(keys, "{ at: 1h, untag: store, keys: team, by: tf }")));
}

TEST_CASE("a tag is a way round a guard only for those who may set it to something that helps", "[report][guards]") {
  const std::string kept =
      policy("guard", "Action: 'kms:ScheduleKeyDeletion'" + where("StringEquals: { 'aws:ResourceTag/keep': 'yes' }"));
  const std::string schedule = "{ at: 1h, schedule-deletion: key, by: tf }";
  CHECK(has(report(kept, schedule), "tag (kms:TagResource) and untag (kms:UntagResource)"));
  const std::string marked = policy(
      "guard", "Action: 'kms:ScheduleKeyDeletion'" + where("StringNotEquals: { 'aws:ResourceTag/gone': 'true' }"));
  const std::string open = report(marked, schedule);
  CHECK(has(open, "tag (kms:TagResource)"));
  CHECK_FALSE(has(open, "kms:UntagResource"));
  const std::string closed = report(
      marked +
          policy("tags", "Action: 'kms:TagResource'" + where("'ForAnyValue:StringEquals': { 'aws:TagKeys': [gone] }")),
      schedule);
  CHECK(is_stopped(closed));
  CHECK_FALSE(has(section(closed, "What the guards say"), "tag (kms:TagResource)"));
}

TEST_CASE("a freeze stops what comes while it lasts", "[report][guards]") {
  const std::string freeze =
      policy("freeze", "Action: '*'" + where("DateGreaterThan: { 'aws:CurrentTime': '2026-01-05T12:00:00Z' }"));
  const std::string twice =
      report(freeze, "{ at: 1h, disable: key, by: tf }, { at: 3h, tag: store, set: { a: b }, by: tf }");
  CHECK(has(twice, "store/tag does not happen"));
  CHECK_FALSE(has(twice, "key/disable does not happen"));
  // The same call at two times is two calls.
  const std::string same =
      report(freeze, "{ at: 3h, untag: store, keys: team, by: tf }, { at: 1h, untag: store, keys: team, by: tf }");
  CHECK(has(same, "store/untag does not happen"));
  CHECK(has(same, "s3:PutBucketTagging on store by tf goes through"));
}

TEST_CASE("what expired allows nothing", "[report][guards]") {
  const auto until = [](const std::string& year) {
    return "{ Effect: Allow, Action: '*', Resource: '*', Condition: { DateLessThan: { 'aws:CurrentTime': '" + year +
           "-01-01T00:00:00Z' } } }";
  };
  CHECK(is_stopped(report("", "{ at: 1h, disable: key, by: tf }", until("2026"))));
  CHECK_FALSE(is_stopped(report("", "{ at: 1h, disable: key, by: tf }", until("2027"))));
}

TEST_CASE("a key that nobody gives is absent, in documents of the caller as in guards", "[report][guards]") {
  const std::string all = "{ Sid: All, Effect: Allow, Action: '*', Resource: '*' }";
  const auto deny = [](const std::string& condition) {
    return ", { Sid: Vpc, Effect: Deny, Action: '*', Resource: '*', Condition: { " + condition + " } }";
  };
  const std::string fault = "{ at: 1h, disable: key, by: tf }";
  const std::string listed =
      "Nothing is known of aws:SourceVpc when kms:DisableKey on key is done: own (statement Vpc)";
  const std::string unlike = report("", fault, all + deny("StringNotEquals: { 'aws:SourceVpc': vpc-1 }"));
  CHECK(is_stopped(unlike));
  CHECK(has(unlike, listed + " is taken to stop it"));
  const std::string like = report("", fault, all + deny("StringEquals: { 'aws:SourceVpc': vpc-1 }"));
  CHECK_FALSE(is_stopped(like));
  CHECK(has(like, listed + " is taken to let it through"));
  CHECK(is_stopped(report("", fault, all + deny("'Null': { 'aws:SourceVpc': 'true' }"))));
  const std::string given = report("", "{ at: 1h, disable: key, by: tf, context: { 'aws:SourceVpc': vpc-1 } }",
                                   all + deny("StringNotEquals: { 'aws:SourceVpc': vpc-1 }"));
  CHECK_FALSE(is_stopped(given));
  CHECK_FALSE(has(given, "Nothing is known of"));
  // What makes no difference is not told.
  CHECK_FALSE(has(report("", fault,
                         all + ", { Effect: Allow, Action: 'kms:*', Resource: '*', Condition: { StringEquals: { "
                               "'aws:SourceVpc': vpc-1 } } }"),
                  "Nothing is known of"));
}
