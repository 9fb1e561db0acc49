// The JSON forms of reports.
#pragma once

#include <string>

#include "report/report.hpp"

namespace moshimo::report {

std::string run_json(const scenarios::Answer& answer, const Style& style);

}  // namespace moshimo::report
