// Every JSON output keeps to the schema of its kind in schemas/output/.
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "cli/command.hpp"
#include "models/inventory.hpp"
#include "tests/unit/support/command.hpp"
#include "tests/unit/support/schema.hpp"

using namespace moshimo;
using nlohmann::json;

namespace {

const std::string small_folder = MOSHIMO_SOURCE_DIR "/tests/cases/outputs/";

void check_output(std::vector<const char*> words, const std::string& kind, int status = 0) {
  std::string line;
  for (const char* w : words) line += std::string(w) + " ";
  words.insert(words.end(), {"--format", "json"});
  const Result r = command(words);
  INFO(line << r.err);
  CHECK(r.status == status);
  CHECK(json::parse(r.out)["kind"] == kind);
  CHECK(output_mistakes(r.out) == "");
}

json answer_of(std::vector<const char*> words) {
  words.insert(words.end(), {"--format", "json"});
  return json::parse(command(words).out);
}

}  // namespace

TEST_CASE("run and inspect of every library scenario keep to their schemas", "[schema]") {
  const std::vector<std::string> names = cli::library_scenarios();
  REQUIRE(names.size() >= 11);
  for (const std::string& name : names) {
    check_output({"run", name.c_str()}, "run");
    check_output({"inspect", name.c_str()}, "inspect");
  }
}

TEST_CASE("run and inspect of small scenarios keep to their schemas", "[schema]") {
  int files = 0;
  for (const auto& entry : std::filesystem::directory_iterator(small_folder)) {
    const std::string path = entry.path().string();
    if (!path.ends_with(".scenario.yaml")) continue;
    ++files;
    check_output({"run", path.c_str()}, "run", path.find("unmet") == std::string::npos ? 0 : 1);
    check_output({"inspect", path.c_str()}, "inspect");
  }
  CHECK(files >= 4);
}

TEST_CASE("sweeps over one number and over two keep to their schema", "[schema][sweep]") {
  check_output({"sweep", "state-key-mixup", "--vary", "detect=5m..29d", "--points", "6"}, "sweep");
  check_output({"sweep", "state-key-mixup", "--vary", "responders=1..3", "--vary", "detect=1h,1d"}, "sweep");
  const std::string outage = small_folder + "outage.scenario.yaml";
  check_output({"sweep", outage.c_str()}, "sweep");
}

TEST_CASE("a diagnosis keeps to its schema", "[schema][diagnose]") {
  const std::string inventory = MOSHIMO_SOURCE_DIR "/scenarios/library/rule-of-a-load-balancer/loop.inventory.yaml";
  check_output({"diagnose", inventory.c_str(), "--seen", "failed health checks", "--seen", "app: unhealthy",
                "--not-seen", "CannotPullContainerError", "--changed", "app,sg-front"},
               "diagnosis");
  check_output({"diagnose", inventory.c_str(), "--seen", "purple screen"}, "diagnosis");
}

TEST_CASE("what stands in a plan keeps to its schemas", "[schema]") {
  const std::string plan = MOSHIMO_SOURCE_DIR "/tests/cases/terraform/wrong-state-key.plan.json";
  check_output({"review", plan.c_str()}, "review");
  check_output({"review", plan.c_str(), "--fail-on", "blast,loss,irreversible"}, "review", 1);
  check_output({"import", "--coverage", plan.c_str()}, "coverage");
  const std::string nothing = small_folder + "nothing-goes.plan.json";
  check_output({"review", nothing.c_str()}, "review");
  check_output({"import", "--coverage", nothing.c_str()}, "coverage");
}

TEST_CASE("an imported inventory as JSON is the one in YAML, and keeps to the schema of inventories", "[schema]") {
  const std::string plan = MOSHIMO_SOURCE_DIR "/tests/cases/terraform/wrong-state-key.plan.json";
  const Result as_json = command({"import", "--format", "json", "--quiet", plan.c_str()});
  const Result as_yaml = command({"import", "--quiet", plan.c_str()});
  CHECK(schema_mistakes("inventory.schema.json", "imported", as_json.out) == "");
  CHECK(json::parse(as_json.out)["resources"].size() > 10);
  const auto read = [](const std::string& text) {
    const std::filesystem::path file = std::filesystem::temp_directory_path() / "moshimo-imported.inventory";
    std::ofstream(file) << text;
    input::Diagnostics diagnostics;
    const models::Inventory inventory = models::read_inventory({file.string()}, diagnostics);
    CHECK_FALSE(diagnostics.has_errors());
    return models::to_yaml(inventory);
  };
  CHECK(read(as_json.out) == read(as_yaml.out));
}

TEST_CASE("recover keeps to its schema", "[schema]") {
  check_output({"recover", "state-key-mixup"}, "recover");
  check_output({"recover", "key-scheduled-for-deletion"}, "recover");
}

TEST_CASE("blast, graph and validate keep to their schemas", "[schema]") {
  const std::string inventory = MOSHIMO_SOURCE_DIR "/scenarios/library/state-key-mixup/staging.inventory.yaml";
  check_output({"blast", inventory.c_str(), "orders-role", "s3-replication"}, "blast");
  check_output({"blast", inventory.c_str(), "orders", "--reverse"}, "blast");
  check_output({"graph", inventory.c_str()}, "graph");
  const std::string wrong = small_folder + "wrong.inventory.yaml";
  check_output({"validate", inventory.c_str(), wrong.c_str()}, "validate", 2);
}

TEST_CASE("rank keeps to its schema", "[schema]") {
  const std::string inventory = MOSHIMO_SOURCE_DIR "/scenarios/library/state-key-mixup/staging.inventory.yaml";
  check_output({"rank", inventory.c_str()}, "rank");
  check_output({"rank", inventory.c_str(), "--pairs", "--sort", "time", "--horizon", "90d"}, "rank");
  check_output({"rank", inventory.c_str(), "orders-role", "app-key", "--sort", "reach"}, "rank");
  const std::string keys = MOSHIMO_SOURCE_DIR "/scenarios/library/key-scheduled-for-deletion/kept.inventory.yaml";
  check_output({"rank", keys.c_str()}, "rank");
}

TEST_CASE("what is known of every type and of facts keeps to its schemas", "[schema]") {
  for (const char* what : {"types", "facts", "scenarios"}) check_output({"list", what}, what);
  const json types = answer_of({"list", "types"});
  for (const json& type : types["types"]) {
    check_output({"explain", type["name"].get<std::string>().c_str()}, "type");
  }
  check_output({"explain", "fh.s3-retry"}, "facts");
  check_output({"explain", "ecs:service.log"}, "member");
  check_output({"explain", "scenario"}, "format");
  check_output({"explain", "inventory"}, "format");
}

TEST_CASE("explain tells the facts of a type and where they are written", "[schema]") {
  const json type = answer_of({"explain", "firehose:delivery-stream"});
  bool found = false;
  for (const json& hop : type["hops"]) {
    for (const json& id : hop["facts"]) {
      REQUIRE(type["facts"].contains(id.get<std::string>()));
      found = found || id == "fh.s3-retry";
    }
  }
  CHECK(found);
  CHECK(type["facts"]["fh.s3-retry"]["source"].get<std::string>().find("docs.aws.amazon.com") != std::string::npos);
}

TEST_CASE("what no program of this kind writes is refused", "[schema]") {
  const json run = answer_of({"run", (small_folder + "unmet.scenario.yaml").c_str()});
  REQUIRE(output_mistakes(run.dump()) == "");
  const std::vector<std::pair<const char*, json>> changes = {
      {"/format_version", 2},
      {"/tool/name", "another"},
      {"/surprise", true},
      {"/runs/0/surprise", true},
      {"/runs/0/figures/lost", "many"},
      {"/runs/0/figures/lost", -1},
      {"/runs/0/effects/0/kind", "sad"},
      {"/runs/0/effects/0/from_s", "0s"},
      {"/runs/0/ledger/0/surprise", 1},
      {"/scenario/response/strategy", "all"},
      {"/expectations/0/unit", "kg"},
      {"/input_digest", nullptr},
  };
  for (const auto& [where, value] : changes) {
    json wrong = run;
    wrong[json::json_pointer(where)] = value;
    INFO(where << " = " << value);
    CHECK(output_mistakes(wrong.dump()) != "");
  }
  for (const char* key : {"tool", "scenario", "runs", "facts", "input_digest"}) {
    json wrong = run;
    wrong.erase(key);
    INFO(key);
    CHECK(output_mistakes(wrong.dump()) != "");
  }
}
