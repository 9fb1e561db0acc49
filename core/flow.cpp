#include "core/flow.hpp"

#include <algorithm>
#include <bit>
#include <functional>
#include <iterator>
#include <stdexcept>

#include "core/flow_engine.hpp"

namespace moshimo {
namespace fluid {
namespace {

constexpr std::uint64_t unknown = ~std::uint64_t{0};

// Goes on with a digest of 64 bits.
std::uint64_t digested(std::uint64_t digest, std::uint64_t value) {
  value = (value ^ (digest + 0x9e3779b97f4a7c15ULL)) * 0xbf58476d1ce4e5b9ULL;
  value = (value ^ (value >> 32U)) * 0x94d049bb133111ebULL;
  return value ^ (value >> 29U);
}

std::uint64_t digest_of(const Transition& x) {
  const std::uint64_t kind = (x.is_process ? 2U : 0U) + (x.is_old ? 1U : 0U);
  const std::uint64_t of_row = digested(kind, std::uint64_t{x.index} << 32U | x.value);
  return digested(of_row, static_cast<std::uint64_t>(x.at.us()));
}

}  // namespace

Engine::Engine(const System& system) : system_(system), plan_(system) {
  hops_.resize(plan_.hops);
  places_.resize(plan_.places.size());
  port_inflow_.resize(plan_.ports);
  port_impulse_.resize(plan_.ports);
  port_demand_.resize(plan_.ports);
  intake_.resize(system.components.size());
  queued_.assign(plan_.hops + plan_.ports, 0);
  passages_.resize(plan_.hops);
  passed_by_.resize(plan_.hops);
  std::size_t most_places = 0;
  for (std::uint32_t h = 0; h < plan_.hops; ++h) {
    most_places = std::max<std::size_t>(most_places, plan_.first_place[h + 1] - plan_.first_place[h]);
    for (std::size_t error = 0; error < error_class_count; ++error) {
      if (hop(h).when[error].pause.most <= Duration{}) continue;
      pausing_.push_back(h);
      break;
    }
  }
  levels_ = 1 + 2 * most_places;
  asked_.resize(levels_);
  granted_.resize(levels_);
  all_granted_.assign(levels_, 1.0);
  none_granted_.assign(levels_, 0.0);
}

// What was found out about an island is good as long as the same happens to it, to the same horizon: only islands to
// which something else happens than in the last runs are simulated.
void Engine::choose(const std::vector<Transition>& transitions, const Script& script, SimTime horizon,
                    Outcome& outcome) {
  const bool is_known = known_ == &outcome && horizon_ == horizon;
  if (!is_known) {
    happened_before_.assign(plan_.islands, unknown);
    found_before_.clear();
    found_before_.resize(plan_.islands);
    outcome.stalls.clear();
  }
  happens_.assign(plan_.islands, 0);
  const auto touch = [&](std::uint32_t node, std::uint64_t what) {
    std::uint64_t& island = happens_[plan_.island_of_node[node]];
    island = digested(island, what);
  };
  for (const Transition& x : transitions) {
    const std::uint64_t what = digest_of(x);
    if (x.is_process) {
      for (std::uint32_t h : plan_.process_watchers.of(x.index)) touch(h, what);
      for (std::uint32_t p : plan_.process_ports.of(x.index)) touch(plan_.hops + p, what);
    } else {
      for (std::uint32_t h : plan_.needed_by.of(x.index)) touch(h, what);
      for (std::uint32_t h : plan_.watchers.of(x.index)) touch(h, what);
      for (std::uint32_t h : plan_.signals.of(x.index)) touch(h, what);
    }
  }
  const auto at_of = [](SimTime at) { return static_cast<std::uint64_t>(at.us()); };
  for (const Script::Release& x : script.releases) {
    touch(x.hop.value, digested(at_of(x.at), std::uint64_t{x.hop.value} << 8U | x.fallback));
    touch(x.hop.value, std::bit_cast<std::uint64_t>(x.rate.per_second()));
  }
  for (std::uint32_t h = 0; h < plan_.hops && !script.settings.empty(); ++h) {
    for (const Fallback& f : hop(h).fallbacks) {
      for (const Script::Setting& x : script.settings) {
        if (f.store != x.store) continue;
        touch(h, digested(at_of(x.at), static_cast<std::uint64_t>(x.holds_for.us())));
        touch(h, x.store.value);
      }
    }
  }
  for (const std::uint32_t h : pausing_) {  // a pause may have been drawn anew
    if (happens_[plan_.island_of_node[h]] == 0) continue;
    for (std::size_t error = 0; error < error_class_count; ++error) {
      touch(h, static_cast<std::uint64_t>(hop(h).when[error].pause.most.us()));
    }
  }
  is_chosen_.assign(plan_.islands, 0);
  for (std::uint32_t i = 0; i < plan_.islands; ++i) {
    if (happens_[i] == happened_before_[i] || recall(i, outcome)) continue;
    if (happened_before_[i] != unknown) remember(i, outcome);
    is_chosen_[i] = 1;
  }
  chosen_hops_.clear();
  chosen_ports_.clear();
  for (std::uint32_t node = 0; node < plan_.island_of_node.size(); ++node) {
    if (!is_chosen(node)) continue;
    if (node < plan_.hops) {
      chosen_hops_.push_back(node);
    } else {
      chosen_ports_.push_back(node - plan_.hops);
    }
  }
  kept_stalls_ = outcome.stalls;
  std::swap(happened_before_, happens_);
  known_ = nullptr;
  horizon_ = horizon;
}

// Exchanges what the outcome says about an island for what an earlier run found, if there is one.
bool Engine::recall(std::uint32_t island, Outcome& outcome) {
  std::vector<Found>& all = found_before_[island];
  const auto found =
      std::find_if(all.begin(), all.end(), [&](const Found& f) { return f.happened == happens_[island]; });
  if (found == all.end()) return false;
  exchange(island, *found, outcome);
  std::rotate(found, found + 1, all.end());
  return true;
}

// Takes what the outcome says about an island out of it, and leaves something to be written over.
void Engine::remember(std::uint32_t island, Outcome& outcome) {
  constexpr std::size_t most = 4;  // a plan is made in two passes, then perhaps once more in another order
  std::vector<Found>& all = found_before_[island];
  if (all.size() < most) {
    all.emplace_back();
  } else {
    std::rotate(all.begin(), all.begin() + 1, all.end());
    all.back().stalls.clear();
  }
  exchange(island, all.back(), outcome);
}

void Engine::exchange(std::uint32_t island, Found& found, Outcome& outcome) {
  std::size_t i = 0;
  for (const std::uint32_t h : plan_.island_nodes.of(island)) {
    if (h >= plan_.hops) break;
    if (i == found.ledgers.size()) {
      found.ledgers.emplace_back();
      found.states.emplace_back();
    }
    std::swap(found.ledgers[i], outcome.hops.edit(h));
    outcome.hop_states.swap(h, found.states[i]);
    ++i;
  }
  found.happened = happened_before_[island];
  const auto is_of_another = [&](const Stall& stall) { return plan_.island_of_node[stall.hop.value] != island; };
  std::vector<Stall>& stalls = outcome.stalls;
  const auto first = std::stable_partition(stalls.begin(), stalls.end(), is_of_another);
  const std::vector<Stall> own(first, stalls.end());
  stalls.erase(first, stalls.end());
  stalls.insert(stalls.end(), found.stalls.begin(), found.stalls.end());
  found.stalls = own;
}

void Engine::start(Outcome& outcome) {
  for (; !limits_before_.empty(); limits_before_.pop_back()) {
    plan_.places[limits_before_.back().place].limit_us = limits_before_.back().limit_us;
  }
  if (outcome.hops.size() != plan_.hops) {
    outcome.hops.reset(plan_.hops);
    outcome.hop_states.reset(plan_.hops, {HopState{}});
  }
  outcome_ = &outcome;
  for (std::uint32_t h : chosen_hops_) {
    HopLedger& ledger = outcome.hops.edit(h);
    ledger.losses.clear();
    ledger.places.clear();
    ledger.stays.clear();
    ledger.offered = ledger.on_time = ledger.late = ledger.recovered = ledger.waiting = ledger.misdirected = 0;
    ledger.handed_on = ledger.lost = 0;
    ledger.longest_delay = {};
    ledger.caught_up = {};
    outcome.hop_states.restart(h);
    hops_[h] = Running{};
    if (hop(h).source == Hop::Source::timetable) hops_[h].next_tick = hop(h).first.us();
    passed_by_[h].clear();
    for (std::uint32_t i = 0; i < place_count(h); ++i) {
      Place& p = place(h, i);
      p.backlog.clear();
      p.groups.clear();
      p.fresh = p.inflow = p.assumed = p.drained = p.drain = p.expiring = p.dropping = p.handing = p.ask = p.base =
          p.share = 0;
      p.regroup_at = p.next = never;
      p.retrying = p.full = p.releasing = p.destroyed = false;
      p.release_rate = infinity;
      p.emptied_at = -1;
      p.stay = -1;
    }
  }
  for (std::uint32_t p : chosen_ports_) port_inflow_[p] = port_impulse_[p] = port_demand_[p] = 0;
  std::fill(intake_.begin(), intake_.end(), 1.0);
  outcome.stalls.clear();
  events_.reset(plan_.hops);
  queue_.clear();
  std::fill(queued_.begin(), queued_.end(), std::uint8_t{0});
}

void Engine::run(const std::vector<std::uint8_t>& starting_values, const std::vector<Transition>& transitions,
                 const Script& script, SimTime horizon, Outcome& outcome) {
  const std::vector<Script::Release>& releases = script.releases;
  const std::vector<Script::Setting>& settings = script.settings;
  choose(transitions, script, horizon, outcome);
  start(outcome);
  value_ = starting_values;
  running_.resize(system_.processes.size());
  for (std::size_t p = 0; p < running_.size(); ++p) running_[p] = system_.processes[ProcessId(p)].count;
  falls_for_good_.resize(value_.size(), never);
  last_fall_.resize(value_.size(), -1);
  for (std::uint32_t c : falls_touched_) {
    falls_for_good_[c] = never;
    last_fall_[c] = -1;
  }
  falls_touched_.clear();
  fell_at_ = -1;
  for (const Transition& x : transitions) {
    if (x.is_process || x.is_old) continue;
    falls_for_good_[x.index] = x.value == 0 ? x.at.us() : never;
    falls_touched_.push_back(x.index);
  }
  old_.clear();
  for (std::uint32_t h : chosen_hops_) mark_hop(h);

  std::size_t at = 0, released = 0, set = 0;
  std::int64_t t = 0;
  std::vector<std::uint32_t> fell;
  while (t <= horizon.us()) {
    fell.clear();
    for (; at < transitions.size() && transitions[at].at.us() <= t; ++at) {
      const Transition& x = transitions[at];
      if (x.is_process) {
        running_[x.index] = x.value;
        for (std::uint32_t h : plan_.process_watchers.of(x.index)) mark_hop(h);
        for (std::uint32_t p : plan_.process_ports.of(x.index)) {
          if (system_.ports[PortId(p)].capacity.is_unlimited()) continue;
          mark_port(p);
        }
        continue;
      }
      if (x.is_old) {
        if (x.value == all_are_old) {
          old_.erase(x.index);
        } else {
          old_[x.index] = x.value;
        }
        for (std::uint32_t h : plan_.needed_by.of(x.index)) mark_hop(h);
        for (std::uint32_t h : plan_.watchers.of(x.index)) mark_hop(h);
        continue;
      }
      value_[x.index] = static_cast<std::uint8_t>(x.value);
      if (x.value == 0 && !old_.empty()) old_.erase(x.index);
      if (x.value == 0) last_fall_[x.index] = fell_at_ = t;
      const auto needing = plan_.needed_by.of(x.index);
      needing_.insert(needing_.end(), needing.begin(), needing.end());
      for (std::uint32_t h : plan_.watchers.of(x.index)) mark_hop(h);
      if (x.value == 0 && !plan_.signals.of(x.index).empty()) fell.push_back(x.index);
    }
    for (std::uint32_t h : needing_) {
      if (is_chosen(h) && !stays_as_it_is(h)) mark_hop(h);
    }
    needing_.clear();
    for (std::uint32_t c : fell) {
      if (value_[c] != 0) continue;  // it rose again within the instant
      for (std::uint32_t h : plan_.signals.of(c)) {
        if (!is_chosen(h)) continue;
        hops_[h].impulse += hop(h).ratio;
        mark_hop(h);
      }
    }
    for (; released < releases.size() && releases[released].at.us() <= t; ++released) {
      const Script::Release& x = releases[released];
      if (!is_chosen(x.hop.value)) continue;
      Place& p = place(x.hop.value, x.fallback);
      p.releasing = true;
      p.release_rate = x.rate.is_unlimited() ? infinity : x.rate.per_second() / second;
      mark_hop(x.hop.value);
    }
    for (; set < settings.size() && settings[set].at.us() <= t; ++set) set_time(settings[set], t);
    while (events_.earliest() <= t) {
      const std::uint32_t h = events_.top();
      events_.set(h, never);
      if (hops_[h].next_tick <= t) {
        ticking_.push_back(h);
      } else {
        mark_hop(h);
      }
    }
    work_off(t);
    for (std::uint32_t h : ticking_) follow_tick(h, t);
    ticking_.clear();
    std::int64_t next = events_.earliest();
    if (at < transitions.size()) next = std::min(next, transitions[at].at.us());
    if (released < releases.size()) next = std::min(next, releases[released].at.us());
    if (set < settings.size()) next = std::min(next, settings[set].at.us());
    if (next == never) break;
    t = std::max(next, t + 1);
  }
  finish(horizon, outcome);
  known_ = &outcome;
}

// What it needs has changed, and it goes on failing for the same reason, or working.
bool Engine::stays_as_it_is(std::uint32_t h) const {
  const Running& r = hops_[h];
  if (!r.started || !old_.empty() || r.paused_until != 0) return false;
  const Needs& needs = hop(h).needs;
  for (std::size_t i = 0; i < needs.size(); ++i) {
    if (!holds(needs[i]))
      return !r.needs_hold && r.state == HopState{false, needs[i].error, static_cast<std::uint16_t>(i)};
  }
  return r.needs_hold && r.state.open;
}

// The place's content keeps its age; what is too old under the new limit goes at once.
void Engine::set_time(const Script::Setting& setting, std::int64_t t) {
  for (std::uint32_t h : chosen_hops_) {
    for (std::uint32_t i = 0; i < place_count(h); ++i) {
      const Fallback& f = hop(h).fallbacks[i];
      if (f.store != setting.store) continue;
      advance(h, t);
      const std::size_t at = plan_.first_place[h] + i;
      limits_before_.push_back({at, plan_.places[at].limit_us});
      const Duration limit = std::min(f.limit, setting.holds_for);
      plan_.places[at].limit_us = limit.is_forever() ? infinity : static_cast<double>(limit.us());
      hops_[h].is_set_anew = true;
      mark_hop(h);
    }
  }
}

void Engine::mark(std::uint32_t node) {
  if (queued_[node] != 0 || !is_chosen(node)) return;
  queued_[node] = 1;
  queue_.push_back(plan_.node_rank[node]);
  std::push_heap(queue_.begin(), queue_.end(), std::greater<>{});
}

void Engine::work_off(std::int64_t t) {
  std::size_t visits = 0;
  while (!queue_.empty()) {
    std::pop_heap(queue_.begin(), queue_.end(), std::greater<>{});
    const std::uint32_t node = plan_.node_at_rank[queue_.back()];
    queue_.pop_back();
    queued_[node] = 0;
    if (node < plan_.hops) {
      visit(node, t);
    } else {
      settle(node - plan_.hops, t);
    }
    if (++visits > 1000 + 100 * queued_.size()) throw std::logic_error("the rates of one instant do not settle");
  }
}

}  // namespace fluid

Flow::Flow(const System& system) : engine_(std::make_unique<fluid::Engine>(system)) {}
Flow::~Flow() = default;

void Flow::run(const std::vector<std::uint8_t>& starting_values, const std::vector<Transition>& transitions,
               const Script& script, SimTime horizon, Outcome& outcome) {
  engine_->run(starting_values, transitions, script, horizon, outcome);
}

}  // namespace moshimo
