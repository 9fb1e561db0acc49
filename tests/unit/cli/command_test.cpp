#include "cli/command.hpp"

#include <algorithm>
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <nlohmann/json.hpp>
#include <set>
#include <sstream>

#include "tests/unit/support/command.hpp"
#include "tests/unit/support/schema.hpp"

using namespace moshimo;

namespace {

const std::string library = MOSHIMO_SOURCE_DIR "/scenarios/library/state-key-mixup/";

std::string file_with(const std::string& name, const std::string& text) {
  const std::filesystem::path path = std::filesystem::temp_directory_path() / "moshimo-command-test" / name;
  std::filesystem::create_directories(path.parent_path());
  std::ofstream(path) << text;
  return path.string();
}

std::size_t widest_line(const std::string& text) {
  std::size_t widest = 0;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) widest = std::max(widest, line.size());
  return widest;
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
    const std::size_t examples = own.out.find("Examples:");
    REQUIRE(examples != std::string::npos);
    CHECK(widest_line(own.out.substr(0, examples)) <= 80);
  }
  CHECK(widest_line(help.out) <= 80);
}

TEST_CASE("a command that does not exist names the nearest", "[cli]") {
  const Result r = command({"rnu"});
  CHECK(r.status == 2);
  CHECK(r.err == "moshimo: there is no command 'rnu'; did you mean 'run'?\n`moshimo --help` lists the commands.\n");
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
  CHECK(command({"explain", "fh.s3-retr"}).status == 2);
  CHECK(command({"explain", "fh.s3-retr"}).err ==
        "moshimo: there is no type or fact 'fh.s3-retr'; did you mean 'fh.s3-retry'?\n");
  CHECK(command({"explain", "nothing-like-it"}).err ==
        "moshimo: there is no type or fact 'nothing-like-it'; `moshimo list types` and `moshimo list facts` show what "
        "there is\n");
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

TEST_CASE("a catalogue file is checked together with the folder of models it belongs to", "[cli]") {
  const std::string folder = std::filesystem::path(file_with("models/base.yaml", R"(
version: 1
service: ours
types:
  ours:desk: { ports: { in: { says: take parcels } } }
)"))
                                 .parent_path();
  const std::string other = file_with("models/courier.yaml", R"(
version: 1
service: couriers
types:
  ours:courier:
    attributes: { desk: { refers_to: ours:desk } }
    ports: { in: { needs: [desk.in] } }
)");
  CHECK(command({"validate", other.c_str()}).status == 2);
  CHECK(command({"validate", other.c_str(), "--models", folder.c_str()}).status == 0);
}

TEST_CASE("what stays and is switched off is hurt by the plan", "[cli]") {
  const std::string plan = MOSHIMO_SOURCE_DIR "/tests/cases/terraform/throttled.plan.json";
  const Result r = command({"review", plan.c_str(), "--fail-on", "blast"});
  CHECK(r.status == 1);
  CHECK(r.out.find("✗ blast: 1 component is hurt: fn") != std::string::npos);
  CHECK(command({"review", plan.c_str(), "--horizon", "0s"}).err ==
        "moshimo: --horizon: 0s does not lie between 1s and 3660d\n`moshimo review --help` tells more.\n");
  CHECK(command({"review", plan.c_str(), "--detect", "31d"}).err ==
        "moshimo: --detect: 31d lies beyond the 30d that are looked at; take a shorter time, or a longer --horizon\n"
        "`moshimo review --help` tells more.\n");
}

TEST_CASE("traffic that does not say where it goes is one mistake", "[cli]") {
  const std::string path = file_with("aimless.inventory.yaml",
                                     "version: 1\nresources: { q: { type: sqs:queue } }\ntraffic: [{ rate: 1/s }]\n");
  const std::string said = command({"validate", path.c_str()}).err;
  CHECK(said.find(path + ":3:") == 0);
  CHECK(std::count(said.begin(), said.end(), '\n') == 1);
}

TEST_CASE("a plan that deletes roles meets the gates it is asked about", "[cli]") {
  const std::string plan = MOSHIMO_SOURCE_DIR "/tests/cases/terraform/wrong-state-key.plan.json";
  CHECK(command({"review", plan.c_str()}).status == 0);
  CHECK(command({"review", plan.c_str(), "--fail-on", "blast"}).status == 1);
  CHECK(command({"review", plan.c_str(), "--fail-on", "loss"}).status == 1);
  CHECK(command({"review", plan.c_str(), "--fail-on", "los"}).status == 2);
  CHECK(command({"review", plan.c_str(), "--detect", "soon"}).status == 2);
}

TEST_CASE("what people try first works: help, help COMMAND, version, md", "[cli]") {
  CHECK(command({"help"}).out == command({"--help"}).out);
  CHECK(command({"help", "run"}).out == command({"run", "--help"}).out);
  CHECK(command({"help", "rum"}).err.find("did you mean 'run'?") != std::string::npos);
  CHECK(command({"version"}).out == command({"--version"}).out);
  CHECK(command({"list", "types", "--format", "md"}).out == command({"list", "types", "--format", "markdown"}).out);
}

TEST_CASE("a wrong command line is answered in the program's own sentences", "[cli]") {
  const auto said = [](std::vector<const char*> words) {
    const Result r = command(std::move(words));
    CHECK(r.status == 2);
    return r.err.substr(0, r.err.find('\n'));
  };
  CHECK(said({"run", "x", "--fromat", "json"}) ==
        "moshimo: there is no option '--fromat' for run; did you mean '--format'?");
  CHECK(said({"run", "--width", "abc", "x"}) == "moshimo: --width: 'abc' is no number from 40 to 400");
  CHECK(said({"run", "x", "--width"}) == "moshimo: --width needs a value");
  CHECK(said({"review", "x", "--fail-on", "los"}) ==
        "moshimo: --fail-on: there is no 'los'; did you mean 'loss'? It is one of blast, loss or irreversible");
  CHECK(said({"run"}).find("moshimo: run needs a scenario") == 0);
  CHECK(said({"validate"}).find("moshimo: validate needs the files to check") == 0);
  CHECK(said({"run", "x", "--seed", "2"}) == "moshimo: --seed says something about --trials; add --trials");
  CHECK(said({"run", "x", "--trials", "3", "--shard", "1/8"}).find("moshimo: --shard: 3 trials") == 0);
  CHECK(said({"graph", "x.yaml"}) == "moshimo: cannot read 'x.yaml': there is no such file");
  CHECK(said({"list", "types", "--models", "x"}) == "moshimo: cannot read 'x': there is no such file");
  CHECK(said({"validate", "x.yaml"}) == "moshimo: cannot read 'x.yaml': there is no such file");
  CHECK(said({"run", "a", "b"}).find("'b' is one too many") != std::string::npos);
  CHECK(said({"list"}).find("types, facts or scenarios") != std::string::npos);
  CHECK(said({"list", "scenario"}).find("did you mean 'scenarios'?") != std::string::npos);
  CHECK(said({"--format", "json", "run", "x"}).find("write it after 'run'") != std::string::npos);
  CHECK(said({}).find("name a command") != std::string::npos);
}

TEST_CASE("all mistakes in the options come at once", "[cli]") {
  CHECK(
      command({"review", "--fail-on", "los,blst", "--detect", "1x", "--horizon", "foo", "--responders", "-1", "--fot"})
          .err ==
      "moshimo: --fail-on: there is no 'los'; did you mean 'loss'? It is one of blast, loss or irreversible\n"
      "moshimo: --fail-on: there is no 'blst'; did you mean 'blast'? It is one of blast, loss or irreversible\n"
      "moshimo: --detect: '1x' is no duration; write one such as 40m, 6h or 2d\n"
      "moshimo: --horizon: 'foo' is no duration; write one such as 40m, 6h or 2d\n"
      "moshimo: --responders: '-1' is no number from 1 to 1000\n"
      "moshimo: there is no option '--fot' for review\n"
      "moshimo: review needs a Terraform plan as JSON, or `-`, as in `terraform show -json plan.out | moshimo review "
      "- --fail-on loss,irreversible`\n"
      "`moshimo review --help` tells more.\n");
  const std::string varied = command({"sweep", "x", "--vary", "foo", "--vary", "detect=1x", "--points", "1"}).err;
  CHECK(std::count(varied.begin(), varied.end(), '\n') == 4);
}

TEST_CASE("a file that is read is not written over, and is read once only", "[cli]") {
  const std::string text = "version: 1\nname: m\nresources: { r: { type: iam:role } }\n";
  const std::string inventory = file_with("kept/own.inventory.yaml", text);
  const std::string scenario =
      file_with("kept/own.scenario.yaml",
                "version: 1\nname: m\ninventory: own.inventory.yaml\nfaults: [{ at: 0s, delete: [r] }]\n");
  const std::string folder = inventory.substr(0, inventory.rfind('/'));
  const std::string by_another_name = folder + "/../kept/own.inventory.yaml";
  const std::string said = "moshimo: cannot read '" + inventory + "': it would be overwritten by what is written; " +
                           "write to another file\n";
  const Result drawn = command({"graph", inventory.c_str(), "-o", by_another_name.c_str()});
  CHECK(drawn.status == 2);
  CHECK(drawn.err == said);
  CHECK(command({"run", scenario.c_str(), "-o", scenario.c_str()}).status == 2);
  CHECK(command({"run", scenario.c_str(), "-o", inventory.c_str()}).err == said);  // which the scenario names
  std::ifstream kept(inventory);
  CHECK(std::string(std::istreambuf_iterator<char>(kept), {}) == text);
  CHECK(command({"graph", inventory.c_str(), "-o", (folder + "/drawn.dot").c_str()}).status == 0);

  const std::string plan = MOSHIMO_SOURCE_DIR "/tests/cases/terraform/wrong-state-key.plan.json";
  const std::string same = MOSHIMO_SOURCE_DIR "/tests/../tests/cases/terraform/wrong-state-key.plan.json";
  for (const char* verb : {"review", "import"}) {
    const Result twice = command({verb, plan.c_str(), same.c_str()});
    CHECK(twice.status == 2);
    CHECK(twice.err.find("is given twice, first as '" + plan + "'; name every file once") != std::string::npos);
  }
  CHECK(command({"import", "-", "-"}).err.find("moshimo: standard input is given twice") == 0);
  CHECK(command({"blast", inventory.c_str(), "r", "arn:aws:iam::111122223333:role/r"}).out ==
        command({"blast", inventory.c_str(), "r"}).out);
}

TEST_CASE("a name that may stand in what could not be read is no mistake", "[cli]") {
  const std::string path =
      file_with("cut.inventory.yaml", "version: 1\nname: m\nresources:\n  r: { type: iam:role }\n  firehose-s\n");
  const Result r = command({"blast", path.c_str(), "firehose-s3"});
  CHECK(r.status == 2);
  CHECK(r.err.find("cut.inventory.yaml:") != std::string::npos);
  CHECK(r.err.find("there is no component") == std::string::npos);
}

TEST_CASE("that nobody ever notices is not laid on alarms", "[cli]") {
  file_with("unseen.inventory.yaml",
            "version: 1\nname: m\nresources:\n  r: { type: iam:role }\n  f: { type: lambda:function, role: r }\n"
            "traffic: [{ to: f, rate: 1/s }]\n");
  const std::string path = file_with("unseen.scenario.yaml",
                                     "version: 1\nname: m\ninventory: unseen.inventory.yaml\n"
                                     "faults: [{ at: 0s, delete: [r] }]\nresponse: { detect: forever }\n");
  for (const char* verb : {"run", "recover"}) {
    const Result r = command({verb, path.c_str()});
    CHECK(r.err == "");
    CHECK(r.out.find("Nobody ever notices it, so nobody does anything.") != std::string::npos);
    CHECK(r.out.find("alarm") == std::string::npos);
    CHECK(r.out.find("forever") == std::string::npos);
  }
}

TEST_CASE("a scenario by almost its name is found a neighbour for", "[cli]") {
  const std::string path =
      file_with("near/shop.scenario.yaml", "version: 1\nname: m\ninventory: x.inventory.yaml\nfaults: []\n");
  const std::string folder = path.substr(0, path.rfind('/'));
  CHECK(command({"run", (folder + "/shop.scenario.yml").c_str()}).err ==
        "moshimo: cannot read '" + folder +
            "/shop.scenario.yml': there is no such file; did you mean 'shop.scenario.yaml'?\n");
  CHECK(command({"run", (folder + "/shop").c_str()}).err.find("; did you mean '" + path + "'?") != std::string::npos);
  CHECK(command({"run", "state-key-mixup/undetected-2h.yaml"})
            .err.find("did you mean 'state-key-mixup/undetected-2h'?") != std::string::npos);
}

TEST_CASE("options that would have no effect are not taken", "[cli]") {
  CHECK(command({"inspect", "state-key-mixup", "--format", "text"}).status == 2);
  CHECK(command({"inspect", "state-key-mixup", "--width", "100"}).status == 2);
  CHECK(command({"graph", (library + "staging.inventory.yaml").c_str(), "--ascii"}).status == 2);
}

TEST_CASE("a file of another kind is named, with the command that reads it", "[cli]") {
  const std::string inventory = library + "staging.inventory.yaml";
  const std::string scenario = library + "as-it-happened.scenario.yaml";
  const std::string plan = MOSHIMO_SOURCE_DIR "/tests/cases/terraform/wrong-state-key.plan.json";
  const std::string report = file_with("report.json", command({"list", "scenarios", "--format", "json"}).out);
  const auto lines = [](const Result& r) { return std::count(r.err.begin(), r.err.end(), '\n'); };
  const Result ran = command({"run", inventory.c_str()});
  CHECK(ran.status == 2);
  CHECK(lines(ran) == 1);
  CHECK(ran.err.find("this is an inventory, not a scenario; `moshimo blast`") != std::string::npos);
  const Result drawn = command({"graph", scenario.c_str()});
  CHECK(lines(drawn) == 1);
  CHECK(drawn.err.find("this is a scenario, not an inventory; `moshimo run` reads it") != std::string::npos);
  CHECK(
      command({"blast", plan.c_str(), "x"}).err.find("this is a Terraform plan, not an inventory; `moshimo review`") !=
      std::string::npos);
  CHECK(command({"run", plan.c_str()}).err.find("this is a Terraform plan, not a scenario") != std::string::npos);
  CHECK(command({"run", report.c_str()}).err.find("this is a report of this program") != std::string::npos);
  CHECK(command({"validate", plan.c_str()}).err.find("this is a Terraform plan") != std::string::npos);
}

TEST_CASE("with --ascii not one other byte comes out, whatever things are called", "[cli]") {
  const std::string inventory =
      file_with("wide.inventory.yaml",
                "version: 1\nname: wide\nresources:\n"
                "  役割: { type: iam:role }\n"
                "  a-function-with-a-name-of-some-length-…: { type: lambda:function, role: 役割 }\n"
                "traffic:\n  - { to: a-function-with-a-name-of-some-length-…, rate: 1/s }\n");
  const std::string scenario = file_with("wide.scenario.yaml",
                                         "version: 1\nname: wide\ninventory: wide.inventory.yaml\n"
                                         "faults: [{ delete: [役割] }]\nexpect: ['lost() == 0']\n");
  const std::string plan = MOSHIMO_SOURCE_DIR "/tests/cases/terraform/wrong-state-key.plan.json";
  const std::vector<std::vector<const char*>> lines = {{"run", scenario.c_str()},
                                                       {"run", "state-key-mixup"},
                                                       {"blast", inventory.c_str(), "役割"},
                                                       {"review", plan.c_str()},
                                                       {"import", plan.c_str()},
                                                       {"import", plan.c_str(), "--coverage"},
                                                       {"explain", "lambda:function"},
                                                       {"explain", "lambda.async-system-error"},
                                                       {"list", "types"},
                                                       {"list", "facts"},
                                                       {"list", "scenarios"},
                                                       {"validate", inventory.c_str()}};
  for (const auto& line : lines) {
    for (const char* form : {"text", "json", "markdown"}) {
      std::vector<const char*> words = line;
      words.push_back("--ascii");
      if (std::string("validate") != line[0]) words.insert(words.end(), {"--format", form});
      const Result r = command(words);
      INFO(line[0] << ' ' << line[1] << ' ' << form << '\n' << r.err);
      CHECK(r.status < 2);
      CHECK_FALSE(r.out.empty());
      CHECK(std::all_of(r.out.begin(), r.out.end(), [](char c) { return static_cast<unsigned char>(c) < 0x80; }));
    }
  }
}

TEST_CASE("no line is wider than asked for but for a name, a link or an argument", "[cli]") {
  for (const char* width : {"40", "60", "80", "120"}) {
    for (const char* what : {"state-key-mixup", "state-key-mixup/undetected-24d"}) {
      const Result r = command({"run", what, "--width", width, "--ascii"});
      std::istringstream lines(r.out);
      for (std::string line; std::getline(lines, line);) {
        if (line.size() <= std::stoul(width)) continue;
        // Whatever stands out cannot be broken: a single word after the indentation, or an option with its value.
        std::istringstream words(line);
        std::size_t longest = 0;
        for (std::string word; words >> word;) longest = std::max(longest, word.size());
        INFO(width << ": " << line);
        CHECK(longest + 20 > std::stoul(width));
      }
    }
  }
}

TEST_CASE("an expectation that does not hold is said at the top and on standard error", "[cli]") {
  file_with("one.inventory.yaml",
            "version: 1\nname: one\nresources:\n  a-role: { type: iam:role }\n"
            "  a: { type: lambda:function, role: a-role }\ntraffic:\n  - { to: a, rate: 10/s }\n");
  const std::string path = file_with("one.scenario.yaml",
                                     "version: 1\nname: one\ninventory: one.inventory.yaml\n"
                                     "faults: [{ delete: a-role }]\nresponse: { strategy: none }\n"
                                     "expect: ['lost() == 0']\n");
  const Result r = command({"run", path.c_str()});
  CHECK(r.status == 1);
  CHECK(r.err.find("moshimo: 1 of 1 expectation does not hold: lost() == 0") != std::string::npos);
  const std::size_t said = r.out.find("✗ Expected lost() == 0, but it is ");
  REQUIRE(said != std::string::npos);
  CHECK(said < r.out.find("What breaks"));
  CHECK(r.out.find("1 of 1 is not met.") != std::string::npos);
}

TEST_CASE("what re-creating does not fix is told without being asked for", "[cli]") {
  file_with("grant.inventory.yaml",
            "version: 1\nname: one\nresources:\n  a-role: { type: iam:role }\n"
            "  a: { type: lambda:function, role: a-role, environment: {} }\ntraffic:\n  - { to: a, rate: 10/s }\n");
  const std::string path = file_with(
      "grant.scenario.yaml", "version: 1\nname: one\ninventory: grant.inventory.yaml\nfaults: [{ delete: a-role }]\n");
  const Result r = command({"run", path.c_str()});
  CHECK(r.out.find("What re-creating the role does not fix") != std::string::npos);
  CHECK(r.out.find("The KMS grant of a does not belong to the present role") != std::string::npos);
  // Nothing is lost before the time is up, so that nothing begins to be lost "as well".
  CHECK(r.out.find("begins to lose data.") != std::string::npos);
}

TEST_CASE("a type is found by the names other tools have for it", "[cli]") {
  const std::string known = command({"explain", "iam:role"}).out;
  for (const char* name : {"aws_iam_role", "AWS::IAM::Role"}) CHECK(command({"explain", name}).out == known);
  CHECK(command({"explain", "sqs"}).out == command({"explain", "sqs:queue"}).out);
}

TEST_CASE("explaining a type tells what is required, the values that are taken otherwise, and a line to copy",
          "[cli]") {
  const Result r = command({"explain", "sqs:queue", "--width", "120"});
  CHECK(r.out.find("my-queue: { type: sqs:queue }") != std::string::npos);
  CHECK(r.out.find("duration, as in 15m; 1m to 14d") != std::string::npos);
  CHECK(r.out.find("4d") != std::string::npos);
  const Result function = command({"explain", "lambda:function", "--width", "100"});
  CHECK(function.out.find("required") != std::string::npos);
  CHECK(function.out.find("my-function: { type: lambda:function, role: my-role }") != std::string::npos);
  CHECK(function.out.find("outage") != std::string::npos);
}

TEST_CASE("what a report only assumes is no fact, and explain knows it", "[cli]") {
  const Result r = command({"run", "state-key-mixup", "--format", "json"});
  CHECK(r.out.find("\"source\": \"\"") == std::string::npos);
  CHECK(command({"run", "state-key-mixup"}).out.find("[iam:statement.recreate]") == std::string::npos);
  CHECK(command({"explain", "iam:statement.recreate"}).status == 0);
  CHECK(command({"explain", "ecs:service.log"}).out.find("about a second between attempts") != std::string::npos);
}

TEST_CASE("a loss that slows down is told with the rate at which it begins", "[cli]") {
  // Six tasks write 400 lines a second; they end one after the other, so that the mean over 66 h is 218.
  const Result r = command({"run", "state-key-mixup", "--width", "200"});
  CHECK(r.out.find(
            "From then on 400 a second at first and 218 a second on average, 51.8 million events until 2 d 18 h.") !=
        std::string::npos);
}

TEST_CASE("mistakes of the scenario, of the inventory's form and of its meaning come at once", "[cli]") {
  file_with("mixed.inventory.yaml",
            "version: 1\nname: m\nregionn: x\nresources:\n  f: { type: lambda:function, role: nobody, tasks: 3 }\n"
            "  q: { type: aws_sqs_queue }\n");
  const std::string path = file_with("mixed.scenario.yaml",
                                     "version: 1\nname: m\ninventory: mixed.inventory.yaml\nhorizon: long\n"
                                     "faults: [{ delete: [nothing] }, { brek: f }]\n");
  for (const char* verb : {"run", "validate"}) {
    const Result r = command({verb, path.c_str()});
    INFO(r.err);
    CHECK(r.status == 2);
    for (const char* said : {"found 'long'", "unknown key 'regionn'", "has no attribute 'tasks'",
                             "'q' is of type 'aws_sqs_queue', which is not modelled; it is called sqs:queue here",
                             "there is no 'nothing' in the inventory", ":5:35: there is no fault 'brek'"}) {
      CHECK(r.err.find(said) != std::string::npos);
    }
  }
}

TEST_CASE("mistakes of form do not hide those of meaning, whichever command reads the inventory", "[cli]") {
  const std::string inventory =
      file_with("form.inventory.yaml",
                "version: 1\nname: m\nregionn: x\nresources:\n  f: { type: lambda:function, role: nobody, tasks: 3 }\n"
                "  q: { type: aws_sqs_queue }\n  s: 3\n");
  const std::string scenario = file_with("form.scenario.yaml",
                                         "version: 1\nname: m\ninventory: form.inventory.yaml\nhorizon: long\n"
                                         "faults: [{ delete: [f] }]\n");
  const std::string said_of_it = command({"validate", inventory.c_str()}).err;
  CHECK(std::count(said_of_it.begin(), said_of_it.end(), '\n') == 5);
  CHECK(command({"graph", inventory.c_str()}).err == said_of_it);
  CHECK(command({"blast", inventory.c_str(), "f"}).err == said_of_it);
  const std::string said_of_both = command({"run", scenario.c_str()}).err;
  CHECK(command({"inspect", scenario.c_str()}).err == said_of_both);
  CHECK(said_of_both.find("found 'long'") != std::string::npos);
  CHECK(said_of_both.find(said_of_it) != std::string::npos);
}

TEST_CASE("a mistake in the inventory hides no name in expect and nothing in what_if", "[cli]") {
  file_with("hidden.inventory.yaml",
            "version: 1\nname: m\nresources:\n  a: { type: sqs:queue, retension: 3d }\n  b: { type: iam:role }\n");
  const std::string path = file_with("hidden.scenario.yaml",
                                     "version: 1\nname: m\ninventory: hidden.inventory.yaml\n"
                                     "faults: [{ delette: [a] }, { delete: [bb] }]\n"
                                     "what_if:\n  - { name: one, set: { c: { retention: 1d } } }\n"
                                     "  - { name: two, set: { a: { retention: soon } } }\n"
                                     "expect: ['lost(\"d\") == 0', 'lost(\"a/part\") == 0']\n");
  const Result r = command({"run", path.c_str()});
  INFO(r.err);
  CHECK(r.status == 2);
  CHECK(std::count(r.err.begin(), r.err.end(), '\n') == 6);
  for (const char* said : {"has no attribute 'retension'; did you mean 'retention'?", "there is no fault 'delette'",
                           "there is no 'bb' in the inventory; did you mean 'b'?",
                           "there is no 'c' to set something of", "not 'soon'", "there is no 'd' in the inventory"}) {
    CHECK(r.err.find(said) != std::string::npos);
  }
}

TEST_CASE("every message about a file says where", "[cli]") {
  file_with("place.inventory.yaml",
            "version: 1\nname: m\nresources:\n  r: { type: iam:role }\n  f: { type: lambda:function, role: r }\n");
  const std::string path = file_with("place.scenario.yaml",
                                     "version: 1\nname: m\ninventory: place.inventory.yaml\n"
                                     "faults: [{ delete: [r] }]\n"
                                     "what_if:\n  - { name: one, set: { f: { calls.rate: 1/s } } }\n");
  CHECK(command({"run", path.c_str()}).err.find(path + ":6:30: 'f/calls/0' (outside:call) needs 'to'") == 0);
  const std::string binary = file_with("p.json", std::string("a\nb\0c", 5));
  CHECK(command({"review", binary.c_str()}).err.find(binary + ":2:2: looks like a binary file") == 0);
}

TEST_CASE("a catalogue with mistakes does not hide mistakes of form in what is read with it", "[cli]") {
  const std::string models = file_with("wrong.catalogue.yaml", "version: 1\ntypes: { a:b: { sais: x } }\n");
  const std::string inventory = file_with("two.inventory.yaml", "version: 2\nname: m\nresources: {}\n");
  const std::string scenario =
      file_with("two.scenario.yaml", "version: 1\nname: m\ninventory: two.inventory.yaml\nhorizon: long\nfaults: []\n");
  const Result drawn = command({"graph", inventory.c_str(), "--models", models.c_str()});
  CHECK(drawn.err.find("unknown key 'sais'") != std::string::npos);
  CHECK(drawn.err.find("reads version 1 of inventories") != std::string::npos);
  const Result ran = command({"run", scenario.c_str(), "--models", models.c_str()});
  for (const char* said : {"unknown key 'sais'", "reads version 1 of inventories", "found 'long'"}) {
    INFO(ran.err);
    CHECK(ran.err.find(said) != std::string::npos);
  }
}

TEST_CASE("what a fault does not take is told with what it takes", "[cli]") {
  file_with("takes.inventory.yaml",
            "version: 1\nname: m\nresources:\n  k: { type: kms:key }\n  q: { type: sqs:queue }\n");
  const std::string path = file_with("takes.scenario.yaml",
                                     "version: 1\nname: m\ninventory: takes.inventory.yaml\n"
                                     "faults: [{ schedule-deletion: [k], pending: 3d }, { delete: [q], for: 1h }]\n");
  const std::string said = command({"run", path.c_str()}).err;
  INFO(said);
  CHECK(said.find("'schedule-deletion' of kms:key has no 'pending'; it takes `at`") != std::string::npos);
  CHECK(said.find("'delete' of sqs:queue has no 'for'; it takes ") != std::string::npos);
}

TEST_CASE("a verb that nothing knows is said once, at the verb", "[cli]") {
  file_with("verbs.inventory.yaml",
            "version: 1\nname: m\nresources:\n  a: { type: iam:role }\n  b: { type: iam:role }\n");
  const std::string path = file_with("verbs.scenario.yaml",
                                     "version: 1\nname: m\ninventory: verbs.inventory.yaml\n"
                                     "faults: [{ delette: [a, b] }]\n");
  const Result r = command({"run", path.c_str()});
  CHECK(r.status == 2);
  CHECK(r.err == path + ":4:12: there is no fault 'delette'; did you mean 'delete'?\n");
}

TEST_CASE("an attribute is found by the name another tool has for it, and else explain is pointed to", "[cli]") {
  const std::string path = file_with("names.inventory.yaml",
                                     "version: 1\nname: m\nresources:\n  r: { type: iam:role }\n"
                                     "  s: { type: ecs:service, execution_role: r, desired_count: 3, launch: x }\n"
                                     "traffic: [{ to: r, rate: 1/s }]\n");
  const Result r = command({"validate", path.c_str()});
  INFO(r.err);
  CHECK(r.err.find("ecs:service has no attribute 'desired_count'; it is called 'tasks' here") != std::string::npos);
  CHECK(r.err.find("no attribute 'launch'; `moshimo explain ecs:service` lists those it has") != std::string::npos);
  CHECK(r.err.find("'r' (iam:role) takes no traffic\n") != std::string::npos);
}

TEST_CASE("blast takes what people have at hand: a name, an ARN, an address", "[cli]") {
  const std::string inventory = library + "staging.inventory.yaml";
  const std::string known = command({"blast", inventory.c_str(), "orders-role"}).out;
  for (const char* name :
       {"arn:aws:iam::111122223333:role/orders-role", "arn:aws:iam::111122223333:role/app/orders-role",
        "aws_iam_role.orders-role", "module.app.aws_iam_role.orders-role"}) {
    const Result r = command({"blast", inventory.c_str(), name});
    INFO(r.err);
    CHECK(r.out == known);
  }
  CHECK(command({"blast", inventory.c_str(), "arn:aws:sqs:eu-west-1:1:orders-role"}).status == 2);
  CHECK(command({"blast", inventory.c_str(), "orders-rol"}).err.find("did you mean 'orders-role'?") !=
        std::string::npos);
}

TEST_CASE("of a plan that hurts nothing no steps and no ways of reacting are told", "[cli]") {
  const std::string plan = file_with(
      "harmless.plan.json",
      R"({"format_version":"1.2","terraform_version":"1.5.0","planned_values":{"root_module":{}},)"
      R"("prior_state":{"format_version":"1.0","terraform_version":"1.5.0","values":{"root_module":{"resources":[)"
      R"({"address":"aws_iam_role.a","mode":"managed","type":"aws_iam_role","name":"a","values":{"name":"a"}}]}}},)"
      R"("resource_changes":[{"address":"aws_iam_role.a","mode":"managed","type":"aws_iam_role","name":"a",)"
      R"("change":{"actions":["delete"],"before":{"name":"a"},"after":null}}],"configuration":{"root_module":{}}})");
  const Result r = command({"review", plan.c_str()});
  INFO(r.err);
  CHECK(r.status == 0);
  CHECK(r.out.find("Even if nobody acts, no data is lost") != std::string::npos);
  CHECK(r.out.find("── What breaks") != std::string::npos);
  for (const char* heading : {"does not fix", "Points of no return", "Getting back", "each way of reacting"}) {
    CHECK(r.out.find(heading) == std::string::npos);
  }
}

TEST_CASE("a role that had no boundary is given none back", "[cli]") {
  const auto steps_of = [](const std::string& attributes) {
    file_with("bound.inventory.yaml",
              "version: 1\nname: m\nresources:\n  p: { type: iam:policy }\n  r: { type: iam:role" + attributes +
                  " }\n  f: { type: lambda:function, role: r }\n"
                  "traffic: [{ to: f, rate: 1/s }]\n");
    const std::string path = file_with("bound.scenario.yaml",
                                       "version: 1\nname: m\ninventory: bound.inventory.yaml\n"
                                       "faults: [{ at: 0s, delete: [r] }]\n");
    return command({"run", path.c_str()}).out;
  };
  const std::string bare = steps_of("");
  CHECK(bare.find("aws iam put-role-policy --role-name r") != std::string::npos);
  CHECK(bare.find("put-role-permissions-boundary") == std::string::npos);
  CHECK(bare.find("list-role-policies") == std::string::npos);
  CHECK(steps_of(", boundary: p").find("aws iam put-role-permissions-boundary --role-name r") != std::string::npos);
}

TEST_CASE("a gate that lets a plan pass says so on standard error", "[cli]") {
  const std::string plan =
      file_with("empty.plan.json", R"({"format_version":"1.2","terraform_version":"1.5.0","planned_values":)"
                                   R"({"root_module":{}},"resource_changes":[],"configuration":{"root_module":{}}})");
  const Result passed = command({"review", plan.c_str(), "--fail-on", "loss"});
  INFO(passed.err);
  CHECK(passed.status == 0);
  CHECK(passed.err.find("✓ loss: ") != std::string::npos);
  CHECK(command({"review", plan.c_str()}).err.find("✓") == std::string::npos);
  const std::string bad = MOSHIMO_SOURCE_DIR "/tests/cases/terraform/wrong-state-key.plan.json";
  CHECK(command({"review", bad.c_str(), "--fail-on", "loss"}).err.find("✓") == std::string::npos);
}

TEST_CASE("a gate that stops a plan says so in the report and on standard error, wherever the report goes", "[cli]") {
  const std::string bad = MOSHIMO_SOURCE_DIR "/tests/cases/terraform/wrong-state-key.plan.json";
  const std::string to = file_with("review.txt", "");
  for (const char* quiet : {"-q", "--no-color"}) {
    // The plan may stand behind the option.
    const Result stopped = command({"review", "--fail-on", "loss,blast", bad.c_str(), "-o", to.c_str(), quiet});
    INFO(stopped.err);
    CHECK(stopped.status == 1);
    CHECK(stopped.err.find("✗ loss: ") != std::string::npos);
    CHECK(stopped.err.find("✗ blast: ") != std::string::npos);
  }
  const Result shown = command({"review", bad.c_str(), "--fail-on", "loss,blast"});
  CHECK(shown.out.find("✗ loss: ") != std::string::npos);
  CHECK(shown.out.find("✗ blast: ") != std::string::npos);
}

TEST_CASE("a review as a comment on a pull request: the decision, the worst, and the rest folded", "[cli]") {
  const std::string bad = MOSHIMO_SOURCE_DIR "/tests/cases/terraform/wrong-state-key.plan.json";
  const std::string out = command({"review", bad.c_str(), "--fail-on", "loss", "--format", "markdown"}).out;
  const std::size_t fold = out.find("<details>");
  CHECK(out.find("# Review of a plan\n\n✗ loss: ") == 0);
  CHECK(out.find("If nobody acts, ") < fold);
  CHECK(std::count(out.begin(), out.begin() + static_cast<std::ptrdiff_t>(fold), '\n') < 30);
  const auto count = [&](const std::string& word) {
    std::size_t n = 0;
    for (std::size_t at = out.find(word); at != std::string::npos; at = out.find(word, at + 1)) ++n;
    return n;
  };
  CHECK(count("<details>") >= 9);
  CHECK(count("<details>") == count("</details>"));
  CHECK(out.find("\n## ") == std::string::npos);
}

TEST_CASE("what a person sees of what re-creating does not fix is told beside it", "[cli]") {
  const std::string out = command({"run", "state-key-mixup", "--width", "200"}).out;
  const std::size_t grant = out.find("The KMS grant of invoicer does not belong to the present role");
  const std::size_t seen = out.find("You see: 502 KMSAccessDeniedException: Lambda was unable to decrypt");
  CHECK(grant < seen);
  CHECK(seen < out.find("Mended by: Give invoicer another role"));
}

TEST_CASE("in the run in which everything is put right nothing is starved for ever", "[cli]") {
  const auto json = nlohmann::json::parse(command({"run", "state-key-mixup", "--format", "json"}).out);
  int starved = 0;
  for (const auto& effect : json["runs"][2]["effects"]) {
    CHECK_FALSE(effect["to_s"].is_null());
    if (effect["kind"] == "starved") ++starved;
  }
  CHECK(json["runs"][2]["strategy"] == "full");
  CHECK(starved > 0);
  for (const auto& effect : json["runs"][0]["effects"]) {
    if (effect["kind"] == "starved") CHECK(effect["to_s"].is_null());
  }
}

TEST_CASE("blast gives the reason that counts first", "[cli]") {
  const std::string inventory = library + "staging.inventory.yaml";
  const std::string key = command({"blast", inventory.c_str(), "app-key", "--width", "120"}).out;
  CHECK(key.find("Without it, 1 thing can break and 1 more gets less.") != std::string::npos);
  CHECK(key.find("needs that key app-key is usable") != std::string::npos);
  const std::string back = command({"blast", inventory.c_str(), "ping", "--reverse"}).out;
  CHECK(back.find(" 0 ") == std::string::npos);
}

TEST_CASE("explain tells every key of the files people write, with an example that runs", "[cli]") {
  for (const char* what : {"scenario", "inventory"}) {
    const auto told = nlohmann::json::parse(command({"explain", what, "--format", "json"}).out);
    const auto schema = nlohmann::json::parse(source_text(std::string("schemas/") + what + ".schema.json"));
    std::set<std::string> keys, required;
    for (const auto& key : told["keys"]) {
      keys.insert(key["name"]);
      if (key["required"]) required.insert(key["name"]);
    }
    std::set<std::string> known;
    for (const auto& [key, value] : schema["properties"].items()) known.insert(key);
    CHECK(keys == known);
    CHECK(required == schema["required"].get<std::set<std::string>>());
    file_with(what == std::string("scenario") ? "shop.scenario.yaml" : "shop.inventory.yaml", told["example"]);
    CHECK(command({"explain", what}).out.find("targets") != std::string::npos);
  }
  const std::string path = file_with("ignored", "");
  const std::string scenario = path.substr(0, path.rfind('/')) + "/shop.scenario.yaml";
  const Result r = command({"run", scenario.c_str()});
  INFO(r.err);
  CHECK(r.status == 0);
  CHECK(r.err.empty());
  CHECK(command({"explain", "scenari"}).err.find("did you mean 'scenario'?") != std::string::npos);
}

TEST_CASE("graph and validate speak JSON", "[cli]") {
  const std::string inventory = library + "staging.inventory.yaml";
  const Result graph = command({"graph", inventory.c_str(), "--format", "json"});
  CHECK(graph.out.find("\"from\": \"orders-role\"") != std::string::npos);
  const std::string wrong = file_with("no.inventory.yaml", "version: 1\nresources: { a: { type: iam:rol } }\n");
  const Result checked = command({"validate", inventory.c_str(), wrong.c_str(), "--format", "json"});
  CHECK(checked.status == 2);
  CHECK(checked.err == "");
  CHECK(checked.out.find("did you mean 'iam:role'?") != std::string::npos);
  CHECK(checked.out.find("\"mistakes\": []") != std::string::npos);
}
