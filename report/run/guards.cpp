// Who may make the calls that the faults are: what stops them, what only looks as if, and what goes round.
#include <algorithm>
#include <fmt/format.h>

#include "report/run/page.hpp"
#include "report/words.hpp"

namespace moshimo::report {
namespace {

std::string of_statement(const std::string& statement) {
  if (statement.empty()) return "";
  return statement.front() == '#' ? ", statement " + clean(statement.substr(1))
                                  : fmt::format(", statement {}", code(clean(statement)));
}

std::string coded(const std::vector<std::string>& words) {
  std::vector<std::string> list;
  for (const std::string& w : words) list.push_back(code(clean(w)));
  return listing(list, 4);
}

std::string why_not(const models::GuardedCall::NearMiss& miss) {
  if (miss.why == "other_actions") return fmt::format("it speaks of {}, which is another call", coded(miss.words));
  if (miss.why == "other_resources") return "it speaks of other resources";
  if (miss.why == "condition") return fmt::format("its condition on {} does not hold", coded(miss.words));
  if (miss.why == "code_is_gone") return "it is asked by Terraform, and only while the block is in the code";
  if (miss.why == "not_asked") return "it is not asked about such a call";
  if (miss.why == "service_linked_role") return "it does not reach service-linked roles";
  if (miss.why == "management_account") return "this is the management account, which no such policy reaches";
  return "it is attached to another account";
}

}  // namespace

void RunPage::guarded(std::string_view name, const models::Compiled& compiled, const Response& response) {
  for (const models::GuardedCall& call : compiled.guarded) {
    const auto stopped = std::find_if(response.stopped.begin(), response.stopped.end(),
                                      [&](const StoppedFault& s) { return s.fault.action == call.action; });
    const bool is_stopped = stopped != response.stopped.end();
    std::string by;
    if (is_stopped) {
      const ConditionId refuses = compiled.system.actions[call.action].needs[stopped->need].condition;
      by = ": " + denied_sentence(says(compiled.system, refuses));
      for (const auto& o : call.objections) {
        if (o.condition != refuses || o.policy.empty()) continue;
        by = fmt::format(" by the {} {}{}", o.kind, code(clean(o.policy)),
                         o.policy == "prevent_destroy"
                             ? ""
                             : (o.statement.empty() ? ", which does not allow it" : of_statement(o.statement)));
        if (!o.call.empty()) {
          by += fmt::format(", which denies {}, and that has to come first {}", code(clean(o.call)),
                            dim(fmt::format("[{}]", fact_id(compiled.system, o.has_to_come))));
        }
      }
    }
    page_.item(fmt::format("{}: {} on {} by {} {}{}.", strong(clean(name)), code(clean(call.call)),
                           code(clean(call.on)), clean(call.caller),
                           is_stopped ? good("is stopped") : warn("goes through"), by));
    for (const auto& miss : call.near_misses) {
      page_.detail(fmt::format("{}{} does not stop it: {}.", code(clean(miss.policy)), of_statement(miss.statement),
                               why_not(miss)));
    }
    if (!is_stopped || call.ways_round.empty()) continue;
    std::vector<std::string> ways;
    for (const auto& w : call.ways_round) ways.push_back(fmt::format("{} ({})", clean(w.verb), code(clean(w.call))));
    page_.detail(fmt::format("The same caller may still do this to it: {}.", listing(ways, 8)));
  }
}

// Those that would be done if they could.
std::vector<const models::GuardedRepair*> RunPage::steps_denied() const {
  std::vector<const models::GuardedRepair*> found;
  const Timeline& timeline = answer_.nobody_acts().response.outcome.timeline;
  for (const models::GuardedRepair& g : answer_.compiled->guarded_repairs) {
    const std::vector<ConditionId>& restores = system_.repairs[g.repair].restores;
    const bool is_wanted = std::any_of(restores.begin(), restores.end(), [&](ConditionId c) {
      return timeline.conditions[c.value].front().value && !timeline.conditions[c.value].back().value;
    });
    if (is_wanted && !timeline.conditions[g.condition.value].back().value) found.push_back(&g);
  }
  return found;
}

void RunPage::guards() {
  const std::vector<const models::GuardedRepair*> denied = steps_denied();
  const bool any = !denied.empty() || !answer_.compiled->guarded.empty() ||
                   std::any_of(answer_.what_ifs.begin(), answer_.what_ifs.end(),
                               [](const scenarios::WhatIfRun& w) { return !w.compiled->guarded.empty(); });
  if (!any) return;
  page_.heading("What the guards say");
  for (const models::GuardedRepair* g : denied) {
    page_.item(
        fmt::format("{} {}: {} by {} is denied by the {} {}{}. Somebody it does not reach has to do it, or detach it.",
                    bad("A step back cannot be done:"), clean(text_of(system_, g->repair).title), code(clean(g->call)),
                    clean(g->caller), g->kind, code(clean(g->policy)),
                    g->statement.empty() ? ", which does not allow it" : of_statement(g->statement)));
  }
  guarded("as it is", *answer_.compiled, answer_.main_run().response);
  for (const scenarios::WhatIfRun& w : answer_.what_ifs) {
    if (w.compiled != answer_.compiled) guarded(w.what_if->name, *w.compiled, w.run.response);
  }
}

}  // namespace moshimo::report
