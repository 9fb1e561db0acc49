#include "report/run/stamp.hpp"

#include "input/document.hpp"

namespace moshimo::report {

Clock clock_of(const scenarios::Scenario& scenario) { return {scenario.start, scenario.utc_offset_seconds}; }

std::string digest_of(const scenarios::Answer& answer) {
  Digest digest;
  if (answer.scenario && answer.scenario->document) digest.add(answer.scenario->document->file().text());
  for (const auto& file : answer.inventory_files) digest.add(file->text());
  return digest.text();
}

}  // namespace moshimo::report
