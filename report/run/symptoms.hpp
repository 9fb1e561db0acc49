// What can be seen, the same at the same time together.
#pragma once

#include <string>
#include <vector>

#include "core/findings.hpp"

namespace moshimo::report {

struct SeenTogether {
  SimTime at;
  SymptomKind kind = SymptomKind::error;
  std::string text;
  std::vector<ComponentId> components;
};
std::vector<SeenTogether> symptoms_of(const Findings& findings);

}  // namespace moshimo::report
