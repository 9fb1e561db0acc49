#include <catch2/catch.hpp>

#include "models/import/terraform_references.hpp"

using namespace moshimo;
using namespace moshimo::models::importing;

namespace {

struct Reading {
  Documents documents;
  World world;
  input::Diagnostics diagnostics;
  bool good = false;

  Value parse(const std::string& json) {
    return documents.add(
        std::make_shared<input::Document>(input::Document::parse("test.json", json, input::Format::json, diagnostics)));
  }
  std::string first_error() const { return diagnostics.has_errors() ? diagnostics.errors().front().message : ""; }
};

Reading plan(const std::string& json, PlanSide side = PlanSide::before) {
  Reading r;
  r.good = read_plan(r.documents, r.parse(json), side, r.world, r.diagnostics);
  return r;
}

Reading state(const std::string& json) {
  Reading r;
  r.good = read_raw_state(r.documents, r.parse(json), r.world, r.diagnostics);
  return r;
}

std::vector<std::string> addresses(const World& world) {
  std::vector<std::string> all;
  for (const Instance& i : world.instances) all.push_back(i.address);
  return all;
}

}  // namespace

TEST_CASE("Keys are taken out of addresses, whatever stands in them") {
  CHECK(without_keys("module.a[\"x.module.y]\"].module.b[0]") == "module.a.module.b");
  CHECK(without_keys("module.a") == "module.a");
  CHECK(parent_module("module.a[\"x.module.y\"].module.b[0]") == "module.a[\"x.module.y\"]");
  CHECK(parent_module("module.a[\"x.module.y\"]").empty());
  CHECK(last_key("module.a[0].module.b[\"k\"]") == "\"k\"");
  CHECK(last_key("module.a[0].module.b").empty());
}

TEST_CASE("The world before a plan holds what it deletes, the world after what it creates") {
  const std::string text = R"({"format_version":"1.2","resource_changes":[
    {"address":"aws_iam_role.old","mode":"managed","type":"aws_iam_role","name":"old",
     "change":{"actions":["delete"],"before":{"name":"old"},"after":null}},
    {"address":"aws_iam_role.new[0]","mode":"managed","type":"aws_iam_role","name":"new","index":0,
     "change":{"actions":["create"],"before":null,"after":{"name":"new"}}},
    {"address":"aws_iam_role.gone","mode":"managed","type":"aws_iam_role","name":"gone",
     "change":{"actions":["forget"],"before":{"name":"gone"},"after":null}}]})";
  CHECK(addresses(plan(text).world) == std::vector<std::string>{"aws_iam_role.old", "aws_iam_role.gone"});
  const Reading after = plan(text, PlanSide::after);
  // What is forgotten stays where it is. What goes is there for those who still name it, and marked as such.
  CHECK(addresses(after.world) ==
        std::vector<std::string>{"aws_iam_role.old", "aws_iam_role.new[0]", "aws_iam_role.gone"});
  CHECK(after.world.instances[0].is_former);
  CHECK_FALSE(after.world.instances[1].is_former);
  CHECK(after.world.instances[1].is_made);
  CHECK(after.world.instances[1].key == "0");
  CHECK(removes(after.world.changes[0].action));
  CHECK_FALSE(removes(after.world.changes[2].action));
}

TEST_CASE("Format versions 0.x and 1.x are read, and none at all; 2 is refused") {
  CHECK(plan(R"({"format_version":"0.1","resource_changes":[]})").good);
  CHECK(plan(R"({"format_version":"1.9","resource_changes":[]})").good);
  CHECK(plan(R"({"resource_changes":[]})").good);
  const Reading refused = plan(R"({"format_version":"2.0","resource_changes":[]})");
  CHECK_FALSE(refused.good);
  CHECK(refused.first_error().find("format version 2.0; versions 0.x and 1.x can be read") != std::string::npos);
}

TEST_CASE("A state of version 3 is refused with what to run") {
  const Reading refused = state(R"({"version":3,"serial":1,"lineage":"x","modules":[]})");
  CHECK_FALSE(refused.good);
  CHECK(refused.first_error().find("terraform state pull") != std::string::npos);
}

TEST_CASE("A state newer than any that is known is to be shown by its own Terraform") {
  const Reading refused = state(R"({"version":5,"serial":1,"lineage":"x","resources":[]})");
  CHECK_FALSE(refused.good);
  CHECK(refused.first_error().find("run `terraform show -json > state.json` and import that") != std::string::npos);
}

TEST_CASE("Addresses of a state are put together as Terraform writes them") {
  const Reading r = state(R"({"version":4,"resources":[
    {"module":"module.a[\"x\"]","mode":"managed","type":"aws_sqs_queue","name":"q","instances":[
      {"index_key":"k\"1","attributes":{"name":"one"}},{"index_key":2,"attributes":{"name":"two"}}]},
    {"mode":"data","type":"aws_region","name":"r","instances":[{"attributes":{"name":"eu-west-1"}}]}]})");
  CHECK(r.good);
  CHECK(addresses(r.world) == std::vector<std::string>{"module.a[\"x\"].aws_sqs_queue.q[\"k\\\"1\"]",
                                                       "module.a[\"x\"].aws_sqs_queue.q[2]", "data.aws_region.r"});
}

TEST_CASE("Flat attributes of old states become lists and maps again") {
  const Reading r = state(R"({"version":4,"resources":[{"mode":"managed","type":"aws_sqs_queue","name":"q","instances":[
    {"attributes_flat":{"name":"q","rule.#":"11","rule.0.id":"a","rule.10.id":"c","rule.2.id":"b",
                        "tags.%":"1","tags.a.b":"v"}}]}]})");
  REQUIRE(r.good);
  const Value values = r.world.instances.front().values;
  CHECK(values.member("name").text() == "q");
  CHECK(values.member("tags").member("a.b").text() == "v");
  std::string order;
  for (const Value& rule : values.member("rule").items()) order += rule.member("id").text();
  CHECK(order == "abc");  // by index, not by text
}

TEST_CASE("Sensitive values read as absent, in plans and states") {
  const Reading p = plan(
      R"({"resource_changes":[{"address":"a.b","type":"a","name":"b","mode":"managed","change":{"actions":["no-op"],
    "before":{"secret":"s3cr3t","list":["x","y"],"all":{"k":"v"},"open":"o"},"after":{},
    "before_sensitive":{"secret":true,"list":[false,true],"all":true}}}]})");
  const Value before = p.world.instances.front().values;
  CHECK_FALSE(before.member("secret"));
  CHECK_FALSE(before.member("all"));
  CHECK(before.member("list").items()[0].text() == "x");
  CHECK_FALSE(before.member("list").items()[1]);
  CHECK(before.member("open").text() == "o");
  CHECK(p.documents.policy_text(before, "secret").text() == "s3cr3t");

  const Reading s = state(R"({"version":4,"resources":[{"mode":"managed","type":"a","name":"b","instances":[
    {"attributes":{"secret":"s3cr3t","list":[{"p":"x"},{"p":"y"}],"open":"o"},
     "sensitive_attributes":[[{"type":"get_attr","value":"secret"}],
       [{"type":"get_attr","value":"list"},{"type":"index","value":{"value":1,"type":"number"}},{"type":"get_attr","value":"p"}]]}]}]})");
  const Value values = s.world.instances.front().values;
  CHECK_FALSE(values.member("secret"));
  CHECK(values.member("list").items()[0].member("p").text() == "x");
  CHECK_FALSE(values.member("list").items()[1].member("p"));
}

TEST_CASE("Wrong types in a plan are said, with the address where there is one") {
  CHECK(plan(R"({"resource_changes":{}})").first_error().find("should be a list") != std::string::npos);
  CHECK(plan(R"({"resource_changes":[{}]})").first_error().find("no address or type") != std::string::npos);
  CHECK(plan(R"({"resource_changes":[{"address":"a.b","type":"a","change":{"actions":["explode"]}}]})")
            .first_error()
            .find("what the plan does to a.b is not known") != std::string::npos);
  CHECK(plan(R"({"resource_changes":[{"address":"a.b","type":"a","change":{"actions":["delete"],"before":[1]}}]})")
            .first_error() == "the values of a.b should be an object");
  CHECK(plan(R"({"resource_changes":[{"address":"a.b","type":"a","change":3}]})").first_error() != "");
}

// ---- references
// ---------------------------------------------------------------------------------------------------------

namespace {

std::string created(const std::string& address, const std::string& type, const std::string& name,
                    const std::string& index = "", const std::string& module = "") {
  return R"({"address":")" + address + R"(","mode":"managed","type":")" + type + R"(","name":")" + name + "\"" +
         (index.empty() ? "" : ",\"index\":" + index) + (module.empty() ? "" : ",\"module_address\":" + module) +
         R"(,"change":{"actions":["create"],"before":null,"after":{}}})";
}

std::vector<std::string> referred(const Reading& r, const std::string& user, const std::string& attribute) {
  const References references(r.world);
  std::vector<std::string> result;
  for (const Instance& i : r.world.instances) {
    if (i.address != user) continue;
    const Resolution found = references.resolve(references.expressions(i).member(attribute), i);
    for (const Target& t : found.targets) {
      result.push_back(r.world.instances[static_cast<std::size_t>(t.instance)].address + " ." + t.attribute);
    }
    for (const std::string& d : found.dead_ends) result.push_back("? " + d);
    for (const std::string& c : found.constants) result.push_back("= " + c);
  }
  return result;
}

using Texts = std::vector<std::string>;

}  // namespace

TEST_CASE("The longest prefix that names a resource is meant") {
  const Reading r = plan(R"({"resource_changes":[)" + created("r.a", "r", "a") + "," + created("f.b", "f", "b") +
                             R"(],"configuration":{"root_module":{"resources":[
      {"address":"f.b","expressions":{"role":{"references":["r.a.arn","r.a"]},"mode":{"constant_value":"x"},
        "other":{"references":["local.x"]},"lost":{"references":["r.none.arn","r.none"]}}}]}}})",
                         PlanSide::after);
  CHECK(referred(r, "f.b", "role") == Texts{"r.a .arn"});
  CHECK(referred(r, "f.b", "mode") == Texts{"= x"});
  CHECK(referred(r, "f.b", "other") == Texts{"? local.x"});
  CHECK(referred(r, "f.b", "lost") == Texts{"? r.none.arn"});
}

TEST_CASE("A variable leads to what the parent passes, through any number of modules") {
  const Reading r =
      plan(R"({"variables":{"given":{"value":"arn:x"}},"resource_changes":[)" + created("r.a", "r", "a") + "," +
               created("module.m.module.n.f.b", "f", "b", "", "\"module.m.module.n\"") +
               R"(],"configuration":{"root_module":{"resources":[{"address":"r.a","expressions":{}}],"module_calls":{
      "m":{"expressions":{"role":{"references":["r.a.arn","r.a"]},"text":{"references":["var.given"]}},"module":{"module_calls":{
        "n":{"expressions":{"role":{"references":["var.role"]},"text":{"references":["var.text"]}},"module":{"resources":[
          {"address":"f.b","expressions":{"role":{"references":["var.role"]},"text":{"references":["var.text"]},
            "none":{"references":["var.none"]}}}]}}}}}}}}})",
           PlanSide::after);
  CHECK(referred(r, "module.m.module.n.f.b", "role") == Texts{"r.a .arn"});
  CHECK(referred(r, "module.m.module.n.f.b", "text") == Texts{"= arn:x"});
  CHECK(referred(r, "module.m.module.n.f.b", "none") == Texts{"? var.none"});
}

TEST_CASE("A module output leads to what the module gives out") {
  const std::string configuration = R"(],"configuration":{"root_module":{"resources":[
      {"address":"f.b","expressions":{"all":{"references":["module.m.arn","module.m"]},
                                      "one":{"references":["module.m[\"x\"].arn","module.m[\"x\"]","module.m"]}}}],
      "module_calls":{"m":{"module":{"outputs":{"arn":{"expression":{"references":["r.a.arn","r.a"]}}},
        "resources":[{"address":"r.a","expressions":{}}]}}}}}})";
  const Reading r =
      plan(R"({"resource_changes":[)" + created("module.m[\\\"x\\\"].r.a", "r", "a", "", R"("module.m[\"x\"]")") + "," +
               created("module.m[\\\"y\\\"].r.a", "r", "a", "", R"("module.m[\"y\"]")") + "," +
               created("f.b", "f", "b") + configuration,
           PlanSide::after);
  CHECK(referred(r, "f.b", "all") == Texts{"module.m[\"x\"].r.a .arn", "module.m[\"y\"].r.a .arn"});
  CHECK(referred(r, "f.b", "one") == Texts{"module.m[\"x\"].r.a .arn"});
}

TEST_CASE("Equal keys connect one to one, unequal ones all to all, and each.key one to one where it can") {
  const auto world = [](const std::string& targets, const std::string& references) {
    std::string changes;
    for (const char key : targets) {
      changes += created(std::string("r.a[\\\"") + key + "\\\"]", "r", "a", std::string("\"") + key + "\"") + ",";
    }
    return plan(R"({"resource_changes":[)" + changes + created("f.b[\\\"x\\\"]", "f", "b", "\"x\"") + "," +
                    created("f.b[\\\"y\\\"]", "f", "b", "\"y\"") +
                    R"(],"configuration":{"root_module":{"resources":[{"address":"r.a","expressions":{}},
        {"address":"f.b","expressions":{"role":{"references":)" +
                    references + "}}}]}}}",
                PlanSide::after);
  };
  CHECK(referred(world("xy", R"(["r.a"])"), "f.b[\"y\"]", "role") == Texts{"r.a[\"y\"] ."});
  CHECK(referred(world("xyz", R"(["r.a"])"), "f.b[\"y\"]", "role") ==
        Texts{"r.a[\"x\"] .", "r.a[\"y\"] .", "r.a[\"z\"] ."});
  CHECK(referred(world("xyz", R"(["r.a","each.key"])"), "f.b[\"y\"]", "role") == Texts{"r.a[\"y\"] ."});
  CHECK(referred(world("xyz", R"(["r.a[\"z\"].arn","r.a[\"z\"]","r.a"])"), "f.b[\"y\"]", "role") ==
        Texts{"r.a[\"z\"] .arn"});
}

TEST_CASE("References that go round in a circle end") {
  const Reading r = plan(R"({"resource_changes":[)" + created("module.m.f.b", "f", "b", "", "\"module.m\"") +
                             R"(],"configuration":{"root_module":{"module_calls":{"m":{
      "expressions":{"x":{"references":["module.m.out","module.m"]}},
      "module":{"outputs":{"out":{"expression":{"references":["var.x"]}}},
                "resources":[{"address":"f.b","expressions":{"role":{"references":["var.x"]}}}]}}}}}})",
                         PlanSide::after);
  CHECK(referred(r, "module.m.f.b", "role").empty());
}
