#include <algorithm>
#include <cmath>

#include "core/flow_engine.hpp"

namespace moshimo::fluid {

// What enters a port; if it has a limit, who gets how much of it.
void Engine::settle(std::uint32_t p, std::int64_t t) {
  const double limit = capacity(p);
  const std::span<const std::uint32_t> feeders = plan_.into_port.of(p);
  const ComponentId owner = system_.ports[PortId(p)].component;
  const double intake = owner.is_set() ? intake_[owner.value] : 1;
  if (plan_.can_limit[p] != 0) {
    std::fill(asked_.begin(), asked_.end(), 0.0);
    const std::size_t releases = 1 + (levels_ - 1) / 2;
    double handed_on = 0;
    for (std::uint32_t h : feeders) {
      if (hop(h).to == PortId(p) && hops_[h].state.open) {
        advance(h, t);
        set_asks(h, t);
      }
      for (std::uint32_t i = 0; i < place_count(h); ++i) {
        const Fallback& f = hop(h).fallbacks[i];
        if (f.kind == Fallback::Kind::hand_on && f.port == PortId(p)) handed_on += place(h, i).handing;
        if (hop(h).to == PortId(p)) asked_[(f.release.is_set() ? releases : 1) + i] += place(h, i).ask;
      }
      if (hop(h).to == PortId(p) && hops_[h].state.open && !hop(h).ordered) asked_[0] += hops_[h].arrival;
    }
    double left = std::max(limit - handed_on, 0.0);
    for (std::size_t level = 0; level < levels_; ++level) {
      granted_[level] = intake * (asked_[level] <= left ? 1.0 : left / asked_[level]);
      left = std::max(left - asked_[level], 0.0);
    }
    const std::vector<double> granted = granted_;
    for (std::uint32_t h : feeders) {
      if (!(hop(h).to == PortId(p)) || !hops_[h].state.open) continue;
      advance(h, t);
      hops_[h].cut_error = intake < 1 ? ErrorClass::stalled : ErrorClass::throttled;
      apply(h, t, granted);
    }
    queued_[plan_.hops + p] = 0;
  }
  double inflow = 0;
  for (std::uint32_t h : feeders) {
    if (hop(h).to == PortId(p)) inflow += hops_[h].out;
    for (std::uint32_t i = 0; i < place_count(h); ++i) {
      const Fallback& f = hop(h).fallbacks[i];
      if (f.kind == Fallback::Kind::hand_on && f.port == PortId(p)) inflow += place(h, i).handing;
    }
  }
  const double impulse = port_impulse_[p];
  port_impulse_[p] = 0;
  double demand = inflow;
  if (intake < 1) {
    demand = 0;
    for (std::size_t level = 0; level < levels_; ++level) demand += asked_[level];
    demand = std::min(demand, limit);
  }
  const bool changed = std::abs(inflow - port_inflow_[p]) > 1e-15 * (inflow + port_inflow_[p]) ||
                       std::abs(demand - port_demand_[p]) > 1e-15 * (demand + port_demand_[p]);
  port_inflow_[p] = inflow;
  port_demand_[p] = demand;
  if (!changed && impulse <= 0) return;
  for (std::uint32_t h : plan_.fed_by_port.of(p)) {
    if (impulse > 0) hops_[h].impulse += impulse * hop(h).ratio;
    mark_hop(h);
  }
}

// A full buffer that blocks lets in what leaves it; the rest of the component's intake waits outside.
void Engine::hold_up(std::uint32_t h, std::int64_t t) {
  const Hop& row_of_hop = hop(h);
  Running& r = hops_[h];
  double share = 1;
  const std::vector<std::uint8_t>& list = !r.state.open        ? row_of_hop.reaction(r.state.error).fallbacks
                                          : row_of_hop.ordered ? only_first
                                                               : nothing;
  for (std::uint8_t i : list) {
    const Overflow overflow = row_of_hop.fallbacks[i].overflow;
    if (!accepts(h, i) || (place(h, i).full && overflow == Overflow::next)) continue;
    const double leaves = place(h, i).drain + place(h, i).expiring;
    const bool blocks = overflow == Overflow::block && place(h, i).full && r.unstalled > leaves * (1 + 1e-12);
    if (blocks) share = leaves / r.unstalled;
    break;
  }
  if (std::abs(share - r.intake) <= 1e-12) return;
  r.intake = share;
  const std::uint32_t c = row_of_hop.component.value;
  double all = 1;
  for (std::uint32_t other : plan_.component_blockers.of(c)) all = std::min(all, hops_[other].intake);
  if (all == intake_[c]) return;
  if (intake_[c] >= 1) {
    outcome_->stalls.push_back({row_of_hop.component, HopId(h), SimTime::microseconds(t), SimTime::never()});
  } else if (all >= 1) {
    for (Stall& stall : outcome_->stalls) {
      if (stall.component == row_of_hop.component && stall.to.is_never()) stall.to = SimTime::microseconds(t);
    }
  }
  intake_[c] = all;
  for (std::uint32_t p : plan_.component_ports.of(c)) mark_port(p);
  for (std::uint32_t other : plan_.component_blockers.of(c)) {
    if (hop(other).source == Hop::Source::work) mark_hop(other);
  }
}

}  // namespace moshimo::fluid
