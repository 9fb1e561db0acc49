#include "scenarios/review.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <set>

#include "core/parts.hpp"
#include "scenarios/old_content.hpp"

namespace moshimo::scenarios {
namespace {

// How long the gap of a replacement lasts when the old one goes first. Terraform waits for nothing in between.
constexpr Duration replacement_gap = Duration::seconds(30);

std::string counted(std::size_t n, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", n, n == 1 ? one : many);
}

bool has(const models::Inventory& inventory, const std::string& name) {
  return std::any_of(inventory.resources.begin(), inventory.resources.end(),
                     [&](const models::Resource& r) { return r.name == name; });
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
  s.name = "Review of a plan";
  s.horizon = options.horizon;
  s.response.time_to_detect = options.time_to_detect;
  s.response.count = options.responders;
  s.response.strategy = Strategy::full;
  s.compare = {Strategy::none, Strategy::restore_only, Strategy::full};
  std::set<std::pair<std::string, std::string>> known;
  for (const models::PlannedChanges::Deletion& d : import.changes.deletions) {
    if (d.parameters.empty() && !known.emplace(d.name, d.verb).second) continue;
    s.faults.push_back(fault_of(d.name, d.verb));
    s.faults.back().parameters = d.parameters;
  }
  for (const models::PlannedChanges::Replacement& r : import.changes.replacements) {
    if (r.creates_first && r.moves_users && r.restores_parts && !r.keeps_data) continue;  // nobody sees it
    if (!known.emplace(r.name, "delete").second) continue;
    ScenarioFault fault = fault_of(r.name, "delete");
    if (!r.made_as.empty()) {  // the old one goes for good, and who goes over waits for the new one
      s.faults.push_back(fault);
      const bool comes_back = std::any_of(import.changes.replacements.begin(), import.changes.replacements.end(),
                                          [&](const auto& other) { return other.name == r.made_as; });
      if (r.creates_first || comes_back || !has(import.met_by_faults(), r.made_as)) continue;
      fault = fault_of(r.made_as, "delete");
    }
    fault.with_parts = r.restores_parts;
    fault.with_users = r.moves_users || !r.made_as.empty();
    fault.made_again_after = r.creates_first ? Duration{} : std::max(replacement_gap, r.name_held_for);
    s.faults.push_back(std::move(fault));
  }
  if (s.faults.empty()) return nullptr;
  s.is_in_code =
      std::any_of(s.faults.begin(), s.faults.end(), [](const ScenarioFault& f) { return !f.made_again_after; });
  return std::make_shared<const Scenario>(std::move(s));
}

std::vector<std::string> unknown_content(const Answer& answer) {
  std::vector<std::string> found;
  for (const Fault& fault : answer.faults) {
    for (const StoreId s : emptied_unseen(answer.system(), fault.action)) {
      found.push_back(answer.system().stores[s].says);
    }
  }
  return found;
}

namespace {

constexpr double trace = 1e-3;  // events; less is rounding

std::string amount(double n, std::string_view one, std::string_view many) {
  if (n < 0.95) return fmt::format("less than one {} is", one);
  std::string number = fmt::format("{:.0f}", n);
  const bool is_one = number == "1";
  for (std::size_t i = number.size(); i > 3; i -= 3) number.insert(i - 3, 1, ',');
  return fmt::format("{} {} {}", number, is_one ? one : many, is_one ? "is" : "are");
}

std::string joined(const std::vector<std::string>& parts, std::string_view between) {
  std::string text;
  for (const std::string& part : parts) text += (text.empty() ? "" : std::string(between)) + part;
  return text;
}

// The first few, and how many there are beyond.
std::string few_of(std::vector<std::string> names) {
  constexpr std::size_t most = 4;
  const std::size_t beyond = names.size() > most ? names.size() - most : 0;
  if (beyond > 0) names.resize(most);
  return joined(names, ", ") + (beyond > 0 ? fmt::format(" and {} more", beyond) : "");
}

// The names of the first few, and how many there are beyond.
std::string names_of(const System& system, const std::set<ComponentId>& components) {
  std::vector<std::string> names;
  for (ComponentId c : components) names.push_back(system.components[c].name);
  return few_of(std::move(names));
}

// What the files do not say, and a gate that lets a plan pass rests on. `content` of what goes, where it counts.
std::string doubts(const models::ImportResult& import, const std::vector<std::string>& content = {}) {
  std::vector<std::string> parts;
  if (!content.empty()) parts.push_back(fmt::format("what lies in {} is not known", few_of(content)));
  const std::size_t unseen = import.changes.unseen_users.size();
  if (unseen > 0) {
    parts.push_back(fmt::format("nothing in these files uses {}, so who is hurt without {} is not known",
                                counted(unseen, "thing that goes", "things that go"), unseen == 1 ? "it" : "them"));
  }
  const std::size_t unmodelled = import.changes.unmodelled.size();
  if (unmodelled > 0) {
    parts.push_back(counted(unmodelled, "thing that goes is not modelled", "things that go are not modelled"));
  }
  return parts.empty() ? "" : fmt::format("; but {}", joined(parts, ", and "));
}

// Components whose data at rest is gone for good, or else cannot be read to the end, although everything was done.
std::set<ComponentId> without_their_data(const Answer& answer, bool gone) {
  std::set<ComponentId> found;
  for (const AtRest& a : answer.main_run().findings.at_rest) {
    const bool is_gone = !a.lost_at.is_never();
    const bool is_unreadable = !a.unreadable_from.is_never() && a.unreadable_to.is_never();
    if (gone ? is_gone : is_unreadable && !is_gone) found.insert(answer.system().stores[a.store].component);
  }
  return found;
}

std::string gone_text(const Answer& answer) {
  const std::set<ComponentId> gone = without_their_data(answer, true);
  return gone.empty() ? "" : fmt::format("what was in {} is gone for good", names_of(answer.system(), gone));
}

// What the plan takes away itself: of a role or key that stays only its users can be hurt.
class Going {
 public:
  Going(const Answer& answer, const models::ImportResult& import) : system_(answer.system()) {
    std::set<std::string_view> deleted;
    for (const auto& deletion : import.changes.deletions) {
      if (deletion.verb == "delete") deleted.insert(deletion.name);
    }
    for (const auto& replacement : import.changes.replacements) {
      deleted.insert(replacement.name);
      deleted.insert(replacement.made_as);
    }
    for (const Fault& f : answer.faults) {
      const ComponentId c = system_.actions[f.action].component;
      if (system_.components[c].is_principal || deleted.count(system_.components[c].name) != 0) going_.push_back(c);
    }
  }
  bool has(ComponentId c) const {  // parts of what goes, too
    return std::any_of(going_.begin(), going_.end(), [&](ComponentId whole) { return is_within(system_, c, whole); });
  }

 private:
  const System& system_;
  std::vector<ComponentId> going_;
};

GateResult blast_gate(const Answer& answer, const models::ImportResult& import) {
  std::set<ComponentId> hurt;
  for (const Effect& e : answer.nobody_acts().findings.effects) hurt.insert(e.component);
  const System& system = answer.system();
  const Going going(answer, import);
  std::erase_if(hurt, [&](ComponentId c) { return going.has(c); });
  if (hurt.empty()) return {Gate::blast, false, "blast: nothing else than what goes is hurt" + doubts(import)};
  return {Gate::blast, true,
          fmt::format("blast: {} hurt: {}", counted(hurt.size(), "component is", "components are"),
                      names_of(system, hurt))};
}

// In the words and figures of the summary: a request that is refused is told, and is no lost data.
GateResult loss_gate(const Answer& answer, const models::ImportResult& import) {
  const Findings& findings = answer.main_run().findings;
  // A schedule that goes is not missed.
  const Going going(answer, import);
  double own_runs = 0;
  for (const MissedRuns& job : findings.jobs) {
    if (going.has(answer.system().hops[job.hop].component)) own_runs += job.missed;
  }
  const double lost = findings.lost - findings.refused - own_runs;
  std::vector<std::string> parts;
  if (lost > trace) parts.push_back(amount(lost, "event", "events") + " lost");
  if (const std::string gone = gone_text(answer); !gone.empty()) parts.push_back(gone);
  const std::string refused =
      findings.refused > trace ? fmt::format("; {} refused", amount(findings.refused, "request", "requests")) : "";
  if (parts.empty()) {
    return {Gate::loss, false,
            fmt::format("loss: nothing {}is lost once every repair is done",
                        own_runs > trace ? "but runs of what goes " : "") +
                refused + doubts(import, unknown_content(answer))};
  }
  return {Gate::loss, true, fmt::format("loss: {} although every repair is done{}", joined(parts, ", and "), refused)};
}

GateResult irreversible_gate(const Answer& answer, const models::ImportResult& import) {
  const System& system = answer.system();
  std::vector<std::string> parts;
  const std::vector<ConditionId>& broken = answer.main_run().response.still_broken;
  if (!broken.empty()) {
    std::set<ComponentId> where;
    for (ConditionId c : broken) {
      if (system.conditions[c].component.is_set()) where.insert(system.conditions[c].component);
    }
    parts.push_back(
        fmt::format("{} broken ({})", counted(where.size(), "thing stays", "things stay"), names_of(system, where)));
  }
  if (const std::string gone = gone_text(answer); !gone.empty()) parts.push_back(gone);
  const std::set<ComponentId> unreadable = without_their_data(answer, false);
  if (!unreadable.empty()) {
    parts.push_back(fmt::format("what is in {} cannot be read any more", names_of(system, unreadable)));
  }
  if (parts.empty()) {
    return {Gate::irreversible, false,
            "irreversible: everything can be put right, and no data at rest is gone for good" +
                doubts(import, unknown_content(answer))};
  }
  return {Gate::irreversible, true,
          fmt::format("irreversible: {} although every repair is done", joined(parts, ", and "))};
}

}  // namespace

std::vector<GateResult> gate_results(const Answer* answer, const models::ImportResult& import,
                                     const std::vector<Gate>& gates) {
  std::vector<GateResult> results;
  for (Gate gate : gates) {
    if (answer == nullptr) {
      results.push_back(
          {gate, false, fmt::format("{}: nothing that is modelled goes{}", name_of(gate), doubts(import))});
      continue;
    }
    switch (gate) {
      case Gate::blast: results.push_back(blast_gate(*answer, import)); break;
      case Gate::loss: results.push_back(loss_gate(*answer, import)); break;
      case Gate::irreversible: results.push_back(irreversible_gate(*answer, import)); break;
    }
  }
  return results;
}

std::string_view name_of(Gate gate) {
  switch (gate) {
    case Gate::blast: return "blast";
    case Gate::loss: return "loss";
    case Gate::irreversible: return "irreversible";
  }
  return "";
}

}  // namespace moshimo::scenarios
