// What `moshimo rank` says, and what it says to wrong input.
#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>

#include "report/layout.hpp"
#include "tests/unit/support/command.hpp"

using namespace moshimo;

namespace {

const std::string staging = MOSHIMO_SOURCE_DIR "/scenarios/library/state-key-mixup/staging.inventory.yaml";

std::string written(const std::string& text) {
  const std::filesystem::path file = std::filesystem::temp_directory_path() / "moshimo-rank.inventory.yaml";
  std::ofstream(file) << text;
  return file.string();
}

}  // namespace

TEST_CASE("rank tells the worst, what they are alone in and how to look closer, within the width", "[rank]") {
  for (const char* width : {"80", "120"}) {
    const Result r = command({"rank", staging.c_str(), "--pairs", "--width", width});
    REQUIRE(r.status == 0);
    CHECK(r.err.empty());
    for (const char* part : {"By loss, over 30", "No two back each other up.", "Single points of failure",
                             "moshimo blast", "moshimo run -"}) {
      INFO(part);
      CHECK(r.out.find(part) != std::string::npos);
    }
    std::istringstream lines(r.out);
    for (std::string line; std::getline(lines, line);) {
      if (line.find(staging) != std::string::npos) continue;  // a path stays whole
      INFO(line);
      CHECK(report::display_width(line) <= static_cast<std::size_t>(std::stoi(width)));
    }
  }
}

TEST_CASE("rank in ASCII holds nothing else", "[rank]") {
  const Result r = command({"rank", staging.c_str(), "--ascii"});
  CHECK(r.status == 0);
  for (const char c : r.out) CHECK((static_cast<unsigned char>(c) < 128));
}

TEST_CASE("rank tells every name that is wrong, at once", "[rank]") {
  const Result r = command({"rank", staging.c_str(), "orders-rol", "nobody-is-called-so", "app-key"});
  CHECK(r.status == 2);
  CHECK(r.out.empty());
  CHECK(r.err.find("there is no component 'orders-rol' in the inventory; did you mean 'orders-role'?") !=
        std::string::npos);
  CHECK(r.err.find("'nobody-is-called-so'") != std::string::npos);
}

TEST_CASE("rank refuses what is no principal and no key", "[rank]") {
  const Result r = command({"rank", staging.c_str(), "orders"});
  CHECK(r.status == 2);
  CHECK(r.err.find("orders (lambda:function) is no principal and no key") != std::string::npos);
}

TEST_CASE("rank refuses options it does not know", "[rank]") {
  CHECK(command({"rank", staging.c_str(), "--sort", "size"}).err.find("loss, reach or time") != std::string::npos);
  CHECK(command({"rank", staging.c_str(), "--horizon", "soon"}).err.find("'soon' is no duration") != std::string::npos);
  CHECK(command({"rank"}).err.find("rank needs an inventory") != std::string::npos);
  for (const std::vector<const char*>& words : {std::vector<const char*>{"rank", staging.c_str(), "--sort", "size"},
                                                {"rank", staging.c_str(), "--horizon", "soon"},
                                                {"rank"},
                                                {"rank", "no-such-file.yaml"}}) {
    CHECK(command(words).status == 2);
  }
}

TEST_CASE("mistakes of an inventory are told with their places", "[rank]") {
  const std::string file =
      written("version: 1\nresources:\n  a: { type: iam:rol }\n  b: { type: iam:role, colour: red }\n");
  const Result r = command({"rank", file.c_str()});
  CHECK(r.status == 2);
  CHECK(r.err.find("moshimo-rank.inventory.yaml:3:14") != std::string::npos);
  CHECK(r.err.find("moshimo-rank.inventory.yaml:4:24") != std::string::npos);
}

TEST_CASE("an inventory without principals says so", "[rank]") {
  const std::string file = written("version: 1\nresources:\n  bucket: { type: s3:bucket }\n");
  const Result r = command({"rank", file.c_str()});
  CHECK(r.status == 0);
  CHECK(r.out.find("There is no principal and no key in this inventory.") != std::string::npos);
}

TEST_CASE("a protected key is told with the policy that protects it", "[rank]") {
  const std::string file = written(R"(version: 1
account: '111122223333'
resources:
  key: { type: kms:key }
  shop: { type: s3:bucket, kms_key: key }
  guard:
    type: organizations:policy
    kind: RESOURCE_CONTROL_POLICY
    document: { Version: '2012-10-17', Statement: [{ Sid: KeepKeys, Effect: Deny, Principal: '*',
                Action: 'kms:ScheduleKeyDeletion', Resource: '*' }] }
)");
  const Result r = command({"rank", file.c_str(), "--width", "100"});
  CHECK(r.status == 0);
  CHECK(r.out.find("One is protected: a guard stops the deletion.") != std::string::npos);
  CHECK(r.out.find("resource control policy guard (KeepKeys)") != std::string::npos);
}
