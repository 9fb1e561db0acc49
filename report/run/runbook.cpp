#include "report/run/runbook.hpp"

#include <algorithm>
#include <cmath>
#include <fmt/format.h>

#include "report/layout.hpp"
#include "report/run/figures.hpp"
#include "report/run/page.hpp"
#include "report/run/repairs.hpp"
#include "report/words.hpp"
#include "scenarios/runbook.hpp"

namespace moshimo::report {

namespace {

// Each by what it does; the name is what a runbook calls it by.
std::vector<std::string> missing_steps(const scenarios::Answer& answer, const scenarios::RunbookCheck& check) {
  const System& system = answer.system();
  std::vector<std::string> sentences, applied;
  for (const Task& t : check.missing) {
    const std::string title = clean(title_without_a_step(text_of(system, t.repair).title));
    if (system.repairs[t.repair].by_apply && !answer.scenario->response.by_hand) {
      applied.push_back(title);
    } else {
      sentences.push_back(fmt::format("Missing: {} ({}).", title, code(clean(scenarios::step_name(system, t)))));
    }
  }
  if (!applied.empty()) {
    sentences.push_back(
        fmt::format("Missing, and an {} at the right time would do it: {}.", code("apply"), listing(applied, 12)));
  }
  return sentences;
}

}  // namespace

std::vector<std::string> backlogs_left(const System& system, const Outcome& outcome, HopId h) {
  constexpr double trace = 1e-6;  // events; less is rounding
  const Hop& hop = system.hops[h];
  const std::string whose = code(name_in(system, hop.component));
  std::vector<std::string> sentences;
  for (std::size_t i = 0; i < hop.fallbacks.size(); ++i) {
    const Fallback& f = hop.fallbacks[i];
    if (!f.release.is_set()) continue;
    double events = 0, lost = 0;
    for (const Waiting& w : outcome.hops[h.value].places) {
      if (w.fallback == i) events += w.events;
    }
    for (const LossWindow& w : outcome.hops[h.value].losses) {
      if (w.fallback == static_cast<int>(i)) lost += w.events;
    }
    const std::string step = code(name_of(system, f.release));
    if (events > trace) {
      sentences.push_back(fmt::format("Nobody fetches what waits at the end: {} of {} in {} ({}).",
                                      events_text(events, strong), whose, clean(f.says), step));
    } else if (lost > trace && !f.misdirects) {
      sentences.push_back(fmt::format("Nobody fetched what lay in {} in time: {} of {} are lost ({}).", clean(f.says),
                                      events_text(lost, strong), whose, step));
    }
  }
  return sentences;
}

std::vector<std::string> runbook_faults(const scenarios::Answer& answer, const scenarios::RunbookCheck& check) {
  const System& system = answer.system();
  const Response& done = answer.main_run().response;
  const auto name = [&](const Task& t) { return code(clean(scenarios::step_name(system, t))); };
  const auto is_apply = [&](const Step& s) {
    return system.repairs[s.repairs.front()].by_apply && !answer.scenario->response.by_hand;
  };
  std::vector<std::string> sentences;
  for (const auto& v : check.in_vain) {
    const Step& s = done.steps[v.step];
    const std::string which =
        fmt::format("Step {}, {}", v.step + 1, name(is_apply(s) ? Task{} : Task{s.repairs.front()}));
    if (!v.misses.is_set()) {
      sentences.push_back(fmt::format("{}, does nothing: at that time there is nothing for it to do.", which));
      continue;
    }
    std::string text =
        fmt::format("{}, comes too early and does nothing: {}", which, denied_sentence(says(system, v.misses)));
    text += v.is_brought ? fmt::format(". That comes with {}.", name(v.brought_by)) : ".";
    sentences.push_back(std::move(text));
  }
  for (const auto& t : check.applied_too_soon) {
    sentences.push_back(fmt::format("Step {}, {}, comes before {}, though an apply acts on what that takes back: {}.",
                                    t.step + 1, name(Task{}), name(Task{t.before}),
                                    denied_sentence(says(system, system.repairs[t.before].restores.front()))));
  }
  for (const std::size_t i : check.saves_nothing) {
    sentences.push_back(fmt::format("Step {}, {}, saves nothing: without it no more is lost.", i + 1,
                                    name(Task{done.steps[i].repairs.front()})));
  }
  for (const std::string& text : missing_steps(answer, check)) sentences.push_back(text);
  for (const HopId h : done.unreleased) {
    for (const std::string& text : backlogs_left(system, done.outcome, h)) sentences.push_back(text);
  }
  return sentences;
}

std::string orders_text(std::size_t tried, bool is_exact, bool is_finished) {
  return fmt::format("{} {} simulated: {}.", count_text(static_cast<double>(tried)),
                     tried == 1 ? "order was" : "orders were",
                     !is_finished ? "not all that could be tried were"
                     : is_exact   ? "all there are"
                                  : "no move of a single step makes this one better");
}

std::string runbook_toll(const scenarios::Answer& answer, const scenarios::StrategyRun& plan) {
  const System& system = answer.system();
  const Figures own = figures_of(system, answer.main_run(), answer.first_fault);
  const Figures best = figures_of(system, plan, answer.first_fault);
  std::string text = fmt::format("As it is written, {}", lost_and_refused(own.lost, own.refused, strong));
  const double lost = own.lost - best.lost, refused = own.refused - best.refused;
  std::vector<std::string> parts;
  const bool has_both = own.lost + best.lost >= 0.5 && own.refused + best.refused >= 0.5;
  const auto differ = [&](double more, std::string_view unit) {
    if (std::abs(more) < 0.5) return;
    const std::string of = has_both ? fmt::format(" {}", unit) : std::string();
    parts.push_back(more > 0 ? fmt::format("{} more{}", bad(count_text(more)), of)
                             : fmt::format("{} fewer{}", good(count_text(-more)), of));
  };
  differ(lost, "events");
  differ(refused, "requests");
  text += parts.empty() ? std::string(", as by the best plan known")
                        : fmt::format(", {} than by the best plan known", listing(parts));
  const auto back = [](const Figures& f) {
    return f.restored.is_forever() ? std::string("not everything works again before the end")
                                   : fmt::format("everything works again after {}", minute_text(f.restored));
  };
  text += own.restored == best.restored ? fmt::format("; {}.", back(own))
                                        : fmt::format("; {} (by that plan: {}).", back(own), back(best));
  std::vector<std::string> only_here;
  for (const Figures::Destroyed& d : own.destroyed) {
    const auto is_it = [&](const Figures::Destroyed& other) { return other.component == d.component; };
    if (std::any_of(best.destroyed.begin(), best.destroyed.end(), is_it)) continue;
    only_here.push_back(code(name_in(system, d.component)));
  }
  if (!only_here.empty()) {
    text += fmt::format(" {} for good; that plan keeps it.",
                        bad(fmt::format("What was in {} is gone", listing(only_here, 6))));
  }
  return text;
}

}  // namespace moshimo::report
