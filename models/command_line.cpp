#include "models/command_line.hpp"

#include <array>
#include <utility>

namespace moshimo::models {
namespace {

using Names = std::pair<std::string_view, std::string_view>;

// Of the CLI, and of policies, where the two differ.
constexpr std::array<Names, 6> services = {{{"s3api", "s3"},
                                            {"s3control", "s3"},
                                            {"stepfunctions", "states"},
                                            {"opensearch", "es"},
                                            {"efs", "elasticfilesystem"},
                                            {"configservice", "config"}}};
constexpr std::array<Names, 4> calls = {{{"lambda:Invoke", "lambda:InvokeFunction"},
                                         {"s3:PutBucketEncryption", "s3:PutEncryptionConfiguration"},
                                         {"s3:PutBucketReplication", "s3:PutReplicationConfiguration"},
                                         {"iot-data:Publish", "iot:Publish"}}};

template <std::size_t n>
std::string_view renamed(const std::array<Names, n>& names, std::string_view name) {
  for (const Names& pair : names) {
    if (pair.first == name) return pair.second;
  }
  return name;
}

// The next word, taken from the text.
std::string_view word_of(std::string_view& text) {
  const std::size_t end = text.find(' ');
  const std::string_view word = text.substr(0, end);
  text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
  return word;
}

}  // namespace

std::string in_region(std::string command, const std::string& region) {
  const bool says_so = command.find(" --region ") != std::string::npos;
  if (command.starts_with("aws ") && !says_so) command += " --region " + region;
  return command;
}

std::string call_of(std::string_view command) {
  if (word_of(command) != "aws") return "";
  const std::string_view service = word_of(command);
  const std::string_view operation = word_of(command);
  for (const std::string_view looks : {"get-", "list-", "describe-", "head-", "lookup-", "filter-"}) {
    if (operation.starts_with(looks)) return "";
  }
  if (service == "s3" || service == "apigateway" || operation.empty() || operation == "wait") return "";
  std::string call = std::string(renamed(services, service)) + ":";
  bool begins = true;
  for (const char c : operation) {
    if (c != '-') call += begins && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    begins = c == '-';
  }
  return std::string(renamed(calls, call));
}

}  // namespace moshimo::models
