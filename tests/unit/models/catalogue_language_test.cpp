// Every construct of the catalogue language, and what it becomes.
#include <catch2/catch.hpp>

#include "models/catalogue/import_path.hpp"
#include "tests/unit/models/catalogue_texts.hpp"

using namespace moshimo;
using namespace moshimo::models;

namespace {

const TypeDef& type_in(const Loaded& loaded, std::string_view name) {
  const TypeDef* type = loaded.catalogue.find_type(name);
  REQUIRE(type != nullptr);
  return *type;
}

std::string path_of(const Expression& e) {
  REQUIRE(e.kind == Expression::Kind::path);
  return e.path.text;
}

std::string steps_of(const std::vector<ImportStep>& steps) {
  std::string text;
  for (const ImportStep& step : steps) {
    switch (step.kind) {
      case ImportStep::Kind::member: text += "." + step.name; break;
      case ImportStep::Kind::each: text += "[]"; break;
      case ImportStep::Kind::matching: text += "[" + step.name + "=" + step.value + "]"; break;
      case ImportStep::Kind::up: text += "^"; break;
      case ImportStep::Kind::json: text += "#json"; break;
      case ImportStep::Kind::statements: text += "#statements"; break;
    }
  }
  return text;
}

}  // namespace

TEST_CASE("a type without anything can exist, be deleted and be declared again") {
  const Loaded loaded = load_types("  a:thing:\n");
  CHECK(loaded.mistakes() == "");
  const TypeDef& type = type_in(loaded, "a:thing");
  REQUIRE(type.conditions.size() == 1);
  CHECK(type.conditions[0].name == "exists");
  CHECK(type.conditions[0].error == ErrorClass::missing);
  CHECK(type.conditions[0].is_implicit);
  REQUIRE(type.faults.size() == 1);
  CHECK(type.faults[0].name == "delete");
  CHECK(type.faults[0].breaks[0].text == "exists");
  REQUIRE(type.repairs.size() == 1);
  CHECK(type.repairs[0].name == "recreate");
  CHECK(type.repairs[0].by_apply);
}

TEST_CASE("what is written replaces the implicit members") {
  const Loaded loaded = load_types(R"yaml(
  a:thing:
    conditions: { exists: { says: "it is there", class: key, rises: never } }
    faults: { delete: { action: "a:Delete", breaks: [exists], fact: f.doc } }
)yaml");
  CHECK(loaded.mistakes() == "");
  const TypeDef& type = type_in(loaded, "a:thing");
  CHECK(type.conditions.size() == 1);
  CHECK(type.conditions[0].error == ErrorClass::key);
  CHECK(type.faults.size() == 1);
  CHECK(type.faults[0].actions == std::vector<std::string>{"a:Delete"});
  CHECK(type.repairs.empty());  // nothing can bring it back
}

TEST_CASE("attributes have the kinds of the language") {
  const Loaded loaded = load_types(R"yaml(
  a:thing:
    attributes:
      role:     { refers_to: principal, or_text: true, optional: true }
      anything: { refers_to: any, many: true, default: [] }
      parts:    { contains: a:part, through: of, default: [{}] }
      logs:
        object:
          group: { refers_to: sqs:queue, default: "/aws/{name}" }
          rate:  { rate: true, default: 1/s }
        assumed: as much as usual
      label:    { text: true, default: x }
      count:    { count: true, default: unlimited }
      age:      { duration: true, default: 6h, range: [1m, 6h], fact: f.doc }
      size:     { bytes: true, default: 200B, assumed: true }
      share:    { ratio: true, default: 1 }
      fast:     { yes_no: true, default: yes }
      mode:     { one_of: [slow, quick], default: slow }
      tags:     { map: text, default: {} }
      document: { policy: true, optional: true }
      to:       { refers_to: any, optional: true }
      via:      { port: to, default: in }
      identity: { fixed: role }
      twice:    { fixed: age * 2, fact: f.doc }
      command:  { fixed: "aws a put --name {name}" }
  a:part: { attributes: { of: { parent: true } } }
)yaml");
  CHECK(loaded.mistakes() == "");
  const TypeDef& type = type_in(loaded, "a:thing");
  using Kind = AttributeDef::Kind;
  CHECK(type.find_attribute("role")->types == std::vector<std::string>{"iam:role", "iam:user"});
  CHECK(type.find_attribute("role")->or_text);
  CHECK(type.find_attribute("anything")->any_type);
  CHECK(type.find_attribute("anything")->default_value.kind == Expression::Kind::list);
  CHECK(type.find_attribute("parts")->through == "of");
  CHECK(type.find_attribute("parts")->default_value.operands.at(0).kind == Expression::Kind::map);
  const AttributeDef& logs = *type.find_attribute("logs");
  REQUIRE(logs.members.size() == 2);
  CHECK(logs.members[0].default_value.text.parts.size() == 2);  // "/aws/" and the name
  CHECK(logs.members[1].default_value.quantity == Quantity{1, Unit::per_second});
  CHECK(logs.basis.assumed == "as much as usual");
  CHECK(type.find_attribute("label")->default_value.text.plain() == "x");
  CHECK(type.find_attribute("count")->default_value.quantity.is_infinite());
  CHECK(type.find_attribute("age")->most == Quantity{6 * 3600, Unit::seconds});
  CHECK(type.find_attribute("size")->basis.is_assumed);
  CHECK(type.find_attribute("fast")->default_value.yes);
  CHECK(type.find_attribute("mode")->options == std::vector<std::string>{"slow", "quick"});
  CHECK(type.find_attribute("tags")->kind == Kind::map);
  CHECK(type.find_attribute("document")->kind == Kind::policy);
  CHECK(type.find_attribute("via")->port_of == "to");
  CHECK(path_of(type.find_attribute("identity")->fixed) == "role");
  CHECK(type.find_attribute("twice")->fixed.kind == Expression::Kind::multiply);
  CHECK(type.find_attribute("command")->fixed.text.parts.size() == 2);
}

TEST_CASE("an expression knows sums, products, least and most, and cases") {
  const Loaded loaded = load_types(R"yaml(
  a:thing:
    attributes:
      age:   { duration: true, default: 6h, fact: f.doc }
      tries: { count: true, default: 3, fact: f.doc }
      wait:  { duration: true, fact: f.doc, default: "min(age * tries + 5m, (age - 1h) / 2, forever)" }
      mode:
        one_of: [old, new]
        default: { cases: [{ if: tries == 3, value: new }, { until: 2025-06-25, value: old }, { value: new }] }
      queue: { refers_to: sqs:queue, default: "only(sqs:queue[dead_letter = self])" }
      dated: { duration: true, default: { since: 2023-06-15, value: 1h, else: 2h, fact: f.doc } }
)yaml");
  CHECK(loaded.mistakes() == "");
  const TypeDef& type = type_in(loaded, "a:thing");
  const Expression& wait = type.find_attribute("wait")->default_value;
  REQUIRE(wait.kind == Expression::Kind::least);
  REQUIRE(wait.operands.size() == 3);
  CHECK(wait.operands[0].kind == Expression::Kind::add);
  CHECK(wait.operands[0].operands[0].kind == Expression::Kind::multiply);
  CHECK(wait.operands[1].kind == Expression::Kind::divide);
  CHECK(wait.operands[2].quantity.is_infinite());
  const Expression& mode = type.find_attribute("mode")->default_value;
  REQUIRE(mode.cases.size() == 3);
  CHECK(mode.cases[0].test.kind == Test::Kind::equal);
  CHECK(mode.cases[1].until == parse_moment("2025-06-25"));
  CHECK(mode.cases[1].value.text.plain() == "old");
  CHECK_FALSE(mode.cases[2].until);
  const Expression& queue = type.find_attribute("queue")->default_value;
  REQUIRE(queue.kind == Expression::Kind::only);
  const Path& path = queue.operands[0].path;
  CHECK(path.start == Path::Start::type);
  CHECK(path.name == "sqs:queue");
  REQUIRE(path.steps.size() == 1);
  CHECK(path.steps[0].kind == Step::Kind::matching);
  CHECK(path.steps[0].matches[0].attribute == "dead_letter");
  CHECK(path_of(path.steps[0].matches[0].value[0]) == "self");
  const Expression& dated = type.find_attribute("dated")->default_value;
  REQUIRE(dated.cases.size() == 2);
  CHECK(dated.cases[0].fact == "f.doc");
  CHECK(dated.cases[1].value.quantity == Quantity{7200, Unit::seconds});
}

TEST_CASE("tests are read with not before and before or") {
  const Loaded loaded = load_types(R"yaml(
  a:thing:
    attributes:
      source: { refers_to: [sqs:queue, kinesis:stream], optional: true }
      by:     { one_of: [arn, role-id], default: arn }
      prefix: { text: true, default: "" }
    conditions:
      one:   { says: a, class: denied, if: "not source is sqs:queue and by == arn or source" }
      two:   { says: b, class: denied, if: "by in [arn, role-id] and source is [sqs:queue, kinesis:stream]" }
      three: { says: c, class: denied, if: "any(sqs:queue[dead_letter = self], source) and none(kinesis:stream)" }
      four:  { says: d, class: denied, initially: "starts_with(prefix, 'a b')" }
      five:  { says: e, class: denied, initially: no }
      six:   { says: f, class: denied, if: "by != arn" }
)yaml");
  CHECK(loaded.mistakes() == "");
  const TypeDef& type = type_in(loaded, "a:thing");
  const Test& one = type.find_condition("one")->test;
  REQUIRE(one.kind == Test::Kind::either);
  REQUIRE(one.tests[0].kind == Test::Kind::all_of);
  CHECK(one.tests[0].tests[0].kind == Test::Kind::negation);
  CHECK(one.tests[0].tests[0].tests[0].types == std::vector<std::string>{"sqs:queue"});
  CHECK(one.tests[0].tests[1].operands[1].text.plain() == "arn");  // `arn` is a member, but an option of `by` first
  CHECK(one.tests[1].kind == Test::Kind::present);
  const Test& two = type.find_condition("two")->test;
  CHECK(two.tests[0].operands.size() == 3);
  CHECK(two.tests[1].types == std::vector<std::string>{"kinesis:stream", "sqs:queue"});
  const Test& three = type.find_condition("three")->test;
  CHECK(three.tests[0].kind == Test::Kind::any);
  CHECK(three.tests[1].kind == Test::Kind::none);
  const Test& four = type.find_condition("four")->initially;
  CHECK(four.kind == Test::Kind::starts_with);
  CHECK(four.operands[1].text.plain() == "a b");
  CHECK(type.find_condition("five")->initially.kind == Test::Kind::negation);
  CHECK(type.find_condition("six")->test.kind == Test::Kind::negation);
}

TEST_CASE("needs are paths, renamed, alternatives, all at once, or conditional") {
  const Loaded loaded = load_types(R"yaml(
  a:thing:
    attributes:
      role:   { refers_to: iam:role }
      queues: { refers_to: sqs:queue, many: true, default: [] }
      fast:   { yes_no: true, default: no }
    ports:
      in:
        needs:
          - role.act
          - { role.act: failed }
          - { any: "queues[].exists", else: unhealthy }
          - { all: "queues[fifo = yes].exists" }
          - { if: fast, need: { role.exists: denied } }
          - { if: fast, need: [role.exists, { if: not fast, need: self.role.act }] }
          - { any: ["queues[dead_letter = caller].exists", role.exists] }
)yaml");
  CHECK(loaded.mistakes() == "");
  const NeedDefs& needs = type_in(loaded, "a:thing").find_port("in")->needs;
  REQUIRE(needs.size() == 9);
  CHECK(needs[0].paths[0].text == "exists");  // every port needs its component
  CHECK(needs[1].paths[0].text == "role.act");
  CHECK_FALSE(needs[1].shown_as);
  CHECK(needs[2].shown_as == ErrorClass::failed);
  CHECK(needs[3].kind == NeedDef::Kind::any);
  CHECK(needs[3].shown_as == ErrorClass::unhealthy);
  CHECK(needs[3].paths[0].steps[1].kind == Step::Kind::each);
  CHECK(needs[4].kind == NeedDef::Kind::all);
  CHECK(needs[4].paths[0].steps[1].matches[0].value[0].yes);
  CHECK(needs[5].test.kind == Test::Kind::present);
  CHECK(needs[5].shown_as == ErrorClass::denied);
  CHECK(needs[7].test.kind == Test::Kind::all_of);
  CHECK(needs[7].paths[0].start == Path::Start::component);
  CHECK(needs[8].paths.size() == 2);
  CHECK(needs[8].paths[0].steps[1].matches[0].value[0].path.start == Path::Start::caller);
}

TEST_CASE("delays, schedules and what is seen") {
  const Loaded loaded = load_types(R"yaml(
  a:thing:
    attributes:
      window: { duration: true, default: 7d, fact: f.doc }
    conditions:
      up:
        says: it is up
        class: unavailable
        follows: [exists]
        falls_after: { up_to: 5m }
        rises_after: { value: window, up_to: window + 24h }
        fact: f.doc
        sees:
          - { metric: Age rises, after: 10m, if: window == 7d }
          - { log: gone, since: 2024-01-01, until: 2025-01-01, fact: f.doc }
    processes:
      fleet:
        count: 3
        start: [up]
        restart: [{ attempts: 2, gap: 1m }, { gap: 1s, last: 5m, shape: exponential }]
        sees: [{ event: cannot start, of: start }]
        fact: f.doc
      once: { restart: never }
)yaml");
  CHECK(loaded.mistakes() == "");
  const TypeDef& type = type_in(loaded, "a:thing");
  const ConditionDef& up = *type.find_condition("up");
  CHECK(up.is_derived);
  CHECK_FALSE(up.falls_after.least.is_written());
  CHECK(up.falls_after.most.quantity == Quantity{300, Unit::seconds});
  CHECK(path_of(up.rises_after.least) == "window");
  CHECK(up.rises_after.most.kind == Expression::Kind::add);
  REQUIRE(up.sees.size() == 2);
  CHECK(up.sees[0].kind == SymptomKind::metric);
  CHECK(up.sees[0].text.plain() == "Age rises");
  CHECK(up.sees[1].kind == SymptomKind::log);
  CHECK(up.sees[1].until == parse_moment("2025-01-01"));
  const ProcessDef& fleet = *type.find_process("fleet");
  REQUIRE(fleet.restart.size() == 2);
  CHECK(fleet.restart[0].attempts.quantity.value == 2);
  CHECK(fleet.restart[1].shape == Shape::exponential);
  CHECK(fleet.sees[0].of == "start");
  CHECK_FALSE(type.find_process("once")->restarts);
}

TEST_CASE("for each key of a reaction the nearest block that has it counts") {
  const Loaded loaded = load_types(R"yaml(
  a:thing:
    attributes:
      fast:   { yes_no: true, default: no }
      source: { refers_to: sqs:queue }
      spare:  { refers_to: sqs:queue, optional: true }
      role:   { refers_to: iam:role, optional: true }
    hops:
      carry:
        says: carries
        from: source.in
        to: { spare.in: failed }
        as: [role, sns.amazonaws.com]
        when:
          any:     { fact: f.doc, fallbacks: [source], pause: { up_to: 10m } }
          refused: { fallbacks: [{ in: spare, as: sns.amazonaws.com, age: entry, for: 14d, release: again, if: spare }] }
          key:     { sees: [{ error: KMS }] }
          unavailable:
            - { if: fast, fallbacks: [{ retry: { attempts: 3, gap: 1s }, for: 1h }] }
            - { if: not fast, fallbacks: [{ buffer: log driver, capacity: 1MiB, overflow: block }] }
    repairs:
      again: { title: "Move {backlog.events} events", rate: 100/s, takes: 5m, fact: f.doc }
)yaml");
  CHECK(loaded.mistakes() == "");
  const HopDef& hop = *type_in(loaded, "a:thing").find_hop("carry");
  CHECK(hop.to_shown_as == ErrorClass::failed);
  REQUIRE(hop.as.size() == 2);
  CHECK(hop.as[0].path.text == "role");
  CHECK(hop.as[1].service == "sns.amazonaws.com");

  const auto key = reactions_to(hop, ErrorClass::key);  // key, then refused, then any
  REQUIRE(key.size() == 3);
  CHECK(key[0]->sees);
  CHECK_FALSE(key[0]->fallbacks);
  CHECK(key[1]->fallbacks->at(0).in.text == "spare");
  CHECK(key[2]->pause);

  const FallbackDef& spare = key[1]->fallbacks->at(0);
  CHECK(spare.kind == FallbackDef::Kind::place);
  CHECK(spare.age.text.plain() == "entry");
  CHECK(spare.release->text == "again");
  CHECK(spare.as[0].is_service);

  const auto unavailable = reactions_to(hop, ErrorClass::unavailable);
  REQUIRE(unavailable.size() == 3);
  CHECK(unavailable[0]->test.kind == Test::Kind::present);
  CHECK(unavailable[0]->fallbacks->at(0).kind == FallbackDef::Kind::retry);
  CHECK(unavailable[1]->test.kind == Test::Kind::negation);
  CHECK(unavailable[1]->fallbacks->at(0).overflow == Overflow::block);
  CHECK(reactions_to(hop, ErrorClass::failed).size() == 1);
}

TEST_CASE("a hop begins at a port, a timetable or a signal, once or for each item") {
  const Loaded loaded = load_types(R"yaml(
  a:thing:
    attributes:
      targets: { refers_to: sqs:queue, many: true, default: [] }
      every:   { duration: true, default: 1d, assumed: daily }
    ports: { in: { says: take } }
    hops:
      spread: { says: "to {item.name}", each: targets, from: in, to: item, when: { any: { fallbacks: [] } } }
      tick:   { says: fires, from: timetable(every), to: self.in, when: { any: { fallbacks: [] } } }
      alarm:  { says: tells, from: signal(exists), to: outside, when: { any: { fallbacks: [] } } }
      work:   { says: works, from: in, rate: 5/s, size: 2KB, to: outside, fact: f.doc, when: { any: { fallbacks: [] } } }
)yaml");
  CHECK(loaded.mistakes() == "");
  const TypeDef& type = type_in(loaded, "a:thing");
  CHECK(type.find_hop("spread")->each->text == "targets");
  CHECK(type.find_hop("spread")->to->start == Path::Start::item);
  CHECK(type.find_hop("tick")->source == HopDef::Source::timetable);
  CHECK(path_of(type.find_hop("tick")->every) == "every");
  CHECK(type.find_hop("alarm")->source == HopDef::Source::signal);
  CHECK(type.find_hop("alarm")->from->text == "exists");
  CHECK_FALSE(type.find_hop("alarm")->to);
  CHECK(type.find_hop("work")->rate.quantity == Quantity{5, Unit::per_second});
}

TEST_CASE("repairs hold places for the report and for the operator") {
  const Loaded loaded = load_types(R"yaml(
  a:thing:
    attributes:
      retention: { duration: true, default: 4d, fact: f.doc }
    conditions:
      grant: { says: granted, class: key, follows: [exists], rises: repair }
      awake: { says: awake, class: denied, follows: [exists], refreshed_by: [wake] }
    stores: { kept: { says: it, holds_for: retention, fact: f.doc } }
    processes: { machine: {} }
    repairs:
      again:
        title: Grant {name} again, from {gap.start} to {gap.end}
        restores: [grant]
        requires: [exists]
        takes: retention + 3m
        who: owner of {name}
        fact: f.doc
        commands:
          - aws a grant --id {ask.grant-id} --x '{"S3":{}}' --at {now} --arn {arn} --n {step}
        verify: aws a show --name {name}
      longer: { title: Keep longer, sets: { retention: 14d }, sets_after: { up_to: 15m }, takes: 1m, fact: f.doc, limits: f.doc }
      wake:   { title: Wake it, restarts: machine, terraform: true, takes: 1m, fact: f.doc }
)yaml");
  CHECK(loaded.mistakes() == "");
  const TypeDef& type = type_in(loaded, "a:thing");
  const Text& command = type.find_repair("again")->commands.at(0).text;
  std::string shape;
  for (const TextPart& part : command.parts) {
    shape += part.kind == TextPart::Kind::literal ? part.text
             : part.kind == TextPart::Kind::path  ? "<path " + part.path.text + ">"
             : part.kind == TextPart::Kind::ask   ? "<ask " + part.text + ">"
                                                  : "<report " + part.text + ">";
  }
  CHECK(shape ==
        "aws a grant --id <ask grant-id> --x '{\"S3\":{}}' --at <report now> --arn <path arn> --n <report step>");
  CHECK(type.find_repair("longer")->sets.at(0).attribute == "retention");
  CHECK(type.find_repair("longer")->limits == "f.doc");
  CHECK(type.find_repair("wake")->restarts == "machine");
  CHECK(type.find_repair("wake")->by_apply);
}

TEST_CASE("faults take parameters, cascade, and can be the same as another") {
  const Loaded loaded = load_types(R"yaml(
  a:thing:
    attributes:
      window: { duration: true, default: 30d, fact: f.doc }
      tags:   { map: text, default: {} }
      rules:  { policy: true, optional: true }
      targets: { text: true, many: true, default: [] }
    conditions:
      kept: { says: kept, class: key }
    faults:
      schedule:
        action: [a:Schedule, a:Delete]
        with: { window: window, through: { one_of: [console, api], default: api } }
        context: { "a:Window": window / 1d, "aws:ResourceTag": tags }
        needs: [kept]
        breaks: [kept]
        cascade: [{ if: through == console, delete: "sqs:queue[dead_letter = self]" }]
      delete: { same_as: schedule, fact: f.doc }
    guards: { with: rules, kind: SCP, over: targets, alone: yes, while: [exists], unless: [kept] }
)yaml");
  CHECK(loaded.mistakes() == "");
  const TypeDef& type = type_in(loaded, "a:thing");
  const FaultDef& deletion = *type.find_fault("delete");
  CHECK(deletion.same_as == "schedule");
  CHECK(deletion.breaks.at(0).text == "kept");
  CHECK(deletion.actions.size() == 2);
  CHECK(deletion.basis.is_given());
  CHECK(deletion.with.at(0).attribute == "window");
  CHECK(deletion.with.at(1).options == std::vector<std::string>{"console", "api"});
  CHECK(deletion.context.at(0).value.kind == Expression::Kind::divide);
  const FaultDef::Cascade& cascade = deletion.cascade.at(0);
  CHECK(cascade.test.operands[0].path.start == Path::Start::parameter);
  CHECK(cascade.test.operands[1].text.plain() == "console");
  CHECK(cascade.deletes.name == "sqs:queue");
  CHECK(type.guards->over.path.text == "targets");
  CHECK(type.guards->unless_true.at(0).paths.at(0).text == "kept");
}

TEST_CASE("a trait comes first and the type's own keys are merged over it") {
  const Loaded loaded = load({R"yaml(
version: 1
service: test
traits:
  encrypted:
    parameters: { lag: 0s, fact: f.doc, save: text }
    attributes: { kms_key: { refers_to: kms:key, optional: true }, save: { fixed: $save } }
    conditions: { works: { says: "the key of {name} answers", class: key, if: kms_key, follows: [kms_key.use], falls_after: { up_to: $lag }, fact: $fact } }
types:
  kms:key: { ports: { use: {} } }
  a:thing:
    traits: { encrypted: { lag: 5m, save: "aws a save --name {name}" } }
    attributes: { kms_key: { terraform: kms_key_id } }
    conditions: { works: { class: denied } }
)yaml",
                              small_world});
  CHECK(loaded.mistakes() == "");
  const TypeDef& type = type_in(loaded, "a:thing");
  const AttributeDef& key = *type.find_attribute("kms_key");
  CHECK(key.types == std::vector<std::string>{"kms:key"});  // of the trait
  CHECK(key.terraform.at(0).text == "kms_key_id");          // of the type
  const ConditionDef& works = *type.find_condition("works");
  CHECK(works.falls_after.most.quantity == Quantity{300, Unit::seconds});
  CHECK(works.error == ErrorClass::denied);
  CHECK(works.basis.fact.text.plain() == "f.doc");
  CHECK(type.find_attribute("save")->fixed.text.parts.at(0).text == "aws a save --name ");
}

TEST_CASE("what attributes mean stands with them, or in the words of their file") {
  const Loaded loaded = load({std::string(R"yaml(
version: 1
service: a
words:
  age: how old it may get
  logs.group: where it writes
types:
  a:thing:
    attributes:
      age:  { duration: true, optional: true }
      size: { bytes: true, optional: true, says: how large it is }
      logs: { object: { group: { text: true, optional: true } } }
)yaml")});
  REQUIRE(loaded.mistakes().empty());
  const TypeDef& thing = type_in(loaded, "a:thing");
  CHECK(thing.find_attribute("age")->says == "how old it may get");
  CHECK(thing.find_attribute("size")->says == "how large it is");
  CHECK(thing.find_attribute("logs")->members.front().says == "where it writes");
  const std::string wrong =
      "version: 1\nservice: a\nwords: { agr: how old }\ntypes: { a:thing: { attributes: { age: { text: true } } } }\n";
  CHECK(load({wrong}).mistakes() == "t.yaml:3:10: no type of this file has an attribute 'agr'");
}

TEST_CASE("every attribute that people write says what it means", "[catalogue]") {
  for (const TypeDef* type : embedded_catalogue().types()) {
    for (const AttributeDef& a : type->attributes) {
      if (a.kind == AttributeDef::Kind::fixed || a.kind == AttributeDef::Kind::parent) continue;
      CAPTURE(type->name, a.name);
      CHECK_FALSE(a.says.empty());
      for (const AttributeDef& m : a.members) {
        CAPTURE(m.name);
        CHECK((m.kind == AttributeDef::Kind::fixed || !m.says.empty()));
      }
    }
  }
}

TEST_CASE("import paths can be walked") {
  const auto read = [](std::string_view text) {
    std::string mistake;
    const auto path = parse_import_path(text, &mistake);
    CHECK(mistake == "");
    REQUIRE(path);
    return *path;
  };
  CHECK(steps_of(read("a.b[].c").steps) == ".a.b[].c");
  CHECK(steps_of(read("^kms_key_arn").steps) == "^.kms_key_arn");
  CHECK(steps_of(read("^^.role").steps) == "^^.role");
  CHECK(steps_of(read("redrive_policy#json.deadLetterTargetArn").steps) == ".redrive_policy#json.deadLetterTargetArn");
  CHECK(steps_of(read("container_definitions#json[].logConfiguration.options.awslogs-group").steps) ==
        ".container_definitions#json[].logConfiguration.options.awslogs-group");
  CHECK(steps_of(read("Filter.S3Key.Rules[Name = prefix].Value").steps) == ".Filter.S3Key.Rules[Name=prefix].Value");
  const ImportPath split = read("aws_s3_bucket_policy(bucket):policy#statements");
  CHECK(split.other_type == "aws_s3_bucket_policy");
  CHECK(steps_of(split.joined_by) == ".bucket");
  CHECK(steps_of(split.steps) == ".policy#statements");
  const ImportPath whole = read("aws_security_group_rule(security_group_id)[type = ingress]");
  CHECK(steps_of(whole.steps) == "[type=ingress]");
  CHECK(steps_of(read("AWS::SNS::TopicPolicy(Topics[]):PolicyDocument").joined_by) == ".Topics[]");
  CHECK(read("AWS::SNS::TopicPolicy(Topics[]):PolicyDocument").other_type == "AWS::SNS::TopicPolicy");
  CHECK(read("retention_in_days * 1d").times == Quantity{86400, Unit::seconds});
  CHECK(read("backup_retention_period > 0").more_than == 0.0);
  CHECK(read("rate(rule[].schedule)").is_schedule);
  CHECK(steps_of(read("rate(rule[].schedule)").steps) == ".rule[].schedule");
  std::string mistake;
  CHECK_FALSE(parse_import_path("a..b", &mistake));
  CHECK(mistake == "a name is missing before '.b'");
  CHECK_FALSE(parse_import_path("a#yaml", &mistake));
  CHECK(mistake == "'#yaml' is not known; there are #json and #statements");
}

TEST_CASE("types are found by what they are imported from") {
  const Loaded loaded = load_types(R"yaml(
  a:thing:
    terraform: { aws_thing: { named_by: name, also: [arn] }, aws_old_thing: { named_by: [name, id] } }
    cloudformation: { AWS::A::Thing: { named_by: Ref } }
    attributes: { policy: { text: true, default: "", terraform: ["policy", "aws_thing_policy(thing):policy"] } }
)yaml");
  CHECK(loaded.mistakes() == "");
  const TypeDef& type = type_in(loaded, "a:thing");
  CHECK(loaded.catalogue.find_terraform("aws_old_thing") == &type);
  CHECK(loaded.catalogue.find_cloudformation("AWS::A::Thing") == &type);
  CHECK(loaded.catalogue.find_terraform("aws_thing_policy") == nullptr);
  CHECK(loaded.catalogue.is_part_in_terraform("aws_thing_policy"));
  CHECK(type.terraform[1].named_by == std::vector<std::string>{"name", "id"});
  CHECK(loaded.catalogue.is_in_group("iam:role", "principal"));
  CHECK_FALSE(loaded.catalogue.is_in_group("sqs:queue", "principal"));
}
