#include <algorithm>
#include <cmath>

#include "tests/reference/message_simulation.hpp"

namespace moshimo::reference {

double Simulation::rate_now(HopId id) const {
  const Hop& h = hop(id);
  if (h.source != Hop::Source::profile && h.source != Hop::Source::work) return 0;
  Duration offset = now_.since_start();
  if (!h.profile.period.is_forever()) offset = Duration::microseconds(offset.us() % h.profile.period.us());
  double rate = 0;
  for (const ProfileStep& step : h.profile.steps) {
    if (step.offset <= offset) rate = step.rate.per_second();
  }
  rate *= h.ratio;
  if (h.source == Hop::Source::profile) return rate;
  const Port& port = system_.ports[h.from];
  if (!hold(port.needs)) return 0;
  return port.process.is_set() ? rate * share_running(port.process) : rate;
}

void Simulation::update_stream(HopId id) {
  Stream& s = of(id).stream;
  s.volume += s.rate * (now_ - s.since).in_seconds();
  s.since = now_;
  s.rate = rate_now(id);
  plan_stream_arrival(id);
}

void Simulation::plan_stream_arrival(HopId id) {
  Stream& s = of(id).stream;
  ++s.version;
  if (s.rate <= 0) return;
  const Duration wait = after(std::max(0.0, s.next - s.volume) / s.rate);
  plan({.at = s.since + wait, .kind = Event::Kind::arrival, .hop = id, .version = s.version});
}

void Simulation::stream_arrival(HopId id) {
  Stream& s = of(id).stream;
  s.volume += s.rate * (now_ - s.since).in_seconds();
  s.since = now_;
  const double number = std::floor(s.next) + 1;
  s.next = number + uniform(id.value, static_cast<std::uint64_t>(number));
  arrive(id);
  plan_stream_arrival(id);
}

void Simulation::offer(HopId id, double amount) {
  HopRun& run = of(id);
  run.carry += amount;
  while (run.carry >= 1 - 1e-9) {
    run.carry -= 1;
    arrive(id);
  }
}

void Simulation::enter(PortId id) {
  for (const HopId fed : of(id).fed) offer(fed, hop(fed).ratio);
}

void Simulation::arrive(HopId id) {
  HopRun& run = of(id);
  ++ledger(id).offered;
  Message m;
  m.arrived = now_;
  m.number = run.messages++;
  m.error = run.state.error;
  if (!run.needs.open) {
    run.sent += run.through;
    if (run.sent >= 1 - 1e-9) {
      run.sent -= 1;
      return deliver(id, m, false);
    }
    run.refused = run.needs.error;
  }
  if (hop(id).ordered) return move_on(id, m, -1, LossWindow::Why::no_fallback);
  if (!run.state.open) return fail(id, m, run.state.error);
  if (!is_limited(id)) return deliver(id, m, false);
  run.fresh.push_back(m);
  plan_round(hop(id).to);
}

}  // namespace moshimo::reference
