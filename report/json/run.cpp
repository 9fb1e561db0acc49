#include <nlohmann/json.hpp>

#include "report/json/rows.hpp"
#include "report/layout.hpp"
#include "report/numbers.hpp"
#include "report/run/anyway.hpp"
#include "report/run/worst_cases.hpp"
#include "report/words.hpp"
#include "scenarios/sweep.hpp"

namespace moshimo::report {
namespace {

Json run_rows(const scenarios::Answer& answer, const scenarios::StrategyRun& run) {
  const System& system = answer.system();
  Json stopped = Json::array();
  for (const StoppedFault& s : run.response.stopped) {
    const Action& action = system.actions[s.fault.action];
    Json by = nullptr;
    if (s.need < action.needs.size()) by = says(system, action.needs[s.need].condition);
    stopped.push_back({{"at_s", seconds(s.fault.at)}, {"action", action.name}, {"fails", std::move(by)}});
  }
  Json still = Json::array();
  for (const ConditionId c : run.response.still_broken) {
    still.push_back({{"condition", name_of(system, c)}, {"says", says(system, c)}, {"holds", false}});
  }
  Json unreleased = Json::array();
  for (const HopId h : run.response.unreleased) unreleased.push_back(system.hops[h].name);
  return {{"strategy", name_of(run.response.strategy)},
          {"figures", figures(figures_of(system, run, answer.first_fault))},
          {"effects", effects(system, run.findings)},
          {"points_of_no_return", points_of_no_return(system, run.findings)},
          {"turning_points", turning_points(system, run.findings)},
          {"symptoms", symptoms(system, run.findings)},
          {"availability", availability(system, run.findings)},
          {"jobs", jobs(system, run.findings)},
          {"at_rest", at_rest(system, run.findings)},
          {"objectives", objectives(system, run.findings)},
          {"steps", steps(answer, run.response)},
          {"stopped", std::move(stopped)},
          {"still_broken", std::move(still)},
          {"unreleased", std::move(unreleased)},
          {"ledger", ledgers(system, run.response.outcome)}};
}

Json guards(const models::Compiled& compiled, const Response& response) {
  Json list = Json::array();
  for (const models::GuardedCall& call : compiled.guarded) {
    const bool is_stopped = std::any_of(response.stopped.begin(), response.stopped.end(),
                                        [&](const StoppedFault& s) { return s.fault.action == call.action; });
    Json objections = Json::array();
    for (const auto& o : call.objections) {
      objections.push_back({{"kind", o.kind},
                            {"policy", o.policy},
                            {"statement", o.statement},
                            {"call", o.call.empty() ? call.call : o.call},
                            {"is_attached", o.is_attached}});
    }
    Json misses = Json::array();
    for (const auto& m : call.near_misses) {
      misses.push_back({{"policy", m.policy}, {"statement", m.statement}, {"why", m.why}, {"words", m.words}});
    }
    Json ways = Json::array();
    for (const auto& w : call.ways_round) ways.push_back({{"verb", w.verb}, {"call", w.call}});
    list.push_back({{"action", compiled.system.actions[call.action].name},
                    {"caller", call.caller},
                    {"call", call.call},
                    {"on", call.on},
                    {"stopped", is_stopped},
                    {"objections", std::move(objections)},
                    {"near_misses", std::move(misses)},
                    {"ways_round", std::move(ways)}});
  }
  return list;
}

Json guarded_repairs(const models::Compiled& compiled) {
  Json list = Json::array();
  for (const models::GuardedRepair& g : compiled.guarded_repairs) {
    list.push_back({{"repair", name_of(compiled.system, g.repair)},
                    {"caller", g.caller},
                    {"call", g.call},
                    {"kind", g.kind},
                    {"policy", g.policy},
                    {"statement", g.statement}});
  }
  return list;
}

Json worst_case(const System& system, ConditionId c, const WorstCase& w) {
  const ComponentId component = system.conditions[c].component;
  return {{"kind", "worst_case"},
          {"says", denied_sentence(says(system, c)) +
                       ": counted from the first moment at which it can be, the worst case; it may come up to " +
                       for_terminal(duration_text(w.spread), false) + " later"},
          {"fact", fact(system, w.fact)},
          {"where", component.is_set() ? Json::array({system.components[component].name}) : Json::array()}};
}

Json detection(const System& system, const Detection& d) {
  Json list = Json::array();
  for (const Telling& t : d.tellings) {
    Json way = Json::array();
    for (const Telling::Passed& p : t.way) {
      way.push_back({{"at_s", seconds(p.at)}, {"hop", system.hops[p.hop].name}});
    }
    Json because = Json::array();
    for (const ConditionId c : t.chain) {
      because.push_back({{"condition", name_of(system, c)},
                         {"says", says(system, c)},
                         {"fact", fact(system, system.conditions[c].fact)}});
    }
    Json waits_in = nullptr;
    if (t.waits_in >= 0) {
      waits_in = system.hops[t.stopped_at].fallbacks[static_cast<std::size_t>(t.waits_in)].says;
    }
    list.push_back({{"watcher", name_or_null(system.components, system.hops[t.hop].component)},
                    {"hop", system.hops[t.hop].name},
                    {"fate", name_of(t.fate)},
                    {"seen_s", seconds(t.seen)},
                    {"sign", t.sign},
                    {"of", name_or_null(system.components, t.of)},
                    {"fact", fact(system, t.fact)},
                    {"way", std::move(way)},
                    {"reader", t.reader.is_set() ? name_or_null(system.components, system.ports[t.reader].component)
                                                 : Json(nullptr)},
                    {"told_s", seconds(t.told)},
                    {"stopped_at", name_or_null(system.hops, t.stopped_at)},
                    {"error", t.stopped_at.is_set() ? Json(name_of(t.error)) : Json(nullptr)},
                    {"waits_in", std::move(waits_in)},
                    {"because", std::move(because)}});
  }
  return list;
}

}  // namespace

Json figures(const Figures& f) {
  return {{"lost", number(f.lost)},
          {"refused", number(f.refused)},
          {"misdirected", number(f.misdirected)},
          {"missed_runs", number(f.missed)},
          {"longest_loss_window_s", seconds(f.longest)},
          {"still_broken", f.still_broken},
          {"still_failing", f.still_failing},
          {"destroyed", f.destroyed.size()},
          {"unreleased", f.unreleased},
          {"restored_s", seconds(f.restored)}};
}

Json without_faults(const scenarios::Answer& answer) {
  const System& system = answer.system();
  Json list = Json::array();
  for (const Anyway& row : anyway(answer)) {
    list.push_back({{"hop", system.hops[row.hop].name},
                    {"lost", number(row.lost)},
                    {"misdirected", number(row.misdirected)},
                    {"unfetched", number(row.unfetched)},
                    {"condition", label_or_null(system, row.because)}});
  }
  return list;
}

void add_answer(Json& json, const scenarios::Answer& answer) {
  json["main_strategy"] = name_of(answer.main_run().response.strategy);
  json["runs"] = Json::array();
  for (const scenarios::StrategyRun& run : answer.runs) json["runs"].push_back(run_rows(answer, run));
  json["without_faults"] = without_faults(answer);
  json["what_ifs"] = Json::array();
  for (const scenarios::WhatIfRun& w : answer.what_ifs) {
    const auto of = [&](const scenarios::StrategyRun& run) {
      return figures(figures_of(w.compiled->system, run, answer.first_fault));
    };
    json["what_ifs"].push_back({{"name", w.what_if->name},
                                {"strategy", name_of(w.run.response.strategy)},
                                {"detect_s", seconds(w.noticed_after)},
                                {"figures", of(w.run)},
                                {"restore_only", w.restore_only ? of(*w.restore_only) : Json(nullptr)},
                                {"guards", guards(*w.compiled, w.run.response)}});
  }
  json["runbook"] = answer.runbook ? runbook(answer, *answer.runbook) : Json(nullptr);
  json["detection"] = detection(answer.system(), answer.detection);
  json["guards"] = guards(*answer.compiled, answer.main_run().response);
  json["guarded_repairs"] = guarded_repairs(*answer.compiled);
  json["sweep"] = Json::array();
  if (answer.sweep) {
    for (const scenarios::SweepPoint& p : answer.sweep->points) {
      Json at = Json::object();
      for (std::size_t i = 0; i < p.at.size(); ++i) at[answer.sweep->axes[i].name] = number(p.at[i]);
      json["sweep"].push_back({{"at", std::move(at)}, {"figures", figures(p.results.front().figures)}});
    }
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
  for (const WorstCase& w : worst_cases(answer.system(), answer.nobody_acts().findings)) {
    for (const ConditionId c : w.conditions) {
      json["assumptions"].push_back(worst_case(answer.system(), c, w));
    }
  }
  json["facts"] = facts(answer.system());
}

std::string run_json(const scenarios::Answer& answer, const Style& style) {
  Json json = heading(answer, style, "run");
  add_answer(json, answer);
  return printed(json);
}

}  // namespace moshimo::report
