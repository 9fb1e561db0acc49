#include "scenarios/rank.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <numeric>
#include <set>

#include "core/cut.hpp"
#include "core/dependencies.hpp"
#include "core/reach.hpp"
#include "core/simulation.hpp"

namespace moshimo::scenarios {
namespace {

std::vector<ComponentId> principals_of(const System& system) {
  std::vector<ComponentId> all;
  for (std::uint32_t c = 0; c < system.components.size(); ++c) {
    const Component& row = system.components[ComponentId(c)];
    if (row.is_principal && !row.parent.is_set()) all.emplace_back(c);
  }
  return all;
}

std::vector<std::uint32_t> reaches(const System& system, const std::vector<ComponentId>& components) {
  const NeedGraph needs(system);
  std::vector<std::uint32_t> starts;
  starts.reserve(components.size());
  for (const ComponentId c : components) starts.push_back(needs.goes(c));
  std::vector<std::uint32_t> reach = reach_of_each(needs.nodes(), needs.edges, starts, needs.breaks(ComponentId(0)));
  for (std::uint32_t& r : reach) r -= std::min(r, 1U);  // it breaks itself
  return reach;
}

Toll in_whole(Toll toll, const Cut& cut) {
  if (toll.first_lost.is_set()) toll.first_lost = cut.components[toll.first_lost.value];
  for (ComponentId& c : toll.gone) c = cut.components[c.value];
  return toll;
}

void run(Ranked& row, Cutter& cutter, const std::vector<ActionId>& actions, const RankOptions& options) {
  const Cut cut = cutter.cut(actions);
  Simulation simulation(cut.system, Simulation::Checked{});
  std::vector<Fault> faults;
  for (const ActionId a : cut.actions) faults.push_back({SimTime{}, a});
  row.is_run = true;
  std::vector<StoppedFault> stopped;
  script_of(simulation, faults, stopped);
  for (const StoppedFault& s : stopped) {
    if (s.fault.action != cut.actions.front()) continue;
    row.stopped_by = cut.conditions[cut.system.actions[s.fault.action].needs[s.need].condition.value];
    return;
  }
  const Outcome healthy = simulation.run({}, options.horizon);
  Responders nobody = options.response;
  nobody.strategy = Strategy::none;
  const Response idle = respond(simulation, faults, nobody, options.horizon);
  row.nobody_acts = in_whole(toll_of(cut.system, idle, findings_of(cut.system, idle.outcome, healthy), healthy), cut);
  const Response acting = respond(simulation, faults, options.response, options.horizon, &idle.outcome);
  row.response = in_whole(toll_of(cut.system, acting, findings_of(cut.system, acting.outcome, healthy), healthy), cut);
}

// What cannot be undone comes before what is only lost, and data before requests that were refused.
auto loss_key(const Ranked& r) {
  return std::tuple(r.response.gone.size(), r.response.lost, r.response.refused, r.nobody_acts.gone.size(),
                    r.nobody_acts.lost, r.nobody_acts.refused, r.reach);
}

class Order {
 public:
  Order(const System& system, RankBy by) : system_(system), by_(by) {}
  bool operator()(const Ranked& a, const Ranked& b) const {
    if (a.is_run != b.is_run) return a.is_run;
    switch (by_) {
      case RankBy::loss: break;
      case RankBy::reach:
        if (a.reach != b.reach) return a.reach > b.reach;
        break;
      case RankBy::time:
        if (a.nobody_acts.first_point != b.nobody_acts.first_point) {
          return a.nobody_acts.first_point < b.nobody_acts.first_point;
        }
        break;
    }
    if (loss_key(a) != loss_key(b)) return loss_key(a) > loss_key(b);
    return system_.components[a.components.front()].name < system_.components[b.components.front()].name;
  }

 private:
  const System& system_;
  RankBy by_;
};

// They take something away that neither does alone.
bool is_more_together(const Ranked& pair, const Ranked& one, const Ranked& other) {
  constexpr double trace = 1e-6;
  const auto more = [&](const Toll& both, const Toll& a, const Toll& b) {
    std::set<ComponentId> gone(a.gone.begin(), a.gone.end());
    gone.insert(b.gone.begin(), b.gone.end());
    const bool is_new_gone =
        std::any_of(both.gone.begin(), both.gone.end(), [&](ComponentId c) { return gone.count(c) == 0; });
    const double alone = a.lost + b.lost;
    const double refused = a.refused + b.refused;
    return is_new_gone || both.lost > alone * (1 + trace) + trace || both.refused > refused * (1 + trace) + trace;
  };
  return more(pair.nobody_acts, one.nobody_acts, other.nobody_acts) ||
         more(pair.response, one.response, other.response);
}

}  // namespace

std::string_view name_of(RankBy by) {
  switch (by) {
    case RankBy::loss: return "loss";
    case RankBy::reach: return "reach";
    case RankBy::time: return "time";
  }
  return "";
}

Toll toll_of(const System& system, const Response& response, const Findings& findings, const Outcome& healthy) {
  constexpr double trace = 1e-6;
  Toll toll;
  for (std::uint32_t h = 0; h < system.hops.size(); ++h) {
    const double lost = response.outcome.hops[h].lost - healthy.hops[h].lost;
    (is_request(system.hops[HopId(h)]) ? toll.refused : toll.lost) += lost;
  }
  std::set<ComponentId> gone;
  for (const PointOfNoReturn& p : findings.points) {
    if (!p.hop.is_set()) {
      if (const ComponentId c = component_of(system, p); c.is_set()) gone.insert(c);
    } else if (is_request(system.hops[p.hop]) || healthy.hops[p.hop.value].lost > trace) {
      continue;
    }
    if (p.condition.is_set() || p.at >= toll.first_point) continue;
    toll.first_point = p.at;
    toll.first_lost = component_of(system, p);
  }
  toll.gone.assign(gone.begin(), gone.end());
  toll.still_broken = response.still_broken.size();
  return toll;
}

Rank rank(models::Compiled& compiled, const RankOptions& options, input::Diagnostics& diagnostics) {
  Rank result;
  result.by = options.by;
  result.with_pairs = options.pairs;
  result.horizon = options.horizon;
  result.response = options.response;
  System& system = compiled.system;
  for (const ComponentId c : options.only) {
    const Component& row = system.components[c];
    if (row.is_principal && !row.parent.is_set()) continue;
    diagnostics.error({}, fmt::format("{} ({}) is no principal and no key; without names all there are take their turn",
                                      row.name, row.type));
  }
  if (diagnostics.has_errors()) return result;

  std::vector<ComponentId> components = options.only.empty() ? principals_of(system) : options.only;
  std::sort(components.begin(), components.end());
  components.erase(std::unique(components.begin(), components.end()), components.end());
  std::vector<ActionId> deletions;
  deletions.reserve(components.size());
  for (const ComponentId c : components) {
    models::ActionRequest request;
    request.component = system.components[c].name;
    request.verb = "delete";
    deletions.push_back(compiled.action(request, diagnostics));
  }
  if (diagnostics.has_errors()) return result;

  const std::vector<std::uint32_t> reach = reaches(system, components);
  SinglePoints points = single_points(system, deletions, options.pairs);
  std::vector<Ranked> rows(components.size());
  for (std::size_t i = 0; i < rows.size(); ++i) {
    rows[i].components = {components[i]};
    rows[i].reach = reach[i];
  }
  // Those that reach most come first, so that whoever stops it early has seen what matters most.
  std::vector<std::uint32_t> order(rows.size());
  std::iota(order.begin(), order.end(), 0U);
  std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) { return reach[a] > reach[b]; });
  Cutter cutter(system);
  const std::size_t all = rows.size() + points.pairs.size();
  std::size_t done = 0;
  const auto goes_on = [&] {
    if (!result.is_partial && options.goes_on && !options.goes_on(done, all)) result.is_partial = true;
    ++done;
    return !result.is_partial;
  };
  for (const std::uint32_t i : order) {
    if (!goes_on()) break;
    run(rows[i], cutter, {deletions[i]}, options);
  }
  for (const OnlyTogether& pair : points.pairs) {
    if (!goes_on()) break;
    Ranked both;
    both.components = {components[pair.one], components[pair.other]};
    run(both, cutter, {deletions[pair.one], deletions[pair.other]}, options);
    ++result.pairs_run;
    if (is_more_together(both, rows[pair.one], rows[pair.other])) result.pairs.push_back(std::move(both));
  }

  const Order worse(system, options.by);
  std::iota(order.begin(), order.end(), 0U);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::uint32_t a, std::uint32_t b) { return worse(rows[a], rows[b]); });
  std::vector<std::uint32_t> place(order.size());
  for (std::uint32_t i = 0; i < order.size(); ++i) place[order[i]] = i;
  for (const std::uint32_t i : order) result.rows.push_back(std::move(rows[i]));
  std::stable_sort(result.pairs.begin(), result.pairs.end(), worse);
  result.single_points = std::move(points.cut_off);
  for (CutOff& c : result.single_points) c.action = place[c.action];
  return result;
}

}  // namespace moshimo::scenarios
