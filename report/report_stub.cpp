#include "report/report.hpp"

#include "report/json.hpp"

namespace moshimo::report {

std::string run_json(const scenarios::Answer&, const Style&) { return "{}\n"; }

std::string blast_report(const BlastView&, const Dependencies&, const Style&) { return "\n"; }
std::string review_report(const ReviewView&, const Style&) { return "\n"; }
std::string coverage_report(const models::ImportResult& import, const Style&) {
  return models::coverage_line(import.coverage) + "\n";
}
std::string inspect_json(const scenarios::Answer&, const Style&) { return "{}\n"; }
std::string graph_text(const models::Compiled&, const Dependencies&, bool) { return "\n"; }
std::string explain_type(const models::TypeDef& type, const models::Catalogue&, const Style&) { return type.name + "\n"; }
std::string explain_fact(const models::FactDef& fact, const models::Catalogue&, const Style&) { return fact.says + "\n"; }
std::string list_types(const models::Catalogue&, const Style&) { return "\n"; }
std::string list_facts(const models::Catalogue&, const Style&) { return "\n"; }

}  // namespace moshimo::report
