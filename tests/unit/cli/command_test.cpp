#include "cli/command.hpp"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <sstream>

using namespace moshimo;

namespace {

struct Result {
  int status = 0;
  std::string out;
  std::string err;
};

// The command line in this process, with what it prints; an InputError counts as `main` counts it.
Result command(std::vector<const char*> words) {
  words.insert(words.begin(), "moshimo");
  std::ostringstream out, err;
  std::streambuf* const old_out = std::cout.rdbuf(out.rdbuf());
  std::streambuf* const old_err = std::cerr.rdbuf(err.rdbuf());
  Result r;
  try {
    r.status = cli::run(static_cast<int>(words.size()), words.data());
  } catch (const input::InputError& e) {
    r.status = cli::wrong_input;
    err << e.what() << '\n';
  }
  std::cout.rdbuf(old_out);
  std::cerr.rdbuf(old_err);
  r.out = out.str();
  r.err = err.str();
  return r;
}

const std::string library = MOSHIMO_SOURCE_DIR "/scenarios/library/state-key-mixup/";

std::string file_with(const std::string& name, const std::string& text) {
  const std::filesystem::path folder = std::filesystem::temp_directory_path() / "moshimo-command-test";
  std::filesystem::create_directories(folder);
  const std::filesystem::path path = folder / name;
  std::ofstream(path) << text;
  return path.string();
}

}  // namespace

TEST_CASE("help and version are no errors", "[cli]") {
  CHECK(command({"--version"}).status == 0);
  const Result help = command({"--help"});
  CHECK(help.status == 0);
  for (const cli::Command& c : cli::commands()) {
    CHECK(help.out.find(c.name) != std::string::npos);
    const Result own = command({c.name, "--help"});
    CHECK(own.status == 0);
    CHECK(own.out.find("Examples:") != std::string::npos);
  }
}

TEST_CASE("a command that does not exist names the nearest", "[cli]") {
  const Result r = command({"rnu"});
  CHECK(r.status == 2);
  CHECK(r.err ==
        "moshimo: there is no command 'rnu'; did you mean 'run'?\nRun `moshimo --help`, or `moshimo COMMAND "
        "--help`.\n");
}

TEST_CASE("every library scenario runs", "[cli]") {
  for (const std::string& name : cli::library_scenarios()) {
    INFO(name);
    const Result r = command({"run", name.c_str()});
    CHECK(r.status == 0);
    CHECK(r.err.empty());
  }
  CHECK(cli::library_scenarios().size() >= 5);
}

TEST_CASE("what is not there is said, with what to do", "[cli]") {
  CHECK(command({"run", "nothing.yaml"}).status == 2);
  const Result scenario = command({"run", "state-key-mixupp"});
  CHECK(scenario.status == 2);
  CHECK(scenario.err.find("did you mean 'state-key-mixup'?") != std::string::npos);
  const Result component = command({"blast", (library + "staging.inventory.yaml").c_str(), "orders-rol"});
  CHECK(component.status == 2);
  CHECK(component.err.find("did you mean 'orders-role'?") != std::string::npos);
  const Result fact = command({"explain", "fh.s3-retr"});
  CHECK(fact.status == 2);
  CHECK(fact.err.find("did you mean 'fh.s3-retry'?") != std::string::npos);
}

TEST_CASE("all mistakes of a scenario come at once, with their places", "[cli]") {
  const std::string path = file_with("wrong.scenario.yaml",
                                     "version: 2\nname: x\ninventory: none.inventory.yaml\nhorizont: 3d\n"
                                     "faults:\n  - { at: soon, delete: [a] }\nresponse: { strategy: ful }\n"
                                     "expect: ['lots(\"a\") == 0']\n");
  const Result r = command({"validate", path.c_str()});
  CHECK(r.status == 2);
  CHECK(r.err.find(path + ":1:10: this program reads version 1 of scenarios") != std::string::npos);
  CHECK(r.err.find(path + ":4:1:") != std::string::npos);
  CHECK(r.err.find("did you mean 'horizon'?") != std::string::npos);
  CHECK(r.err.find(path + ":6:11:") != std::string::npos);
  CHECK(r.err.find("did you mean 'full'?") != std::string::npos);
  CHECK(r.err.find(path + ":8:10: there is no figure 'lots'; did you mean 'lost'?") != std::string::npos);
}

TEST_CASE("inventories, scenarios and catalogue files are told apart", "[cli]") {
  const Result r = command(
      {"validate", (library + "staging.inventory.yaml").c_str(), (library + "as-it-happened.scenario.yaml").c_str()});
  CHECK(r.status == 0);
  CHECK(r.out.find("an inventory of ") != std::string::npos);
  CHECK(r.out.find("a scenario with 12 faults") != std::string::npos);
  const Result other = command({"validate", file_with("other.yaml", "a: 1\n").c_str()});
  CHECK(other.status == 2);
}

TEST_CASE("a plan that deletes roles meets the gates it is asked about", "[cli]") {
  const std::string plan = MOSHIMO_SOURCE_DIR "/tests/cases/terraform/wrong-state-key.plan.json";
  CHECK(command({"review", plan.c_str()}).status == 0);
  CHECK(command({"review", plan.c_str(), "--fail-on", "blast"}).status == 1);
  CHECK(command({"review", plan.c_str(), "--fail-on", "loss"}).status == 1);
  CHECK(command({"review", plan.c_str(), "--fail-on", "los"}).status == 2);
  CHECK(command({"review", plan.c_str(), "--detect", "soon"}).status == 2);
}
