// Steps, and what is wrong with those of a runbook.
#include <nlohmann/json.hpp>

#include "report/json/rows.hpp"
#include "report/run/repairs.hpp"
#include "report/run/runbook.hpp"
#include "report/run/stamp.hpp"

namespace moshimo::report {

Json steps(const scenarios::Answer& answer, const Response& response) {
  const System& system = answer.system();
  const Clock clock = clock_of(*answer.scenario);
  Json list = Json::array();
  std::size_t step_number = 0;
  for (const Step& s : response.steps) {
    ++step_number;
    Json repairs = Json::array();
    for (std::size_t i = 0; i < s.repairs.size(); ++i) {
      const RepairId r = s.repairs[i];
      const Repair& repair = system.repairs[r];
      const RepairText words = text_of(system, r);
      const auto fill = [&](const std::string& t) {
        return filled(t, system, s, step_number, clock, answer.first_fault);
      };
      Json commands = Json::array();
      for (const std::string& c : words.commands) commands.push_back(fill(c));
      repairs.push_back({{"repair", name_of(system, r)},
                         {"title", fill(words.title)},
                         {"by_apply", repair.by_apply},
                         {"done_s", seconds(s.repair_done[i])},
                         {"who", fill(words.who)},
                         {"commands", std::move(commands)},
                         {"verify", fill(words.verify)},
                         {"fact", fact(system, repair.fact)},
                         {"limits", fact(system, repair.limits)}});
    }
    Json releases = Json::array();
    for (const auto& [task, events] : s.releases) releases.push_back(system.hops[task.hop].name);
    Json left_out = Json::array();
    for (const RepairId r : s.left_out) left_out.push_back(name_of(system, r));
    list.push_back({{"step", step_number},
                    {"start_s", seconds(s.start)},
                    {"done_s", seconds(s.done)},
                    {"responder", s.responder + 1},
                    {"in_vain", s.in_vain},
                    {"brake", s.is_brake},
                    {"apply", s.is_apply},
                    {"leaves_out", std::move(left_out)},
                    {"releases", std::move(releases)},
                    {"released", number(s.released)},
                    {"repairs", std::move(repairs)}});
  }
  return list;
}

Json runbook(const scenarios::Answer& answer, const scenarios::RunbookCheck& check) {
  const System& system = answer.system();
  Json in_vain = Json::array();
  for (const auto& v : check.in_vain) {
    in_vain.push_back(
        {{"step", v.step + 1},
         {"misses", label_or_null(system, v.misses)},
         {"brought_by", v.is_brought ? Json(scenarios::step_name(system, v.brought_by)) : Json(nullptr)}});
  }
  Json too_soon = Json::array();
  for (const auto& t : check.applied_too_soon) {
    too_soon.push_back({{"step", t.step + 1}, {"before", name_of(system, t.before)}});
  }
  Json saves_nothing = Json::array();
  for (const std::size_t i : check.saves_nothing) saves_nothing.push_back(i + 1);
  Json missing = Json::array();
  for (const Task& t : check.missing) missing.push_back(scenarios::step_name(system, t));
  return {{"in_vain", std::move(in_vain)},
          {"applied_too_soon", std::move(too_soon)},
          {"saves_nothing", std::move(saves_nothing)},
          {"missing", std::move(missing)}};
}

}  // namespace moshimo::report
