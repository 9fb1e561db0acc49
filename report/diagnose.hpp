// What a diagnosis tells: the likeliest faults, what would tell the best two apart, and where to look.
#pragma once

#include <string>

#include "report/report.hpp"
#include "scenarios/diagnose.hpp"

namespace moshimo::report {

std::string diagnosis_report(const scenarios::Diagnosis& diagnosis, const Style& style);
std::string diagnosis_json(const scenarios::Diagnosis& diagnosis, const Style& style);

}  // namespace moshimo::report
