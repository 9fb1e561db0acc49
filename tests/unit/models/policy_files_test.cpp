// Policy documents that stand in files beside the inventory.
#include "models/policy_files.hpp"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <unistd.h>

#include "models/compile.hpp"

namespace moshimo::models {
namespace {

namespace fs = std::filesystem;

class Folder {
 public:
  Folder() : path_(fs::temp_directory_path() / ("moshimo-policy-files-" + std::to_string(::getpid()))) {
    fs::create_directories(path_ / "policies");
  }
  ~Folder() { fs::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::string write(const std::string& name, const std::string& text) const {
    std::ofstream(path_ / name) << text;
    return (path_ / name).string();
  }
  std::string inventory(const std::string& document) const {
    return write(
        "small.yaml",
        "version: 1\naccount: '111122223333'\nresources:\n  writer:\n    type: iam:role\n    inline_policies:\n"
        "      write: " +
            document + "\n");
  }

 private:
  fs::path path_;
};

std::vector<std::string> mistakes(const std::string& inventory) {
  input::Diagnostics diagnostics;
  auto read = std::make_shared<Inventory>(read_inventory({inventory}, diagnostics));
  read_policy_files(*read, embedded_catalogue(), diagnostics);
  const Compiled compiled = compile(read, embedded_catalogue(), {}, diagnostics);
  std::vector<std::string> list;
  for (const auto& e : diagnostics.errors()) list.push_back(input::to_string(e));
  return list;
}

TEST_CASE("a document in a file is what stands in the file", "[documents]") {
  const Folder folder;
  folder.write("policies/write.json",
               R"({"Statement": [{"Sid": "Put", "Effect": "Allow", "Action": "s3:PutObject", "Resource": "*"}]})");
  const std::string inventory = folder.inventory("{ file: policies/write.json }");
  input::Diagnostics diagnostics;
  Inventory read = read_inventory({inventory}, diagnostics);
  read_policy_files(read, embedded_catalogue(), diagnostics);
  CHECK_FALSE(diagnostics.has_errors());
  const Value* write = read.resources.front().attributes.find("inline_policies")->find("write");
  REQUIRE(write != nullptr);
  REQUIRE(write->find("Statement") != nullptr);
  CHECK(write->find("Statement")->children.front().find("Sid")->text == "Put");
  CHECK(mistakes(inventory).empty());
}

TEST_CASE("a path that leads nowhere is told where it is written", "[documents]") {
  const Folder folder;
  const auto all = mistakes(folder.inventory("{ file: policies/wriet.json }"));
  REQUIRE(all.size() == 1);
  CHECK(all[0].find("small.yaml:7:22: there is no file") != std::string::npos);
  CHECK(all[0].find("relative to the folder of the inventory") != std::string::npos);
  const auto folder_named = mistakes(folder.inventory("{ file: policies }"));
  REQUIRE(folder_named.size() == 1);
  CHECK(folder_named[0].find("is no file") != std::string::npos);
  const auto no_path = mistakes(folder.inventory("{ file: [] }"));
  REQUIRE(no_path.size() == 1);
  CHECK(no_path[0].find("is a path") != std::string::npos);
}

TEST_CASE("mistakes in the file are told with their place in it", "[documents]") {
  const Folder folder;
  folder.write("policies/broken.json", "{\"Statement\": [\n  {\"Effect\": }\n]}");
  const auto broken = mistakes(folder.inventory("{ file: policies/broken.json }"));
  REQUIRE(broken.size() == 1);
  CHECK(broken[0].find("broken.json:2:") != std::string::npos);
  folder.write(
      "policies/wrong.json",
      "{\"Statement\": [\n  {\"Effect\": \"Alow\",\n   \"Action\": \"s3:PutObject\", \"Resource\": \"*\"}\n]}");
  const auto wrong = mistakes(folder.inventory("{ file: policies/wrong.json }"));
  REQUIRE(wrong.size() == 1);
  CHECK(wrong[0].find("wrong.json:2:14: ") != std::string::npos);
  CHECK(wrong[0].find("did you mean 'Allow'?") != std::string::npos);
}

TEST_CASE("tags named file are tags", "[documents]") {
  input::Diagnostics diagnostics;
  Inventory read;
  read_inventory(input::Document::parse(
                     "small.yaml", "version: 1\nresources:\n  store: { type: s3:bucket, tags: { file: none.json } }\n",
                     input::Format::yaml, diagnostics),
                 read, diagnostics);
  read_policy_files(read, embedded_catalogue(), diagnostics);
  CHECK_FALSE(diagnostics.has_errors());
  CHECK(read.resources.front().attributes.find("tags")->find("file")->text == "none.json");
}

}  // namespace
}  // namespace moshimo::models
