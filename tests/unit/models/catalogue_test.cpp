#include "models/catalogue.hpp"

#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <unistd.h>

#include "input/cursor.hpp"

using namespace moshimo;
using namespace moshimo::models;

TEST_CASE("every file of models/aws is right") {
  input::Diagnostics diagnostics;
  std::vector<std::string> files;
  for (const auto& entry : std::filesystem::directory_iterator(MOSHIMO_SOURCE_DIR "/models/aws")) {
    if (entry.path().extension() == ".yaml") files.push_back(entry.path().string());
  }
  std::sort(files.begin(), files.end());
  std::vector<input::Document> documents;
  for (const std::string& file : files) documents.push_back(input::read_document(file, diagnostics));
  std::vector<const input::Document*> all;
  for (const input::Document& document : documents) all.push_back(&document);
  const Catalogue catalogue = load_catalogue(all, diagnostics);
  std::string problems;
  try {
    diagnostics.throw_if_errors(1000);
  } catch (const input::InputError& error) {
    problems = error.what();
  }
  CHECK(problems == "");
  CHECK(catalogue.types().size() > 10);
}

TEST_CASE("the embedded catalogue is the one of models/aws") {
  const Catalogue& catalogue = embedded_catalogue();
  const TypeDef* queue = catalogue.find_type("sqs:queue");
  REQUIRE(queue != nullptr);
  CHECK(catalogue.find_type("sqs:queue") == queue);
  CHECK(catalogue.find_type("sqs:cue") == nullptr);
  CHECK(catalogue.find_terraform("aws_sqs_queue") == queue);
  CHECK(catalogue.find_cloudformation("AWS::SQS::Queue") == queue);
  CHECK(catalogue.is_part_in_terraform("aws_sqs_queue_policy"));
  CHECK(queue->find_condition("policy_intact") != nullptr);  // of a trait
  const FactDef* retention = catalogue.find_fact("sqs.retention");
  REQUIRE(retention != nullptr);
  CHECK(retention->confidence == Confidence::documented);
  CHECK(catalogue.find_fact("sqs.retentions") == nullptr);
  CHECK(catalogue.is_in_group("iam:role", "principal"));
  CHECK(catalogue.types().size() == catalogue.type_names().size());
}

namespace {

// A directory that is gone when the test is over.
struct Directory {
  std::string path = std::filesystem::temp_directory_path() / ("moshimo-models-" + std::to_string(::getpid()));
  Directory() { std::filesystem::create_directories(path); }
  ~Directory() { std::filesystem::remove_all(path); }
  void write(const std::string& name, const std::string& text) const { std::ofstream(path + "/" + name) << text; }
};

std::string mistakes_of(const input::Diagnostics& diagnostics) {
  try {
    diagnostics.throw_if_errors();
  } catch (const input::InputError& error) {
    return error.what();
  }
  return "";
}

}  // namespace

TEST_CASE("a directory of models adds types, replaces them and uses the built-in traits") {
  const Directory directory;
  directory.write("ours.yaml", R"yaml(
version: 1
service: ours
types:
  ours:job:
    traits: { sse_kms: { lag: 1m } }
    attributes: { queue: { refers_to: sqs:queue } }
    ports: { in: { needs: [queue.in, key_works] } }
  outside:endpoint:
    says: Another one.
    ports: { in: { says: take everything } }
)yaml");
  input::Diagnostics diagnostics;
  const Catalogue catalogue = embedded_catalogue_with({directory.path}, diagnostics);
  CHECK(mistakes_of(diagnostics) == "");
  REQUIRE(catalogue.find_type("ours:job") != nullptr);
  CHECK(catalogue.find_type("ours:job")->find_condition("key_works") != nullptr);
  CHECK(catalogue.find_type("outside:endpoint")->says == "Another one.");
  CHECK(catalogue.find_type("sqs:queue") != nullptr);
  CHECK(catalogue.types().size() == embedded_catalogue().types().size() + 1);
}

TEST_CASE("a type that replaces a built-in one has to have what the others use") {
  const Directory directory;
  directory.write("ours.yaml", "version: 1\nservice: ours\ntypes:\n  kms:key: {}\n");
  input::Diagnostics diagnostics;
  const Catalogue catalogue = embedded_catalogue_with({directory.path}, diagnostics);
  CHECK(mistakes_of(diagnostics)
            .find("in the built-in dynamodb:table: `kms_key` can be a kms:key, which has no 'usable'") !=
        std::string::npos);
}

TEST_CASE("a directory without models is a mistake") {
  const Directory directory;
  input::Diagnostics diagnostics;
  embedded_catalogue_with({directory.path}, diagnostics);
  CHECK(mistakes_of(diagnostics) == "there is no .yaml or .json file in " + directory.path);
}

TEST_CASE("the page of the catalogue lists types and facts by service") {
  input::Diagnostics diagnostics;
  const input::Document document = input::Document::parse("t.yaml", R"yaml(
version: 1
service: test
facts:
  f.one: { says: This | that., source: "https://example.org/x", confidence: documented }
  f.two: { says: A guess., source: an estimate, confidence: assumed }
types:
  a:thing: { terraform: { aws_thing: { named_by: name } } }
)yaml",
                                                          input::Format::yaml, diagnostics);
  const Catalogue catalogue = load_catalogue({&document}, diagnostics);
  CHECK(mistakes_of(diagnostics) == "");
  CHECK(catalogue_page(catalogue) == R"(# The catalogue

1 kinds of resources and 2 facts. Every number of a report leads to one of these facts; what is not
*documented* stands among the assumptions of each report that names it.

## test

| type | Terraform | CloudFormation |
|---|---|---|
| `a:thing` | `aws_thing` |  |

| fact | says | confidence | source |
|---|---|---|---|
| `f.one` | This \| that. | documented | <https://example.org/x> |
| `f.two` | A guess. | assumed | an estimate |
)");
}

TEST_CASE("the example in the documentation is right") {
  std::ifstream file(MOSHIMO_SOURCE_DIR "/docs/adding-a-service.md");
  const std::string page((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  const std::size_t begin = page.find("```yaml\nversion: 1") + 8;
  const std::size_t end = page.find("```", begin);
  REQUIRE(end != std::string::npos);
  const Directory directory;
  directory.write("courier.yaml", page.substr(begin, end - begin));
  input::Diagnostics diagnostics;
  const Catalogue catalogue = embedded_catalogue_with({directory.path}, diagnostics);
  CHECK(mistakes_of(diagnostics) == "");
  CHECK(catalogue.find_type("courier:route") != nullptr);
}
