#include "report/run_page.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <fmt/format.h>
#include <iterator>
#include <map>

namespace moshimo::report {
namespace {

std::string kind_text(EffectKind kind) {
  switch (kind) {
    case EffectKind::down: return bad("down");
    case EffectKind::impaired: return warn("impaired");
    case EffectKind::latent: return warn("latent");
    case EffectKind::stalled: return bad("stalled");
    case EffectKind::unreadable: return bad("unreadable");
    case EffectKind::starved: return "starved";
  }
  return "";
}

std::string kind_meaning(EffectKind kind) {
  switch (kind) {
    case EffectKind::down: return "does not serve, or nothing of it runs";
    case EffectKind::impaired: return "runs, but something it does fails";
    case EffectKind::latent: return "runs as long as nothing has to start or be replaced";
    case EffectKind::stalled: return "held up by a full buffer";
    case EffectKind::unreadable: return "its data is there but cannot be read";
    case EffectKind::starved: return "works, but gets less";
  }
  return "";
}

std::string class_meaning(ErrorClass c) {
  switch (c) {
    case ErrorClass::denied: return "refused (401, 403, a role that cannot be assumed); most senders do not try again";
    case ErrorClass::key: return "an encryption key refuses";
    case ErrorClass::missing: return "the target is not there; most senders do not try again";
    case ErrorClass::throttled: return "too much at once; tried again";
    case ErrorClass::unavailable: return "nobody answers (5xx, network, nothing runs); most senders try again";
    case ErrorClass::unhealthy: return "runs, but fails its checks";
    case ErrorClass::stalled: return "held up by a full buffer";
    case ErrorClass::failed: return "the receiver ran and failed";
  }
  return "";
}

bool is_at_once(Duration since_fault) { return since_fault < Duration::minutes(5); }

std::string restored_text(Duration d) { return d.is_forever() ? "not within the run" : duration_text(d); }

// A behaviour for which the catalogue gives no source, only a reason.
bool is_assumption(const Fact& fact) { return fact.source.empty(); }

bool is_some(double amount) { return amount > 1e-3; }

// "1 event", "3 events", "1.2 million events"; what is hardly anything is told as such.
std::string amount_text(double n, std::string_view one, std::string_view many) {
  const std::string number = count_text(n);
  return fmt::format("{}{}{}", number, hard_space, number == "1" ? one : many);
}

std::string plain_text(std::string_view text) { return std::string(text); }

std::string events_text(double n, std::string (*mark)(std::string_view)) {
  return mark(amount_text(n, "event", "events"));
}

// "1 event is", "3 events are"
std::string are(double n, const std::string& what) {
  return fmt::format("{} {}", what, count_text(n) == "1" ? "is" : "are");
}

// In the largest unit that gives a number people can hold: "400 a second", "7 an hour".
std::string rate_text(double per_second) {
  if (per_second >= 0.95) return fmt::format("{}{}a{}second", count_text(per_second), hard_space, hard_space);
  if (per_second * 60 >= 0.95) return fmt::format("{}{}a{}minute", count_text(per_second * 60), hard_space, hard_space);
  if (per_second * 3600 >= 0.95)
    return fmt::format("{}{}an{}hour", count_text(per_second * 3600), hard_space, hard_space);
  return fmt::format("{}{}a{}day", count_text(per_second * 86400), hard_space, hard_space);
}

std::string sentence(std::string text) {
  const std::string first = text.substr(0, text.find(' '));
  if (first.find_first_of("_:./") != std::string::npos) return text;  // an identifier
  if (!text.empty() && text.front() >= 'a' && text.front() <= 'z') text.front() = static_cast<char>(text.front() - 32);
  return text;
}

}  // namespace

RunPage::RunPage(const scenarios::Answer& answer, const Style& style, Page& page)
    : answer_(answer),
      style_(style),
      page_(page),
      system_(answer.system()),
      clock_(clock_of(*answer.scenario)),
      faulted_(faulted_components(answer)) {}

std::string RunPage::when(SimTime t) const {
  if (answer_.first_fault.is_never()) return duration_text(t.since_start());
  return duration_text(t - answer_.first_fault);
}

std::string RunPage::names(const std::vector<ComponentId>& components, std::size_t most) const {
  std::vector<std::string> list;
  for (const ComponentId c : components) list.push_back(code(name_in(system_, c)));
  return listing(list, most);
}

std::string RunPage::fact(FactId id) {
  if (!id.is_set()) return "";
  cited_.insert(id);
  if (is_assumption(system_.facts[id])) return dim("(assumed)");
  return dim("[" + fact_id(system_, id) + "]");
}

std::string RunPage::cause(const CauseChain& chain) {
  std::string text;
  for (std::size_t i = 0; i < chain.size(); ++i) {
    if (i > 0) text += ", because ";
    text += denied_sentence(system_.conditions[chain[i]].says);
  }
  return text;
}

std::string RunPage::span(SimTime from, SimTime to) const {
  if (to.is_never()) return fmt::format("from {} on", when(from));
  return fmt::format("from {} to {}", when(from), when(to));
}

// ---- headline

void RunPage::headline() {
  const scenarios::Scenario& s = *answer_.scenario;
  page_.title(s.title.empty() ? clean(s.name) : fmt::format("{}: {}", clean(s.name), clean(s.title)));
  if (answer_.faults.empty()) {
    page_.paragraph("Nothing goes wrong in this scenario: it has no faults.");
    return;
  }
  struct Deed {
    std::string verb;
    SimTime at;
    std::vector<std::string> to;
  };
  std::vector<Deed> deeds;
  for (const scenarios::ScenarioFault& f : s.faults) {
    const std::string verb = f.made_again_after ? "replace" : f.verb;
    const auto same =
        std::find_if(deeds.begin(), deeds.end(), [&](const Deed& d) { return d.verb == verb && d.at == f.at; });
    Deed& deed = same == deeds.end() ? deeds.emplace_back(Deed{verb, f.at, {}}) : *same;
    for (const std::string& c : f.components) deed.to.push_back(code(clean(c)));
  }
  std::vector<std::string> done;
  for (const Deed& d : deeds) {
    std::string verb = clean(d.verb);
    std::replace(verb.begin(), verb.end(), '-', ' ');
    std::string text = strong(verb) + " ";
    text += d.to.size() > 5 ? fmt::format("{} ({})", counted(d.to.size(), "thing", "things"), listing(d.to, 4))
                            : listing(d.to, 5);
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
                                ? denied_sentence(system_.conditions[action.needs[stopped.need].condition].says)
                                : "a guard refuses";
    page_.paragraph(fmt::format("{} does not happen: {}.", code(clean(action.name)), why));
  }
  page_.gap();

  const scenarios::StrategyRun& none = answer_.nobody_acts();
  const Figures idle = figures_of(system_, none, answer_.first_fault);
  const std::vector<Loss> losses = losses_of(system_, none.findings);
  std::vector<std::string> at_once;
  std::vector<std::string> refusing;
  const Loss* next = nullptr;
  for (const Loss& loss : losses) {
    if (is_at_once(loss.point.at - answer_.first_fault) || loss.is_run) {
      for (const std::string& n : names_of(system_, loss)) (loss.is_request ? refusing : at_once).push_back(code(n));
    } else if (!next) {
      next = &loss;
    }
  }
  const Duration horizon = s.horizon - answer_.first_fault;
  std::string worst;
  const bool loses = is_some(idle.lost);
  if (loses && is_some(idle.refused)) {
    worst = fmt::format("If nobody acts, {} are lost and {} refused within {}.", events_text(idle.lost, bad),
                        amount_text(idle.refused, "request", "requests"), duration_text(horizon));
  } else if (loses) {
    worst = fmt::format("If nobody acts, {} lost within {}.", are(idle.lost, events_text(idle.lost, bad)),
                        duration_text(horizon));
  } else if (is_some(idle.refused)) {
    worst =
        fmt::format("If nobody acts, {} refused within {}; no data that was accepted is lost.",
                    are(idle.refused, bad(amount_text(idle.refused, "request", "requests"))), duration_text(horizon));
  } else {
    worst = fmt::format("Even if nobody acts, no data is lost within {}.", duration_text(horizon));
  }
  if (!at_once.empty())
    worst += fmt::format(" From the start, {} lose{} data.", listing(at_once, 4), at_once.size() == 1 ? "s" : "");
  if (!refusing.empty()) worst += fmt::format(" Requests to {} are refused from the start.", listing(refusing, 4));
  page_.paragraph(worst);
  for (const models::Assumption& a : answer_.compiled->assumptions) {
    if (a.kind != models::Assumption::Kind::unknown || a.where.empty()) continue;
    const bool is_hurt = std::any_of(none.findings.effects.begin(), none.findings.effects.end(), [&](const Effect& e) {
      return e.hop.is_set() && system_.hops[e.hop].ratio == 0 &&
             std::find(a.where.begin(), a.where.end(), e.component) != a.where.end();
    });
    if (is_hurt) page_.paragraph(fmt::format("Not known: {}", clean(a.says)));
  }
  if (next) {
    std::vector<std::string> list;
    for (const std::string& n : names_of(system_, *next)) list.push_back(code(n));
    std::string until = duration_text(next->point.at - answer_.first_fault);
    if (clock_.is_set()) until += fmt::format(" (until {})", clock_.full(next->point.at));
    page_.paragraph(fmt::format("{} can still be saved for {}. Then {}.",
                                at_once.empty() && refusing.empty() ? "Everything" : "Everything else", strong(until),
                                next->is_request
                                    ? fmt::format("{} stop{} serving", listing(list, 4), list.size() == 1 ? "s" : "")
                                    : fmt::format("{} begin{} to lose data{}", listing(list, 4),
                                                  list.size() == 1 ? "s" : "", at_once.empty() ? "" : " as well")));
  }
  const scenarios::StrategyRun& main = answer_.main_run();
  if (main.response.strategy != Strategy::none) {
    const Figures f = figures_of(system_, main, answer_.first_fault);
    const Responders& r = s.response;
    std::string text = fmt::format(
        "Noticed after {}, with {} doing {}, ", duration_text(r.time_to_detect), counted(r.count, "person", "people"),
        main.response.strategy == Strategy::full ? "every step" : "only what re-applying the code does");
    text +=
        is_some(f.lost) ? fmt::format("{} lost", are(f.lost, events_text(f.lost, strong))) : good("nothing is lost");
    if (is_some(f.refused)) {
      text += fmt::format(", {} refused", are(f.refused, amount_text(f.refused, "request", "requests")));
    }
    text += f.restored.is_forever()
                ? fmt::format(", and {} before the end.", bad("not everything works again"))
                : fmt::format(", and everything works again after {}.", strong(duration_text(f.restored)));
    page_.paragraph(text);
  }
  for (const std::string& sentence : unmet_expectations(answer_)) {
    page_.paragraph(fmt::format("{} {}", bad("✗"), sentence));
  }
}

// ---- timeline

void RunPage::timeline() {
  if (answer_.faults.empty()) return;
  const Duration whole = answer_.scenario->horizon - answer_.first_fault;
  constexpr std::size_t most_rows = 24;
  const auto draw = [&](const std::string& title, const scenarios::StrategyRun& run) {
    const Figures f = figures_of(system_, run, answer_.first_fault);
    // Once everything works again the rest of the run shows nothing.
    TimelineSpan span{whole, std::nullopt};
    if (!f.restored.is_forever()) {
      const Duration noticed = answer_.scenario->response.time_to_detect;
      if (run.response.strategy != Strategy::none && f.restored > noticed) {
        span = {std::min(whole, f.restored + Duration::microseconds((f.restored - noticed).us() / 50)), noticed};
      } else {
        span.end = std::min(whole, timeline_end(Duration::microseconds(f.restored.us() / 20 * 21)));
      }
    }
    const std::vector<TimelineRow> rows =
        timeline_of(system_, run.findings, answer_.first_fault, answer_.scenario->horizon, faulted_,
                    f.restored.is_forever(), most_rows);
    if (rows.empty()) return;
    page_.heading(title);
    page_.drawing([rows, span](std::size_t width, bool ascii) { return draw_timeline(rows, span, width, ascii); });
    page_.gap();
    page_.paragraph(timeline_legend(rows, style_.ascii), 1);
    for (const TimelineRow& row : rows) {
      if (row.hidden.empty()) continue;
      std::vector<std::string> hidden;
      for (const std::string& n : row.hidden) hidden.push_back(code(n));
      page_.paragraph(fmt::format("{}: also {}", row.label, listing(hidden, 12)), 1);
    }
  };
  draw("If nobody acts (time since the first fault)", answer_.nobody_acts());
  const scenarios::StrategyRun& main = answer_.main_run();
  if (main.response.strategy != Strategy::none) {
    draw(fmt::format("With the response ({}, noticed after {})", strategy_text(main.response.strategy),
                     for_terminal(duration_text(answer_.scenario->response.time_to_detect), false)),
         main);
  }
}

// ---- what breaks

void RunPage::breakage(const Breakage& b) {
  const std::string type = clean(system_.components[b.components.front()].type);
  page_.item(fmt::format("{} {}", strong(names(b.components)), dim("· " + type)));
  const std::vector<Phase>& phases = b.phases.front();
  CauseChain told;
  for (std::size_t i = 0; i < phases.size() && i < 6; ++i) {
    const Phase& p = phases[i];
    std::string text = fmt::format("{} {}", kind_text(p.kind), span(p.from, p.to));
    if (p.kind == EffectKind::latent) text += "; " + strong("nothing new of it can start");
    if (p.kind != EffectKind::latent && p.kind != EffectKind::unreadable)
      text += fmt::format(" ({})", name_of(p.error));
    if (!p.chain.empty() && p.chain != told) {
      told = p.chain;
      text += ": " + cause(p.chain);
      std::vector<std::string> others;
      for (std::size_t k = 1; k < b.components.size(); ++k) {
        const CauseChain& other = b.phases[k][i].chain;
        if (!other.empty() && other.back() != p.chain.back()) {
          others.push_back(code(name_in(system_, system_.conditions[other.back()].component)));
        }
      }
      std::sort(others.begin(), others.end());
      others.erase(std::unique(others.begin(), others.end()), others.end());
      if (!others.empty()) text += fmt::format(" (and likewise {})", listing(others, 8));
      text += ".";
      for (const ConditionId c : p.chain) {
        const FactId id = system_.conditions[c].fact;
        if (!id.is_set()) continue;
        text += " " + fact(id);
        break;
      }
    } else {
      text += p.chain.empty() ? "." : ", for the same reason.";
    }
    page_.detail(text);
    // What becomes of the data, said once for all hops with the same fate.
    struct Fate {
      std::vector<std::string> says;
      std::string otherwise;  // with another class of error
      FactId fact;
    };
    std::map<std::string, Fate> fates;
    for (const HopId h : p.hops) {
      const Hop& hop = system_.hops[h];
      const HopLedger& ledger = answer_.nobody_acts().response.outcome.hops[h.value];
      if (ledger.lost + ledger.waiting + ledger.late + ledger.handed_on <= 1e-6) continue;
      auto& fate =
          fates[what_becomes_of_data(system_, hop, p.error, &answer_.nobody_acts().response.outcome.timeline, p.from)];
      std::string says = clean(hop.says);
      if (std::find(fate.says.begin(), fate.says.end(), says) == fate.says.end()) fate.says.push_back(says);
      if (fate.otherwise.empty()) fate.otherwise = fate_if_unavailable(system_, hop, p.error);
      const FactId id = hop.reaction(p.error).fact;
      if (id.is_set()) fate.fact = id;
    }
    for (const auto& [what, who] : fates) {
      std::string reason = fact(who.fact);
      page_.detail(fmt::format("It {}: what comes meanwhile {}.{}{}", listing(who.says), what,
                               who.otherwise.empty() ? "" : " " + who.otherwise, reason.empty() ? "" : " " + reason),
                   2);
    }
  }
  if (phases.size() > 6) page_.detail(fmt::format("and {} more windows.", phases.size() - 6));
}

void RunPage::what_breaks() {
  if (answer_.faults.empty()) return;
  page_.heading("What breaks");
  const Breakages found = breakages_of(system_, answer_.nobody_acts().findings, faulted_);
  if (found.broken.empty() && found.starved.empty()) {
    page_.paragraph("Nothing that is modelled.");
    return;
  }
  page_.paragraph("Times are counted from the first fault, in the run in which nobody acts.");
  page_.gap();
  std::set<EffectKind> kinds;
  std::set<ErrorClass> classes;
  for (const Breakage& b : found.broken) {
    for (const Phase& p : b.phases.front()) {
      kinds.insert(p.kind);
      if (p.kind != EffectKind::latent) classes.insert(p.error);
    }
  }
  constexpr std::size_t most = 40;
  for (std::size_t i = 0; i < found.broken.size() && i < most; ++i) {
    breakage(found.broken[i]);
    page_.gap();
  }
  if (found.broken.size() > most) {
    page_.paragraph(fmt::format("And {} more; the JSON form has all of them.", found.broken.size() - most), 1);
  }
  if (!found.starved.empty()) {
    page_.item(fmt::format("{} {} well but {} less than normal, because something before {} fails.",
                           names(found.starved, 12), found.starved.size() == 1 ? "works" : "work",
                           found.starved.size() == 1 ? "gets" : "get", found.starved.size() == 1 ? "it" : "them"));
    page_.gap();
  }
  TextTable words;
  words.columns = {{"", false}, {"", false, true}};
  for (const EffectKind k : kinds) words.rows.push_back({strong(name_of(k)), kind_meaning(k)});
  for (const ErrorClass c : classes) words.rows.push_back({strong(name_of(c)), class_meaning(c)});
  page_.table(std::move(words));
}

// ---- what an apply does not fix

void RunPage::not_fixed_by_restoring() {
  const scenarios::StrategyRun* run = answer_.run_of(Strategy::restore_only);
  if (!run || answer_.faults.empty()) return;
  const bool all_roles = std::all_of(faulted_.begin(), faulted_.end(),
                                     [this](ComponentId c) { return system_.components[c].type == "iam:role"; });
  page_.heading(all_roles ? (faulted_.size() == 1 ? "What re-creating the role does not fix"
                                                  : "What re-creating the roles does not fix")
                          : "What re-applying the code does not fix");
  const Response& response = run->response;
  if (response.still_broken.empty() && response.unreleased.empty()) {
    page_.paragraph("Re-applying the infrastructure code puts everything right that is modelled.");
    return;
  }
  page_.paragraph(
      "After the infrastructure code has been re-applied and everything in it is back, this is still wrong:");
  page_.gap();
  // What mends a condition, from the run in which every step is done.
  std::map<ConditionId, RepairId> mended_by;
  for (std::uint32_t r = 0; r < system_.repairs.size(); ++r) {
    for (const ConditionId c : system_.repairs[RepairId(r)].restores) mended_by.emplace(c, RepairId(r));
  }
  if (const scenarios::StrategyRun* full = answer_.run_of(Strategy::full)) {
    for (const Step& s : full->response.steps) {
      for (const RepairId r : s.repairs) {
        for (const ConditionId c : system_.repairs[r].restores) mended_by[c] = r;
      }
    }
  }
  struct Group {
    std::vector<ConditionId> conditions;
    std::set<ComponentId> hurt;
  };
  std::vector<Group> groups;
  std::map<std::pair<std::string, std::string>, std::size_t> known;
  for (const ConditionId c : response.still_broken) {
    const Condition& row = system_.conditions[c];
    const std::string type = row.component.is_set() ? system_.components[row.component].type : "";
    const auto [at, is_new] = known.emplace(std::pair(type, member_name(row.name)), groups.size());
    if (is_new) groups.emplace_back();
    Group& g = groups[at->second];
    g.conditions.push_back(c);
    for (const Effect& e : run->findings.effects) {
      if (!e.to.is_never()) continue;
      if (std::find(e.chain.begin(), e.chain.end(), c) != e.chain.end()) g.hurt.insert(e.component);
    }
  }
  for (const Group& g : groups) {
    const Condition& row = system_.conditions[g.conditions.front()];
    std::string text = sentence(denied_sentence(row.says));
    std::vector<std::string> others;
    for (std::size_t i = 1; i < g.conditions.size(); ++i) {
      others.push_back(code(name_in(system_, system_.conditions[g.conditions[i]].component)));
    }
    if (!others.empty()) text += fmt::format("; the same for {}", listing(others, 10));
    page_.item(fmt::format("{}. {}", strong(text), fact(row.fact)));
    if (!g.hurt.empty()) {
      page_.detail(fmt::format("Still failing because of it: {}.", names({g.hurt.begin(), g.hurt.end()}, 10)));
    }
    const auto mend = mended_by.find(g.conditions.front());
    if (mend != mended_by.end())
      page_.detail(fmt::format("Mended by: {}.", clean(system_.repairs[mend->second].title)));
  }
  for (const HopId h : response.unreleased) {
    const Hop& hop = system_.hops[h];
    for (std::size_t i = 0; i < hop.fallbacks.size(); ++i) {
      const Fallback& f = hop.fallbacks[i];
      if (!f.release.is_set()) continue;
      double events = 0;
      for (const Waiting& w : response.outcome.hops[h.value].places) {
        if (w.fallback == i) events += w.events;
      }
      const Duration limit = limit_of(system_, f);
      std::string text = fmt::format("{} of {} stay in {} and do not come by themselves",
                                     events > 0 ? count_text(events) + hard_space + "events" : "Events",
                                     code(name_in(system_, hop.component)), clean(f.says));
      if (!limit.is_forever()) text += fmt::format("; after {} they are gone", duration_text(limit));
      page_.item(fmt::format("{}. {}", strong(text), fact(f.fact.is_set() ? f.fact : hop.fact)));
      std::string title = clean(system_.repairs[f.release].title);
      constexpr std::pair<std::string_view, std::string_view> without_a_step[] = {
          {" of {gap.start} to {gap.end}", ""},
          {" from {gap.start} to {gap.end}", ""},
          {"{gap.start} to {gap.end}", "what was missed"},
          {" since {gap.start}", ""},
          {"{backlog.events} ", ""}};
      for (const auto& [part, instead] : without_a_step) {
        const std::size_t at = title.find(part);
        if (at != std::string::npos) title.replace(at, part.size(), instead);
      }
      page_.detail(fmt::format("Fetched by: {}.", title));
    }
  }
}

// ---- points of no return

void RunPage::points_of_no_return() {
  if (answer_.faults.empty()) return;
  page_.heading("Points of no return, if nobody acts");
  const std::vector<Loss> losses = losses_of(system_, answer_.nobody_acts().findings);
  if (losses.empty()) {
    page_.paragraph("There are none: nothing is lost, however long it takes.");
    return;
  }
  const SimTime horizon = answer_.scenario->horizon;
  TextTable table;
  table.spaced = true;
  table.columns = {{"after", true}, {"what can no longer be saved", false, true}};
  if (clock_.is_set()) table.columns.insert(table.columns.begin() + 1, {fmt::format("at ({})", clock_.offset())});
  constexpr std::size_t most = 40;
  for (std::size_t i = 0; i < losses.size() && i < most; ++i) {
    const Loss& loss = losses[i];
    const PointOfNoReturn& p = loss.point;
    std::vector<std::string> list;
    for (const std::string& n : names_of(system_, loss)) list.push_back(code(n));
    std::string text = strong(listing(list, 6));
    if (p.hop.is_set()) {
      const Hop& hop = system_.hops[p.hop];
      text += loss.is_request ? ": requests from outside" : fmt::format(": {}", clean(hop.says));
    } else {
      text += fmt::format(": {}", clean(system_.stores[p.store].says));
    }
    text += "\n" + sentence(why_lost(system_, p)) + ".";
    const Duration lasts = p.until - p.at;
    if (p.hop.is_set()) {
      const std::string_view one = loss.is_request ? "request" : loss.is_run ? "run" : "event";
      const std::string all = amount_text(p.events, one, fmt::format("{}s", one));
      if (loss.is_run) {
        text += fmt::format(" {} in all.", all);
      } else if (lasts.us() > 0) {
        const double mean = p.events / lasts.in_seconds();
        const double onset = p.onset_per_s > 0 ? p.onset_per_s : mean;
        const bool is_even = std::abs(onset - mean) <= 0.02 * std::max(onset, mean);
        text += fmt::format(" From then on {}, {} {}.",
                            is_even ? rate_text(onset)
                                    : fmt::format("{} at first and {} on average", rate_text(onset), rate_text(mean)),
                            all, p.until >= horizon ? "by the end of the run" : "until " + when(p.until));
      } else {
        text += fmt::format(" {}.", all);
      }
    }
    if (p.fact.is_set()) text += " " + fact(p.fact);
    std::vector<std::string> row = {strong(when(p.at)), text};
    if (clock_.is_set()) row.insert(row.begin() + 1, clock_.brief(p.at));
    table.rows.push_back(std::move(row));
  }
  page_.table(std::move(table));
  if (losses.size() > most) page_.paragraph(fmt::format("And {} more.", losses.size() - most), 1);
  std::vector<std::string> never;
  const Response& none = answer_.nobody_acts().response;
  for (std::uint32_t h = 0; h < system_.hops.size(); ++h) {
    for (const Waiting& w : none.outcome.hops[h].places) {
      if (!w.first_deadline.is_never() || w.events <= 1e-6) continue;
      const Hop& hop = system_.hops[HopId(h)];
      never.push_back(fmt::format("{} ({} in {})", code(name_in(system_, hop.component)),
                                  count_text(w.events) + hard_space + "events", clean(hop.fallbacks[w.fallback].says)));
    }
  }
  if (!never.empty()) {
    page_.gap();
    page_.paragraph(fmt::format("{} {}.", strong("Never:"), listing(never, 6)), 1);
  }
}

// ---- getting back

void RunPage::step(const Step& s, std::size_t number) {
  std::string head =
      fmt::format("{} – {}", precise_text(s.start - answer_.first_fault), precise_text(s.done - answer_.first_fault));
  if (clock_.is_set()) head = fmt::format("{} – {}  ({})", clock_.brief(s.start), clock_.brief(s.done).substr(6), head);
  if (answer_.scenario->response.count > 1) head += fmt::format("  person {}", s.responder + 1);
  page_.step(fmt::format("{:>2}.", number), dim(head));
  bool is_first = true;
  for (const LikeRepairs& g : like_repairs(system_, s.repairs)) {
    if (!is_first) page_.gap();
    is_first = false;
    const Repair& repair = system_.repairs[g.repairs.front()];
    const auto fill = [&](const std::string& text) {
      return clean(filled(text, system_, s, number, clock_, answer_.first_fault));
    };
    std::string title = strong(fill(repair.title));
    if (g.repairs.size() > 1) {
      std::vector<std::string> others;
      for (std::size_t i = 1; i < g.repairs.size(); ++i) {
        others.push_back(code(name_in(system_, system_.repairs[g.repairs[i]].component)));
      }
      title += fmt::format("; likewise {}", listing(others, 20));
    }
    title += ".";
    if (repair.fact.is_set()) title += fmt::format(" {}", fact(repair.fact));
    page_.detail(title, 2);
    if (!repair.who.empty()) page_.detail(fmt::format("Who: {}.", fill(repair.who)), 2);
    if (repair.by_apply && !answer_.scenario->response.by_hand) {
      page_.detail(g.repairs.size() > 1
                       ? fmt::format("Re-applying the infrastructure code does all of this at once. By hand, {} each:",
                                     duration_text(repair.takes))
                       : "Re-applying the infrastructure code does this. By hand:",
                   2);
    }
    if (!repair.commands.empty()) {
      std::vector<std::string> lines;
      for (const std::string& c : repair.commands) lines.push_back(fill(c));
      page_.commands(std::move(lines), 2);
    }
    if (!repair.verify.empty()) {
      page_.detail("Check:", 2);
      page_.commands({fill(repair.verify)}, 2);
    }
    if (repair.limits.is_set()) {
      page_.detail(fmt::format("Mind: {} {}", clean(system_.facts[repair.limits].says), fact(repair.limits)), 2);
    }
  }
  if (s.hop.is_set() && s.backlog > 0) {
    std::string text = fmt::format(
        "Brings back {} that arrived from {} to {} after the fault", events_text(s.backlog, plain_text),
        precise_text(gap_from(system_, s) - answer_.first_fault), precise_text(s.gap_to - answer_.first_fault));
    for (const RepairId r : s.repairs) {
      const std::optional<Rate> rate = system_.repairs[r].rate;
      if (!rate || rate->is_unlimited() || rate->per_second() <= 0) continue;
      text += fmt::format(", over {}", duration_text(Duration::seconds(s.backlog / rate->per_second())));
      break;
    }
    page_.detail(text + ".", 2);
  }
}

void RunPage::getting_back() {
  const scenarios::StrategyRun* run = &answer_.main_run();
  if (run->response.strategy == Strategy::none) run = answer_.run_of(Strategy::full);
  if (!run || run->response.steps.empty()) return;
  page_.heading("Getting back");
  const Responders& r = answer_.scenario->response;
  page_.paragraph(
      fmt::format("Noticed after {}; {}; what is lost first is mended first. Words in <angle brackets> are yours "
                  "to fill in.",
                  duration_text(r.time_to_detect), counted(r.count, "person", "people")));
  std::size_t number = 0;
  for (const Step& s : run->response.steps) {
    page_.gap();
    step(s, ++number);
  }
  page_.gap();
  const Figures f = figures_of(system_, *run, answer_.first_fault);
  if (f.restored.is_forever()) {
    page_.paragraph("After these steps something is still broken; the table below says how much.");
    return;
  }
  const SimTime back = answer_.first_fault + f.restored;
  std::string text = fmt::format("Everything works again {} after the first fault", strong(duration_text(f.restored)));
  if (clock_.is_set()) text += fmt::format(" ({})", clock_.full(back));
  SimTime last;
  for (const Step& s : run->response.steps) last = std::max(last, s.done);
  if (last > back) text += fmt::format("; the last step is done after {}", precise_text(last - answer_.first_fault));
  page_.paragraph(text + ".");
}

// ---- tables

void RunPage::strategies() {
  if (answer_.faults.empty() || answer_.runs.size() < 2) return;
  page_.heading("What each way of reacting loses");
  TextTable table;
  table.columns = {{"reaction", false},        {"events lost", true},          {"longest span lost", true},
                   {"requests refused", true}, {"things still failing", true}, {"backlogs nobody fetched", true},
                   {"works again after", true}};
  for (const scenarios::StrategyRun& run : answer_.runs) {
    const Figures f = figures_of(system_, run, answer_.first_fault);
    table.rows.push_back({(&run == &answer_.main_run() ? strong(strategy_text(run.response.strategy))
                                                       : strategy_text(run.response.strategy)),
                          count_text(f.lost), f.longest.us() > 0 ? about_text(f.longest) : "–", count_text(f.refused),
                          std::to_string(f.still_failing), std::to_string(f.unreleased),
                          f.restored.is_forever() ? "never" : duration_text(f.restored)});
  }
  page_.table(std::move(table));
}

void RunPage::what_ifs() {
  if (answer_.what_ifs.empty()) return;
  page_.heading("What if");
  const Figures base = figures_of(system_, answer_.main_run(), answer_.first_fault);
  TextTable table;
  table.columns = {{"variant", false, true}, {"events lost", true},   {"change", true},
                   {"refused", true},        {"still failing", true}, {"works again after", true}};
  const auto row = [&](const std::string& name, const Figures& f, bool is_base) {
    const double change = f.lost - base.lost;
    std::string text = "–";
    if (!is_base && std::abs(change) > 0.5) {
      text = change < 0 ? good("-" + count_text(-change)) : bad("+" + count_text(change));
    }
    table.rows.push_back({name, count_text(f.lost), text, count_text(f.refused), std::to_string(f.still_failing),
                          f.restored.is_forever() ? "never" : duration_text(f.restored)});
  };
  row("as it is", base, true);
  for (const scenarios::WhatIfRun& w : answer_.what_ifs) {
    row(clean(w.what_if->name), figures_of(w.compiled->system, w.run, answer_.first_fault), false);
  }
  page_.table(std::move(table));
}

void RunPage::sweep() {
  if (answer_.sweep.empty()) return;
  page_.heading("If it is noticed sooner or later");
  double most = 0;
  for (const scenarios::DetectRun& d : answer_.sweep) {
    most = std::max(most, figures_of(system_, d.run, answer_.first_fault).lost);
  }
  TextTable table;
  table.columns = {{"noticed after", true}, {"events lost", true},   {"", false},
                   {"refused", true},       {"still failing", true}, {"works again after", true}};
  for (const scenarios::DetectRun& d : answer_.sweep) {
    const Figures f = figures_of(system_, d.run, answer_.first_fault);
    const int cells = most > 0 ? static_cast<int>(f.lost / most * 12 + 0.5) : 0;
    std::string bar;
    for (int i = 0; i < cells; ++i) bar += style_.ascii ? "#" : "█";
    if (bar.empty() && f.lost > 0) bar = style_.ascii ? "." : "▏";
    table.rows.push_back({duration_text(d.time_to_detect), count_text(f.lost), bad(padded(bar, 12)),
                          count_text(f.refused), std::to_string(f.still_failing),
                          f.restored.is_forever() ? "never" : duration_text(f.restored)});
  }
  page_.table(std::move(table));
}

// ---- symptoms

void RunPage::what_you_would_see() {
  const std::vector<SeenTogether> seen = symptoms_of(answer_.nobody_acts().findings);
  if (seen.empty()) return;
  page_.heading("What you would see");
  TextTable table;
  table.columns = {{"after", true}, {"kind", false}, {"what", false, true}};
  std::vector<const SeenTogether*> silent;
  std::size_t shown = 0;
  for (const SeenTogether& s : seen) {
    if (s.kind == SymptomKind::silent) {
      silent.push_back(&s);
      continue;
    }
    if (++shown > 60) continue;
    table.rows.push_back({when(s.at), std::string(name_of(s.kind)),
                          fmt::format("{} {}", s.text, dim("(" + names(s.components, 3) + ")"))});
  }
  if (!table.rows.empty()) page_.table(std::move(table));
  if (shown > 60) page_.paragraph(fmt::format("And {} more.", shown - 60), 1);
  if (silent.empty()) return;
  page_.gap();
  page_.paragraph(strong("What stays silent:"), 1);
  for (const SeenTogether* s : silent)
    page_.item(fmt::format("{} {}", sentence(s->text), dim("(" + names(s->components, 4) + ")")));
}

// ---- objectives and expectations

static std::string found_text(const scenarios::ExpectationResult& e) {
  if (!scenarios::is_time(e.expectation->figure)) return count_text(e.found);
  return e.found >= 9.2e18 ? "never" : duration_text(Duration::microseconds(static_cast<std::int64_t>(e.found)));
}

std::vector<std::string> unmet_expectations(const scenarios::Answer& answer) {
  std::vector<std::string> sentences;
  for (const scenarios::ExpectationResult& e : answer.expectations) {
    if (e.met) continue;
    sentences.push_back(
        fmt::format("Expected {}, but it is {}.", code(clean(e.expectation->text)), strong(found_text(e))));
  }
  return sentences;
}

void RunPage::objectives() {
  const Findings& findings = answer_.main_run().findings;
  if (findings.objectives.empty() && findings.at_rest.empty()) return;
  page_.heading("Objectives and data at rest");
  for (const Objective& o : findings.objectives) {
    page_.item(fmt::format("{} {} of {}: {}, {}", o.met ? good("✓") : bad("✗"), o.is_rto ? "RTO" : "RPO",
                           code(name_in(system_, o.component)), duration_text(o.target),
                           o.met ? fmt::format("met with {}", duration_text(o.achieved))
                                 : strong(fmt::format("missed with {}", restored_text(o.achieved)))));
  }
  for (const AtRest& a : findings.at_rest) {
    const Store& store = system_.stores[a.store];
    std::string text = code(name_in(system_, store.component));
    if (!a.unreadable_from.is_never())
      text += fmt::format(" cannot be read {}", span(a.unreadable_from, a.unreadable_to));
    if (!a.lost_at.is_never()) text += fmt::format("; {} after {}", bad("lost for good"), when(a.lost_at));
    page_.item(text + fmt::format(": {}.", cause(a.chain)));
  }
}

void RunPage::expectations() {
  if (answer_.expectations.empty()) return;
  std::size_t met = 0;
  for (const auto& e : answer_.expectations) met += e.met ? 1U : 0U;
  page_.heading("Expectations");
  TextTable table;
  table.columns = {{"met", false}, {"expectation", false, true}, {"found", true}};
  for (const scenarios::ExpectationResult& e : answer_.expectations) {
    const std::string found = found_text(e);
    table.rows.push_back(
        {e.met ? good("✓") : bad("✗"), code(clean(e.expectation->text)), e.met ? dim(found) : strong(found)});
  }
  page_.table(std::move(table));
  page_.gap();
  page_.paragraph(
      met == answer_.expectations.size()
          ? (met == 1 ? std::string("It is met.") : fmt::format("All {} are met.", met))
          : bad(fmt::format("{} of {} {} not met.", answer_.expectations.size() - met, answer_.expectations.size(),
                            answer_.expectations.size() - met == 1 ? "is" : "are")),
      1);
}

// ---- assumptions

std::set<ComponentId> RunPage::affected() const {
  std::set<ComponentId> found = faulted_;
  for (const scenarios::StrategyRun& run : answer_.runs) {
    for (const Effect& e : run.findings.effects) found.insert(e.component);
    for (const PointOfNoReturn& p : run.findings.points) {
      found.insert(p.hop.is_set() ? system_.hops[p.hop].component : system_.stores[p.store].component);
    }
  }
  const std::vector<ComponentId> parts(found.begin(), found.end());
  for (ComponentId c : parts) {
    while (c.is_set()) {
      found.insert(c);
      c = system_.components[c].parent;
    }
  }
  return found;
}

void RunPage::assumptions() {
  const std::vector<models::Assumption>& all = answer_.compiled->assumptions;
  if (all.empty()) return;
  page_.heading("Assumptions and unknowns");
  using Kind = models::Assumption::Kind;
  constexpr std::size_t most_told = 60;
  const std::set<ComponentId> touched = affected();
  std::size_t told = 0;
  std::size_t of_others = 0;
  for (const models::Assumption& a : all) {
    if (a.kind == Kind::fact) continue;
    // What is assumed of things that nothing here reaches is counted, not told.
    std::vector<ComponentId> where;
    std::copy_if(a.where.begin(), a.where.end(), std::back_inserter(where),
                 [&](ComponentId c) { return touched.count(c) != 0; });
    if (where.empty() && !a.where.empty()) {
      ++of_others;
      continue;
    }
    if (++told > most_told) continue;
    std::string text = clean(a.says);
    if (a.kind != Kind::default_value) text = sentence(text);
    if (!where.empty()) text += " " + dim("(" + names(where, 3) + ")");
    page_.item(text);
  }
  if (told > most_told) page_.item(fmt::format("and {} more; the JSON form has all of them", told - most_told));
  bool said = false;
  std::size_t uncited = 0;
  for (const models::Assumption& a : all) {
    if (a.kind != Kind::fact) continue;
    if (!a.fact.is_set() || cited_.count(a.fact) == 0) {
      ++uncited;
      continue;
    }
    if (!said) {
      page_.gap();
      page_.paragraph(strong("Not documented by AWS, and this report rests on it:"), 1);
      said = true;
    }
    const Fact& row = system_.facts[a.fact];
    page_.item(is_assumption(row)
                   ? fmt::format("{}: {} {}", code(clean(row.id)), clean(a.says), dim("(assumed)"))
                   : fmt::format("{} {}", sentence(clean(a.says)),
                                 dim(fmt::format("[{}, {}]", fact_id(system_, a.fact), name_of(row.confidence)))));
  }
  if (of_others + uncited == 0) return;
  page_.gap();
  std::vector<std::string> rest;
  if (of_others > 0) {
    rest.push_back(
        fmt::format("{} about things that nothing here reaches", counted(of_others, "assumption", "assumptions")));
  }
  if (uncited > 0) {
    rest.push_back(fmt::format("{} without documentation that this report names nowhere",
                               counted(uncited, "behaviour", "behaviours")));
  }
  page_.paragraph(fmt::format("Also part of the model: {}. The JSON form has all of them.", listing(rest)), 1);
}

void RunPage::footer() {
  page_.heading("About this report");
  page_.paragraph(
      dim(fmt::format("moshimo {}; input {}; {} simulated. Nothing was called: this is computed from the inventory and "
                      "the catalogue. Every "
                      "[fact] has a source; moshimo explain FACT shows it.",
                      style_.version, digest_of(answer_), duration_text(answer_.scenario->horizon.since_start()))));
}

}  // namespace moshimo::report
