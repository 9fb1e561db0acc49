#include "scenarios/review.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <set>

namespace moshimo::scenarios {
namespace {

// How long the gap of a replacement lasts when the old one goes first. Terraform waits for nothing in between.
constexpr Duration replacement_gap = Duration::seconds(30);

std::string counted(std::size_t n, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", n, n == 1 ? one : many);
}

ScenarioFault fault_of(const std::string& component, const std::string& verb) {
  ScenarioFault fault;
  fault.verb = verb;
  fault.components = {component};
  fault.component_at = {input::Position{}};
  return fault;
}

}  // namespace

std::shared_ptr<const Scenario> review_scenario(const models::ImportResult& import, const ReviewOptions& options) {
  Scenario s;
  s.name = "review";
  s.title = "What the plan would do";
  s.horizon = options.horizon;
  s.response.time_to_detect = options.time_to_detect;
  s.response.count = options.responders;
  s.response.strategy = Strategy::full;
  s.compare = {Strategy::none, Strategy::restore_only, Strategy::full};
  std::set<std::pair<std::string, std::string>> known;
  for (const models::PlannedChanges::Deletion& d : import.changes.deletions) {
    if (known.emplace(d.name, d.verb).second) s.faults.push_back(fault_of(d.name, d.verb));
  }
  for (const models::PlannedChanges::Replacement& r : import.changes.replacements) {
    if (r.creates_first && r.moves_users && r.restores_parts) continue;  // nobody sees it
    if (!known.emplace(r.name, "delete").second) continue;
    ScenarioFault fault = fault_of(r.name, "delete");
    fault.with_parts = r.restores_parts;
    fault.with_users = r.moves_users;
    fault.made_again_after = r.creates_first ? Duration{} : replacement_gap;
    s.faults.push_back(std::move(fault));
  }
  if (s.faults.empty()) return nullptr;
  return std::make_shared<const Scenario>(std::move(s));
}

std::vector<std::string> failed_gates(const Answer& answer, const std::vector<Gate>& gates) {
  std::vector<std::string> failed;
  for (Gate gate : gates) {
    switch (gate) {
      case Gate::blast: {
        std::set<std::uint32_t> hurt;
        for (const Effect& e : answer.nobody_acts().findings.effects) hurt.insert(e.component.value);
        for (const Fault& f : answer.faults) hurt.erase(answer.system().actions[f.action].component.value);
        if (!hurt.empty()) {
          failed.push_back(fmt::format("blast: {} hurt", counted(hurt.size(), "component is", "components are")));
        }
        break;
      }
      case Gate::loss: {
        const double lost = answer.main_run().findings.lost;
        if (lost > 1e-3)
          failed.push_back(lost < 1 ? "loss: less than an event is lost although every step is done"
                                    : fmt::format("loss: {:.0f} events are lost although every step is done", lost));
        break;
      }
      case Gate::irreversible: {
        const auto& broken = answer.main_run().response.still_broken;
        const auto& points = answer.main_run().findings.points;
        if (!broken.empty())
          failed.push_back(
              fmt::format("irreversible: {} broken", counted(broken.size(), "thing stays", "things stay")));
        else if (!points.empty())
          failed.push_back("irreversible: data is gone for good although every step is done");
        break;
      }
    }
  }
  return failed;
}

}  // namespace moshimo::scenarios
