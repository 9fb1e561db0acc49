// What is wrong is told at once, with its place, before anything is run.
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>

#include "tests/unit/support/command.hpp"

using namespace moshimo;

namespace {

class Files {
 public:
  Files() { std::filesystem::create_directories(folder_); }
  ~Files() { std::filesystem::remove_all(folder_); }
  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ / name) << "version: 1\nname: x\n" << text;
    return (folder_ / name).string();
  }

 private:
  std::filesystem::path folder_ = std::filesystem::temp_directory_path() / "moshimo-mistakes";
};

bool has(const std::string& text, const std::string& words) { return text.find(words) != std::string::npos; }

}  // namespace

TEST_CASE("keys that need each other are told where the first of them stands", "[cli][mistakes]") {
  const Files files;
  const std::string path = files.write("loop.inventory.yaml",
                                       "resources:\n"
                                       "  k1: { type: kms:key, replica_of: k2 }\n"
                                       "  k2: { type: kms:key, replica_of: k1 }\n");
  const Result r = command({"blast", path.c_str(), "k1"});
  CHECK(r.status == 2);
  CHECK(has(r.err, "loop.inventory.yaml:4:3: "));
  CHECK(has(r.err, "k1/exists -> k2/exists -> k1/exists"));
}

TEST_CASE("workers that live for no time are a mistake with its place", "[cli][mistakes]") {
  const Files files;
  const std::string path = files.write("short.inventory.yaml",
                                       "resources:\n"
                                       "  r: { type: iam:role }\n"
                                       "  web: { type: ecs:service, execution_role: r, task_lifetime: 0s }\n");
  const Result r = command({"blast", path.c_str(), "r"});
  CHECK(r.status == 2);
  CHECK(has(r.err, "short.inventory.yaml:5:63: task_lifetime of 'web' is 0s; it must be at least 1s"));
}

TEST_CASE("what runs without a pause, or has no size, is a mistake with its place", "[cli][mistakes]") {
  const Files files;
  const std::string path = files.write("tick.inventory.yaml",
                                       "resources:\n"
                                       "  r: { type: iam:role }\n"
                                       "  q: { type: sqs:queue }\n"
                                       "  often: { type: scheduler:schedule, role: r, target: q, every: 0s }\n"
                                       "  web: { type: ecs:service, execution_role: r, logs: { group: g, size: 0B } }\n"
                                       "  g: { type: logs:log-group }\n");
  const Result r = command({"blast", path.c_str(), "r"});
  CHECK(r.status == 2);
  CHECK(has(r.err, "tick.inventory.yaml:6:65: every of 'often' is 0s; it must be at least 1s"));
  CHECK(has(r.err, "tick.inventory.yaml:7:72: logs.size of 'web' is 0B; it must be at least 1 B"));
}

TEST_CASE("a rate that nobody has is refused", "[cli][mistakes]") {
  const Files files;
  const std::string path = files.write("fast.inventory.yaml",
                                       "resources:\n"
                                       "  q: { type: sqs:queue }\n"
                                       "traffic:\n"
                                       "  - { to: q, rate: 1e308/s }\n"
                                       "  - { to: q, rate: 1/s, size: 1e308B }\n");
  const Result r = command({"blast", path.c_str(), "q"});
  CHECK(r.status == 2);
  CHECK(has(r.err, "fast.inventory.yaml:6:20: '1e308/s' is too much: no rate may be above 1e12/s"));
  CHECK(has(r.err, "fast.inventory.yaml:7:"));
}

TEST_CASE("functions that call each other are named once each", "[cli][mistakes]") {
  const Files files;
  const std::string path = files.write("ring.inventory.yaml",
                                       "resources:\n"
                                       "  r: { type: iam:role }\n"
                                       "  f: { type: lambda:function, role: r, calls: [{ to: g, via: invoke }] }\n"
                                       "  g: { type: lambda:function, role: r, calls: [{ to: f, via: invoke }] }\n");
  const Result r = command({"validate", path.c_str()});
  CHECK(r.status == 2);
  CHECK(has(r.err, "data would go round for ever, from f to g to f; take one of these connections out"));
  CHECK(has(r.err, "what these need goes round, from g to g/calls/0 to f to f/calls/0 to g; remove one"));
}

TEST_CASE("what is wrong in one file is told although another is missing or broken", "[cli][mistakes]") {
  const Files files;
  files.write("a.inventory.yaml",
              "resources:\n"
              "  q: { type: sqs:queue, retention: 15d, dead_letter: other }\n"
              "traffic: [{ to: elsewhere, rate: 1/s }]\n");
  files.write("broken.inventory.yaml", "resources: { r: { type: iam:role }\n");
  for (const char* second : {"broken.inventory.yaml", "missing.inventory.yaml"}) {
    const std::string path =
        files.write("two.scenario.yaml", "inventory: [a.inventory.yaml, " + std::string(second) +
                                             "]\nfaults: [{ at: 0s, explode: [r] }, { at: 0s, delete: [r] }]\n");
    const Result r = command({"run", path.c_str()});
    CHECK(r.status == 2);
    CHECK(has(r.err, "a.inventory.yaml:4:"));  // the retention
    CHECK(has(r.err, "there is no fault 'explode'"));
    CHECK(has(r.err, second));
    CHECK(!has(r.err, "other"));  // what is named may be in the file that could not be read
    CHECK(!has(r.err, "elsewhere"));
    CHECK(!has(r.err, "'r'"));
  }
}

TEST_CASE("what a sweep cannot vary is told with all other mistakes", "[cli][mistakes]") {
  const Files files;
  files.write("q.inventory.yaml",
              "resources:\n"
              "  r: { type: iam:role }\n"
              "  q: { type: sqs:queue, retention: 1h }\n"
              "traffic: [{ to: q, rate: 1/s }]\n");
  const std::string path = files.write("q.scenario.yaml",
                                       "inventory: q.inventory.yaml\n"
                                       "faults: [{ at: 0s, delete: [r] }]\n"
                                       "sweep: { q.retentoin: [1h, 2h] }\n"
                                       "expect: [lost(\"qq\") == 0]\n");
  for (const char* verb : {"run", "validate"}) {
    const Result r = command({verb, path.c_str()});
    CHECK(r.status == 2);
    CHECK(has(r.err, "q.scenario.yaml:5:"));
    CHECK(has(r.err, "retentoin"));
    CHECK(has(r.err, "there is no component or hop 'qq'"));
  }
  const Result varied = command({"sweep", path.c_str(), "--vary", "q.retentoin=1h,2h"});
  CHECK(varied.status == 2);
  CHECK(has(varied.err, "retentoin"));
}
