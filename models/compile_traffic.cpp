// Traffic: what comes from outside, as an inventory states it or as is taken where it states none.
#include <algorithm>
#include <fmt/format.h>

#include "models/compile_rows.hpp"

namespace moshimo::models {

void Compilation::write_traffic(std::vector<EntryPoint>& entry_points) {
  System& s = *system_;
  Duration since_monday;
  if (options_.start) {
    constexpr std::int64_t day = 86400;
    const std::int64_t since_epoch = options_.start->seconds + 3 * day;  // 1970-01-01 was a Thursday
    since_monday = Duration::seconds(static_cast<double>(((since_epoch % (7 * day)) + 7 * day) % (7 * day)));
  }
  std::unordered_map<std::string, int> seen;
  const auto add = [&](Index c, Index port, const Traffic& t) {
    const Part& part = world_.part(c);
    Hop hop;
    hop.name = fmt::format("{}/traffic", part.name);
    if (t.via != "in") hop.name += fmt::format("-{}", t.via);
    if (const int n = ++seen[hop.name]; n > 1) hop.name += fmt::format("/{}", n);
    hop.says = fmt::format("requests from outside reach {}", part.name);
    hop.component = ComponentId(c);
    hop.source = Hop::Source::profile;
    hop.profile = profile_of(t, since_monday);
    if (t.size && t.size->count() > 0 && !t.size->is_unlimited()) hop.size = *t.size;
    hop.to = PortId(world_.id(MemberKind::port, c, port));
    hop.needs = needs_->of_port(c, port, nullptr);
    is_sized_.push_back(true);
    entry_points.push_back({hop.to, s.hops.add(std::move(hop))});
  };
  for (const Traffic& t : inventory_->traffic) {
    const Index c = world_.find(t.to);
    const Member port = c == nothing ? Member{} : world_.member(c, t.via);
    if (port.kind != MemberKind::port) continue;
    if (!world_.exists(MemberKind::port, c, static_cast<Index>(port.index))) {
      world_.diagnostics->error(t.via_at, fmt::format("'{}' takes nothing at '{}' the way it is set up", t.to, t.via));
      continue;
    }
    add(c, static_cast<Index>(port.index), t);
  }
  if (!inventory_->traffic.empty()) return;

  // Nothing is given: every place where something can come in and nothing else in the inventory sends anything.
  std::vector<bool> is_fed(s.components.size());
  for (const Hop& hop : s.hops) {
    const bool stays_inside = hop.to.is_set() && hop.from.is_set() && hop.source != Hop::Source::signal &&
                              s.ports[hop.from].component == s.ports[hop.to].component;
    if (hop.to.is_set() && !stays_inside) is_fed[s.ports[hop.to].component.value] = true;
    for (const Fallback& f : hop.fallbacks) {
      if (f.kind == Fallback::Kind::hand_on) is_fed[s.ports[f.port].component.value] = true;
      const bool is_other = f.kind == Fallback::Kind::store && !(hop.ordered && f.store == hop.fallbacks.front().store);
      if (is_other &&
          !(hop.source == Hop::Source::port && s.ports[hop.from].component == s.stores[f.store].component)) {
        is_fed[s.stores[f.store].component.value] = true;
      }
    }
  }
  Assumption assumption;
  assumption.kind = Assumption::Kind::default_traffic;
  for (Index c = 0; c < world_.parts().size(); ++c) {
    if (is_fed[c] || world_.part(c).type->name.compare(0, 8, "outside:") == 0) continue;
    const Member in = world_.member(c, "in");
    if (in.kind != MemberKind::port) continue;
    if (!world_.exists(MemberKind::port, c, static_cast<Index>(in.index))) continue;
    const PortDef& port = world_.part(c).type->ports[in.index];
    if (!world_.holds(port.callers, Scope{c, nullptr, nullptr, nullptr})) continue;
    add(c, static_cast<Index>(in.index), Traffic{});
    assumption.where.push_back(ComponentId(c));
  }
  if (assumption.where.empty()) {
    const auto flows = [](const Hop& hop) {
      return hop.source != Hop::Source::port && hop.source != Hop::Source::signal && hop.source != Hop::Source::sign;
    };
    if (s.hops.empty() || std::any_of(s.hops.begin(), s.hops.end(), flows)) return;
    assumption.says =
        "The inventory gives no traffic and has no place where any comes in, so no data flows: nothing that is said "
        "here "
        "tells what would be lost.";
    assumptions_.push_back(std::move(assumption));
    return;
  }
  assumption.says = fmt::format(
      "The inventory gives no traffic, so one event a second is taken to reach each of {} entry point{}: time windows "
      "are"
      " right, amounts only compare with each other.",
      assumption.where.size(), assumption.where.size() == 1 ? "" : "s");
  assumptions_.push_back(std::move(assumption));
}

}  // namespace moshimo::models
