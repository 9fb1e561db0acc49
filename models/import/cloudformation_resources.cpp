#include "models/import/cloudformation.hpp"
#include "models/import/json_text.hpp"

namespace moshimo::models::importing {

void append_json(const models::Value& tree, std::string& out) {
  switch (tree.kind) {
    case models::Value::Kind::null: out += "null"; return;
    case models::Value::Kind::scalar: append_json_text(tree.text, out); return;
    case models::Value::Kind::list:
    case models::Value::Kind::map: break;
  }
  const bool is_map = tree.kind == models::Value::Kind::map;
  out += is_map ? '{' : '[';
  bool is_first = true;
  for (const models::Value& child : tree.children) {
    if (!is_first) out += ',';
    is_first = false;
    if (is_map) {
      append_json_text(child.key, out);
      out += ':';
    }
    append_json(child, out);
  }
  out += is_map ? '}' : ']';
}

void add_instances(const std::vector<TemplateResource>& resources, Documents& documents, World& world) {
  std::string json = "[";
  for (const TemplateResource& resource : resources) {
    if (json.size() > 1) json += ',';
    append_json(resource.properties, json);
  }
  input::Diagnostics none;  // our own JSON
  const Value values = documents.add(
      std::make_shared<input::Document>(input::Document::parse("", json + "]", input::Format::json, none)));
  const std::vector<Value> items = values.items();
  for (std::size_t i = 0; i < resources.size() && i < items.size(); ++i) {
    Instance instance;
    instance.address = resources[i].id;
    instance.type = resources[i].type;
    instance.name = resources[i].id;
    instance.values = items[i];
    world.instances.push_back(std::move(instance));
  }
}

}  // namespace moshimo::models::importing
