// The JSON forms of reports. Times are in seconds since the start of the scenario (in `inspect`, microseconds); null
// stands for never, for ever and without limit.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "report/report.hpp"

namespace moshimo::report {

// A member of a type, and why it is taken to be so.
struct AssumedMember {
  std::string kind;
  std::string says;
  std::vector<std::string> assumed;
};

std::string run_json(const scenarios::Answer& answer, const Style& style);
std::string recover_json(const scenarios::Recovery& recovery, const Style& style);
std::string blast_json(const BlastView& view, const Style& style);
std::string soak_json(const scenarios::Soak& soak, const Style& style);
std::string trials_json(const scenarios::TrialShard& all);
std::string coverage_json(const models::ImportResult& import, const Style& style);
std::string review_json(const ReviewView& view, const Style& style);
std::string type_json(const models::TypeDef& type, const models::Catalogue& catalogue, const Style& style);
std::string member_json(const models::TypeDef& type, std::string_view member, const std::vector<AssumedMember>& found,
                        const Style& style);
std::string format_json(const FileFormat& format, const Style& style);
std::string types_json(const std::vector<const models::TypeDef*>& list, const Style& style);
std::string scenarios_json(const std::vector<ListedScenario>& list, const Style& style);
std::string facts_json(const std::vector<const models::FactDef*>& list, const Style& style);

}  // namespace moshimo::report
