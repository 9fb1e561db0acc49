#include "report/run/symptoms.hpp"

#include <map>
#include <set>
#include <tuple>

#include "report/layout.hpp"

namespace moshimo::report {

std::vector<SeenTogether> symptoms_of(const Findings& findings) {
  std::vector<SeenTogether> seen;
  std::set<std::tuple<ComponentId, SymptomKind, std::string_view>> known;
  std::map<std::tuple<SimTime, SymptomKind, std::string_view>, std::size_t> place;
  for (const SeenSymptom& s : findings.symptoms) {
    const std::string_view text = s.symptom->text;
    if (!known.emplace(s.component, s.symptom->kind, text).second) continue;
    const auto [at, is_new] = place.emplace(std::tuple(s.at, s.symptom->kind, text), seen.size());
    if (is_new) seen.push_back({s.at, s.symptom->kind, clean(text), {}});
    seen[at->second].components.push_back(s.component);
  }
  return seen;
}

}  // namespace moshimo::report
