#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <unistd.h>

#include "input/cursor.hpp"

using namespace moshimo::input;
using namespace std::string_literals;

namespace {

class Folder {
 public:
  Folder() : path_(std::filesystem::temp_directory_path() / ("moshimo-read-" + std::to_string(getpid()))) {
    std::filesystem::create_directories(path_);
  }
  ~Folder() { std::filesystem::remove_all(path_); }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  std::string path(const std::string& name) const { return (path_ / name).string(); }
  std::string file(const std::string& name, const std::string& content) const {
    std::ofstream(path(name), std::ios::binary) << content;
    return path(name);
  }

 private:
  std::filesystem::path path_;
};

// What a file gives: "key=value key=value", or its messages with the folder left out.
std::string read(const Folder& folder, const std::string& name, const ReadLimits& limits = {}) {
  Diagnostics diagnostics;
  const Document document = read_document(folder.path(name), diagnostics, limits);
  try {
    diagnostics.throw_if_errors();
  } catch (const InputError& e) {
    std::string text = e.what();
    for (std::size_t p = 0; (p = text.find(folder.path(""), p)) != std::string::npos;)
      text.erase(p, folder.path("").size());
    return text;
  }
  std::string text;
  for (const Cursor& c : Cursor(document, diagnostics).entries()) text += std::string(c.key()) + "=" + *c.text() + " ";
  return text;
}

}  // namespace

TEST_CASE("a file is YAML or JSON by its content, whatever its name") {
  const Folder folder;
  folder.file("a.yaml", "a: 1\nb: x y\n");
  folder.file("b.txt", "{\"a\": 1, \"b\": \"x y\"}");
  folder.file("c", "\xef\xbb\xbf{a: 1, b: x y}");
  folder.file("d.yaml", "{\"a\": 1, \"b\": x y}");
  CHECK(read(folder, "a.yaml") == "a=1 b=x y ");
  CHECK(read(folder, "b.txt") == "a=1 b=x y ");
  CHECK(read(folder, "c") == "a=1 b=x y ");
  CHECK(read(folder, "d.yaml") == "a=1 b=x y ");  // begins as JSON does, and is YAML
  folder.file("d.json", "{\"a\": 1, \"b\": x y}");
  CHECK(read(folder, "d.json") == "d.json:1:15: expected a JSON value, found 'x'; a text is written in double quotes");
}

TEST_CASE("UTF-16, as PowerShell writes it, is read") {
  const Folder folder;
  folder.file("a.json", "\xff\xfe{\0\"\0a\0\"\0:\0\"\0\xe9\0\"\0}\0"s);
  CHECK(read(folder, "a.json") == "a=é ");
}

TEST_CASE("a file that cannot be read is named with the reason") {
  const Folder folder;
  folder.file("empty", "");
  folder.file("plan.tfplan", "PK\x03\x04\x14\x00\x00\x00"s);
  folder.file("zero", std::string(100, '\0'));
  folder.file("latin1.yaml", "a: 1\nb: caf\xe9\n");
  folder.file("large", "a: 1\n");
  std::filesystem::create_directory(folder.path("folder"));
  CHECK(read(folder, "empty") == "empty:1:1: the file is empty");
  CHECK(read(folder, "plan.tfplan") ==
        "plan.tfplan:1:1: looks like a binary file; if it is a Terraform plan run `terraform show -json FILE` and give "
        "its "
        "output");
  CHECK(read(folder, "zero") == "zero:1:1: looks like a binary file (it has zero bytes); give a YAML or JSON text");
  CHECK(read(folder, "latin1.yaml") == "latin1.yaml:2:7: the byte 0xe9 here is not UTF-8; save the file as UTF-8");
  CHECK(read(folder, "large", {.most_bytes = 4}) == "cannot read 'large': it is larger than 4 bytes");
  CHECK(read(folder, "folder") == "cannot read 'folder': it is a directory; name a file");
  CHECK(read(folder, "missing") == "cannot read 'missing': there is no such file");
  CHECK(read(folder, "large/inside") == "cannot read 'large/inside': there is no such file");
  Diagnostics diagnostics;
  CHECK(read_document("", diagnostics).root().kind == NodeKind::null);
  CHECK(diagnostics.errors().at(0).message == "cannot read '': the name is empty");
  if (geteuid() != 0) {  // root may read everything
    std::filesystem::permissions(folder.file("locked", "a: 1"), std::filesystem::perms::none);
    CHECK(read(folder, "locked") == "cannot read 'locked': permission denied");
  }
}

TEST_CASE("a device that never ends is given up early") {
  Diagnostics diagnostics;
  read_document("/dev/zero", diagnostics);
  REQUIRE(diagnostics.errors().size() == 1);
  CHECK(diagnostics.errors()[0].message == "looks like a binary file (it has zero bytes); give a YAML or JSON text");
}

TEST_CASE("the whole text of a file can be had without its tree") {
  const Folder folder;
  Diagnostics diagnostics;
  CHECK(read_file(folder.file("a", "\xef\xbb\xbfsome text"), diagnostics) == "some text");
  CHECK(read_file(folder.file("b", ""), diagnostics).empty());
  CHECK_FALSE(diagnostics.has_errors());
  const std::string binary = folder.file("c", "a\0b"s);
  CHECK(read_file(binary, diagnostics).empty());
  CHECK(diagnostics.errors().at(0).message ==
        binary + ":1:2: looks like a binary file (it has zero bytes); give a YAML or JSON text");
  const std::string large(3'000'000, 'x');
  CHECK(read_file(folder.file("d", large), diagnostics) == large);
}
