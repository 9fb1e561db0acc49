// A table of Terraform attributes and what they name, kept beside the project: for every row between two types of the
// catalogue, a state that has just that reference is imported, and the reference has to be found. Skipped where the
// table is not at hand.
#include <algorithm>
#include <catch2/catch.hpp>
#include <iostream>
#include <map>
#include <set>

#include "tests/unit/models/import/imports.hpp"

using namespace moshimo;
using namespace moshimo::models;

namespace {

struct Row {
  std::string type, path, edge, target, form;
};

std::vector<Row> read_rows() {
  std::vector<Row> rows;
  for (const Texts& row : read_table(beside_the_project("importers/tf_edges.tsv"))) {
    rows.push_back({row.at(0), row.at(1), row.at(2), row.at(3), row.at(4)});
  }
  return rows;
}

Texts split(const std::string& text, const std::string& separators) {
  Texts parts;
  std::size_t from = 0;
  int depth = 0;
  for (std::size_t i = 0; i <= text.size(); ++i) {
    if (i < text.size() && text[i] == '{') ++depth;
    if (i < text.size() && text[i] == '}') --depth;
    if (i < text.size() && (depth > 0 || separators.find(text[i]) == std::string::npos)) continue;
    std::string part = text.substr(from, i - from);
    while (!part.empty() && part.front() == ' ') part.erase(0, 1);
    while (!part.empty() && part.back() == ' ') part.pop_back();
    if (!part.empty()) parts.push_back(part);
    from = i + 1;
  }
  return parts;
}

// What the table leaves out: where in the block the reference stands, and parts of a row that name what has no type.
std::string whole(std::string path) {
  if (path.ends_with("cloudwatch_logs_log_destination")) return path + "[].log_group_arn";
  if (path.ends_with("firehose_log_destination")) return path + "[].delivery_stream_arn";
  if (path.ends_with("s3_log_destination")) return path + "[].bucket_name";
  static const std::set<std::string> of_no_type = {"groups[]", "subnets[]", "target_id"};  // groups of users, accounts
  const bool is_of_no_type = of_no_type.contains(path) || path.starts_with("lambda..");
  // Splunk takes a token; its role is that of the S3 bucket beside it.
  return is_of_no_type || path == "splunk_configuration[].role_arn" ? std::string() : path;
}

// a{b,c}d -> abd, acd; `one, other` -> both; `x[].name|arn` -> both.
Texts paths_of(const std::string& text) {
  Texts open = split(text, ",");
  Texts done;
  while (!open.empty()) {
    const std::string path = open.back();
    open.pop_back();
    const std::size_t brace = path.find('{');
    if (const std::size_t bar = path.find('|'); bar != std::string::npos) {
      open.push_back(path.substr(0, bar));
      open.push_back(path.substr(0, path.rfind('.') + 1) + path.substr(bar + 1));
      continue;
    }
    if (brace == std::string::npos) {
      if (const std::string there = whole(path); !there.empty()) done.push_back(there);
      continue;
    }
    const std::size_t end = path.find('}', brace);
    for (const std::string& choice : split(path.substr(brace + 1, end - brace - 1), ",")) {
      open.push_back(path.substr(0, brace) + choice + path.substr(end + 1));
    }
  }
  return done;
}

// Terraform's types in the table's words.
Texts targets_of(const Row& row) {
  static const std::map<std::string, Texts> words = {
      {"any", {"aws_sqs_queue"}},
      {"any target", {"aws_sqs_queue"}},
      {"same", {"aws_sqs_queue"}},
      {"Lambda/others, aws_iam_role", {"aws_lambda_function", "aws_iam_role"}},
      {"principals", {"aws_iam_role"}},
      {"service/account/role/OIDC provider", {"aws_iam_role"}},
      {"roles/users/groups", {"aws_iam_role", "aws_iam_user"}},
      {"sg/subnet", {"aws_security_group"}},
      {"bucket/key/topic", {"aws_s3_bucket", "aws_kms_key", "aws_sns_topic"}},
      {"log group/firehose/bucket",
       {"aws_cloudwatch_log_group", "aws_kinesis_firehose_delivery_stream", "aws_s3_bucket"}},
  };
  const auto known = words.find(row.target);
  if (known != words.end()) return known->second;
  Texts types;
  for (std::string part : split(row.target, "|(,")) {
    part = part.substr(0, part.find(' '));
    if (part == "firehose") part = "aws_kinesis_firehose_delivery_stream";
    if (part == "user") part = "aws_iam_user";
    if (part.starts_with("aws_") && embedded_catalogue().find_terraform(part)) types.push_back(part);
  }
  return types;
}

std::string arn_of(const std::string& type) {
  static const std::map<std::string, std::string> arns = {
      {"aws_iam_role", "arn:aws:iam::111111111111:role/target"},
      {"aws_iam_user", "arn:aws:iam::111111111111:user/target"},
      {"aws_iam_policy", "arn:aws:iam::111111111111:policy/target"},
      {"aws_s3_bucket", "arn:aws:s3:::target"},
      {"aws_lambda_function", "arn:aws:lambda:eu-west-1:111111111111:function:target"},
      {"aws_kms_key", "arn:aws:kms:eu-west-1:111111111111:key/11111111-2222-3333-4444-555555555555"},
      {"aws_kms_alias", "arn:aws:kms:eu-west-1:111111111111:alias/target"},
      {"aws_cloudwatch_log_group", "arn:aws:logs:eu-west-1:111111111111:log-group:target"},
      {"aws_secretsmanager_secret", "arn:aws:secretsmanager:eu-west-1:111111111111:secret:target-AbCdEf"},
  };
  const auto known = arns.find(type);
  return known != arns.end() ? known->second : "arn:aws:" + type.substr(4) + ":eu-west-1:111111111111:target";
}

// Everything that can identify a resource, in one object.
std::string identities(const std::string& type) {
  const bool is_alias = type == "aws_kms_alias";
  const std::string name = is_alias ? "alias/target" : "target";
  std::string id = type == "aws_kms_key"           ? "11111111-2222-3333-4444-555555555555"
                   : type == "aws_sqs_queue"       ? "https://sqs.eu-west-1.amazonaws.com/111111111111/target"
                   : type == "aws_security_group"  ? "sg-1"
                   : type == "aws_iam_policy"      ? arn_of(type)
                   : type == "aws_lb_target_group" ? arn_of(type)
                   : type == "aws_ecs_cluster"     ? arn_of(type)
                                                   : name;
  std::string attributes = R"("name":")" + name + R"(","id":")" + id + R"(","arn":")" + arn_of(type) + "\"";
  if (type == "aws_s3_bucket") attributes += R"(,"bucket":"target")";
  if (type == "aws_lambda_function") attributes += R"(,"function_name":"target")";
  if (type == "aws_db_snapshot") attributes += R"(,"db_snapshot_identifier":"target")";
  if (type == "aws_ecs_task_definition") attributes += R"(,"family":"target")";
  if (type == "aws_kms_key") attributes += R"(,"key_id":"11111111-2222-3333-4444-555555555555")";
  if (type == "aws_kms_alias") attributes += R"(,"target_key_id":"11111111-2222-3333-4444-555555555555")";
  if (type == "aws_sqs_queue") attributes += R"(,"url":"https://sqs.eu-west-1.amazonaws.com/111111111111/target")";
  if (type == "aws_dynamodb_table") attributes += R"(,"stream_arn":")" + arn_of(type) + R"(/stream/2024")";
  if (type == "aws_ecr_repository")
    attributes += R"(,"repository_url":"111111111111.dkr.ecr.eu-west-1.amazonaws.com/target")";
  return attributes;
}

// What the table calls the form, for one target; empty where the form is not for it.
std::string value_of(const std::string& form, const std::string& type) {
  if (form == "arn" || form == "principal" || form == "arn pattern") return arn_of(type);
  if (form == "stream_arn") return type == "aws_dynamodb_table" ? arn_of(type) + "/stream/2024" : "";
  if (form == "qualified arn") return type == "aws_lambda_function" ? arn_of(type) + ":7" : "";
  if (form == "name" || form == "NAME" || form == "names") return type == "aws_kms_key" ? "" : "target";
  if (form == "family" || form == "identifier") return "target";
  if (form == "family:rev") return "target:7";
  if (form == "alias") return type == "aws_kms_alias" ? "alias/target" : "";
  if (form == "url" || form == "URL") return "https://sqs.eu-west-1.amazonaws.com/111111111111/target";
  if (form == "url prefix" || form == "repository_url prefix")
    return "111111111111.dkr.ecr.eu-west-1.amazonaws.com/target:v1";
  if (form.starts_with("invoke_arn") && type == "aws_lambda_function") {
    return "arn:aws:apigateway:eu-west-1:lambda:path/2015-03-31/functions/" + arn_of(type) + "/invocations";
  }
  if (form == "arn + :*") return arn_of(type) + ":*";
  if (form == "arn:qualifier") return arn_of(type) + ":live";
  if (form == "id" || form == "key id") {
    return type == "aws_kms_key"          ? "11111111-2222-3333-4444-555555555555"
           : type == "aws_security_group" ? "sg-1"
           : type == "aws_kms_alias"      ? "alias/target"
                                          : "target";
  }
  return "";
}

Texts forms_of(const Row& row) {
  std::string text = row.form;
  for (const char* word : {" or ", " (= id)", " (may carry :key::)", " (not arn)", ", alias"}) {
    for (std::size_t at = text.find(word); at != std::string::npos; at = text.find(word)) {
      text.replace(at, std::string(word).size(), std::string(word) == " or " ? "/" : "");
    }
  }
  return split(text, "/,");
}

std::string as_json_text(const std::string& json) {
  std::string out = "\"";
  for (const char c : json) {
    if (c == '"' || c == '\\') out += '\\';
    out += c;
  }
  return out + '"';
}

// {"a":[{"b":VALUE}]} for a[].b
std::string nested(const std::string& path, const std::string& value) {
  const std::size_t dot = path.find('.');
  std::string segment = path.substr(0, dot);
  const bool is_list = segment.ends_with("[]");
  if (is_list) segment.resize(segment.size() - 2);
  const bool is_json = segment.ends_with("#json");
  if (is_json) segment.resize(segment.size() - 5);
  if (segment == "*") segment = "TARGET";
  std::string inner = "\"" + value + "\"";
  if (dot != std::string::npos) {
    inner = nested(path.substr(dot + 1), value);
  } else if (is_json) {
    inner = R"({"Statement":[{"Effect":"Allow","Principal":{"AWS":")" + value + R"("}}]})";
  }
  if (segment == "container_definitions") inner = R"({"name":"c",)" + inner.substr(1);
  if (is_list) inner = "[" + inner + "]";
  if (is_json) inner = as_json_text(inner);
  const std::string beside = segment == "parameter_value" ? R"("parameter_name":"LambdaArn",)" : "";
  return "{" + beside + "\"" + segment + "\":" + inner + "}";
}

// How a part names what it belongs to.
struct Join {
  std::string attribute;
  std::string owner;  // Terraform's type
};
void joins_in(const AttributeDef& attribute, const TypeDef& type, std::map<std::string, std::vector<Join>>& joins) {
  for (const ImportPath& path : attribute.terraform) {
    if (!path.other_type.empty() && !type.terraform.empty()) {
      joins[path.other_type].push_back({path.joined_by.front().name, type.terraform.front().type});
    }
  }
  for (const AttributeDef& member : attribute.members) joins_in(member, type, joins);
}
std::map<std::string, std::vector<Join>> all_joins() {
  std::map<std::string, std::vector<Join>> joins;
  for (const TypeDef* type : embedded_catalogue().types()) {
    for (const AttributeDef& attribute : type->attributes) joins_in(attribute, *type, joins);
    for (const ImportSource& source : type->terraform) {
      for (const auto& part : source.parts) {
        joins[part.path.other_type].push_back({part.path.joined_by.front().name, source.type});
      }
    }
  }
  return joins;
}

// What a block needs beside the reference for Terraform to accept it.
std::string beside(const Row& row, const std::string& path) {
  if (row.type == "aws_s3_bucket_replication_configuration" && path == "role") {
    return R"(,"rule":[{"destination":[{"bucket":"arn:aws:s3:::elsewhere"}]}])";
  }
  if (row.type == "aws_security_group_rule") return R"(,"type":"ingress","from_port":443,"to_port":443)";
  if (row.type == "aws_lambda_function" && path == "kms_key_arn") return R"(,"environment":[{"variables":{"A":"b"}}])";
  if (row.type == "aws_sns_topic_subscription" && path == "endpoint") return R"(,"topic_arn":"arn:aws:sns:x:1:t")";
  return "";
}

bool is_found(const Row& row, const std::string& path, const std::string& target, const std::string& value,
              const std::map<std::string, std::vector<Join>>& joins) {
  std::string json = nested(path, value);
  if (row.type == "aws_s3_bucket" && path == "replication_configuration[].role") {
    json = R"({"replication_configuration":[{"role":")" + value +
           R"(","rules":[{"destination":[{"bucket":"arn:aws:s3:::elsewhere"}]}]}]})";
  }
  std::string attributes = json.substr(1, json.size() - 2) + beside(row, path);
  std::string resources = held(target, "target", "{" + identities(target) + "}");
  bool is_join = false;
  const auto joined = joins.find(row.type);
  if (joined != joins.end() && !embedded_catalogue().find_terraform(row.type)) {
    is_join = std::any_of(joined->second.begin(), joined->second.end(),
                          [&](const Join& j) { return j.attribute == path || j.attribute + "[]" == path; });
    if (!is_join) {
      const Join& join = joined->second.front();
      const std::string owner = R"("name":"owner","id":"owner","bucket":"owner","function_name":"owner","arn":"owner",)"
                                R"("url":"owner","key_id":"owner")";
      resources += "," + held(join.owner, "owner", "{" + owner + "}");
      attributes += ",\"" + join.attribute + "\":\"owner\"";
    }
  } else {
    attributes += R"(,"arn":"arn:aws:x:eu-west-1:111111111111:source")";
  }
  resources += "," + held(row.type, "source", "{" + attributes + "}");
  input::Diagnostics diagnostics;
  const ImportResult r = import_texts({{"row", state(resources)}}, embedded_catalogue(), diagnostics);
  if (diagnostics.has_errors()) return false;
  if (is_join) return r.coverage.folded == 1 && r.coverage.external.empty();
  std::set<std::string> names;
  for (const auto& a : r.addresses) {
    if (a.address == target + ".target") names.insert(a.name);
  }
  if (target == "aws_kms_alias") names.insert("11111111-2222-3333-4444-555555555555");  // stands for its key
  return std::any_of(r.edges.begin(), r.edges.end(), [&](const ImportedEdge& e) { return names.contains(e.to); });
}

}  // namespace

TEST_CASE("Every reference of the table between two types of the catalogue is found", "[import]") {
  const std::vector<Row> rows = read_rows();
  if (rows.empty()) {
    std::cout << "SKIPPED: the table of Terraform references is not at hand\n";
    return;
  }
  const auto joins = all_joins();
  std::size_t covered = 0;
  std::size_t found = 0;
  Texts missing;
  for (const Row& row : rows) {
    if (!embedded_catalogue().find_terraform(row.type) && !embedded_catalogue().is_part_in_terraform(row.type))
      continue;
    const Texts targets = targets_of(row);
    if (targets.empty()) continue;  // to a type that is not modelled, or to nothing
    ++covered;
    bool every_path = true;
    for (const std::string& path : paths_of(row.path)) {
      bool any = false;
      for (const std::string& target : targets) {
        for (const std::string& form : forms_of(row)) {
          const std::string value = value_of(form, target);
          any = any || (!value.empty() && is_found(row, path, target, value, joins));
        }
      }
      every_path = every_path && any;
      if (!any) missing.push_back(row.type + " " + path);
    }
    if (every_path) ++found;
  }
  std::cout << found << " of " << covered << " rows of the table are found\n";
  std::sort(missing.begin(), missing.end());
  CHECK(missing == Texts{});
}
