#include <algorithm>
#include <fmt/format.h>

#include "models/catalogue/type_reader.hpp"

namespace moshimo::models {

ConditionDef TypeReader::condition(const Tree& tree) {
  ConditionDef result;
  if (!begin(tree, "condition", result)) return result;
  allow_only(tree, {"says", "class", "if", "initially", "follows", "falls_after", "rises_after", "rises",
                    "refreshed_by", "sees", "fact", "assumed"});
  result.says = required_text(tree, "says", what("condition", tree));
  if (const Tree* t = tree.find("class")) {
    result.error = error_class(*t).value_or(ErrorClass::unavailable);
  } else if (tree.key == "exists") {
    result.error = ErrorClass::missing;
  } else {
    error(tree.key_at, fmt::format("condition '{}' needs `class`: what is seen while it does not hold", tree.key));
  }
  result.test = test_in(tree);
  result.initially = test_in(tree, "initially");
  result.is_derived = tree.find("follows") != nullptr;
  result.follows = needs_in(tree, "follows");
  result.falls_after = delay_in(tree, "falls_after");
  result.rises_after = delay_in(tree, "rises_after");
  if (const Tree* rises = tree.find("rises")) {
    if (rises->text == "repair") {
      result.rises = Condition::Rises::by_repair;
    } else if (rises->text == "never") {
      result.rises = Condition::Rises::never;
    } else {
      error(rises->at, "`rises` is `repair` or `never`; a delay goes into `rises_after`");
    }
    if (tree.find("rises_after") != nullptr && result.rises == Condition::Rises::never) {
      error(rises->key_at, "a condition that never rises has no `rises_after`");
    }
  }
  if (const Tree* t = tree.find("refreshed_by")) result.refreshed_by = names_in(*t);
  result.sees = sees_in(tree);
  result.basis = basis(tree);
  return result;
}

void TypeReader::add_exists() {
  const auto found = std::find_if(type_.conditions.begin(), type_.conditions.end(),
                                  [](const ConditionDef& c) { return c.name == "exists"; });
  if (found != type_.conditions.end()) {
    std::rotate(type_.conditions.begin(), found, found + 1);
    return;
  }
  ConditionDef exists;
  exists.name = "exists";
  exists.says = words("", "name", " exists");
  exists.error = ErrorClass::missing;
  exists.is_implicit = true;
  exists.at = type_.at;
  type_.conditions.insert(type_.conditions.begin(), std::move(exists));
}

PortDef TypeReader::port(const Tree& tree) {
  PortDef result;
  result.name = tree.key;
  result.at = tree.key_at;
  if (!tree.is_null() && !expect_map(tree, what("port", tree))) return result;
  allow_only(tree, {"says", "if", "needs", "by", "capacity", "callers", "action", "resource", "forwarded",
                    "service_key", "tells_people", "right", "granted_by", "recorded", "fact", "assumed"});
  result.says = text_in(tree, "says");
  result.test = test_in(tree);
  result.is_right = says_yes(tree, "right");
  if (const Tree* t = tree.find("recorded")) result.recorded = name_in(*t);
  result.resource = text_in(tree, "resource");
  if (const Tree* t = tree.find("forwarded")) result.is_forwarded = t->text == "true" || t->text == "yes";
  if (const Tree* t = tree.find("service_key")) result.service_key = t->text;
  result.callers = test_in(tree, "callers");
  result.tells_people = says_yes(tree, "tells_people");
  words_.caller = true;
  result.needs = needs_in(tree, "needs");
  if (const Tree* t = tree.find("granted_by")) result.granted_by = parser().path(*t);
  words_.caller = false;
  const bool has_exists = std::any_of(result.needs.begin(), result.needs.end(), [](const NeedDef& need) {
    return need.test.is_always() && need.paths.size() == 1 && need.paths[0].start == Path::Start::component &&
           need.paths[0].steps.size() == 1 && need.paths[0].steps[0].name == "exists";
  });
  if (!has_exists && !result.is_right) {
    NeedDef need;
    need.paths.push_back(own("exists"));
    need.at = result.at;
    result.needs.insert(result.needs.begin(), std::move(need));
  }
  if (const Tree* t = tree.find("by")) result.by = name_in(*t);
  result.capacity = quantity_in(tree, "capacity");
  if (const Tree* t = tree.find("action")) result.actions = names_in(*t);
  if (result.actions.size() == 1 && result.actions.front().find(':') == std::string::npos) {
    result.actions_in = std::move(result.actions.front());
    result.actions.clear();
  }
  result.basis = basis(tree);
  return result;
}

StoreDef TypeReader::store(const Tree& tree) const {
  StoreDef result;
  if (!begin(tree, "store", result)) return result;
  allow_only(tree, {"says", "if", "holds_for", "capacity", "overflow", "accepts", "readable", "lost_with", "emptied_by",
                    "order", "readers", "holds_data", "sees", "fact", "assumed"});
  result.says = required_text(tree, "says", what("store", tree));
  result.test = test_in(tree);
  result.holds_for = quantity_in(tree, "holds_for");
  result.capacity = quantity_in(tree, "capacity");
  result.overflow = overflow_in(tree);
  result.accepts = needs_in(tree, "accepts");
  result.readable = needs_in(tree, "readable");
  result.lost_with = paths_in(tree, "lost_with");
  result.emptied_by = paths_in(tree, "emptied_by");
  result.is_ordered = says_yes(tree, "order");
  if (const Tree* t = tree.find("readers")) {
    if (t->text != "share" && t->text != "each") error(t->at, "`readers` is share or each");
    result.readers = t->text == "each" ? StoreDef::Readers::each : StoreDef::Readers::share;
  }
  result.holds_data = says_yes(tree, "holds_data");
  result.sees = sees_in(tree);
  result.basis = basis(tree);
  return result;
}

ProcessDef TypeReader::process(const Tree& tree) const {
  ProcessDef result;
  if (!begin(tree, "process", result)) return result;
  allow_only(tree, {"says", "if", "count", "lifetime", "start", "run", "healthy", "start_time",
                    "ends_when_unhealthy_for", "restart", "sees", "fact", "assumed"});
  result.says = text_in(tree, "says");
  result.test = test_in(tree);
  result.count = quantity_in(tree, "count");
  result.lifetime = quantity_in(tree, "lifetime");
  result.start = needs_in(tree, "start");
  result.run = needs_in(tree, "run");
  result.healthy = needs_in(tree, "healthy");
  result.start_time = quantity_in(tree, "start_time");
  result.ends_when_unhealthy_for = quantity_in(tree, "ends_when_unhealthy_for");
  if (const Tree* t = tree.find("restart")) {
    if (t->is_scalar()) {
      if (t->text != "never") error(t->at, "`restart` is a schedule or `never`");
      result.restarts = false;
    } else {
      result.restart = schedule(*t);
    }
  }
  result.sees = sees_in(tree);
  result.basis = basis(tree);
  return result;
}

}  // namespace moshimo::models
