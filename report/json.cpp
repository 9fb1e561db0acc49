#include "report/json.hpp"

#include <cmath>
#include <nlohmann/json.hpp>
#include <set>

#include "report/layout.hpp"
#include "report/story.hpp"

namespace moshimo::report {
namespace {

using Json = nlohmann::ordered_json;

// Infinity and "never" have no number in JSON: they are null.
Json number(double x) { return std::isfinite(x) ? Json(x) : Json(nullptr); }
Json seconds(Duration d) { return d.is_forever() ? Json(nullptr) : Json(static_cast<double>(d.us()) / 1e6); }
Json seconds(SimTime t) { return t.is_never() ? Json(nullptr) : Json(static_cast<double>(t.us()) / 1e6); }
Json micro(Duration d) { return d.is_forever() ? Json(nullptr) : Json(d.us()); }
Json micro(SimTime t) { return t.is_never() ? Json(nullptr) : Json(t.us()); }

std::string_view text_of(LossWindow::Why why) {
  switch (why) {
    case LossWindow::Why::no_fallback: return "no_fallback";
    case LossWindow::Why::expired: return "expired";
    case LossWindow::Why::full: return "full";
    case LossWindow::Why::refused: return "refused";
    case LossWindow::Why::destroyed: return "destroyed";
  }
  return "";
}

std::string_view text_of(models::Assumption::Kind kind) {
  using Kind = models::Assumption::Kind;
  switch (kind) {
    case Kind::fact: return "fact";
    case Kind::default_value: return "default_value";
    case Kind::default_traffic: return "default_traffic";
    case Kind::granted_policies: return "granted_policies";
    case Kind::unknown: return "unknown";
    case Kind::cut_loop: return "cut_loop";
  }
  return "";
}

std::string_view text_of(Hop::Source source) {
  switch (source) {
    case Hop::Source::port: return "port";
    case Hop::Source::work: return "work";
    case Hop::Source::profile: return "profile";
    case Hop::Source::timetable: return "timetable";
    case Hop::Source::signal: return "signal";
  }
  return "";
}

std::string_view text_of(Condition::Kind kind) {
  switch (kind) {
    case Condition::Kind::free: return "free";
    case Condition::Kind::derived: return "derived";
    case Condition::Kind::staffed: return "staffed";
  }
  return "";
}

std::string_view text_of(Condition::Rises rises) {
  switch (rises) {
    case Condition::Rises::after_delay: return "after_delay";
    case Condition::Rises::by_repair: return "by_repair";
    case Condition::Rises::never: return "never";
  }
  return "";
}

std::string_view text_of(Overflow overflow) {
  switch (overflow) {
    case Overflow::next: return "next";
    case Overflow::drop_newest: return "drop_newest";
    case Overflow::drop_oldest: return "drop_oldest";
    case Overflow::block: return "block";
  }
  return "";
}

std::string_view text_of(Fallback::Kind kind) {
  switch (kind) {
    case Fallback::Kind::store: return "store";
    case Fallback::Kind::retry: return "retry";
    case Fallback::Kind::buffer: return "buffer";
    case Fallback::Kind::hand_on: return "hand_on";
  }
  return "";
}

std::string_view text_of(Shape shape) {
  switch (shape) {
    case Shape::constant: return "constant";
    case Shape::linear: return "linear";
    case Shape::exponential: return "exponential";
  }
  return "";
}

template <class Id, class Table>
Json name_or_null(const Table& table, Id id) {
  return id.is_set() ? Json(table[id].name) : Json(nullptr);
}

// Rows of a run, by name.
class Rows {
 public:
  explicit Rows(const System& system) : system_(system) {}

  Json fact(FactId id) const { return id.is_set() ? Json(system_.facts[id].id) : Json(nullptr); }
  Json component(ComponentId id) const { return name_or_null(system_.components, id); }

  Json chain(const CauseChain& chain) const {
    Json list = Json::array();
    for (const ConditionId c : chain) {
      const Condition& row = system_.conditions[c];
      list.push_back({{"condition", row.name}, {"says", row.says}, {"holds", false}, {"fact", fact(row.fact)}});
    }
    return list;
  }

  Json place(const Hop& hop, int fallback) const {
    if (fallback < 0 || static_cast<std::size_t>(fallback) >= hop.fallbacks.size()) return nullptr;
    return hop.fallbacks[static_cast<std::size_t>(fallback)].says;
  }

  Json effects(const Findings& f) const {
    Json list = Json::array();
    for (const Effect& e : f.effects) {
      list.push_back({{"component", component(e.component)},
                      {"kind", name_of(e.kind)},
                      {"from_s", seconds(e.from)},
                      {"to_s", seconds(e.to)},
                      {"error", name_of(e.error)},
                      {"port", name_or_null(system_.ports, e.port)},
                      {"hop", name_or_null(system_.hops, e.hop)},
                      {"process", name_or_null(system_.processes, e.process)},
                      {"store", name_or_null(system_.stores, e.store)},
                      {"because", chain(e.chain)}});
    }
    return list;
  }

  Json points(const Findings& f) const {
    Json list = Json::array();
    for (const Loss& loss : losses_of(system_, f)) {
      const PointOfNoReturn& p = loss.point;
      Json hops = Json::array();
      for (const HopId h : loss.hops) hops.push_back(system_.hops[h].name);
      list.push_back({{"at_s", seconds(p.at)},
                      {"until_s", seconds(p.until)},
                      {"hops", std::move(hops)},
                      {"store", name_or_null(system_.stores, p.store)},
                      {"place", p.hop.is_set() ? place(system_.hops[p.hop], p.fallback) : Json(nullptr)},
                      {"why", text_of(p.why)},
                      {"says", for_terminal(why_lost(system_, p), false)},
                      {"error", name_of(p.error)},
                      {"arrived_from_s", seconds(p.arrived_from)},
                      {"arrived_to_s", seconds(p.arrived_to)},
                      {"events", number(p.events)},
                      {"onset_per_s", number(p.onset_per_s)},
                      {"windows", loss.windows},
                      {"is_request", loss.is_request},
                      {"fact", fact(p.fact)}});
    }
    return list;
  }

  Json symptoms(const Findings& f) const {
    Json list = Json::array();
    for (const SeenSymptom& s : f.symptoms) {
      list.push_back({{"at_s", seconds(s.at)},
                      {"component", component(s.component)},
                      {"kind", name_of(s.symptom->kind)},
                      {"text", s.symptom->text},
                      {"fact", fact(s.symptom->fact)}});
    }
    return list;
  }

  Json availability(const Findings& f) const {
    Json list = Json::array();
    for (const Availability& a : f.availability) {
      Json windows = Json::array();
      for (const Availability::Window& w : a.windows) {
        windows.push_back({{"from_s", seconds(w.from)}, {"to_s", seconds(w.to)}, {"error", name_of(w.error)}});
      }
      list.push_back({{"hop", system_.hops[a.hop].name},
                      {"offered", number(a.offered)},
                      {"refused", number(a.refused)},
                      {"windows", std::move(windows)}});
    }
    return list;
  }

  Json jobs(const Findings& f) const {
    Json list = Json::array();
    for (const MissedRuns& m : f.jobs) {
      list.push_back({{"hop", system_.hops[m.hop].name}, {"due", number(m.due)}, {"missed", number(m.missed)}});
    }
    return list;
  }

  Json at_rest(const Findings& f) const {
    Json list = Json::array();
    for (const AtRest& a : f.at_rest) {
      list.push_back({{"store", system_.stores[a.store].name},
                      {"unreadable_from_s", seconds(a.unreadable_from)},
                      {"unreadable_to_s", seconds(a.unreadable_to)},
                      {"lost_at_s", seconds(a.lost_at)},
                      {"because", chain(a.chain)}});
    }
    return list;
  }

  Json objectives(const Findings& f) const {
    Json list = Json::array();
    for (const Objective& o : f.objectives) {
      list.push_back({{"component", component(o.component)},
                      {"objective", o.is_rto ? "rto" : "rpo"},
                      {"target_s", seconds(o.target)},
                      {"achieved_s", seconds(o.achieved)},
                      {"met", o.met}});
    }
    return list;
  }

  Json ledger(HopId h, const HopLedger& l) const {
    const Hop& hop = system_.hops[h];
    Json losses = Json::array();
    for (const LossWindow& w : l.losses) {
      losses.push_back({{"arrived_from_s", seconds(w.arrived_from)},
                        {"arrived_to_s", seconds(w.arrived_to)},
                        {"lost_from_s", seconds(w.lost_from)},
                        {"lost_to_s", seconds(w.lost_to)},
                        {"events", number(w.events)},
                        {"error", name_of(w.error)},
                        {"place", place(hop, w.fallback)},
                        {"why", text_of(w.why)}});
    }
    Json places = Json::array();
    for (const Waiting& w : l.places) {
      places.push_back({{"place", place(hop, w.fallback)},
                        {"events", number(w.events)},
                        {"oldest_arrival_s", seconds(w.oldest_arrival)},
                        {"newest_arrival_s", seconds(w.newest_arrival)},
                        {"first_deadline_s", seconds(w.first_deadline)},
                        {"readable", w.readable}});
    }
    return {{"hop", hop.name},
            {"component", component(hop.component)},
            {"offered", number(l.offered)},
            {"on_time", number(l.on_time)},
            {"late", number(l.late)},
            {"recovered", number(l.recovered)},
            {"waiting", number(l.waiting)},
            {"handed_on", number(l.handed_on)},
            {"lost", number(l.lost)},
            {"lost_bytes", number(l.lost * hop.size.count())},
            {"longest_delay_s", seconds(l.longest_delay)},
            {"losses", std::move(losses)},
            {"places", std::move(places)}};
  }

  Json ledgers(const Outcome& outcome) const {
    Json list = Json::array();
    for (std::uint32_t h = 0; h < outcome.hops.size(); ++h) list.push_back(ledger(HopId(h), outcome.hops[h]));
    return list;
  }

 private:
  const System& system_;
};

Json figures(const Figures& f) {
  return {{"lost", number(f.lost)},          {"refused", number(f.refused)},
          {"missed_runs", number(f.missed)}, {"longest_loss_window_s", seconds(f.longest)},
          {"still_broken", f.still_broken},  {"still_failing", f.still_failing},
          {"unreleased", f.unreleased},      {"restored_s", seconds(f.restored)}};
}

Json steps(const scenarios::Answer& answer, const Response& response) {
  const System& system = answer.system();
  const Clock clock = clock_of(*answer.scenario);
  Json list = Json::array();
  std::size_t step_number = 0;
  for (const Step& s : response.steps) {
    ++step_number;
    Json repairs = Json::array();
    for (const RepairId r : s.repairs) {
      const Repair& repair = system.repairs[r];
      const auto fill = [&](const std::string& t) {
        return filled(t, system, s, step_number, clock, answer.first_fault);
      };
      Json commands = Json::array();
      for (const std::string& c : repair.commands) commands.push_back(fill(c));
      repairs.push_back({{"repair", repair.name},
                         {"title", fill(repair.title)},
                         {"by_apply", repair.by_apply},
                         {"who", fill(repair.who)},
                         {"commands", std::move(commands)},
                         {"verify", fill(repair.verify)},
                         {"fact", repair.fact.is_set() ? Json(system.facts[repair.fact].id) : Json(nullptr)},
                         {"limits", repair.limits.is_set() ? Json(system.facts[repair.limits].id) : Json(nullptr)}});
    }
    list.push_back({{"step", step_number},
                    {"ready_s", seconds(s.ready)},
                    {"start_s", seconds(s.start)},
                    {"done_s", seconds(s.done)},
                    {"responder", s.responder + 1},
                    {"releases_hop", s.hop.is_set() ? Json(system.hops[s.hop].name) : Json(nullptr)},
                    {"released", number(s.released)},
                    {"repairs", std::move(repairs)}});
  }
  return list;
}

Json run_rows(const scenarios::Answer& answer, const scenarios::StrategyRun& run) {
  const System& system = answer.system();
  const Rows rows(system);
  Json stopped = Json::array();
  for (const StoppedFault& s : run.response.stopped) {
    const Action& action = system.actions[s.fault.action];
    Json by = nullptr;
    if (s.need < action.needs.size()) by = system.conditions[action.needs[s.need].condition].says;
    stopped.push_back({{"at_s", seconds(s.fault.at)}, {"action", action.name}, {"fails", std::move(by)}});
  }
  Json still = Json::array();
  for (const ConditionId c : run.response.still_broken) {
    still.push_back({{"condition", system.conditions[c].name}, {"says", system.conditions[c].says}, {"holds", false}});
  }
  Json unreleased = Json::array();
  for (const HopId h : run.response.unreleased) unreleased.push_back(system.hops[h].name);
  return {{"strategy", name_of(run.response.strategy)},
          {"figures", figures(figures_of(system, run, answer.first_fault))},
          {"effects", rows.effects(run.findings)},
          {"points_of_no_return", rows.points(run.findings)},
          {"symptoms", rows.symptoms(run.findings)},
          {"availability", rows.availability(run.findings)},
          {"jobs", rows.jobs(run.findings)},
          {"at_rest", rows.at_rest(run.findings)},
          {"objectives", rows.objectives(run.findings)},
          {"steps", steps(answer, run.response)},
          {"stopped", std::move(stopped)},
          {"still_broken", std::move(still)},
          {"unreleased", std::move(unreleased)},
          {"ledger", rows.ledgers(run.response.outcome)}};
}

Json heading(const scenarios::Answer& answer, const Style& style, std::string_view kind) {
  const scenarios::Scenario& s = *answer.scenario;
  Json faults = Json::array();
  for (const scenarios::ScenarioFault& f : s.faults) {
    faults.push_back({{"at_s", seconds(f.at)}, {"verb", f.verb}, {"components", f.components}});
  }
  const Clock clock = clock_of(s);
  return {{"format_version", 1},
          {"kind", kind},
          {"tool", {{"name", "moshimo"}, {"version", style.version}}},
          {"input_digest", digest_of(answer)},
          {"scenario",
           {{"name", s.name},
            {"title", s.title},
            {"start", clock.is_set() ? Json(for_terminal(clock.iso(SimTime{}), false)) : Json(nullptr)},
            {"horizon_s", seconds(s.horizon)},
            {"first_fault_s", seconds(answer.first_fault)},
            {"faults", std::move(faults)},
            {"response",
             {{"detect_s", seconds(s.response.time_to_detect)},
              {"responders", s.response.count},
              {"through", s.response.by_hand ? "hand" : "terraform"},
              {"strategy", name_of(s.response.strategy)}}}}}};
}

Json assumptions(const models::Compiled& compiled) {
  Json list = Json::array();
  const Rows rows(compiled.system);
  for (const models::Assumption& a : compiled.assumptions) {
    Json where = Json::array();
    for (const ComponentId c : a.where) where.push_back(rows.component(c));
    list.push_back(
        {{"kind", text_of(a.kind)}, {"says", a.says}, {"fact", rows.fact(a.fact)}, {"where", std::move(where)}});
  }
  return list;
}

Json facts(const System& system) {
  Json map = Json::object();
  for (const Fact& f : system.facts) {
    map[f.id] = {{"says", f.says},
                 {"source", f.source.empty() ? Json(nullptr) : Json(f.source)},
                 {"confidence", name_of(f.confidence)}};
  }
  return map;
}

std::string printed(const Json& json) { return json.dump(1, ' ', false, Json::error_handler_t::replace) + "\n"; }

// ---- inspect: the system itself, times in microseconds

class SystemRows {
 public:
  explicit SystemRows(const System& system) : system_(system), rows_(system) {}

  Json all() const {
    Json json;
    json["facts"] = facts(system_);
    json["components"] = list(system_.components, [this](const Component& c) { return row(c); });
    json["conditions"] = list(system_.conditions, [this](const Condition& c) { return row(c); });
    json["ports"] = list(system_.ports, [this](const Port& p) { return row(p); });
    json["stores"] = list(system_.stores, [this](const Store& s) { return row(s); });
    json["hops"] = list(system_.hops, [this](const Hop& h) { return row(h); });
    json["processes"] = list(system_.processes, [this](const Process& p) { return row(p); });
    json["repairs"] = list(system_.repairs, [this](const Repair& r) { return row(r); });
    json["actions"] = list(system_.actions, [this](const Action& a) { return row(a); });
    return json;
  }

  Json script(const Script& s) const {
    Json changes = Json::array();
    for (const Script::Change& c : s.changes) {
      changes.push_back({{"at_us", micro(c.at)}, {"condition", system_.conditions[c.condition].name}, {"to", c.to}});
    }
    Json restarts = Json::array();
    for (const Script::Restart& r : s.restarts) {
      restarts.push_back({{"at_us", micro(r.at)}, {"process", system_.processes[r.process].name}});
    }
    Json releases = Json::array();
    for (const Script::Release& r : s.releases) {
      releases.push_back({{"at_us", micro(r.at)},
                          {"hop", system_.hops[r.hop].name},
                          {"fallback", r.fallback},
                          {"rate_per_s", number(r.rate.per_second())}});
    }
    return {{"changes", std::move(changes)}, {"restarts", std::move(restarts)}, {"releases", std::move(releases)}};
  }

  // Only what changes: everything else keeps its first value.
  Json timeline(const Outcome& outcome) const {
    Json conditions = Json::object();
    for (std::uint32_t c = 0; c < outcome.timeline.conditions.size(); ++c) {
      const StepFunction<bool>& f = outcome.timeline.conditions[c];
      if (f.size() < 2) continue;
      Json changes = Json::array();
      for (const ChangeTo<bool>& x : f) changes.push_back({{"at_us", micro(x.at)}, {"holds", x.value}});
      conditions[system_.conditions[ConditionId(c)].name] = std::move(changes);
    }
    Json running = Json::object();
    for (std::uint32_t p = 0; p < outcome.timeline.running.size(); ++p) {
      Json changes = Json::array();
      for (const ChangeTo<std::uint32_t>& x : outcome.timeline.running[p]) {
        changes.push_back({{"at_us", micro(x.at)}, {"workers", x.value}});
      }
      running[system_.processes[ProcessId(p)].name] = std::move(changes);
    }
    Json hops = Json::object();
    for (std::uint32_t h = 0; h < outcome.hop_states.size(); ++h) {
      const StepFunction<HopState>& f = outcome.hop_states[h];
      if (f.empty() || (f.size() == 1 && f.front().value.open)) continue;
      Json changes = Json::array();
      for (const ChangeTo<HopState>& x : f) {
        Json change = {{"at_us", micro(x.at)}, {"open", x.value.open}};
        if (!x.value.open) {
          change["error"] = name_of(x.value.error);
          change["need"] = x.value.need;
        }
        changes.push_back(std::move(change));
      }
      hops[system_.hops[HopId(h)].name] = std::move(changes);
    }
    return {{"horizon_us", micro(outcome.timeline.horizon)},
            {"conditions", std::move(conditions)},
            {"running", std::move(running)},
            {"hop_states", std::move(hops)}};
  }

 private:
  template <class Table, class Write>
  static Json list(const Table& table, Write write) {
    Json array = Json::array();
    for (const auto& r : table) array.push_back(write(r));
    return array;
  }

  Json names(const std::vector<ConditionId>& list_of_ids) const {
    Json array = Json::array();
    for (const ConditionId c : list_of_ids) array.push_back(system_.conditions[c].name);
    return array;
  }

  Json needs(const Needs& needs_of_row) const {
    Json array = Json::array();
    for (const Need& n : needs_of_row) {
      Json any = Json::array({system_.conditions[n.condition].name});
      for (const ConditionId c : n.alternatives) any.push_back(system_.conditions[c].name);
      array.push_back({{"error", name_of(n.error)}, {"any_of", std::move(any)}});
    }
    return array;
  }

  static Json delay(const Delay& d) { return {{"least_us", micro(d.least)}, {"most_us", micro(d.most)}}; }

  static Json schedule(const Schedule& s) {
    Json array = Json::array();
    for (const moshimo::Phase& p : s) {
      array.push_back({{"attempts", p.attempts},
                       {"gap_us", micro(p.gap)},
                       {"last_us", micro(p.last)},
                       {"shape", text_of(p.shape)}});
    }
    return array;
  }

  Json symptoms(const std::vector<Symptom>& of_row) const {
    Json array = Json::array();
    for (const Symptom& s : of_row) {
      array.push_back({{"kind", name_of(s.kind)},
                       {"text", s.text},
                       {"after_us", micro(s.after)},
                       {"only_while", needs(s.only_while)},
                       {"fact", rows_.fact(s.fact)}});
    }
    return array;
  }

  Json row(const Component& c) const {
    return {{"name", c.name},
            {"type", c.type},
            {"parent", rows_.component(c.parent)},
            {"is_principal", c.is_principal},
            {"rto_us", c.rto ? micro(*c.rto) : Json(nullptr)},
            {"rpo_us", c.rpo ? micro(*c.rpo) : Json(nullptr)}};
  }

  Json row(const Condition& c) const {
    return {{"name", c.name},
            {"says", c.says},
            {"component", rows_.component(c.component)},
            {"kind", text_of(c.kind)},
            {"error", name_of(c.error)},
            {"initially", c.initially},
            {"follows", needs(c.follows)},
            {"process", name_or_null(system_.processes, c.process)},
            {"falls_after", delay(c.falls_after)},
            {"rises", text_of(c.rises)},
            {"rises_after", delay(c.rises_after)},
            {"symptoms", symptoms(c.symptoms)},
            {"fact", rows_.fact(c.fact)}};
  }

  Json row(const Port& p) const {
    return {{"name", p.name},
            {"says", p.says},
            {"component", rows_.component(p.component)},
            {"needs", needs(p.needs)},
            {"process", name_or_null(system_.processes, p.process)},
            {"capacity_per_s", number(p.capacity.per_second())},
            {"fact", rows_.fact(p.fact)}};
  }

  Json row(const Store& s) const {
    return {{"name", s.name},
            {"says", s.says},
            {"component", rows_.component(s.component)},
            {"holds_for_us", micro(s.holds_for)},
            {"capacity_bytes", number(s.capacity.count())},
            {"accepts", needs(s.accepts)},
            {"readable", needs(s.readable)},
            {"lost_with", names(s.lost_with)},
            {"ordered", s.ordered},
            {"holds_data", s.holds_data},
            {"fact", rows_.fact(s.fact)}};
  }

  Json row(const Fallback& f) const {
    return {{"kind", text_of(f.kind)},
            {"says", f.says},
            {"store", name_or_null(system_.stores, f.store)},
            {"port", name_or_null(system_.ports, f.port)},
            {"schedule", schedule(f.schedule)},
            {"limit_us", micro(f.limit)},
            {"age", f.age == Fallback::Age::since_arrival ? "since_arrival" : "since_entry"},
            {"capacity_bytes", number(f.capacity.count())},
            {"overflow", text_of(f.overflow)},
            {"accepts", needs(f.accepts)},
            {"release", name_or_null(system_.repairs, f.release)},
            {"fact", rows_.fact(f.fact)}};
  }

  Json row(const Hop& h) const {
    Json profile = Json::array();
    for (const ProfileStep& s : h.profile.steps) {
      profile.push_back({{"offset_us", micro(s.offset)}, {"rate_per_s", number(s.rate.per_second())}});
    }
    Json fallbacks = Json::array();
    for (const Fallback& f : h.fallbacks) fallbacks.push_back(row(f));
    Json when = Json::object();
    for (std::size_t i = 0; i < error_class_count; ++i) {
      const Reaction& r = h.when[i];
      when[std::string(name_of(static_cast<ErrorClass>(i)))] = {{"fallbacks", r.fallbacks},
                                                                {"pause", delay(r.pause)},
                                                                {"symptoms", symptoms(r.symptoms)},
                                                                {"fact", rows_.fact(r.fact)}};
    }
    Json reasons = Json::array();
    for (const Hop::Reason& r : h.reasons) {
      reasons.push_back({{"error", name_of(r.error)}, {"fallback", r.fallback}, {"fact", rows_.fact(r.fact)}});
    }
    return {{"name", h.name},
            {"says", h.says},
            {"component", rows_.component(h.component)},
            {"source", text_of(h.source)},
            {"from", name_or_null(system_.ports, h.from)},
            {"profile", {{"steps", std::move(profile)}, {"period_us", micro(h.profile.period)}}},
            {"every_us", micro(h.every)},
            {"first_us", micro(h.first)},
            {"signal", name_or_null(system_.conditions, h.signal)},
            {"ratio", number(h.ratio)},
            {"size_bytes", number(h.size.count())},
            {"to", name_or_null(system_.ports, h.to)},
            {"needs", needs(h.needs)},
            {"fallbacks", std::move(fallbacks)},
            {"when", std::move(when)},
            {"drain_per_s", h.drain ? number(h.drain->per_second()) : Json(nullptr)},
            {"ordered", h.ordered},
            {"reasons", std::move(reasons)},
            {"fact", rows_.fact(h.fact)}};
  }

  Json row(const Process& p) const {
    return {{"name", p.name},
            {"says", p.says},
            {"component", rows_.component(p.component)},
            {"count", p.count},
            {"lifetime_us", micro(p.lifetime)},
            {"start", needs(p.start)},
            {"run", needs(p.run)},
            {"healthy", needs(p.healthy)},
            {"start_time_us", micro(p.start_time)},
            {"ends_when_unhealthy_for_us", micro(p.ends_when_unhealthy_for)},
            {"restarts", p.restarts},
            {"restart", schedule(p.restart)},
            {"staffed", name_or_null(system_.conditions, p.staffed)},
            {"symptoms_start", symptoms(p.symptoms_start)},
            {"symptoms_run", symptoms(p.symptoms_run)},
            {"symptoms_healthy", symptoms(p.symptoms_healthy)},
            {"fact", rows_.fact(p.fact)}};
  }

  Json row(const Repair& r) const {
    return {{"name", r.name},
            {"title", r.title},
            {"component", rows_.component(r.component)},
            {"restores", names(r.restores)},
            {"breaks", names(r.breaks)},
            {"refreshes", names(r.refreshes)},
            {"restarts", name_or_null(system_.processes, r.restarts)},
            {"requires", needs(r.requirements)},
            {"rate_per_s", r.rate ? number(r.rate->per_second()) : Json(nullptr)},
            {"takes_us", micro(r.takes)},
            {"who", r.who},
            {"by_apply", r.by_apply},
            {"commands", r.commands},
            {"verify", r.verify},
            {"fact", rows_.fact(r.fact)},
            {"limits", rows_.fact(r.limits)}};
  }

  Json row(const Action& a) const {
    Json cascade = Json::array();
    for (const ActionId c : a.cascade) cascade.push_back(system_.actions[c].name);
    return {{"name", a.name},
            {"component", rows_.component(a.component)},
            {"breaks", names(a.breaks)},
            {"restores", names(a.restores)},
            {"needs", needs(a.needs)},
            {"cascade", std::move(cascade)},
            {"fact", rows_.fact(a.fact)}};
  }

  const System& system_;
  Rows rows_;
};

Json blast_rows(const BlastView& view, const Dependencies& dependencies) {
  const System& system = view.compiled->system;
  const Rows rows(system);
  Json reached = Json::array();
  for (const Reached& r : view.reached) {
    Json edge = nullptr;
    if (r.via.is_set()) {
      const DependencyKind kind = r.breaks ? DependencyKind::needs : DependencyKind::feeds;
      const Dependency* d = view.reverse ? dependencies.between(r.component, r.via, kind)
                                         : dependencies.between(r.via, r.component, kind);
      if (d) {
        edge = {{"kind", d->kind == DependencyKind::needs ? "needs" : "feeds"},
                {"condition", name_or_null(system.conditions, d->condition)},
                {"hop", name_or_null(system.hops, d->hop)}};
      }
    }
    reached.push_back({{"component", rows.component(r.component)},
                       {"type", system.components[r.component].type},
                       {"distance", r.distance},
                       {"via", rows.component(r.via)},
                       {"breaks", r.breaks},
                       {"edge", std::move(edge)}});
  }
  return reached;
}

Json coverage_rows(const models::ImportResult& import) {
  const models::Coverage& c = import.coverage;
  Json unmodelled = Json::array();
  for (const auto& u : c.unmodelled) unmodelled.push_back({{"type", u.type}, {"address", u.address}});
  Json unresolved = Json::array();
  for (const auto& u : c.unresolved) {
    unresolved.push_back({{"address", u.address}, {"attribute", u.attribute}, {"why", u.why}});
  }
  Json unread = Json::array();
  for (const auto& u : c.unread) unread.push_back({{"type", u.type}, {"attributes", u.attributes}});
  Json external = Json::array();
  for (const auto& e : c.external) external.push_back({{"name", e.name}, {"type", e.type}, {"named_as", e.named_as}});
  return {{"modelled", c.modelled},
          {"folded", c.folded},
          {"data_sources", c.data_sources},
          {"stated", c.stated},
          {"inferred", c.inferred},
          {"unfollowed", c.unfollowed},
          {"unmodelled", std::move(unmodelled)},
          {"unresolved", std::move(unresolved)},
          {"external", std::move(external)},
          {"unread", std::move(unread)},
          {"is_partial", import.is_partial},
          {"is_planned_world", import.is_planned_world}};
}

Json tool(const Style& style, std::string_view kind) {
  return {{"format_version", 1}, {"kind", kind}, {"tool", {{"name", "moshimo"}, {"version", style.version}}}};
}

Json change_rows(const models::PlannedChanges& changes) {
  Json deletions = Json::array();
  for (const auto& d : changes.deletions) {
    deletions.push_back({{"name", d.name},
                         {"verb", d.verb},
                         {"address", d.address},
                         {"type", d.type},
                         {"why", d.why},
                         {"is_update", d.is_update}});
  }
  Json replacements = Json::array();
  for (const auto& r : changes.replacements) {
    replacements.push_back({{"name", r.name},
                            {"address", r.address},
                            {"type", r.type},
                            {"creates_first", r.creates_first},
                            {"restores_parts", r.restores_parts},
                            {"moves_users", r.moves_users},
                            {"why", r.why}});
  }
  Json updates = Json::array();
  for (const auto& u : changes.updates) {
    updates.push_back({{"name", u.name},
                       {"address", u.address},
                       {"attribute", u.attribute},
                       {"before", u.before},
                       {"after", u.after}});
  }
  Json moves = Json::array();
  for (const auto& m : changes.moves) moves.push_back({{"from", m.from}, {"to", m.to}});
  Json unmodelled = Json::array();
  for (const auto& u : changes.unmodelled) {
    unmodelled.push_back({{"address", u.address}, {"type", u.type}, {"is_replaced", u.is_replaced}});
  }
  Json mentions = Json::array();
  for (const auto& m : changes.mentions) {
    mentions.push_back({{"name", m.name}, {"by", m.by}, {"attribute", m.attribute}});
  }
  Json unseen_users = Json::array();
  for (const auto& u : changes.unseen_users) unseen_users.push_back({{"name", u.name}, {"trusted", u.trusted}});
  return {{"deletions", std::move(deletions)},
          {"replacements", std::move(replacements)},
          {"updates", std::move(updates)},
          {"moves", std::move(moves)},
          {"unmodelled", std::move(unmodelled)},
          {"unseen_users", std::move(unseen_users)},
          {"mentions", std::move(mentions)},
          {"created", changes.created},
          {"imported", changes.imported},
          {"forgotten", changes.forgotten},
          {"drifted", changes.drifted},
          {"vanished", changes.vanished},
          {"not_simulated", changes.not_simulated}};
}

void add_answer(Json& json, const scenarios::Answer& answer) {
  json["main_strategy"] = name_of(answer.main_run().response.strategy);
  json["runs"] = Json::array();
  for (const scenarios::StrategyRun& run : answer.runs) json["runs"].push_back(run_rows(answer, run));
  json["what_ifs"] = Json::array();
  for (const scenarios::WhatIfRun& w : answer.what_ifs) {
    json["what_ifs"].push_back({{"name", w.what_if->name},
                                {"strategy", name_of(w.run.response.strategy)},
                                {"figures", figures(figures_of(w.compiled->system, w.run, answer.first_fault))}});
  }
  json["sweep"] = Json::array();
  for (const scenarios::DetectRun& d : answer.sweep) {
    json["sweep"].push_back({{"detect_s", seconds(d.time_to_detect)},
                             {"figures", figures(figures_of(answer.system(), d.run, answer.first_fault))}});
  }
  json["expectations"] = Json::array();
  for (const scenarios::ExpectationResult& e : answer.expectations) {
    const bool is_time = scenarios::is_time(e.expectation->figure);
    json["expectations"].push_back(
        {{"text", e.expectation->text},
         {"met", e.met},
         {"found", is_time ? (e.found >= 9.2e18 ? Json(nullptr) : number(e.found / 1e6)) : number(e.found)},
         {"unit", is_time ? "s" : "events"}});
  }
  json["assumptions"] = assumptions(*answer.compiled);
  json["facts"] = facts(answer.system());
}

}  // namespace

std::string run_json(const scenarios::Answer& answer, const Style& style) {
  Json json = heading(answer, style, "run");
  add_answer(json, answer);
  return printed(json);
}

std::string inspect_json(const scenarios::Answer& answer, const Style& style) {
  Json json = heading(answer, style, "inspect");
  const SystemRows rows(answer.system());
  json["system"] = rows.all();
  json["entry_points"] = Json::array();
  for (const models::EntryPoint& e : answer.compiled->entry_points) {
    json["entry_points"].push_back(
        {{"port", name_or_null(answer.system().ports, e.port)}, {"hop", name_or_null(answer.system().hops, e.hop)}});
  }
  json["runs"] = Json::array();
  for (const scenarios::StrategyRun& run : answer.runs) {
    json["runs"].push_back({{"strategy", name_of(run.response.strategy)},
                            {"script", rows.script(run.response.script)},
                            {"timeline", rows.timeline(run.response.outcome)},
                            {"ledger", Rows(answer.system()).ledgers(run.response.outcome)}});
  }
  json["assumptions"] = assumptions(*answer.compiled);
  return printed(json);
}

std::string blast_json(const BlastView& view, const Dependencies& dependencies, const Style& style) {
  Json json = tool(style, "blast");
  json["direction"] = view.reverse ? "dependencies" : "dependents";
  json["starts"] = Json::array();
  for (const ComponentId c : view.starts) json["starts"].push_back(view.compiled->system.components[c].name);
  json["reached"] = blast_rows(view, dependencies);
  json["assumptions"] = assumptions(*view.compiled);
  return printed(json);
}

std::string graph_json(const models::Compiled& compiled, const Dependencies& dependencies, const Style& style) {
  const System& system = compiled.system;
  Json json = tool(style, "graph");
  json["components"] = Json::array();
  for (std::uint32_t c = 0; c < system.components.size(); ++c) {
    const Component& row = system.components[ComponentId(c)];
    json["components"].push_back({{"component", row.name}, {"type", row.type}, {"is_principal", row.is_principal}});
  }
  json["edges"] = Json::array();
  for (const Dependency& d : dependencies.edges()) {
    json["edges"].push_back({{"from", system.components[d.on].name},
                             {"to", system.components[d.dependent].name},
                             {"kind", d.kind == DependencyKind::needs ? "needs" : "feeds"}});
  }
  return printed(json);
}

std::string checked_report(const std::vector<CheckedFile>& files, const Style& style) {
  if (style.form != Form::json) {
    std::string text;
    for (const CheckedFile& f : files) {
      if (f.mistakes.empty()) text += f.path + ": " + f.what + ", no mistakes\n";
    }
    return text;
  }
  Json json = tool(style, "validate");
  json["files"] = Json::array();
  for (const CheckedFile& f : files) {
    json["files"].push_back(
        {{"path", f.path}, {"what", f.what.empty() ? Json(nullptr) : Json(f.what)}, {"mistakes", f.mistakes}});
  }
  return printed(json);
}

std::string coverage_json(const models::ImportResult& import, const Style& style) {
  Json json = tool(style, "coverage");
  json["coverage"] = coverage_rows(import);
  json["changes"] = change_rows(import.changes);
  json["edges"] = Json::array();
  for (const models::ImportedEdge& e : import.edges) {
    const std::string_view how = e.how == models::ImportedEdge::How::value       ? "value"
                                 : e.how == models::ImportedEdge::How::reference ? "reference"
                                                                                 : "inferred";
    json["edges"].push_back(
        {{"from", e.from}, {"attribute", e.attribute}, {"to", e.to}, {"how", how}, {"is_followed", e.is_followed}});
  }
  return printed(json);
}

std::string review_json(const ReviewView& view, const Style& style) {
  Json json = view.answer ? heading(*view.answer, style, "review") : tool(style, "review");
  json["failed_gates"] = view.failed_gates;
  json["changes"] = change_rows(view.import->changes);
  json["coverage"] = coverage_rows(*view.import);
  if (view.answer) add_answer(json, *view.answer);
  return printed(json);
}

std::string type_json(const models::TypeDef& type, const Style& style) {
  Json json = tool(style, "type");
  json["name"] = type.name;
  json["service"] = type.service;
  json["says"] = type.says;
  const auto members = [](const auto& list) {
    Json array = Json::array();
    for (const auto& m : list) array.push_back(m.name);
    return array;
  };
  json["attributes"] = members(type.attributes);
  json["conditions"] = members(type.conditions);
  json["ports"] = members(type.ports);
  json["stores"] = members(type.stores);
  json["hops"] = members(type.hops);
  json["processes"] = members(type.processes);
  json["repairs"] = members(type.repairs);
  json["faults"] = members(type.faults);
  return printed(json);
}

std::string facts_json(const std::vector<const models::FactDef*>& list, const Style& style) {
  Json json = tool(style, "facts");
  json["facts"] = Json::array();
  for (const models::FactDef* f : list) {
    json["facts"].push_back({{"id", f->id},
                             {"says", f->says},
                             {"source", f->source},
                             {"confidence", name_of(f->confidence)},
                             {"service", f->service}});
  }
  return printed(json);
}

std::string scenarios_json(const std::vector<ListedScenario>& list, const Style& style) {
  Json json = tool(style, "scenarios");
  json["scenarios"] = Json::array();
  for (const ListedScenario& s : list) json["scenarios"].push_back({{"name", s.name}, {"title", s.title}});
  return printed(json);
}

std::string types_json(const std::vector<const models::TypeDef*>& list, const Style& style) {
  Json json = tool(style, "types");
  json["types"] = Json::array();
  for (const models::TypeDef* t : list) {
    json["types"].push_back({{"name", t->name}, {"service", t->service}, {"says", t->says}});
  }
  return printed(json);
}

}  // namespace moshimo::report
