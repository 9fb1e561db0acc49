#include <algorithm>
#include <fmt/format.h>

#include "report/run/figures.hpp"
#include "report/run/losses.hpp"
#include "report/run/page.hpp"
#include "report/words.hpp"

namespace moshimo::report {
namespace {

bool is_at_once(Duration since_fault) { return since_fault < Duration::minutes(5); }

bool is_some(double amount) { return amount > 1e-3; }

}  // namespace

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

}  // namespace moshimo::report
