#include <algorithm>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <map>

#include "core/parts.hpp"
#include "report/run/anyway.hpp"
#include "report/run/fates.hpp"
#include "report/run/figures.hpp"
#include "report/run/losses.hpp"
#include "report/run/page.hpp"
#include "report/words.hpp"

namespace moshimo::report {
namespace {

bool is_some(double amount) { return amount > 1e-3; }

// Whether a fault has changed somebody in whose name one of these does what nobody has described.
bool acts_as_changed(const scenarios::Answer& answer, const std::vector<ComponentId>& where) {
  const System& system = answer.system();
  const auto is_changed = [&](ComponentId c) {
    return c.is_set() && std::any_of(answer.faults.begin(), answer.faults.end(),
                                     [&](const Fault& f) { return system.actions[f.action].component == c; });
  };
  return std::any_of(system.hops.begin(), system.hops.end(), [&](const Hop& hop) {
    if (hop.ratio != 0 || std::find(where.begin(), where.end(), hop.component) == where.end()) return false;
    return std::any_of(hop.needs.begin(), hop.needs.end(), [&](const Need& n) {
      const ComponentId of = system.conditions[n.condition].component;
      return of != hop.component && is_changed(of);
    });
  });
}

// Whether some of what is lost has come in where nothing but an assumed traffic comes in. What a timetable or a service
// itself makes is as much as it is.
bool loses_assumed_traffic(const scenarios::Answer& answer) {
  const System& system = answer.system();
  std::vector<std::vector<HopId>> fed_by(system.ports.size());
  for (std::uint32_t h = 0; h < system.hops.size(); ++h) {
    const Hop& hop = system.hops[HopId(h)];
    if (hop.source == Hop::Source::port && hop.from.is_set()) fed_by[hop.from.value].emplace_back(h);
  }
  std::vector<HopId> todo;
  for (const models::EntryPoint& e : answer.compiled->entry_points) todo.push_back(e.hop);
  std::vector<bool> is_met(system.hops.size(), false);
  while (!todo.empty()) {
    const HopId h = todo.back();
    todo.pop_back();
    if (is_met[h.value]) continue;
    is_met[h.value] = true;
    if (is_some(answer.nobody_acts().response.outcome.hops[h.value].lost)) return true;
    const auto enters = [&](PortId port) {
      if (!port.is_set()) return;
      todo.insert(todo.end(), fed_by[port.value].begin(), fed_by[port.value].end());
      fed_by[port.value].clear();
    };
    enters(system.hops[h].to);
    for (const Fallback& f : system.hops[h].fallbacks) {
      if (f.kind == Fallback::Kind::hand_on) enters(f.port);
    }
  }
  return false;
}

}  // namespace

void RunPage::title() {
  const scenarios::Scenario& s = *answer_.scenario;
  page_.title(s.title.empty() ? clean(s.name) : fmt::format("{}: {}", clean(s.name), clean(s.title)));
}

void RunPage::headline() {
  if (answer_.faults.empty()) {
    const std::vector<std::string> sentences = anyway_told(answer_);
    page_.paragraph(sentences.empty() ? "Nothing goes wrong in this scenario: it has no faults."
                                      : "This scenario has no faults.");
    denied_at_start();
    for (const std::string& sentence : sentences) page_.paragraph(sentence);
    return;
  }
  what_happens();
  denied_at_start();
  page_.gap();
  if_nobody_acts();
  what_never_comes_back();
  with_the_response();
  for (const Objective& o : answer_.main_run().findings.objectives) {
    if (!o.met) page_.paragraph(fmt::format("{} {}.", bad("✗"), objective_text(system_, o)));
  }
  for (const std::string& sentence : unmet_expectations(answer_)) {
    page_.paragraph(fmt::format("{} {}", bad("✗"), sentence));
  }
}

void RunPage::who_fails() {
  const auto failing = [this](const Findings& findings, bool to_the_end) {
    std::map<ComponentId, SimTime> since;
    for (const Effect& e : findings.effects) {
      if (e.kind == EffectKind::starved || e.kind == EffectKind::latent || (to_the_end && !e.to.is_never())) continue;
      const ComponentId whole = outermost(system_, e.component);
      if (faulted_.count(whole) != 0) continue;
      const auto [at, is_new] = since.emplace(whole, e.from);
      if (!is_new) at->second = std::min(at->second, e.from);
    }
    return since;
  };
  constexpr std::size_t most = 6;
  std::vector<ComponentId> at_once, later;
  for (const auto& [c, since] : failing(answer_.nobody_acts().findings, false)) {
    (is_at_once(since) ? at_once : later).push_back(c);
  }
  std::vector<std::string> parts;
  if (!at_once.empty()) parts.push_back(fmt::format("at once {}", names(at_once, most)));
  if (!later.empty()) parts.push_back(fmt::format("later {}", names(later, most)));
  if (parts.empty()) return;
  std::string text = fmt::format("What fails: {}.", fmt::join(parts, "; "));
  if (const scenarios::StrategyRun* run = answer_.run_of(Strategy::restore_only)) {
    std::vector<ComponentId> left;
    for (const auto& [c, since] : failing(run->findings, true)) left.push_back(c);
    if (!left.empty()) {
      text += fmt::format(" {} does {} mend {}.", sentence(restoring()), bad("not"), names(left, most));
    }
  }
  page_.paragraph(text);
}

namespace {

// Of a document or of tags.
std::string what_changes(const scenarios::ScenarioFault& fault) {
  std::vector<std::string> parts;
  for (const auto& [name, value] : fault.parameters) {
    if (value.kind == models::Value::Kind::scalar) {
      parts.push_back(name == "keys" ? clean(value.text) : fmt::format("{} {}", clean(name), clean(value.text)));
    }
    if (name != "keys" && name != "set") continue;
    for (const models::Value& child : value.children) {
      parts.push_back(name == "keys" ? clean(child.text) : fmt::format("{} = {}", clean(child.key), clean(child.text)));
    }
  }
  if (fault.over_after) parts.push_back(fmt::format("for {}", duration_text(*fault.over_after)));
  return fmt::format("{}", fmt::join(parts, ", "));
}

}  // namespace

void RunPage::what_happens() {
  struct Deed {
    std::string verb;
    SimTime at;
    std::string what;
    std::vector<std::string> to;
  };
  std::vector<Deed> deeds;
  for (const scenarios::ScenarioFault& f : answer_.scenario->faults) {
    const std::string verb = f.made_again_after ? "replace" : f.verb;
    const std::string what = what_changes(f);
    const auto same = std::find_if(deeds.begin(), deeds.end(),
                                   [&](const Deed& d) { return d.verb == verb && d.at == f.at && d.what == what; });
    Deed& deed = same == deeds.end() ? deeds.emplace_back(Deed{verb, f.at, what, {}}) : *same;
    for (const std::string& c : f.components) deed.to.push_back(code(clean(c)));
  }
  std::vector<std::string> done;
  for (const Deed& d : deeds) {
    std::string verb = clean(d.verb);
    std::replace(verb.begin(), verb.end(), '-', ' ');
    std::string text = strong(verb) + (verb == "outage" ? " of " : " ");
    if (d.to.size() > 5) {
      text += fmt::format("{} ({}{})", counted(d.to.size(), "thing", "things"), listing(d.to, 4),
                          d.what.empty() ? "" : "; " + d.what);
    } else {
      text += listing(d.to, 5) + (d.what.empty() ? "" : fmt::format(" ({})", d.what));
    }
    const Duration later = d.at - answer_.first_fault;
    if (later.us() > 0) text += fmt::format(" {} later", duration_text(later));
    done.push_back(std::move(text));
  }
  std::string what = "What happens";
  if (clock_.is_set()) what += fmt::format(" at {} {}", clock_.full(answer_.first_fault), clock_.offset());
  page_.paragraph(fmt::format("{}: {}.", what, listing(done, 6)));
  for (const StoppedFault& stopped : answer_.main_run().response.stopped) {
    const Action& action = system_.actions[stopped.fault.action];
    const std::string why = stopped.need < action.needs.size()
                                ? denied_sentence(says(system_, action.needs[stopped.need].condition))
                                : "a guard refuses";
    page_.paragraph(fmt::format("{} does not happen: {}.", code(clean(action.name)), why));
  }
}

void RunPage::denied_at_start() {
  std::vector<std::string> denied;
  for (const models::Assumption& a : answer_.compiled->assumptions) {
    if (a.kind == models::Assumption::Kind::denied_at_start) denied.push_back(clean(a.says));
  }
  constexpr std::size_t most_told = 5;
  for (std::size_t i = 0; i < std::min(denied.size(), most_told); ++i) {
    page_.paragraph(fmt::format("{} {}", bad("!"), denied[i]));
  }
  if (denied.size() > most_told) {
    page_.paragraph(
        fmt::format("And {} more calls are denied by documents before anything happens.", denied.size() - most_told));
  }
}

void RunPage::if_nobody_acts() {
  const scenarios::StrategyRun& none = answer_.nobody_acts();
  const Figures idle = figures_of(system_, none, answer_.first_fault);
  const std::vector<Loss> losses = losses_of(system_, none.findings);
  std::vector<std::string> at_once;
  std::vector<std::string> refusing;
  const Loss* next = nullptr;
  bool something_gone = false;
  for (const Loss& loss : losses) {
    if (loss.point.condition.is_set()) continue;
    if (is_at_once(loss.point.at)) {
      something_gone = something_gone || loss.hops.empty();
      if (loss.hops.empty()) continue;
      for (const std::string& n : names_of(system_, loss)) (loss.is_request ? refusing : at_once).push_back(code(n));
    } else if (!next) {
      next = &loss;
    }
  }
  const std::string gone = destroyed_text(idle);
  const Duration horizon = answer_.scenario->horizon - answer_.first_fault;
  std::string worst;
  const bool loses = is_some(idle.lost);
  if (loses && is_some(idle.refused)) {
    worst = fmt::format("If nobody acts, {} are lost and {} refused within {}", events_text(idle.lost, bad),
                        amount_text(idle.refused, "request", "requests"), about_text(horizon));
  } else if (loses) {
    worst = fmt::format("If nobody acts, {} lost within {}", are(idle.lost, events_text(idle.lost, bad)),
                        about_text(horizon));
  } else if (is_some(idle.refused)) {
    worst = fmt::format("If nobody acts, {} refused within {}; no data {} is lost",
                        are(idle.refused, bad(amount_text(idle.refused, "request", "requests"))), about_text(horizon),
                        gone.empty() ? "that was accepted" : "on its way");
  } else if (gone.empty()) {
    worst = fmt::format("Even if nobody acts, no data is lost within {}", about_text(horizon));
  } else {
    worst = fmt::format("If nobody acts, no data on its way is lost within {}", about_text(horizon));
  }
  worst += gone.empty() ? "." : fmt::format(", {} {}.", loses ? "and" : "but", bad(gone));
  if (!at_once.empty())
    worst += fmt::format(" From the start, {} lose{} data.", listing(at_once, 4), at_once.size() == 1 ? "s" : "");
  if (!refusing.empty()) worst += fmt::format(" Requests to {} are refused from the start.", listing(refusing, 4));
  if (is_some(idle.misdirected)) {
    worst += fmt::format(" {} misdirected: nothing looks for {} where {} {}, and nothing says so.",
                         sentence(are(idle.misdirected, events_text(idle.misdirected, warn))),
                         idle.misdirected < 1.5 ? "it" : "them", idle.misdirected < 1.5 ? "it" : "they",
                         idle.misdirected < 1.5 ? "lies" : "lie");
  }
  page_.paragraph(worst);
  const bool assumes_traffic =
      std::any_of(answer_.compiled->assumptions.begin(), answer_.compiled->assumptions.end(),
                  [](const auto& a) { return a.kind == models::Assumption::Kind::default_traffic; });
  if (assumes_traffic && loses_assumed_traffic(answer_)) {
    page_.paragraph(
        "No traffic is given, so one event a second is assumed at each entry point: the amounts only compare with each "
        "other.");
  }
  for (const std::string& sentence : anyway_told(answer_)) page_.paragraph(sentence);
  for (const models::Assumption& a : answer_.compiled->assumptions) {
    if (a.kind != models::Assumption::Kind::unknown || a.where.empty()) continue;
    const auto is_about = [&](ComponentId c) { return std::find(a.where.begin(), a.where.end(), c) != a.where.end(); };
    const auto is_about_above = [&](ComponentId c) {
      while (c.is_set() && !is_about(c)) c = system_.components[c].parent;
      return c.is_set();
    };
    // Of itself, or because nothing comes to a part of it.
    const bool is_hurt = std::any_of(none.findings.effects.begin(), none.findings.effects.end(), [&](const Effect& e) {
      if (!e.hop.is_set()) return false;
      if (is_about(e.component)) return system_.hops[e.hop].ratio == 0;
      return answer_.healthy.hops[e.hop.value].offered == 0 && is_about_above(e.component);
    });
    if (is_hurt || acts_as_changed(answer_, a.where))
      page_.paragraph(fmt::format("Not known: {}", prose(a.says, style_.shows_code())));
  }
  if (next) {
    std::vector<std::string> losing, stopping, ending;  // at the same moment
    for (const Loss& loss : losses) {
      if (loss.point.at != next->point.at || loss.point.condition.is_set()) continue;
      std::vector<std::string>& list = loss.hops.empty() ? ending : loss.is_request ? stopping : losing;
      for (const std::string& n : names_of(system_, loss)) list.push_back(code(n));
    }
    std::vector<std::string> then;
    if (!losing.empty()) {
      then.push_back(fmt::format("{} begin{} to lose data{}", listing(losing, 4), losing.size() == 1 ? "s" : "",
                                 at_once.empty() ? "" : " as well"));
    }
    if (!stopping.empty()) {
      then.push_back(fmt::format("{} stop{} serving", listing(stopping, 4), stopping.size() == 1 ? "s" : ""));
    }
    if (!ending.empty()) then.push_back(fmt::format("what is in {} is gone for good", listing(ending, 6)));
    std::string until = duration_text(next->point.at - answer_.first_fault);
    if (clock_.is_set()) until += fmt::format(" (by {})", clock_.full(next->point.at));
    const bool all = at_once.empty() && refusing.empty() && !something_gone;
    page_.paragraph(fmt::format("{} can still be saved if it works again within {}. After that {}.",
                                all ? "Everything" : "Everything else", strong(until), listing(then, 3)));
  }
}

void RunPage::what_never_comes_back() {
  for (const PointOfNoReturn& p : answer_.nobody_acts().findings.points) {
    if (!p.condition.is_set()) continue;
    const std::string name = code(name_in(system_, component_of(system_, p)));
    if (is_at_once(p.at)) {
      page_.paragraph(fmt::format("{} cannot be brought back.", name));
      continue;
    }
    std::string until = when(p.at);
    if (clock_.is_set()) until += fmt::format(" (until {})", clock_.full(p.at));
    page_.paragraph(fmt::format("{} can be brought back for {}, and never after that.", name, strong(until)));
  }
}

void RunPage::with_the_response() {
  const scenarios::StrategyRun& main = answer_.main_run();
  if (main.response.strategy == Strategy::none) return;
  if (answer_.noticed_after.is_forever()) {
    const bool waits_for_alarms = answer_.scenario->response.by_alarms;
    page_.paragraph(bad(waits_for_alarms ? "No alarm is read by anybody" : "Nobody ever notices it") +
                    ", so nobody does anything.");
    return;
  }
  const Figures f = figures_of(system_, main, answer_.first_fault);
  const Responders& r = answer_.scenario->response;
  std::string text = fmt::format("Noticed after {}, with {} doing {}, ", precise_text(answer_.noticed_after),
                                 counted(r.count, "person", "people"),
                                 main.response.strategy == Strategy::full      ? "every step"
                                 : main.response.strategy == Strategy::runbook ? "what the runbook says"
                                                                               : "only what re-applying the code does");
  const std::string gone_now = destroyed_text(f);
  if (is_some(f.lost)) {
    text += fmt::format("{} lost", are(f.lost, events_text(f.lost, strong)));
    if (!gone_now.empty()) text += ", ";
  } else if (gone_now.empty()) {
    text += good("nothing is lost");
  }
  if (!gone_now.empty()) text += bad(gone_now);
  if (is_some(f.refused)) {
    text += fmt::format(", {} refused", are(f.refused, amount_text(f.refused, "request", "requests")));
  }
  text += f.restored == Duration{} || fails_nothing() ? std::string(", and nothing that is modelled fails.")
          : f.restored.is_forever()
              ? fmt::format(", and {} before the end.", bad("not everything works again"))
              : fmt::format(", and everything works again after {}.", strong(minute_text(f.restored)));
  if (const std::string by_itself = lost_by_the_way_back(answer_, main); !by_itself.empty()) text += " " + by_itself;
  if (is_some(f.misdirected)) {
    text += fmt::format(" {} still misdirected.", sentence(are(f.misdirected, events_text(f.misdirected, warn))));
  }
  page_.paragraph(text);
}

}  // namespace moshimo::report
