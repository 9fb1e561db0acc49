#include "scenarios/soak.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <set>

#include "core/dependencies.hpp"

namespace moshimo::scenarios {
namespace {

ComponentId outermost(const System& system, ComponentId c) {
  while (system.components[c].parent.is_set()) c = system.components[c].parent;
  return c;
}

// Workers of one age end together: the last of them may have to start again only after a whole life.
SimTime latest_start(const System& system, ComponentId component) {
  SimTime latest;
  for (const Process& p : system.processes) {
    if (p.component != component) continue;
    latest = std::max(latest, p.lifetime.is_forever() ? SimTime::never() : SimTime::after_start(p.lifetime));
  }
  return latest;
}

// At the latest: where only bounds of a delay are known a run takes the least for a fall, a trial has to wait the most.
// A job fails when it is due.
SimTime noticed_from(const System& system, const Effect& e) {
  SimTime from = e.from;
  for (const ConditionId c : e.chain) {
    const Delay& falls = system.conditions[c].falls_after;
    from = from + (falls.most - falls.least);
  }
  if (!e.hop.is_set() || system.hops[e.hop].source != Hop::Source::timetable) return from;
  const Hop& job = system.hops[e.hop];
  const SimTime first = SimTime::after_start(job.first);
  if (from <= first) return first;
  if (job.every.is_forever()) return SimTime::never();
  const std::int64_t every = job.every.us();
  return first + Duration::microseconds(((from - first).us() + every - 1) / every * every);
}

// The error that a consumer itself gets: what is seen of the conditions it fails for.
void hear_errors(const System& system, const Effect& e, SimTime from, Complaint& c) {
  for (const ConditionId cause : e.chain) {
    for (const Symptom& s : system.conditions[cause].symptoms) {
      if (s.kind != SymptomKind::error || !s.only_while.empty() || from + s.after >= c.seen_at) continue;
      c.seen_at = from + s.after;
      c.sign = &s;
      c.heard_of = cause;
    }
  }
}

Complaint complaint_of(const Answer& answer, const Reached& reached) {
  const System& system = answer.system();
  const Findings& findings = answer.nobody_acts().findings;
  const SimTime horizon = answer.scenario->horizon;
  Complaint c;
  c.component = reached.component;
  c.distance = reached.distance;
  bool is_latent = false;
  for (const Effect& e : findings.effects) {
    if (e.component != c.component || e.kind == EffectKind::starved) continue;
    if (e.kind == EffectKind::latent) {
      is_latent = true;
    } else {
      const SimTime from = noticed_from(system, e);
      if (from > horizon) continue;
      c.fails_at = std::min(c.fails_at, from);
      hear_errors(system, e, from, c);
    }
  }
  c.only_when_started = is_latent && c.fails_at > SimTime::after_start(Duration::hours(1));
  if (c.only_when_started) c.fails_at = std::max(c.fails_at, latest_start(system, c.component));
  for (const SeenSymptom& s : findings.symptoms) {
    if (s.component != c.component || s.symptom->kind == SymptomKind::silent || s.at >= c.seen_at) continue;
    c.seen_at = s.at;
    c.sign = s.symptom;
    c.heard_of = {};
  }
  if (c.sign && !c.fails_at.is_never()) c.seen_at = std::max(c.seen_at, c.fails_at);  // of the failure at its latest
  return c;
}

}  // namespace

const models::FaultDef* trial_of(const models::TypeDef& type) {
  const auto found = std::find_if(type.faults.begin(), type.faults.end(), [](const auto& f) { return f.is_trial; });
  return found == type.faults.end() ? nullptr : &*found;
}

Soak soak(std::shared_ptr<const models::Inventory> inventory, const models::Compiled& compiled,
          const std::vector<ComponentId>& components, const models::Catalogue& catalogue, SimTime horizon,
          input::Diagnostics& diagnostics) {
  Soak result;
  auto scenario = std::make_shared<Scenario>();
  scenario->name = "Soak";
  scenario->horizon = horizon;
  scenario->response.strategy = Strategy::none;
  for (const ComponentId c : components) {
    const Component& row = compiled.system.components[c];
    const models::TypeDef* type = catalogue.find_type(row.type);
    const models::FaultDef* trial = type ? trial_of(*type) : nullptr;
    if (!trial) {
      std::vector<std::string_view> known;
      for (const std::string_view name : catalogue.type_names()) {
        if (trial_of(*catalogue.find_type(name))) known.push_back(name);
      }
      diagnostics.error({}, fmt::format("{} ({}) cannot be switched off for a while; that can be done to {}", row.name,
                                        row.type, fmt::join(known, ", ")));
      continue;
    }
    ScenarioFault fault;
    fault.verb = trial->name;
    fault.components = {row.name};
    fault.component_at = {input::Position{}};
    scenario->faults.push_back(std::move(fault));
    result.trials.push_back({row.name, trial->name});
  }
  if (diagnostics.has_errors()) return result;
  result.answer = answer(std::move(scenario), std::move(inventory), catalogue, diagnostics);
  if (diagnostics.has_errors()) return result;
  const System& system = result.answer.system();
  std::vector<ComponentId> starts;
  std::set<ComponentId> own;
  for (const Soak::Trial& t : result.trials) {
    starts.push_back(result.answer.compiled->component(t.component));
    own.insert(outermost(system, starts.back()));
  }
  for (const Reached& reached : Dependencies(system).dependents_of(starts)) {
    if (reached.distance == 0 || !reached.breaks || own.count(outermost(system, reached.component)) != 0) continue;
    if (system.components[reached.component].is_principal) continue;  // it passes on what its own users feel
    result.complaints.push_back(complaint_of(result.answer, reached));
  }
  std::stable_sort(result.complaints.begin(), result.complaints.end(),
                   [](const Complaint& a, const Complaint& b) { return a.seen_at > b.seen_at; });
  for (const Complaint& c : result.complaints) {
    if (c.sign) result.enough = result.enough.is_never() ? c.seen_at : std::max(result.enough, c.seen_at);
  }
  return result;
}

}  // namespace moshimo::scenarios
