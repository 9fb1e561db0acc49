// The plan, what its steps are worth, and how it was found.
#include <nlohmann/json.hpp>

#include "report/json/rows.hpp"
#include "report/run/runbook.hpp"

namespace moshimo::report {
namespace {

Json toll(const Toll& t) {
  return {{"lost", number(t.lost)},
          {"gone_for_good", t.for_good()},
          {"still_broken", t.still_broken},
          {"works_s", seconds(t.works)},
          {"done_s", seconds(t.done)}};
}

Json order(const System& system, const OrderSearch& search) {
  Json moves = Json::array();
  for (const OrderSearch::Move& m : search.moves) {
    moves.push_back({{"step", scenarios::step_name(system, m.moved)},
                     {"before", m.is_later ? Json(nullptr) : Json(scenarios::step_name(system, m.beside))},
                     {"after", m.is_later ? Json(scenarios::step_name(system, m.beside)) : Json(nullptr)},
                     {"saves", number(m.saves)},
                     {"mostly", name_or_null(system.hops, m.mostly)},
                     {"keeps", m.keeps},
                     {"works_sooner_s", seconds(m.works_sooner)},
                     {"sooner_s", seconds(m.sooner)}});
  }
  return {{"by_rule", toll(search.by_rule)}, {"best", toll(search.best)},   {"moves", std::move(moves)},
          {"tried", search.tried},           {"is_exact", search.is_exact}, {"is_finished", search.is_finished}};
}

Json worth(const System& system, const StepWorth& w) {
  Json hops = Json::array(), content = Json::array(), gone = Json::array(), failing = Json::array();
  Json unreleased = Json::array();
  for (const HopId h : w.mostly) hops.push_back(system.hops[h].name);
  for (const StoreId s : w.keeps_content) content.push_back(system.stores[s].name);
  for (const ConditionId c : w.keeps) gone.push_back(name_of(system, c));
  for (const ComponentId c : w.mends) failing.push_back(system.components[c].name);
  for (const HopId h : w.fetches) unreleased.push_back(system.hops[h].name);
  return {{"saves", number(w.saves)},
          {"saves_requests", number(w.saves_requests)},
          {"keeps_content", std::move(content)},
          {"of", std::move(hops)},
          {"gone", std::move(gone)},
          {"still_failing", std::move(failing)},
          {"unreleased", std::move(unreleased)},
          {"no_later_than_s", seconds(w.no_later_than)},
          {"useless_from_s", seconds(w.useless_from)}};
}

}  // namespace

std::string recover_json(const scenarios::Recovery& recovery, const Style& style) {
  const scenarios::Answer& answer = *recovery.answer;
  const System& system = answer.system();
  Json json = heading(answer, style, "recover");
  json["steps"] = steps(answer, recovery.plan.response);
  const std::vector<Task> tasks = tasks_of(system, recovery.responders, recovery.plan.response.steps);
  for (std::size_t i = 0; i < tasks.size(); ++i) {
    Json& step = json["steps"][i];
    step["name"] = scenarios::step_name(system, tasks[i]);
    step["worth"] = i < recovery.worth.size() ? worth(system, recovery.worth[i]) : Json(nullptr);
  }
  json["edges"] = Json::array();
  for (const StepGraph::Edge& e : recovery.graph.edges) {
    json["edges"].push_back({{"before", e.before + 1},
                             {"after", e.after + 1},
                             {"brings", name_of(system, e.brings)},
                             {"is_for_applying", e.is_for_applying}});
  }
  json["critical"] = Json::array();
  for (const std::size_t i : recovery.graph.critical) json["critical"].push_back(i + 1);
  json["critical_s"] = seconds(recovery.graph.critical_time);
  json["order"] = order(system, recovery.search);
  json["trades"] = Json::array();
  for (const scenarios::Trade& t : recovery.trades) {
    json["trades"].push_back({{"step", scenarios::step_name(system, Task{t.brake})},
                              {"requests_served", number(t.requests_served)},
                              {"events_lost", number(t.events_lost)}});
  }
  json["waits"] = Json::array();
  for (const Wait& w : recovery.waits) {
    json["waits"].push_back({{"step", scenarios::step_name(system, w.step)},
                             {"until_s", seconds(w.until)},
                             {"saves", number(w.saves)},
                             {"mostly", name_or_null(system.hops, w.mostly)}});
  }
  json["earlier_notice"] = recovery.earlier ? Json{{"after_s", seconds(recovery.earlier->after)},
                                                   {"loses_more", number(recovery.earlier->more)}}
                                            : Json(nullptr);
  json["runbook"] = recovery.runbook ? runbook(answer, *recovery.runbook) : Json(nullptr);
  json["facts"] = facts(system);
  return printed(json);
}

}  // namespace moshimo::report
