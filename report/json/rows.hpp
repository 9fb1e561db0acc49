// Values and rows that several JSON reports have in common. For the sources of report/json/ only.
#pragma once

#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>

#include "report/json.hpp"
#include "report/run/figures.hpp"

namespace moshimo::report {

using Json = nlohmann::ordered_json;

// Infinity and "never" have no number in JSON: they are null.
Json number(double x);
Json seconds(Duration d);
Json seconds(SimTime t);
Json micro(Duration d);
Json micro(SimTime t);

Json text_or_null(const std::string* text);
template <class Id, class Table>
auto name_or_null(const Table& table, Id id) {
  return text_or_null(id.is_set() ? &table[id].name : nullptr);
}

template <class Id>  // of a row with a label
auto label_or_null(const System& system, Id id) {
  const std::string name = id.is_set() ? name_of(system, id) : std::string();
  return text_or_null(id.is_set() ? &name : nullptr);
}

std::string printed(const Json& json);

// The beginning of every report: format, kind, and the tool.
Json tool(const Style& style, std::string_view kind);
// The beginning of a report on a scenario.
Json heading(const scenarios::Answer& answer, const Style& style, std::string_view kind);

Json assumptions(const models::Compiled& compiled);
Json facts(const System& system);
Json fact(const System& system, FactId id);

// Everything `run` says after its heading.
void add_answer(Json& json, const scenarios::Answer& answer);

// What is done, in order.
Json steps(const scenarios::Answer& answer, const Response& response);
// What is wrong with the runbook of a scenario.
Json runbook(const scenarios::Answer& answer, const scenarios::RunbookCheck& check);

// What came of a run.
Json figures(const Figures& f);
Json effects(const System& system, const Findings& findings);
Json points_of_no_return(const System& system, const Findings& findings);
Json turning_points(const System& system, const Findings& findings);
Json symptoms(const System& system, const Findings& findings);
Json availability(const System& system, const Findings& findings);
Json jobs(const System& system, const Findings& findings);
Json at_rest(const System& system, const Findings& findings);
Json objectives(const System& system, const Findings& findings);
Json ledgers(const System& system, const Outcome& outcome);

}  // namespace moshimo::report
