// A table of CloudFormation properties and what they name, kept beside the project: for every row between two types of
// the catalogue, a template that has just that reference is imported, and the reference has to be found. Skipped where
// the table is not at hand.
#include <algorithm>
#include <catch2/catch.hpp>
#include <iostream>
#include <map>

#include "tests/unit/models/import/imports.hpp"

using namespace moshimo;
using namespace moshimo::models;

namespace {

struct Row {
  std::string type, path, target;
};

std::vector<Row> read_rows() {
  std::vector<Row> rows;
  for (const Texts& row : read_table(beside_the_project("importers/cfn_edges.tsv"))) {
    rows.push_back({row.at(0), row.at(1), row.at(2).substr(0, row.at(2).find_first_of(". "))});
  }
  return rows;
}

bool is_known(const std::string& type) {
  return embedded_catalogue().find_cloudformation(type) || embedded_catalogue().is_part_in_cloudformation(type) ||
         type == "AWS::Serverless::Function";
}

// A property that is the name of the resource itself, and one that names it in a network of old.
bool names_nothing_else(const Row& row) {
  return (row.type == "AWS::S3::Bucket" && row.path == "BucketName") ||
         (row.type == "AWS::Logs::LogGroup" && row.path == "LogGroupName") ||
         (row.type == "AWS::EC2::SecurityGroup" && row.path == "GroupName");
}

// {"A":[{"B":VALUE}]} for A[].B
std::string nested(const std::string& path, const std::string& value) {
  const std::size_t dot = path.find('.');
  std::string segment = path.substr(0, dot);
  const bool is_list = segment.ends_with("[]");
  if (is_list) segment.resize(segment.size() - 2);
  std::string inner = dot == std::string::npos ? value : nested(path.substr(dot + 1), value);
  if (is_list) inner = "[" + inner + "]";
  return "{\"" + segment + "\":" + inner + "}";
}

// How parts name what they belong to.
std::map<std::string, std::pair<std::string, std::string>> all_joins() {
  std::map<std::string, std::pair<std::string, std::string>> joins;
  for (const TypeDef* type : embedded_catalogue().types()) {
    if (type->cloudformation.empty()) continue;
    for (const AttributeDef& attribute : type->attributes) {
      for (const ImportPath& path : attribute.cloudformation) {
        if (path.other_type.empty()) continue;
        joins.emplace(path.other_type, std::pair(path.joined_by.front().name, type->cloudformation.front().type));
      }
    }
  }
  return joins;
}

Texts values_for(const Row& row) {
  const bool is_plural = row.path.ends_with("s") && row.target != "AWS::KMS::Alias";
  Texts values;
  for (const std::string one :
       {R"({"Ref":"Target"})", R"({"Fn::GetAtt":["Target","Arn"]})", R"({"Fn::Sub":"${Target}"})"}) {
    values.push_back(one);
    if (is_plural) values.push_back("[" + one + "]");
  }
  return values;
}

bool is_found(const Row& row, const std::string& value,
              const std::map<std::string, std::pair<std::string, std::string>>& joins) {
  const std::string json = nested(row.path, value);
  std::string properties = json.substr(1, json.size() - 2);
  std::string others = R"("Target":{"Type":")" + row.target + "\"";
  if (row.target == "AWS::KMS::Alias") {
    others += R"(,"Properties":{"TargetKeyId":{"Ref":"Key"}}},"Key":{"Type":"AWS::KMS::Key")";
  }
  others += "}";
  const auto join = joins.find(row.type);
  const bool is_part = join != joins.end() && !embedded_catalogue().find_cloudformation(row.type);
  if (is_part && join->second.first != row.path) {
    others += R"(,"Owner":{"Type":")" + join->second.second + "\"}";
    properties += ",\"" + join->second.first + R"(":{"Ref":"Owner"})";
  }
  if (row.path == "KmsKeyArn") properties += R"(,"Environment":{"Variables":{"A":"b"}})";
  const std::string transform =
      row.type.starts_with("AWS::Serverless") ? R"("Transform":"AWS::Serverless-2016-10-31",)" : "";
  input::Diagnostics diagnostics;
  const ImportResult r =
      import_texts({{"row", "{" + transform + R"("Resources":{)" + others + R"(,"Source":{"Type":")" + row.type +
                                R"(","Properties":{)" + properties + "}}}}"}},
                   embedded_catalogue(), diagnostics);
  if (diagnostics.has_errors()) return false;
  if (is_part && join->second.first == row.path) return r.coverage.folded == 1 && r.coverage.external.empty();
  return std::any_of(r.edges.begin(), r.edges.end(),
                     [](const ImportedEdge& e) { return e.from != "Target" && (e.to == "Target" || e.to == "Key"); });
}

}  // namespace

TEST_CASE("Every reference of the table of CloudFormation between two types of the catalogue is found", "[import]") {
  const std::vector<Row> rows = read_rows();
  if (rows.empty()) {
    std::cout << "SKIPPED: the table of CloudFormation references is not at hand\n";
    return;
  }
  const auto joins = all_joins();
  std::size_t covered = 0;
  Texts missing;
  for (const Row& row : rows) {
    if (!is_known(row.type) || !embedded_catalogue().find_cloudformation(row.target) || names_nothing_else(row))
      continue;
    ++covered;
    const Texts values = values_for(row);
    if (std::none_of(values.begin(), values.end(), [&](const std::string& v) { return is_found(row, v, joins); })) {
      missing.push_back(row.type + " " + row.path + " " + row.target);
    }
  }
  std::cout << covered - missing.size() << " of " << covered << " rows of the table of CloudFormation are found\n";
  CHECK(covered > 60);
  CHECK(missing == Texts{});
}
