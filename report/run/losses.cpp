#include "report/run/losses.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <tuple>

#include "report/layout.hpp"
#include "report/run/fates.hpp"
#include "report/words.hpp"

namespace moshimo::report {
namespace {

// The text with the name of a component taken out, to compare what is said of two components.
std::string without_name(std::string text, std::string_view name) {
  for (std::size_t at = 0; !name.empty() && (at = text.find(name, at)) != std::string::npos;)
    text.replace(at, name.size(), "*");
  return text;
}

// One hop's windows of one kind, joined where they follow each other.
std::vector<Loss> joined_windows(const System& system, const std::vector<PointOfNoReturn>& points) {
  std::vector<Loss> losses;
  std::map<std::tuple<HopId, StoreId, ConditionId, int, LossWindow::Why, ErrorClass, FactId>, std::size_t> last;
  for (const PointOfNoReturn& p : points) {
    const auto key = std::tuple(p.hop, p.store, p.condition, p.fallback, p.why, p.error, p.fact);
    const bool is_run = p.hop.is_set() && (system.hops[p.hop].source == Hop::Source::timetable ||
                                           system.hops[p.hop].source == Hop::Source::signal);
    const auto found = last.find(key);
    if (found != last.end()) {
      Loss& loss = losses[found->second];
      const Duration between = is_run && system.hops[p.hop].source == Hop::Source::timetable
                                   ? system.hops[p.hop].every + Duration::seconds(1)
                                   : Duration::seconds(1);
      if (is_run || p.at <= loss.point.until + between) {
        loss.point.until = std::max(loss.point.until, p.until);
        loss.point.arrived_to = std::max(loss.point.arrived_to, p.arrived_to);
        loss.point.arrived_from = std::min(loss.point.arrived_from, p.arrived_from);
        loss.point.events += p.events;
        if (loss.point.onset_per_s <= 0) loss.point.onset_per_s = p.onset_per_s;
        ++loss.windows;
        continue;
      }
    }
    Loss loss;
    if (p.hop.is_set()) loss.hops.push_back(p.hop);
    loss.point = p;
    loss.is_run = is_run;
    loss.is_request = p.hop.is_set() && is_request(system.hops[p.hop]);
    last[key] = losses.size();
    losses.push_back(std::move(loss));
  }
  return losses;
}

}  // namespace

std::vector<Loss> losses_of(const System& system, const Findings& findings) {
  std::vector<Loss> single = joined_windows(system, findings.points);
  std::vector<Loss> losses;
  const auto alike = [&](const Loss& a, const Loss& b) {
    if (a.hops.empty() || b.hops.empty() || a.is_run != b.is_run || a.is_request != b.is_request) return false;
    const Hop& x = system.hops[a.hops.front()];
    const Hop& y = system.hops[b.hops.front()];
    const PointOfNoReturn& p = a.point;
    const PointOfNoReturn& q = b.point;
    return p.at == q.at && p.until == q.until && p.fallback == q.fallback && p.why == q.why && p.error == q.error &&
           p.fact == q.fact && p.arrived_from == q.arrived_from &&
           without_name(x.says, name_in(system, x.component)) == without_name(y.says, name_in(system, y.component));
  };
  for (Loss& loss : single) {
    const auto same = std::find_if(losses.begin(), losses.end(), [&](const Loss& l) { return alike(l, loss); });
    if (same == losses.end()) {
      losses.push_back(std::move(loss));
      continue;
    }
    same->hops.push_back(loss.hops.front());
    same->point.events += loss.point.events;
    same->point.onset_per_s += loss.point.onset_per_s;
    same->windows = std::max(same->windows, loss.windows);
  }
  return losses;
}

std::vector<std::string> names_of(const System& system, const Loss& loss) {
  std::vector<std::string> names;
  for (const HopId h : loss.hops) {
    const Hop& hop = system.hops[h];
    names.push_back(hop.component.is_set() ? name_in(system, hop.component) : clean(hop.name));
  }
  if (loss.hops.empty()) names.push_back(name_in(system, component_of(system, loss.point)));
  return names;
}

std::string lost_by_the_way_back(const scenarios::Answer& answer, const scenarios::StrategyRun& run) {
  const System& system = answer.system();
  double lost = 0;
  std::vector<std::string> of;
  for (std::uint32_t h = 0; h < system.hops.size(); ++h) {
    const Hop& hop = system.hops[HopId(h)];
    if (is_request(hop)) continue;
    SimTime first = SimTime::never();
    for (const LossWindow& w : answer.nobody_acts().response.outcome.hops[h].losses)
      first = std::min(first, w.lost_from);
    double events = 0;
    for (const LossWindow& w : run.response.outcome.hops[h].losses) {
      if (w.lost_to < first) events += w.events;
    }
    if (events < 0.5) continue;
    lost += events;
    const std::string name = code(hop.component.is_set() ? name_in(system, hop.component) : clean(hop.name));
    if (std::find(of.begin(), of.end(), name) == of.end()) of.push_back(name);
  }
  if (of.empty()) return "";
  const std::string events = fmt::format("{} of {}", events_text(lost, bad), listing(of, 4));
  return fmt::format("{} lost by the way back itself: what runs again sends into what still fails.", are(lost, events));
}

}  // namespace moshimo::report
