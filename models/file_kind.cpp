#include "models/file_kind.hpp"

#include <fmt/format.h>

#include "input/cursor.hpp"

namespace moshimo::models {
namespace {

std::string_view name_of(FileKind kind) {
  switch (kind) {
    case FileKind::inventory: return "an inventory";
    case FileKind::scenario: return "a scenario";
    case FileKind::catalogue: return "a catalogue file";
    case FileKind::plan: return "a Terraform plan";
    case FileKind::state: return "a Terraform state";
    case FileKind::report: return "a report of this program";
    case FileKind::stack: return "a CloudFormation template";
    case FileKind::unknown: break;
  }
  return "a file of an unknown kind";
}

std::string_view advice_on(FileKind kind) {
  switch (kind) {
    case FileKind::inventory:
      return "`moshimo blast` and `moshimo graph` read it, and a scenario names it as its `inventory`";
    case FileKind::scenario: return "`moshimo run` reads it";
    case FileKind::catalogue: return "every command reads it with `--models`";
    case FileKind::plan: return "`moshimo review` reads it, and `moshimo import` makes an inventory of it";
    case FileKind::state: return "`moshimo import` makes an inventory of it";
    case FileKind::report: return "no command reads that; give the files it was made of";
    case FileKind::stack: return "`moshimo import` makes an inventory of it";
    case FileKind::unknown: break;
  }
  return "";
}

}  // namespace

FileKind kind_of(const input::Document& document) {
  input::Diagnostics ignored;
  const input::Cursor root(document, ignored);
  if (!root.is_map()) return FileKind::unknown;
  if (root.find("format_version") && root.find("kind") && root.find("tool")) return FileKind::report;
  if (root.find("resource_changes") || root.find("planned_values")) return FileKind::plan;
  if (root.find("format_version") && root.find("values")) return FileKind::state;
  if (root.find("terraform_version") && root.find("lineage")) return FileKind::state;
  if (root.find("AWSTemplateFormatVersion") || root.find("Resources")) return FileKind::stack;
  if (root.find("faults")) return FileKind::scenario;
  if (root.find("resources")) return FileKind::inventory;
  if (root.find("types") || root.find("traits") || root.find("facts")) return FileKind::catalogue;
  return FileKind::unknown;
}

bool is_another_kind(const input::Document& document, FileKind wanted, input::Diagnostics& diagnostics) {
  const FileKind kind = kind_of(document);
  if (kind == wanted || kind == FileKind::unknown) return false;
  diagnostics.error({&document.file(), document.root().offset},
                    fmt::format("this is {}, not {}; {}", name_of(kind), name_of(wanted), advice_on(kind)));
  return true;
}

}  // namespace moshimo::models
