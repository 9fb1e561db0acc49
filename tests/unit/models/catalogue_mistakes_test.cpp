// What the catalogue says about mistakes: the exact sentence at the exact place, all of them at once.
#include <catch2/catch.hpp>

#include "tests/unit/models/catalogue_texts.hpp"

using namespace moshimo;
using namespace moshimo::models;

namespace {

// Lines are counted from 1, and the first type stands in line 4.
std::string mistakes(const std::string& types) { return load_types(types).mistakes(); }

}  // namespace

TEST_CASE("unknown keys and names come with the nearest one") {
  CHECK(mistakes(R"yaml(  a:thing:
    atributes: {}
    conditions: { up: { says: it is up, class: denyed, fals_after: 5m } }
    ports: { in: { needs: [uq] } }
)yaml") ==
        "t.yaml:5:5: unknown key 'atributes'; did you mean 'attributes'?\n"
        "t.yaml:6:48: 'denyed' is no error class; did you mean 'denied'?\n"
        "t.yaml:6:56: unknown key 'fals_after'; did you mean 'falls_after'?\n"
        "t.yaml:7:28: a:thing has no 'uq'; did you mean 'up'?");
}

TEST_CASE("a path is followed through every type it can meet") {
  CHECK(mistakes(R"yaml(  a:thing:
    attributes:
      source: { refers_to: [sqs:queue, kinesis:stream] }
    conditions:
      quick: { says: quick, class: denied, initially: source.fifo }
    ports: { in: { needs: [source.reed, source.kept] } }
)yaml") ==
        "t.yaml:8:55: `source` can be a kinesis:stream, which has no 'fifo'\n"
        "t.yaml:9:28: `source` can be a kinesis:stream, which has no 'reed'; did you mean 'read'?\n"
        "t.yaml:9:28: `source` can be a sqs:queue, which has no 'reed'; did you mean 'read'?\n"
        "t.yaml:9:41: `source.kept` leads to a store; a condition, port, hop or process is wanted here");
}

TEST_CASE("a test beside a path says which types it meets") {
  CHECK(mistakes(R"yaml(  a:thing:
    attributes:
      source: { refers_to: [sqs:queue, kinesis:stream] }
      spare:  { refers_to: any, optional: true }
    conditions:
      one:   { says: x, class: denied, if: "source is sqs:queue and source.fifo" }
      two:   { says: x, class: denied, if: "not source is sqs:queue or source.fifo" }
      three: { says: x, class: denied, if: "not (source is kinesis:stream or source.fifo)" }
      four:  { says: x, class: denied, if: not source is kinesis:stream, initially: source.fifo }
      five:  { says: x, class: denied, follows: [{ if: spare is sqs:queue, need: spare.dead_letter.exists }] }
    attributes_end: {}
)yaml") == "t.yaml:14:5: unknown key 'attributes_end'; did you mean 'attributes'?");
}

TEST_CASE("what a path ends at has to be what is wanted") {
  CHECK(mistakes(R"yaml(  a:thing:
    attributes:
      role: { refers_to: iam:role }
      queue: { refers_to: sqs:queue }
      size: { bytes: true, default: 1h, assumed: true }
    conditions: { up: { says: "the {role} is up", class: denied, falls_after: size } }
    stores: { kept: { says: it, lost_with: [role.act] } }
    hops:
      carry: { says: carries, from: role, to: queue.kept, as: queue, when: { any: { fallbacks: [role.act.x] } } }
)yaml") ==
        "t.yaml:8:37: bytes is wanted here, not a duration\n"
        "t.yaml:9:37: `role` is a component; write `role.name` in a text\n"
        "t.yaml:9:79: a duration is wanted here, not bytes\n"
        "t.yaml:10:45: `role.act` leads to a port; a condition is wanted here\n"
        "t.yaml:12:37: `role` can be a iam:role, which has no port `in`; name the port\n"
        "t.yaml:12:47: `queue.kept` leads to a store; a port is wanted here\n"
        "t.yaml:12:63: `queue` can be a sqs:queue, which has no port `act` and so is no principal\n"
        "t.yaml:12:97: `role.act` is a port and has no 'x'");
}

TEST_CASE("every number has a fact or says that it is assumed") {
  CHECK(mistakes(R"yaml(  a:thing:
    attributes:
      age:  { duration: true, default: 6h }
      none: { duration: true, default: forever }
      one:  { ratio: true, default: 1 }
      both: { duration: true, default: { cases: [{ until: 2024-01-01, value: 1h, fact: f.doc }, { value: 2h }] } }
    conditions: { up: { says: it is up, class: denied, rises_after: { up_to: 5m } } }
    hops:
      work:
        says: works
        from: exists
        to: outside
        when:
          any: { fact: f.doc, fallbacks: [] }
          denied: { pause: 1h }
          key: { fallbacks: [{ retry: { gap: 1s }, for: 1h }] }
    repairs:
      fix: { title: Fix it, restores: [up], takes: 5m }
)yaml") ==
        "t.yaml:6:40: the default of 'age' is a number without a source: give it `fact` or `assumed`\n"
        "t.yaml:9:106: the default of 'both' is a number without a source: give it `fact` or `assumed`\n"
        "t.yaml:10:78: a delay of 'up' is a number without a source: give it `fact` or `assumed`\n"
        "t.yaml:14:15: `exists` leads to a condition; a port is wanted here\n"
        "t.yaml:21:52: `takes` is a number without a source: give it `fact` or `assumed`");
}

TEST_CASE("a fact that is named exists, and has a source and a confidence") {
  CHECK(load({R"yaml(version: 1
service: test
facts:
  g.one: { says: One., confidence: sure }
types:
  a:thing:
    attributes: { age: { duration: true, default: 6h, fact: g.on } }
)yaml"})
            .mistakes() ==
        "t.yaml:4:3: fact 'g.one' needs `source`\n"
        "t.yaml:4:36: `confidence` is documented, observed, inferred or assumed\n"
        "t.yaml:7:61: there is no fact 'g.on'; did you mean 'g.one'?");
}

TEST_CASE("the members of a type have names of their own") {
  CHECK(mistakes(R"yaml(  a:thing:
    attributes: { read: { text: true, default: "" }, self: { text: true, default: "" }, Big: { text: true, default: "" } }
    ports: { read: {} }
)yaml") ==
        "t.yaml:5:54: 'self' has a meaning of its own in this language; use another name\n"
        "t.yaml:5:89: 'Big' is no name: use small letters, digits, '_' and '-'\n"
        "t.yaml:6:14: a:thing has two members named 'read' (it stands in `attributes`)");
}

TEST_CASE("repairs have to be good for something") {
  CHECK(mistakes(R"yaml(  a:thing:
    attributes: { role: { refers_to: iam:role, optional: true } }
    conditions:
      gone:  { says: x, class: key, rises: never }
      grant: { says: x, class: key, follows: [exists], rises: repair }
    hops:
      work:
        says: works
        from: in
        to: outside
        when: { any: { fallbacks: [{ in: kept, release: agian }] } }
    ports: { in: {} }
    stores: { kept: { says: it } }
    repairs:
      revive: { title: Revive it, restores: [gone], takes: 0s }
      idle:   { title: Do nothing, takes: 0s }
      slow:   { title: Set it, sets: { roles: x }, restarts: fleet }
)yaml") ==
        "t.yaml:8:7: 'grant' of a:thing rises only by a repair, but no repair restores it\n"
        "t.yaml:14:57: a:thing has no 'agian'\n"
        "t.yaml:18:46: 'gone' never rises again, so 'revive' cannot restore it\n"
        "t.yaml:19:7: repair 'idle' of a:thing restores nothing: no condition, process or number, and no fallback is "
        "released by it\n"
        "t.yaml:20:7: 'slow' restarts 'fleet', which is no process of a:thing\n"
        "t.yaml:20:7: repair 'slow' needs `takes`: how long it lasts\n"
        "t.yaml:20:40: 'slow' sets 'roles', which is no attribute of a:thing that can be set");
}

TEST_CASE("conditions and values that need each other are found") {
  CHECK(mistakes(R"yaml(  a:thing:
    attributes:
      one: { duration: true, default: two }
      two: { duration: true, default: one + one }
    conditions:
      up:   { says: x, class: denied, follows: [in] }
      down: { says: x, class: denied, follows: [up] }
    ports: { in: { needs: [down] } }
)yaml") ==
        "t.yaml:6:7: a:thing: the values of these need each other: one -> two -> one\n"
        "t.yaml:10:7: a:thing: these follow each other in a circle: down -> up -> in -> down");
}

TEST_CASE("an option that does not exist is not compared with") {
  CHECK(mistakes(R"yaml(  a:thing:
    attributes:
      mode: { one_of: [slow, quick], default: slwo }
    conditions: { up: { says: x, class: denied, if: mode == quik } }
)yaml") ==
        "t.yaml:6:47: 'mode' cannot be 'slwo'; it is one of slow, quick; did you mean 'slow'?\n"
        "t.yaml:7:61: 'mode' cannot be 'quik'; it is one of slow, quick; did you mean 'quick'?");
}

TEST_CASE("what is asked and what only a report knows stands only in repairs") {
  CHECK(mistakes(R"yaml(  a:thing:
    conditions: { up: { says: "since {gap.start} {ask.why}", class: denied } }
    repairs: { fix: { title: "Fix {gap.strat}", restores: [up], takes: 0s } }
)yaml") ==
        "t.yaml:5:38: `{gap.start}` can stand only in a repair\n"
        "t.yaml:5:50: `{ask.why}` can stand only in a repair\n"
        "t.yaml:6:35: there is no place `{gap.strat}`; did you mean 'gap.start'?");
}

TEST_CASE("traits are known and get their parameters") {
  CHECK(load({R"yaml(version: 1
service: test
traits:
  saved: { parameters: { save: text, lag: 0s }, attributes: { save: { fixed: $svae } } }
types:
  a:thing: { traits: { saved: { lagg: 5m }, savd: {} } }
)yaml"})
            .mistakes() ==
        "t.yaml:4:78: the trait has no parameter 'svae'; did you mean 'save'?\n"
        "t.yaml:6:24: trait 'saved' needs its parameter 'save'\n"
        "t.yaml:6:33: unknown key 'lagg'; did you mean 'lag'?\n"
        "t.yaml:6:45: there is no trait 'savd'; did you mean 'saved'?");
}

TEST_CASE("files have a version and a service, and define a name once") {
  CHECK(load({"service: a\ntypes: { thing: {}, a:b: {} }\nfact: {}\n", "version: 2\nservice: b\ntypes: { a:b: {} }\n"})
            .mistakes() ==
        "t.yaml:1:1: key 'version' is missing; write `version: 1`\n"
        "t.yaml:2:10: type 'thing' needs a name of the form `service:type`\n"
        "t.yaml:3:1: unknown key 'fact'; did you mean 'facts'?\n"
        "t2.yaml:1:10: version 2 is not known; this program reads version 1\n"
        "t2.yaml:3:10: type 'a:b' is defined twice");
}

TEST_CASE("a hop says what becomes of the data") {
  CHECK(mistakes(R"yaml(  a:thing:
    ports: { in: {} }
    hops:
      one: { says: x, from: in, to: outside }
      two: { says: x, from: in, to: outside, when: { refused: { fallbacks: [] } } }
      three: { from: in, to: outside, when: { refsued: {}, any: { fallbacks: [{ in: in, retry: { gap: 1s } }] } } }
)yaml") ==
        "t.yaml:7:7: hop 'one' needs `when`: what becomes of the data while it fails\n"
        "t.yaml:8:7: hop 'two' does not say what happens when it is throttled; add the class or `any`\n"
        "t.yaml:9:7: hop 'three' needs `says`\n"
        "t.yaml:9:47: 'refsued' is no error class, nor refused, retryable or any; did you mean 'refused'?\n"
        "t.yaml:9:79: a fallback has exactly one of `in`, `retry` and `buffer`");
}

TEST_CASE("parts, parents and ports fit together") {
  CHECK(mistakes(R"yaml(  a:thing:
    attributes:
      parts: { contains: a:part, through: parent, default: [] }
      other: { contains: a:part, through: queue, default: [] }
      more:  { contains: a:prat, through: of, default: [] }
      via:   { port: parts, default: in }
      kind:  { refers_to: pricnipal }
      both:  { text: true, count: true }
      empty: { optional: true }
  a:part: { attributes: { of: { parent: true }, queue: { refers_to: sqs:queue } } }
)yaml") ==
        "t.yaml:6:7: a:part has no attribute 'parent' for its parent\n"
        "t.yaml:7:7: the attribute 'queue' of a:part cannot refer to its parent a:thing\n"
        "t.yaml:8:7: there is no type 'a:prat'; did you mean 'a:part'?\n"
        "t.yaml:9:7: `port: parts` has to name an attribute of a:thing that refers to a component\n"
        "t.yaml:10:27: 'pricnipal' is neither a type (service:type) nor a group nor `any`; did you mean 'principal'?\n"
        "t.yaml:11:7: attribute 'both' is both `text` and `count`\n"
        "t.yaml:12:7: attribute 'empty' needs its kind: one of refers_to, contains, object, text, count, duration, "
        "bytes, rate, ratio, yes_no, one_of, map, policy, port, parent, fixed");
}

TEST_CASE("import paths and units that cannot be are refused") {
  CHECK(mistakes(R"yaml(  a:thing:
    terraform: { aws_sqs_queue: { named_by: name }, aws_thing: { refused_unless: forced } }
    attributes:
      one: { text: true, default: "", terraform: "a[b].c" }
      two: { duration: true, default: 5m + 3B, range: [1m], terraform: a * x }
  a:other: { terraform: { aws_sqs_queue: { named_by: name } } }
)yaml") ==
        "t.yaml:5:18: aws_sqs_queue is imported as a:other already\n"
        "t.yaml:5:64: key 'named_by' is missing: the attribute that gives a resource its name\n"
        "t.yaml:5:82: an update is written as `attribute = value`\n"
        "t.yaml:7:50: '[b]' is neither [] nor [key = value]\n"
        "t.yaml:8:39: a duration and bytes do not go together here\n"
        "t.yaml:8:39: the default of 'two' is a number without a source: give it `fact` or `assumed`\n"
        "t.yaml:8:55: `range` is a list of the least and the most: [1m, 14d]\n"
        "t.yaml:8:72: 'x' is no duration, size or number");
}

TEST_CASE("identities that name nothing, or two things at once, are refused") {
  CHECK(mistakes(R"yaml(  a:thing:
    terraform: { aws_thing: { named_by: name } }
    identity:
      writen: "{name}"
      written: ["{name}#{name}", "", "x:{account}{region}", "{nme}"]
      followed_by: [":", ""]
      stood_for_by: [sqs:queue, a:thin]
      of_aws: "{arn}{name}"
  a:other: { identity: [x] }
)yaml") ==
        "t.yaml:7:7: unknown key 'writen'; did you mean 'written'?\n"
        "t.yaml:8:17: only one thing can be named; write `{name}` or `{arn}` once\n"
        "t.yaml:8:34: an empty text names nothing\n"
        "t.yaml:8:38: two places stand side by side, so where the first ends cannot be told\n"
        "t.yaml:8:63: a:thing has no 'nme'; did you mean 'name'?\n"
        "t.yaml:9:20: an empty text stands in everything\n"
        "t.yaml:10:21: sqs:queue has no attribute that refers to a:thing alone\n"
        "t.yaml:10:21: there is no type 'a:thin'; did you mean 'a:thing'?\n"
        "t.yaml:11:15: only one thing can be named; write `{name}` or `{arn}` once\n"
        "t.yaml:12:24: `identity` is a map");
}

TEST_CASE("a text cannot be nested without end") {
  const std::string many(100000, '(');
  CHECK(mistakes("  a:thing: { attributes: { age: { duration: true, default: '" + many + "' } } }\n") ==
        "t.yaml:4:161: this is nested too deeply");
}
