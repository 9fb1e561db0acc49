#include "scenarios/soak.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <functional>
#include <map>
#include <set>

#include "core/dependencies.hpp"
#include "core/parts.hpp"
#include "models/compile_rows.hpp"

namespace moshimo::scenarios {
namespace {

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

// Where two things are switched off, what is seen until the other of them shows is not what somebody reports.
constexpr Duration brief = Duration::minutes(10);

struct Heard {
  SimTime at = SimTime::never();
  SimTime until = SimTime::never();
  const Symptom* sign = nullptr;
  ConditionId of;

  bool is_brief() const { return !until.is_never() && until <= at + brief; }
  bool tells_more_than(const Heard& other) const {
    if (!other.sign || is_brief() != other.is_brief()) return !other.sign || other.is_brief();
    return at < other.at;
  }
};

// The error that a consumer itself gets: what is seen of the conditions it fails for. What waits for somebody to try it
// gets none, unless that is the consumer itself.
void hear_errors(const System& system, const Effect& e, SimTime from, Heard& heard) {
  const bool is_its_own_doing = e.hop.is_set() || e.process.is_set();
  for (const ConditionId cause : e.chain) {
    const Symptoms& signs = system.conditions[cause].symptoms;
    if (!is_its_own_doing && std::any_of(signs.begin(), signs.end(), [](const Symptom& s) { return s.is_tried; }))
      return;
    for (const Symptom& s : signs) {
      if (s.kind != SymptomKind::error || !s.only_while.empty() || s.is_tried) continue;
      const Heard here{from + s.after, e.to, &s, cause};
      if (here.tells_more_than(heard)) heard = here;
    }
  }
}

// Until when the component fails as it does then.
SimTime fails_until(const Findings& findings, ComponentId c, SimTime at) {
  SimTime until;
  for (const Effect& e : findings.effects) {
    if (e.component == c && e.kind != EffectKind::starved && e.from <= at && at < e.to) until = std::max(until, e.to);
  }
  return until == SimTime{} ? SimTime::never() : until;
}

// Those whom somebody calls, or cannot do without: an error is an answer to somebody.
std::set<ComponentId> used_by_somebody(const Answer& answer, const Dependencies& dependencies) {
  const System& system = answer.system();
  std::set<ComponentId> used;
  for (std::uint32_t h = 0; h < system.hops.size(); ++h) {
    const Hop& hop = system.hops[HopId(h)];
    if (answer.healthy.hops[h].offered <= 0) continue;
    used.insert(outermost(system, hop.component));
    if (hop.to.is_set()) used.insert(outermost(system, system.ports[hop.to].component));
  }
  for (const Dependency& d : dependencies.edges()) {
    const ComponentId on = outermost(system, d.on);
    if (d.kind == DependencyKind::needs && on != outermost(system, d.dependent)) used.insert(on);
  }
  return used;
}

Complaint complaint_of(const Answer& answer, const Reached& reached, const std::set<ComponentId>& used) {
  const System& system = answer.system();
  const Findings& findings = answer.nobody_acts().findings;
  const SimTime horizon = answer.scenario->horizon;
  Complaint c;
  c.component = reached.component;
  c.distance = reached.distance;
  Heard heard;
  bool is_latent = false;
  for (const Effect& e : findings.effects) {
    if (e.component != c.component || e.kind == EffectKind::starved) continue;
    if (e.kind == EffectKind::latent) {
      is_latent = true;
    } else {
      const SimTime from = noticed_from(system, e);
      if (from > horizon) continue;
      c.fails_at = std::min(c.fails_at, from);
      hear_errors(system, e, from, heard);
    }
  }
  c.only_when_started = is_latent && c.fails_at > SimTime::after_start(Duration::hours(1));
  if (c.only_when_started) c.fails_at = std::max(c.fails_at, latest_start(system, c.component));
  for (const SeenSymptom& s : findings.symptoms) {
    if (s.component != c.component || s.symptom->kind == SymptomKind::silent) continue;
    if (s.symptom->is_tried) {
      if (!c.if_tried) c.if_tried = s.symptom;
      continue;
    }
    const Heard here{s.at, fails_until(findings, c.component, s.at), s.symptom, {}};
    if (here.tells_more_than(heard)) heard = here;
  }
  if (heard.sign && heard.sign->kind == SymptomKind::error && used.count(outermost(system, c.component)) == 0) {
    if (!c.if_tried) c.if_tried = heard.sign;
    heard = {};
  }
  c.seen_at = heard.at;
  c.sign = heard.sign;
  c.heard_of = heard.of;
  if (c.sign && !c.fails_at.is_never()) c.seen_at = std::max(c.seen_at, c.fails_at);  // of the failure at its latest
  return c;
}

// The looks at the past that there are for a component.
void find_look_backs(const models::Compiled& compiled, ComponentId c, const models::Catalogue& catalogue,
                     std::vector<LookBack>& all) {
  const models::TypeDef* type = catalogue.find_type(compiled.system.components[c].type);
  models::World& world = compiled.compilation->world();
  const models::Scope scope{c.value, nullptr, nullptr, nullptr};
  for (const models::LookBackDef& def : type->last_activity) {
    if (!world.holds(def.test, scope)) continue;
    LookBack look;
    look.of = compiled.system.components[c].name;
    look.says = world.sentence(def.says, scope);
    look.look = world.text(def.look, scope, " ");
    if (def.keeps.is_written()) look.keeps = world.duration(def.keeps, scope).value_or(look.keeps);
    look.lag = world.duration(def.lag, scope).value_or(Duration{});
    if (const auto id = def.basis.fact.is_written() ? world.one(def.basis.fact, scope) : std::nullopt) {
      look.fact = catalogue.find_fact(id->text());
    }
    look.shows = def.shows;
    models::Things more(world);
    if (def.also) world.follow(*def.also, scope, *more);
    for (const models::Thing& t : more) {
      const std::string kind(t.text());
      if (std::find(look.shows.begin(), look.shows.end(), kind) == look.shows.end()) look.shows.push_back(kind);
    }
    all.push_back(std::move(look));
  }
}

// What calls a consumer makes that the trial ends, and how far apart.
void find_calls(const Answer& answer, const models::Catalogue& catalogue, Complaint& c) {
  const System& system = answer.system();
  const double horizon = answer.scenario->horizon.since_start().in_seconds();
  c.gap = Duration::forever();
  for (const Effect& e : answer.nobody_acts().findings.effects) {
    if (e.component != c.component || !e.hop.is_set() || e.kind == EffectKind::starved) continue;
    const Hop& hop = system.hops[e.hop];
    const double offered = answer.healthy.hops[e.hop.value].offered;  // while nothing fails
    if (hop.source == Hop::Source::timetable)
      c.gap = std::min(c.gap, hop.every);
    else if (offered > 0)
      c.gap = std::min(c.gap, Duration::seconds(horizon / offered));
    if (!hop.to.is_set()) continue;
    const Component& target = system.components[system.ports[hop.to].component];
    const models::TypeDef* type = catalogue.find_type(target.type);
    const std::string port = name_of(system, hop.to).substr(target.name.size() + 1);
    const models::PortDef* def = type ? type->find_port(port) : nullptr;
    if (!def || def->recorded.empty()) continue;
    if (std::find(c.calls.begin(), c.calls.end(), def->recorded) == c.calls.end()) c.calls.push_back(def->recorded);
  }
}

PastUse past_use(const Complaint& c, const LookBack& look, Duration asked) {
  const bool shows_all = std::find(look.shows.begin(), look.shows.end(), "any") != look.shows.end();
  const bool is_shown = shows_all || std::any_of(c.calls.begin(), c.calls.end(), [&](const std::string& kind) {
                          return std::find(look.shows.begin(), look.shows.end(), kind) != look.shows.end();
                        });
  if (!is_shown) return c.calls.empty() ? PastUse::not_known : PastUse::not_recorded;
  if (c.gap.is_forever()) return PastUse::not_known;
  if (c.gap + look.lag > look.keeps) return PastUse::too_rare;
  return c.gap + look.lag > asked ? PastUse::not_asked : PastUse::shown;
}

}  // namespace

std::string_view name_of(PastUse p) {
  switch (p) {
    case PastUse::shown: return "shown";
    case PastUse::not_asked: return "not_asked";
    case PastUse::too_rare: return "too_rare";
    case PastUse::not_recorded: return "not_recorded";
    case PastUse::not_known: return "not_known";
    case PastUse::not_used: return "not_used";
  }
  return "";
}

const models::FaultDef* trial_of(const models::TypeDef& type) {
  const auto found = std::find_if(type.faults.begin(), type.faults.end(), [](const auto& f) { return f.is_trial; });
  return found == type.faults.end() ? nullptr : &*found;
}

Soak soak(std::shared_ptr<const models::Inventory> inventory, const models::Compiled& compiled,
          const std::vector<ComponentId>& components, const models::Catalogue& catalogue, SimTime horizon,
          input::Diagnostics& diagnostics, Duration look_back) {
  Soak result;
  result.looked_back = look_back;
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
  Dependencies dependencies(system);
  std::vector<ComponentId> starts;
  std::set<ComponentId> own;
  std::map<std::string, std::set<ComponentId>, std::less<>> users;
  for (const Soak::Trial& t : result.trials) {
    const ComponentId start = result.answer.compiled->component(t.component);
    starts.push_back(start);
    own.insert(outermost(system, start));
    find_look_backs(*result.answer.compiled, start, catalogue, result.look_backs);
    for (const Reached& reached : dependencies.dependents_of({start})) {
      if (reached.breaks) users[t.component].insert(reached.component);
    }
  }
  const std::set<ComponentId> used = used_by_somebody(result.answer, dependencies);
  for (const Reached& reached : dependencies.dependents_of(starts)) {
    if (reached.distance == 0 || !reached.breaks || own.count(outermost(system, reached.component)) != 0) continue;
    if (system.components[reached.component].is_principal) continue;  // it passes on what its own users feel
    Complaint& complaint = result.complaints.emplace_back(complaint_of(result.answer, reached, used));
    find_calls(result.answer, catalogue, complaint);
    for (const LookBack& look : result.look_backs) {
      const bool is_used = users[look.of].count(complaint.component) != 0;
      complaint.past.push_back(is_used ? past_use(complaint, look, look_back) : PastUse::not_used);
    }
  }
  std::stable_sort(result.complaints.begin(), result.complaints.end(),
                   [](const Complaint& a, const Complaint& b) { return a.seen_at > b.seen_at; });
  for (const Complaint& c : result.complaints) {
    if (c.sign) result.heard = result.heard.is_never() ? c.seen_at : std::max(result.heard, c.seen_at);
  }
  const bool all =
      std::all_of(result.complaints.begin(), result.complaints.end(), [](const auto& c) { return c.sign; });
  if (all) result.enough = result.heard;
  return result;
}

}  // namespace moshimo::scenarios
