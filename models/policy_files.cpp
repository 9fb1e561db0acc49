#include "models/policy_files.hpp"

#include <filesystem>
#include <fmt/format.h>
#include <map>

#include "models/called_in_definitions.hpp"

namespace moshimo::models {

const Value* named_file(const Value& value) {
  const bool is_alone = value.kind == Value::Kind::map && value.children.size() == 1;
  return is_alone && value.children.front().key == "file" ? &value.children.front() : nullptr;
}

namespace {

class Files {
 public:
  Files(Inventory& inventory, input::Diagnostics& diagnostics) : inventory_(inventory), diagnostics_(diagnostics) {}

  // False where its file cannot be read, which is reported.
  bool put_in_place(Value& value) {
    const Value* const file = named_file(value);
    if (!file) return true;
    if (file->kind != Value::Kind::scalar || file->text.empty()) {
      diagnostics_.error(file->at(), "the file of a document is a path, as in { file: policies/write.json }");
      return false;
    }
    const std::filesystem::path folder =
        value.file ? std::filesystem::path(value.file->name()).parent_path() : std::filesystem::path();
    const std::string path = (folder / file->text).string();
    const auto [known, is_new] = read_.try_emplace(path);
    if (is_new) known->second = read(path, *file);
    if (known->second.kind == Value::Kind::null) return false;
    std::string key = std::move(value.key);
    value = known->second;
    value.key = std::move(key);
    return true;
  }

 private:
  // Null where it cannot be read, which is reported once.
  Value read(const std::string& path, const Value& named) {
    std::error_code error;
    if (!std::filesystem::exists(path, error)) {
      diagnostics_.error(named.at(), fmt::format("there is no file {}; the path of a document is relative to the "
                                                 "folder of the inventory",
                                                 input::in_quotes(path)));
      return {};
    }
    if (!std::filesystem::is_regular_file(path, error)) {
      diagnostics_.error(named.at(),
                         fmt::format("{} is no file; name one that holds a document", input::in_quotes(path)));
      return {};
    }
    const input::Document document = input::read_document(path, diagnostics_);
    inventory_.files.push_back(document.shared_file());
    return document.is_whole() ? value_from(document, document.root()) : Value();
  }

  Inventory& inventory_;
  input::Diagnostics& diagnostics_;
  std::map<std::string, Value> read_;
};

}  // namespace

void read_policy_files(Inventory& inventory, const Catalogue& catalogue, input::Diagnostics& diagnostics) {
  Files files(inventory, diagnostics);
  for (Resource& resource : inventory.resources) {
    const TypeDef* const type = catalogue.find_type(resource.type);
    if (!type) continue;
    const AttributeDef* const definition = definition_of(*type);
    for (const AttributeDef& attribute : type->attributes) {
      const bool holds_documents = type->permissions && type->permissions->inline_ones == attribute.name;
      const bool is_document = attribute.kind == AttributeDef::Kind::policy || &attribute == definition;
      if (!holds_documents && !is_document) continue;
      Value* const written = resource.attributes.find(attribute.name);
      if (!written) continue;
      const auto cannot_be_read = [&](Value& document) { return !files.put_in_place(document); };
      if (holds_documents)
        std::erase_if(written->children, cannot_be_read);
      else if (cannot_be_read(*written))
        *written = Value();
    }
  }
}

}  // namespace moshimo::models
