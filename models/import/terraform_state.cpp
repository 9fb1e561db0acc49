#include <algorithm>
#include <fmt/format.h>
#include <map>

#include "models/import/json_text.hpp"
#include "models/import/shape.hpp"
#include "models/import/terraform_data_sources.hpp"

namespace moshimo::models::importing {

namespace {

// `attributes_flat`, as Terraform 0.11 kept attributes: a.# is the length of a list, a.% that of a map.
struct Flat {
  std::optional<std::string> value;
  std::map<std::string, Flat> members;
};

void write_json(const Flat& flat, std::string& out) {
  if (flat.members.empty()) {
    out += flat.value ? json_text(*flat.value) : "null";
    return;
  }
  const bool is_list = flat.members.contains("#");
  std::vector<const std::pair<const std::string, Flat>*> parts;
  for (const auto& part : flat.members) {
    if (part.first != "#" && part.first != "%") parts.push_back(&part);
  }
  if (is_list) {
    std::stable_sort(parts.begin(), parts.end(), [](const auto* a, const auto* b) {
      return a->first.size() != b->first.size() ? a->first.size() < b->first.size() : a->first < b->first;
    });
  }
  out += is_list ? '[' : '{';
  bool is_first = true;
  for (const auto* part : parts) {
    if (!is_first) out += ',';
    is_first = false;
    if (!is_list) out += json_text(part->first) + ":";
    write_json(part->second, out);
  }
  out += is_list ? ']' : '}';
}

Value unflattened(Documents& documents, Value flat) {
  Flat root;
  // First what is a map: after `tags.` the rest of a key is one key, dots and all.
  for (Value entry = flat.first(); entry; entry = entry.next()) {
    if (!entry.key().ends_with(".%")) continue;
    Flat* at = &root;
    std::string_view key = entry.key();
    for (std::size_t dot = key.find('.'); dot != std::string_view::npos; dot = key.find('.')) {
      at = &at->members[std::string(key.substr(0, dot))];
      key.remove_prefix(dot + 1);
    }
    at->members["%"].value = std::string(entry.text());
  }
  for (Value entry = flat.first(); entry; entry = entry.next()) {
    Flat* at = &root;
    std::string_view key = entry.key();
    while (true) {
      const std::size_t dot = key.find('.');
      const std::string part(key.substr(0, dot));
      const bool in_map = at->members.contains("%");
      if (in_map || dot == std::string_view::npos) {
        at->members[in_map ? std::string(key) : part].value = std::string(entry.text());
        break;
      }
      at = &at->members[part];
      key.remove_prefix(dot + 1);
    }
  }
  std::string json;
  if (root.members.empty()) return {};
  write_json(root, json);
  input::Diagnostics ignored;
  return documents.add(std::make_shared<const input::Document>(
      input::Document::parse("attributes_flat", std::move(json), input::Format::json, ignored)));
}

std::string escaped_key(Value index) {
  if (!index) return {};
  return index.is_text() ? json_text(index.text()) : std::string(index.text());
}

}  // namespace

bool read_raw_state(Documents& documents, Value root, World& world, input::Diagnostics& diagnostics) {
  const Value version = root.member("version");
  if (version.text() != "4") {
    const bool is_older = version.text() == "1" || version.text() == "2" || version.text() == "3";
    diagnostics.error(
        version.at(),
        fmt::format("this is a Terraform state of version {}, which is not supported; {}",
                    version.is_scalar() ? version.text() : "that is no number",
                    is_older ? "run `terraform state pull > terraform.tfstate` with Terraform 0.13 or newer, which "
                               "writes version 4, and import that"
                             : "run `terraform show -json > state.json` and import that"));
    return false;
  }
  if (!have_kind(root, {"resources"}, Kind::list, diagnostics)) return false;
  bool good = true;
  for (Value resource = root.member("resources").first(); resource; resource = resource.next()) {
    if (!have_kind(resource, {"type", "name", "mode", "module", "provider"}, Kind::text, diagnostics)) {
      good = false;
      continue;
    }
    const Value instances = resource.member("instances");
    const std::string type(resource.member("type").text());
    const std::string name(resource.member("name").text());
    if (type.empty() || name.empty() || (instances && !instances.is_list())) {
      diagnostics.error(resource.at(),
                        "this resource has no type, no name, or `instances` that are no list; is the "
                        "file a Terraform state?");
      good = false;
      continue;
    }
    for (Value node = instances.first(); node; node = node.next()) {
      Instance instance;
      instance.type = type;
      instance.name = name;
      instance.module = std::string(resource.member("module").text());
      instance.is_data = resource.member("mode").text() == "data";
      instance.key = escaped_key(node.member("index_key"));
      instance.provider = std::string(resource.member("provider").text());
      instance.deposed = std::string(node.member("deposed").text());
      instance.address = fmt::format("{}{}{}{}.{}", instance.module, instance.module.empty() ? "" : ".",
                                     instance.is_data ? "data." : "", type, name);
      if (!instance.key.empty()) instance.address += "[" + instance.key + "]";
      instance.values = node.member("attributes");
      if (!instance.values) instance.values = unflattened(documents, node.member("attributes_flat"));
      if (instance.values && !instance.values.is_map()) {
        diagnostics.error(instance.values.at(),
                          fmt::format("the attributes of {} should be an object", instance.address));
        good = false;
        continue;
      }
      for (const Value& path : node.member("sensitive_attributes").items()) {
        if (path.is_list() && path.size() > 0) documents.hide_path(instance.values, path);
      }
      world.instances.push_back(std::move(instance));
    }
  }
  note_callers(world);
  return good;
}

}  // namespace moshimo::models::importing
