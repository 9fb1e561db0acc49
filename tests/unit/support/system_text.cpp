#include "tests/unit/support/system_text.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <stdexcept>

#include "tests/unit/support/text_words.hpp"

namespace moshimo {
namespace {

const std::string& name_in(const Condition& row) { return row.label->name; }
const std::string& name_in(const Port& row) { return row.label->name; }
template <class Row>
const std::string& name_in(const Row& row) {
  return row.name;
}

template <class Row>
Id<Row> find_row(const Table<Row>& table, std::string_view name, std::string_view kind) {
  std::size_t i = 0;
  for (const Row& row : table) {
    if (name_in(row) == name) return Id<Row>(i);
    ++i;
  }
  throw std::runtime_error(fmt::format("there is no {} named '{}'", kind, name));
}

}  // namespace

Script script_from(const System& system, std::string_view text) {
  Script script;
  for (Words& words : rows_from(text)) {
    if (!words.take_if("at")) throw std::runtime_error("a line of a script begins with: at D");
    const SimTime at = SimTime::after_start(duration_from(words.take()));
    if (words.take_if("restart")) {
      script.restarts.push_back({at, process_named(system, words.take())});
    } else if (words.take_if("release")) {
      Script::Release release;
      release.at = at;
      release.hop = hop_named(system, words.take());
      release.fallback = static_cast<std::uint8_t>(number_from(words.take()));
      if (words.more()) release.rate = rate_from(words.take());
      script.releases.push_back(release);
    } else if (words.take_if("set")) {
      const StoreId store = store_named(system, words.take());
      if (!words.take_if("kept")) throw std::runtime_error("a store is set: at D set STORE kept D");
      script.settings.push_back({at, store, duration_from(words.take())});
    } else {
      const ConditionId condition = condition_named(system, words.take());
      const std::string_view verb = words.take();
      if (verb != "falls" && verb != "rises") throw std::runtime_error("a condition falls or rises");
      script.changes.push_back({at, condition, verb == "rises"});
    }
  }
  const auto by_time = [](const auto& a, const auto& b) { return a.at < b.at; };
  std::stable_sort(script.changes.begin(), script.changes.end(), by_time);
  std::stable_sort(script.restarts.begin(), script.restarts.end(), by_time);
  std::stable_sort(script.releases.begin(), script.releases.end(), by_time);
  std::stable_sort(script.settings.begin(), script.settings.end(), by_time);
  return script;
}

ConditionId condition_named(const System& s, std::string_view name) {
  return find_row(s.conditions, name, "condition");
}
PortId port_named(const System& s, std::string_view name) { return find_row(s.ports, name, "port"); }
StoreId store_named(const System& s, std::string_view name) { return find_row(s.stores, name, "store"); }
HopId hop_named(const System& s, std::string_view name) { return find_row(s.hops, name, "hop"); }
ProcessId process_named(const System& s, std::string_view name) { return find_row(s.processes, name, "process"); }

}  // namespace moshimo
