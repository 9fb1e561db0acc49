// What came of a run: effects, points of no return, ledgers.
#include <nlohmann/json.hpp>

#include "report/json/rows.hpp"
#include "report/layout.hpp"
#include "report/run/fates.hpp"
#include "report/run/losses.hpp"

namespace moshimo::report {
namespace {

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

Json component(const System& system, ComponentId id) { return name_or_null(system.components, id); }

Json chain_rows(const System& system, const CauseChain& chain) {
  Json list = Json::array();
  for (const ConditionId c : chain) {
    const Condition& row = system.conditions[c];
    list.push_back({{"condition", name_of(system, c)},
                    {"says", says(system, c)},
                    {"holds", false},
                    {"fact", fact(system, row.fact)}});
  }
  return list;
}

Json place(const Hop& hop, int fallback) {
  if (fallback < 0 || static_cast<std::size_t>(fallback) >= hop.fallbacks.size()) return nullptr;
  return hop.fallbacks[static_cast<std::size_t>(fallback)].says;
}

}  // namespace

Json fact(const System& system, FactId id) { return id.is_set() ? Json(system.facts[id].id) : Json(nullptr); }

Json effects(const System& system, const Findings& f) {
  Json list = Json::array();
  for (const Effect& e : f.effects) {
    list.push_back({{"component", component(system, e.component)},
                    {"kind", name_of(e.kind)},
                    {"from_s", seconds(e.from)},
                    {"to_s", seconds(e.to)},
                    {"error", name_of(e.error)},
                    {"port", label_or_null(system, e.port)},
                    {"hop", name_or_null(system.hops, e.hop)},
                    {"process", name_or_null(system.processes, e.process)},
                    {"store", name_or_null(system.stores, e.store)},
                    {"because", chain_rows(system, e.chain)}});
  }
  return list;
}

Json points_of_no_return(const System& system, const Findings& f) {
  Json list = Json::array();
  for (const Loss& loss : losses_of(system, f)) {
    const PointOfNoReturn& p = loss.point;
    Json hops = Json::array();
    for (const HopId h : loss.hops) hops.push_back(system.hops[h].name);
    list.push_back({{"at_s", seconds(p.at)},
                    {"until_s", seconds(p.until)},
                    {"hops", std::move(hops)},
                    {"store", name_or_null(system.stores, p.store)},
                    {"condition", label_or_null(system, p.condition)},
                    {"place", p.hop.is_set() ? place(system.hops[p.hop], p.fallback) : Json(nullptr)},
                    {"why", text_of(p.why)},
                    {"says", for_terminal(why_lost(system, p), false)},
                    {"error", name_of(p.error)},
                    {"arrived_from_s", seconds(p.arrived_from)},
                    {"arrived_to_s", seconds(p.arrived_to)},
                    {"events", number(p.events)},
                    {"onset_per_s", number(p.onset_per_s)},
                    {"windows", loss.windows},
                    {"is_request", loss.is_request},
                    {"fact", fact(system, p.fact)}});
  }
  return list;
}

Json turning_points(const System& system, const Findings& f) {
  Json list = Json::array();
  for (const TurningPoint& t : f.turning) {
    Json ways = Json::array();
    for (const RepairId r : t.ways) ways.push_back(name_of(system, r));
    list.push_back({{"at_s", seconds(t.at)},
                    {"condition", name_of(system, t.condition)},
                    {"cause", name_of(system, t.cause)},
                    {"ways", std::move(ways)},
                    {"fact", fact(system, system.conditions[t.condition].fact)}});
  }
  return list;
}

Json symptoms(const System& system, const Findings& f) {
  Json list = Json::array();
  for (const SeenSymptom& s : f.symptoms) {
    list.push_back({{"at_s", seconds(s.at)},
                    {"component", component(system, s.component)},
                    {"kind", name_of(s.symptom->kind)},
                    {"text", s.symptom->text},
                    {"fact", fact(system, s.symptom->fact)}});
  }
  return list;
}

Json availability(const System& system, const Findings& f) {
  Json list = Json::array();
  for (const Availability& a : f.availability) {
    Json windows = Json::array();
    for (const Availability::Window& w : a.windows) {
      windows.push_back({{"from_s", seconds(w.from)}, {"to_s", seconds(w.to)}, {"error", name_of(w.error)}});
    }
    list.push_back({{"hop", system.hops[a.hop].name},
                    {"offered", number(a.offered)},
                    {"refused", number(a.refused)},
                    {"windows", std::move(windows)}});
  }
  return list;
}

Json jobs(const System& system, const Findings& f) {
  Json list = Json::array();
  for (const MissedRuns& m : f.jobs) {
    list.push_back({{"hop", system.hops[m.hop].name}, {"due", number(m.due)}, {"missed", number(m.missed)}});
  }
  return list;
}

Json at_rest(const System& system, const Findings& f) {
  Json list = Json::array();
  for (const AtRest& a : f.at_rest) {
    list.push_back({{"store", system.stores[a.store].name},
                    {"unreadable_from_s", seconds(a.unreadable_from)},
                    {"unreadable_to_s", seconds(a.unreadable_to)},
                    {"lost_at_s", seconds(a.lost_at)},
                    {"because", chain_rows(system, a.chain)}});
  }
  return list;
}

Json objectives(const System& system, const Findings& f) {
  Json list = Json::array();
  for (const Objective& o : f.objectives) {
    list.push_back({{"component", component(system, o.component)},
                    {"objective", o.is_rto ? "rto" : "rpo"},
                    {"target_s", seconds(o.target)},
                    {"achieved_s", seconds(o.achieved)},
                    {"met", o.met}});
  }
  return list;
}

Json ledger(const System& system, HopId h, const HopLedger& l) {
  const Hop& hop = system.hops[h];
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
          {"component", component(system, hop.component)},
          {"offered", number(l.offered)},
          {"on_time", number(l.on_time)},
          {"late", number(l.late)},
          {"recovered", number(l.recovered)},
          {"waiting", number(l.waiting)},
          {"misdirected", number(l.misdirected)},
          {"handed_on", number(l.handed_on)},
          {"lost", number(l.lost)},
          {"lost_bytes", number(l.lost * hop.size.count())},
          {"longest_delay_s", seconds(l.longest_delay)},
          {"losses", std::move(losses)},
          {"places", std::move(places)}};
}

Json ledgers(const System& system, const Outcome& outcome) {
  Json list = Json::array();
  for (std::uint32_t h = 0; h < outcome.hops.size(); ++h) list.push_back(ledger(system, HopId(h), outcome.hops[h]));
  return list;
}

}  // namespace moshimo::report
