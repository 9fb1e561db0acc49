// The graph of hops: loops of data are cut, and sizes of events follow the data.
#include <algorithm>
#include <fmt/format.h>

#include "input/phrases.hpp"
#include "models/compile_rows.hpp"

namespace moshimo::models {

// What is handed on so that it would go round waits in its store instead. Any other loop is an error, or is cut in an
// inventory that was imported.
void Compilation::cut_loops() {
  System& s = *system_;
  std::vector<std::vector<std::uint32_t>> fed(s.ports.size());
  for (std::uint32_t h = 0; h < s.hops.size(); ++h) {
    if (s.hops[HopId(h)].source == Hop::Source::port) fed[s.hops[HopId(h)].from.value].push_back(h);
  }
  enum : std::uint8_t { unseen, open, done };
  std::vector<std::uint8_t> state(s.hops.size(), unseen);
  struct Frame {
    std::uint32_t hop;
    std::size_t way = 0;  // 0: its target; then its fallbacks
    std::size_t next = 0;
  };
  const auto port_of = [&](const Hop& hop, std::size_t way) {
    if (way == 0) return hop.to;
    const Fallback& f = hop.fallbacks[way - 1];
    return f.kind == Fallback::Kind::hand_on ? f.port : PortId{};
  };
  std::vector<Frame> stack;
  for (std::uint32_t root = 0; root < s.hops.size(); ++root) {
    if (state[root] != unseen) continue;
    state[root] = open;
    stack.push_back({root});
    while (!stack.empty()) {
      Frame& frame = stack.back();
      Hop& hop = s.hops[HopId(frame.hop)];
      if (frame.way > hop.fallbacks.size()) {
        state[frame.hop] = done;
        stack.pop_back();
        continue;
      }
      const PortId port = port_of(hop, frame.way);
      if (!port.is_set() || frame.next >= fed[port.value].size()) {
        ++frame.way;
        frame.next = 0;
        continue;
      }
      const std::uint32_t target = fed[port.value][frame.next++];
      if (state[target] == unseen) {
        state[target] = open;
        stack.push_back({target});
        continue;
      }
      if (state[target] == done) continue;
      const Component& place = s.components[s.ports[port].component];
      const Component& sender = s.components[hop.component];
      if (frame.way > 0) {
        Fallback& f = hop.fallbacks[frame.way - 1];
        const auto kept = std::find_if(s.stores.begin(), s.stores.end(), [&](const Store& store) {
          return store.component == s.ports[port].component && store.name == place.name + "/kept";
        });
        if (kept == s.stores.end()) continue;
        f.kind = Fallback::Kind::store;
        f.store = StoreId(static_cast<std::size_t>(kept - s.stores.begin()));
        f.port = {};
        f.says = kept->says;
        f.limit = Duration::forever();
        f.age = Fallback::Age::since_entry;
        f.release = nameless_repair(hop.component.value, "from-" + place.name,
                                    fmt::format("Deal with what {} put into {}", sender.name, place.name), f.fact);
      } else if (inventory_->imported) {
        hop.to = {};
      } else {
        std::vector<std::string> round = {place.name};
        std::size_t from = stack.size() - 1;
        while (stack[from].hop != target) --from;
        for (std::size_t i = from; i < stack.size(); ++i) {
          const PortId next = port_of(s.hops[HopId(stack[i].hop)], stack[i].way);
          const std::string& name = s.components[s.ports[next].component].name;
          if (round.size() == 1 || round.back() != name) round.push_back(name);
        }
        world_.diagnostics->error(
            world_.part(hop.component.value).at,
            fmt::format("data would go round for ever, from {}; take one of these connections out",
                        input::way_round(round)));
        continue;
      }
      assumptions_.push_back({Assumption::Kind::cut_loop,
                              fmt::format("What {} passes to {} would come back to it; here it ends at {}.",
                                          sender.name, place.name, place.name),
                              {},
                              {hop.component}});
      ++frame.way;
      frame.next = 0;
    }
  }
}

// Events keep their size from hop to hop; where several kinds meet, by their share.
void Compilation::size_events() {
  System& s = *system_;
  std::vector<std::vector<std::uint32_t>> fed(s.ports.size());
  std::vector<std::uint32_t> missing(s.ports.size(), 0);
  std::vector<std::uint32_t> ready;
  for (std::uint32_t h = 0; h < s.hops.size(); ++h) {
    const Hop& hop = s.hops[HopId(h)];
    if (hop.source == Hop::Source::port)
      fed[hop.from.value].push_back(h);
    else
      ready.push_back(h);
    if (hop.to.is_set()) ++missing[hop.to.value];
    for (const Fallback& f : hop.fallbacks) {
      if (f.kind == Fallback::Kind::hand_on) ++missing[f.port.value];
    }
  }
  for (std::uint32_t p = 0; p < s.ports.size(); ++p) {
    if (missing[p] == 0) ready.insert(ready.end(), fed[p].begin(), fed[p].end());
  }
  std::vector<double> events(s.ports.size(), 0);
  std::vector<double> bytes(s.ports.size(), 0);
  constexpr double little = 1e-9;  // counts only where nothing else does
  for (std::size_t i = 0; i < ready.size(); ++i) {
    Hop& hop = s.hops[HopId(ready[i])];
    double rate = 0;
    switch (hop.source) {
      case Hop::Source::port:
        rate = events[hop.from.value];
        if (!is_sized_[ready[i]] && rate > 0) hop.size = Bytes::count(bytes[hop.from.value] / rate);
        if (const auto c = combining_.find(ready[i]); c != combining_.end() && rate > 0) {
          // One for each span of time, or for each full buffer if those come sooner; never more than come in.
          const double for_each = std::min(rate * c->second.every_s, c->second.bytes / hop.size.count());
          hop.ratio = 1 / std::max(for_each, 1.0);
          hop.size = Bytes::count(hop.size.count() / hop.ratio);
        }
        break;
      case Hop::Source::work:
      case Hop::Source::profile:
        for (const ProfileStep& step : hop.profile.steps) rate = std::max(rate, step.rate.per_second());
        break;
      case Hop::Source::timetable: rate = hop.every > Duration{} ? 1 / hop.every.in_seconds() : 0; break;
      case Hop::Source::signal:
      case Hop::Source::sign: rate = little; break;
    }
    const auto pass = [&](PortId port, double amount) {
      events[port.value] += amount;
      bytes[port.value] += amount * hop.size.count();
      if (--missing[port.value] == 0) ready.insert(ready.end(), fed[port.value].begin(), fed[port.value].end());
    };
    if (hop.to.is_set()) pass(hop.to, rate * hop.ratio);
    for (const Fallback& f : hop.fallbacks) {
      if (f.kind == Fallback::Kind::hand_on) pass(f.port, rate * little);
    }
  }
}

}  // namespace moshimo::models
