#include "report/words.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>

#include "report/layout.hpp"
#include "report/numbers.hpp"

namespace moshimo::report {
namespace {

bool replace_first(std::string& text, std::string_view what, std::string_view with) {
  const std::size_t at = text.find(what);
  if (at == std::string::npos) return false;
  text.replace(at, what.size(), with);
  return true;
}

}  // namespace

std::string name_in(const System& system, ComponentId component) {
  return component.is_set() ? clean(system.components[component].name) : std::string();
}

std::string name_in_aws(const models::Inventory& inventory, const std::string& resource) {
  const auto found = std::find_if(inventory.resources.begin(), inventory.resources.end(),
                                  [&](const models::Resource& r) { return r.name == resource; });
  return found == inventory.resources.end() || found->aws_name.empty() ? resource : found->aws_name;
}

std::string fact_id(const System& system, FactId fact) { return fact.is_set() ? clean(system.facts[fact].id) : ""; }

std::string member_name(std::string_view name) {
  const std::size_t slash = name.rfind('/');
  return std::string(slash == std::string_view::npos ? name : name.substr(slash + 1));
}

std::string denied_sentence(std::string_view says) {
  std::string text = clean(says);
  static constexpr std::array<std::array<std::string_view, 2>, 6> beginnings = {{{"no ", "a "},
                                                                                 {"nobody has ", "somebody has "},
                                                                                 {"every ", "not every "},
                                                                                 {"something ", "nothing "},
                                                                                 {"somebody ", "nobody "},
                                                                                 {"all ", "not all "}}};
  for (const auto& [from, to] : beginnings) {
    if (text.starts_with(from)) return std::string(to) + text.substr(from.size());
  }
  static constexpr std::array<std::string_view, 3> ends = {" exists", " answers", " runs"};
  for (const std::string_view end : ends) {
    if (text.ends_with(end)) {
      text.insert(text.size() - end.size(), " no longer");
      return text;
    }
  }
  if (text.find(" that ") != std::string::npos) return "no longer: " + text;
  static constexpr std::array<std::array<std::string_view, 2>, 20> inside = {{{" has no ", " has "},
                                                                              {" has not ", " has "},
                                                                              {" have not ", " have "},
                                                                              {" is not ", " is "},
                                                                              {" are not ", " are "},
                                                                              {" do not ", " "},
                                                                              {" does not ", " may now "},
                                                                              {" belongs to ", " does not belong to "},
                                                                              {" belong to ", " do not belong to "},
                                                                              {" has a ", " has no "},
                                                                              {" has its ", " no longer has its "},
                                                                              {" have ", " do not have "},
                                                                              {" has ", " no longer has "},
                                                                              {" names ", " does not name "},
                                                                              {" points at ", " no longer points at "},
                                                                              {" begin with ", " do not begin with "},
                                                                              {" contains ", " does not contain "},
                                                                              {" lets ", " does not let "},
                                                                              {" is ", " is no longer "},
                                                                              {" are ", " are no longer "}}};
  for (const auto& [from, to] : inside) {
    if (replace_first(text, from, to)) return text;
  }
  return "no longer: " + text;
}

std::vector<std::string> not_followed(const models::Compiled& compiled) {
  std::vector<std::string> found;
  for (const models::Assumption& a : compiled.assumptions) {
    if (a.kind == models::Assumption::Kind::unknown && a.where.empty()) found.push_back(a.says);
  }
  return found;
}

std::string nothing_modelled(const models::Compiled& compiled) {
  const std::size_t unknown = not_followed(compiled).size();
  if (unknown == 0) return "Nothing that is modelled.";
  return fmt::format(
      "Nothing that is modelled. {} in these files could not be followed, and may use it: who is hurt is "
      "not known.",
      amount_text(static_cast<double>(unknown), "thing", "things"));
}

std::string applying(const scenarios::Scenario& scenario) {
  return scenario.is_in_code ? "Putting the infrastructure code back as it was before, and applying that,"
                             : "Re-applying the infrastructure code";
}

std::string strategy_text(Strategy s) {
  switch (s) {
    case Strategy::none: return "nobody acts";
    case Strategy::restore_only: return "re-apply only";
    case Strategy::full: return "every step";
    case Strategy::runbook: return "your runbook";
  }
  return "";
}

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

namespace {

constexpr double no_amount = 0.5;

}  // namespace

std::string events_and_requests(double events, double requests, std::string (*mark)(std::string_view)) {
  const std::string refused = mark(amount_text(requests, "request", "requests"));
  if (requests < no_amount) return events_text(events, mark);
  return events < no_amount ? refused : fmt::format("{} and {}", events_text(events, mark), refused);
}

std::string lost_and_refused(double events, double requests, std::string (*mark)(std::string_view)) {
  const std::string refused = mark(amount_text(requests, "request", "requests"));
  std::string lost = are(events, events_text(events, mark)) + " lost";
  if (requests < no_amount) return lost;
  return events < no_amount ? are(requests, refused) + " refused" : fmt::format("{} and {} refused", lost, refused);
}

std::string difference_text(double events, double requests, std::string_view how,
                            std::string (*mark)(std::string_view)) {
  const auto part = [&](double n, std::string_view one, std::string_view many, std::string_view become) {
    const std::string number = count_text(n);
    return fmt::format("{} {} {} {}", mark(number), how, number == "1" ? one : many, become);
  };
  if (requests < no_amount) return part(events, "event is", "events are", "lost");
  if (events < no_amount) return part(requests, "request is", "requests are", "refused");
  return fmt::format("{} {} {} lost and {} {} {} refused", mark(count_text(events)), how,
                     count_text(events) == "1" ? "event is" : "events are", mark(count_text(requests)), how,
                     count_text(requests) == "1" ? "request" : "requests");
}

// In the largest unit that gives a number people can hold: "400 a second", "7 an hour".
std::string rate_text(double per_second) {
  if (per_second >= 0.95) return fmt::format("{}{}a{}second", count_text(per_second), hard_space, hard_space);
  if (per_second * 60 >= 0.95) return fmt::format("{}{}a{}minute", count_text(per_second * 60), hard_space, hard_space);
  if (per_second * 3600 >= 0.95)
    return fmt::format("{}{}an{}hour", count_text(per_second * 3600), hard_space, hard_space);
  return fmt::format("{}{}a{}day", count_text(per_second * 86400), hard_space, hard_space);
}

std::string likewise(std::size_t of) { return of > 2 ? " (the others likewise)" : " (the other likewise)"; }

bool is_assumption(const Fact& fact) { return fact.source.empty(); }

std::string sentence(std::string text) {
  const std::string first = text.substr(0, text.find(' '));
  if (first.find_first_of("_:./") != std::string::npos) return text;  // an identifier
  if (!text.empty() && text.front() >= 'a' && text.front() <= 'z') text.front() = static_cast<char>(text.front() - 32);
  return text;
}

std::string denied_as_sentence(const System& system, ConditionId condition) {
  std::string text = denied_sentence(says(system, condition));
  const std::string first = text.substr(0, text.find(' '));
  // "key key" is a key of that name.
  const bool is_name =
      !text.starts_with(first + " " + first) && std::any_of(system.components.begin(), system.components.end(),
                                                            [&](const Component& c) { return c.name == first; });
  return is_name ? text : sentence(std::move(text));
}

}  // namespace moshimo::report
