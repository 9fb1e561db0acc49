#include "models/catalogue/check.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <map>

#include "models/catalogue/checker.hpp"

namespace moshimo::models {

namespace checking {

void Checker::run() {
  for (const TypeDef* type : types_) type_names_.push_back(type->name);
  for (const FactDef* fact : catalogue_.facts()) fact_ids_.push_back(fact->id);
  for (const TypeDef* type : types_) {
    for (const AttributeDef& attribute : type->attributes) collect_parents(*type, attribute);
  }
  imports();
  for (const TypeDef* type : types_) check(*type);
  for (const TypeDef* type : types_) effects(*type);
}

void Checker::error(Position at, std::string message) {
  if (at.file == nullptr && current_ != nullptr) {
    message = fmt::format("in the built-in {}: {}", current_->name, message);
  }
  diagnostics_.error(at, std::move(message));
}

void Checker::collect_parents(const TypeDef& type, const AttributeDef& attribute) {
  if (attribute.kind == AttributeDef::Kind::contains && !attribute.types.empty()) {
    parents_[attribute.types[0]].push_back(&type);
  }
  for (const AttributeDef& member : attribute.members) collect_parents(type, member);
}

void Checker::imports() {
  std::map<std::string, std::string, std::less<>> terraform;
  std::map<std::string, std::string, std::less<>> cloudformation;
  const auto note = [this](auto& seen, const ImportSource& source, const TypeDef& type) {
    const auto [earlier, is_new] = seen.emplace(source.type, type.name);
    if (!is_new) error(source.at, fmt::format("{} is imported as {} already", source.type, earlier->second));
    for (const ImportSource::Part& part : source.parts) {
      if (type.find_attribute(part.attribute) == nullptr) {
        error(part.at, fmt::format("{} has no attribute '{}' that this could be part of", type.name, part.attribute));
      }
    }
    for (const ImportSource::Mention& mention : source.mentions) {
      for (const std::string& name : mention.types) known_type(name, mention.at);
    }
    for (const ImportSource::FaultByUpdate& update : source.faults) {
      if (type.find_fault(update.fault) == nullptr) {
        error(update.at, fmt::format("{} has no fault '{}'", type.name, update.fault));
      }
    }
  };
  for (const TypeDef* type : types_) {
    for (const ImportSource& source : type->terraform) note(terraform, source, *type);
    for (const ImportSource& source : type->cloudformation) note(cloudformation, source, *type);
  }
}

void Checker::effects(const TypeDef& type) {
  current_ = &type;
  for (const RepairDef& r : type.repairs) {
    const bool does_something = !r.restores.empty() || !r.breaks.empty() || !r.restarts.empty() || !r.sets.empty() ||
                                releases_.count({type.name, r.name}) != 0;
    const bool refreshes = std::any_of(type.conditions.begin(), type.conditions.end(), [&r](const ConditionDef& c) {
      return std::find(c.refreshed_by.begin(), c.refreshed_by.end(), r.name) != c.refreshed_by.end();
    });
    if (does_something || refreshes) continue;
    error(r.at, fmt::format("repair '{}' of {} restores nothing: no condition, process or number, and no fallback is "
                            "released by it",
                            r.name, type.name));
  }
  for (const ConditionDef& c : type.conditions) {
    if (c.rises != Condition::Rises::by_repair || !c.refreshed_by.empty()) continue;
    if (restored_.count({type.name, c.name}) != 0) continue;
    error(c.at, fmt::format("'{}' of {} rises only by a repair, but no repair restores it", c.name, type.name));
  }
}
}  // namespace checking

void check(const Catalogue& catalogue, input::Diagnostics& diagnostics) {
  checking::Checker(catalogue, diagnostics).run();
}

}  // namespace moshimo::models
