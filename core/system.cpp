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

Reaction& Reactions::operator[](std::size_t error) {
  if (!list_ || list_.use_count() > 1) list_ = list_ ? std::make_shared<List>(*list_) : std::make_shared<List>();
  list_->rows.reserve(error_class_count);  // references to other classes stay good
  std::uint8_t& row = list_->row_of[error];
  if (std::count(list_->row_of.begin(), list_->row_of.end(), row) > 1) {
    list_->rows.push_back(Reaction(list_->rows[row]));
    row = static_cast<std::uint8_t>(list_->rows.size() - 1);
  }
  return list_->rows[row];
}

Reactions::Reactions(const ReactionRows& rows) : list_(std::make_shared<List>()) {
  list_->rows.clear();
  for (std::size_t error = 0; error < error_class_count; ++error) {
    const auto same = std::find(list_->rows.begin(), list_->rows.end(), rows[error]);
    list_->row_of[error] = static_cast<std::uint8_t>(same - list_->rows.begin());
    if (same == list_->rows.end()) list_->rows.push_back(rows[error]);
  }
  list_->rows.shrink_to_fit();
}

bool operator==(const Reactions& a, const ReactionRows& b) {
  for (std::size_t error = 0; error < error_class_count; ++error) {
    if (a[error] != b[error]) return false;
  }
  return true;
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
