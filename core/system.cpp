#include "core/system.hpp"

#include <algorithm>
#include <utility>

namespace moshimo {

std::string_view name_of(ErrorClass c) {
  switch (c) {
    case ErrorClass::denied: return "denied";
    case ErrorClass::key: return "key";
    case ErrorClass::missing: return "missing";
    case ErrorClass::throttled: return "throttled";
    case ErrorClass::unavailable: return "unavailable";
    case ErrorClass::unhealthy: return "unhealthy";
    case ErrorClass::stalled: return "stalled";
    case ErrorClass::failed: return "failed";
  }
  return "";
}

std::string_view name_of(Confidence c) {
  switch (c) {
    case Confidence::documented: return "documented";
    case Confidence::observed: return "observed";
    case Confidence::inferred: return "inferred";
    case Confidence::assumed: return "assumed";
  }
  return "";
}

std::string_view name_of(SymptomKind k) {
  switch (k) {
    case SymptomKind::metric: return "metric";
    case SymptomKind::error: return "error";
    case SymptomKind::event: return "event";
    case SymptomKind::log: return "log";
    case SymptomKind::status: return "status";
    case SymptomKind::silent: return "silent";
  }
  return "";
}

Duration place_limit(const System& system, const Fallback& fallback) {
  if (!fallback.store.is_set()) return fallback.limit;
  return std::min(fallback.limit, system.stores[fallback.store].holds_for);
}

FactId Hop::fact_of(ErrorClass error, std::size_t fallback) const {
  for (const Reason& reason : reasons) {
    if (reason.error == error && reason.fallback == fallback) return reason.fact;
  }
  return fallbacks[fallback].fact;
}

WrittenLabel written(std::string name, std::string says) {
  return std::make_shared<const Label>(Label{std::move(name), std::move(says)});
}

namespace {

template <class Row>
Label label_of(const System& system, const Table<Row>& rows, Id<Row> id) {
  if (const WrittenLabel& label = rows[id].label) return *label;
  return system.texts ? system.texts->label(id) : Label{};
}

}  // namespace

std::string name_of(const System& system, ConditionId condition) {
  return label_of(system, system.conditions, condition).name;
}
std::string name_of(const System& system, PortId port) { return label_of(system, system.ports, port).name; }
std::string name_of(const System& system, RepairId repair) { return label_of(system, system.repairs, repair).name; }
std::string says(const System& system, ConditionId condition) {
  return label_of(system, system.conditions, condition).says;
}
std::string says(const System& system, PortId port) { return label_of(system, system.ports, port).says; }

RepairText text_of(const System& system, RepairId repair) {
  return system.texts ? system.texts->repair(repair) : RepairText{};
}

}  // namespace moshimo
