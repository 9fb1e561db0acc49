#include <algorithm>
#include <cmath>

#include "core/flow_engine.hpp"

namespace moshimo::fluid {

void Engine::set_asks(std::uint32_t h, std::int64_t t) {
  Running& r = hops_[h];
  const Hop& row_of_hop = hop(h);
  double budget = row_of_hop.drain ? row_of_hop.drain->per_second() / second : infinity;
  const double now = static_cast<double>(t);
  for (std::uint32_t i = 0; i < place_count(h); ++i) {
    Place& p = place(h, i);
    const Fallback& f = row_of_hop.fallbacks[i];
    p.ask = 0;
    p.assumed = -1;
    const bool by_action = f.release.is_set();
    const bool passes = row_of_hop.ordered && i == 0;
    if (!r.state.open || f.kind == Fallback::Kind::hand_on || (by_action && !p.releasing) || !readable(h, i)) {
      p.retrying = false;
      continue;
    }
    const double mass = p.backlog.mass();
    if (f.kind == Fallback::Kind::retry && !by_action) {
      if (p.backlog.empty()) {
        p.retrying = false;
        continue;
      }
      if (!p.retrying || t >= p.regroup_at) regroup(h, i, t);
      for (const RetryGroup& g : p.groups) {
        if (p.share * (now - p.retry_since) < g.gap) p.ask += g.mass / g.gap;
      }
      continue;
    }
    if (p.backlog.empty()) {
      p.base = 0;
    } else if (mass > 2 * p.base) {
      p.base = mass;
    }
    p.assumed = std::max(p.inflow - p.fresh, 0.0);
    const double inflow = passes ? r.arrival : p.assumed;
    if (p.backlog.empty() && inflow <= 0) continue;
    double ask = p.base / second + inflow;
    if (by_action) {
      if (!std::isinf(p.release_rate)) ask = p.backlog.empty() ? std::min(p.release_rate, inflow) : p.release_rate;
    } else if (row_of_hop.drain) {
      ask = p.backlog.empty() ? std::min(budget, inflow) : budget;
      budget -= ask;
    }
    p.ask = std::max(ask, 0.0);
  }
}

void Engine::regroup(std::uint32_t h, std::size_t i, std::int64_t t) {
  Place& p = place(h, i);
  last_attempts(h, i, t);
  const double now = static_cast<double>(t);
  const std::vector<GapStep>& steps = attempts(h, i).steps;
  p.retrying = true;
  p.retry_since = now;
  p.regroup_at = never;
  p.groups.clear();
  const auto add = [&](double gap, double mass) {
    gap = std::max(gap, shortest_gap);
    if (!p.groups.empty() && p.groups.back().gap == gap) {
      p.groups.back().mass += mass;
    } else {
      p.groups.push_back({gap, mass});
    }
  };
  for (const Segment& s : p.backlog) {
    const double oldest = now - s.clock_from;
    const double youngest = now - s.clock_to;
    auto step = std::upper_bound(steps.begin(), steps.end(), oldest,
                                 [](double a, const GapStep& g) { return a < static_cast<double>(g.from.us()); });
    double upper = oldest;  // the part of the segment between the beginning of a step and `upper`
    while (step != steps.begin()) {
      --step;
      const double lower = std::max(static_cast<double>(step->from.us()), youngest);
      const double gap = static_cast<double>(step->gap.us());
      if (!s.has_width()) {
        add(gap, s.mass);
        break;
      }
      if (upper > lower) add(gap, s.density() * (upper - lower));
      upper = std::min(upper, lower);
      if (upper <= youngest) break;
    }
  }
}

// Each piece of the backlog in a gap of its own, so that it can be thinned by it.
void Engine::cut_by_gap(std::uint32_t h, std::size_t i, std::int64_t t) {
  for (const GapStep& step : attempts(h, i).steps) {
    if (step.from > Duration{})
      place(h, i).backlog.cut_at(static_cast<double>(t) - static_cast<double>(step.from.us()));
  }
}

void Engine::apply(std::uint32_t h, std::int64_t t, const std::vector<double>& granted) {
  Running& r = hops_[h];
  const Hop& row_of_hop = hop(h);
  const std::uint32_t n = place_count(h);
  const double out_before = r.out;
  double handing_before = 0, handing = 0;
  r.out = 0;
  r.fresh_out = 0;
  r.lost_rate = 0;
  for (std::uint32_t i = 0; i < n; ++i) {
    Place& p = place(h, i);
    handing_before += p.handing;
    p.handing = p.fresh = p.dropping = 0;
    const Fallback& f = row_of_hop.fallbacks[i];
    const double share = granted[f.release.is_set() ? 1 + (levels_ - 1) / 2 + i : 1 + i];
    p.drain = p.ask * share;
    if (p.retrying && share != p.share && p.share > 0 && static_cast<double>(t) > p.retry_since) {
      regroup(h, i, t);
      p.ask = 0;
      for (const RetryGroup& g : p.groups) p.ask += g.mass / g.gap;
      p.drain = p.ask * share;
    }
    if (p.retrying && share > 0 && p.retry_since == static_cast<double>(t)) cut_by_gap(h, i, t);
    p.share = p.retrying ? share : 0;
    if (p.retrying && share <= 0) p.retrying = false;
    const double eps = 1e-6 + 1e-9 * (std::isinf(row(h, i).capacity) ? 0 : row(h, i).capacity);
    p.full = p.backlog.mass() >= row(h, i).capacity - eps;
    r.out += p.drain;
  }
  set_expiry(h, t);
  if (!r.state.open) {
    r.fresh_out = r.arrival * r.through;
    r.out += r.fresh_out;
    route_fresh(h, r.arrival - r.fresh_out, row_of_hop.reaction(r.state.error).fallbacks);
  } else if (row_of_hop.ordered) {
    Place& first = place(h, 0);
    const bool passes = first.backlog.empty() && first.drain >= r.arrival * (1 - 1e-12);
    if (passes) {
      first.drain = 0;
      r.fresh_out = r.arrival;
    } else {
      route_fresh(h, r.arrival, only_first);
    }
  } else {
    r.fresh_out = r.arrival * granted[0];
    r.out += r.fresh_out;
    if (granted[0] < 1 && r.arrival > 0) {
      r.has_failed = true;
      r.last_error = r.cut_error;
      route_fresh(h, r.arrival - r.fresh_out, row_of_hop.reaction(r.cut_error).fallbacks);
    }
  }
  for (std::uint32_t i = 0; i < n; ++i) {
    Place& p = place(h, i);
    p.inflow = p.fresh;
    for (std::uint32_t j = 0; j < i; ++j) {
      if (place(h, j).expires.place == static_cast<int>(i)) p.inflow += place(h, j).expiring;
    }
    if (row_of_hop.fallbacks[i].release.is_set()) note_stay(h, i, t);
    if (p.assumed >= 0 && std::abs(p.inflow - p.fresh - p.assumed) > 1e-12 * p.inflow) mark_hop(h);
    if (row_of_hop.fallbacks[i].kind == Fallback::Kind::hand_on) {
      p.handing = p.inflow;
      handing += p.handing;
      p.next = never;
    } else {
      p.next = next_of_place(h, i, t);
    }
  }
  if (row_of_hop.source != Hop::Source::profile && row_of_hop.source != Hop::Source::work) r.next = never;
  schedule(h, t);
  if (row_of_hop.component.is_set() && !plan_.component_blockers.of(row_of_hop.component.value).empty()) hold_up(h, t);
  if (row_of_hop.to.is_set() && std::abs(r.out - out_before) > 1e-15 * (r.out + out_before)) {
    mark_port(row_of_hop.to.value);
  }
  if (handing != handing_before) {
    for (const Fallback& f : row_of_hop.fallbacks) {
      if (f.kind == Fallback::Kind::hand_on) mark_port(f.port.value);
    }
  }
}

// Arrivals that are not delivered: into the first fallbacks of the list that take them, the rest is lost.
void Engine::route_fresh(std::uint32_t h, double rate, const std::vector<std::uint8_t>& list) {
  Running& r = hops_[h];
  r.lost_rate = 0;
  bool refused = false, full = false;
  int last = -1;
  for (std::uint8_t i : list) {
    if (rate <= 0) return;
    if (row(h, i).limit_us <= 0 || !is_there(h, i)) continue;
    last = i;
    if (!accepts(h, i)) {
      refused = true;
      continue;
    }
    Place& p = place(h, i);
    if (!p.full) {
      p.fresh = rate;
      return;
    }
    const double leaves = p.drain + p.expiring;
    switch (hop(h).fallbacks[i].overflow) {
      case Overflow::drop_oldest:
        p.fresh = rate;
        p.dropping = std::max(rate - leaves, 0.0);
        return;
      case Overflow::next:
        p.fresh = std::min(rate, leaves);
        rate -= p.fresh;
        full = true;
        break;
      case Overflow::drop_newest:
      case Overflow::block:
        p.fresh = std::min(rate, leaves);
        r.lost_rate = rate - p.fresh;
        r.lost_why = Why::full;
        r.lost_fallback = i;
        return;
    }
  }
  r.lost_rate = std::max(rate, 0.0);
  r.lost_why = full ? Why::full : refused ? Why::refused : Why::no_fallback;
  r.lost_fallback = static_cast<std::int16_t>(full || refused ? last : -1);
}

void Engine::set_expiry(std::uint32_t h, std::int64_t t) {
  for (std::uint32_t i = 0; i < place_count(h); ++i) {
    Place& p = place(h, i);
    p.expiring = 0;
    p.expires = {};
    const double limit = row(h, i).limit_us;
    if (p.retrying || std::isinf(limit) || p.backlog.empty()) continue;
    const double pointer = static_cast<double>(t) - limit;
    double density = 0;
    for (const Segment& s : p.backlog) {
      if (s.clock_from > pointer) break;
      if (s.has_width()) density += s.density();
    }
    p.expiring = std::max(density - p.drain, 0.0);
    p.expires = later_place(h, i, Moved::expired, static_cast<double>(t) - p.backlog.front().arrived_from);
  }
}

}  // namespace moshimo::fluid
