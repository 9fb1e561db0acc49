#include <algorithm>
#include <string>
#include <vector>

#include "core/simulation.hpp"

namespace moshimo {
namespace {

class Checker {
 public:
  explicit Checker(const System& system) : system_(system) {}

  std::vector<std::string> run() {
    ids();
    if (mistakes_.empty()) {
      condition_loops();
      hop_loops();
    }
    return std::move(mistakes_);
  }

 private:
  void say(std::string sentence) { mistakes_.push_back(std::move(sentence)); }

  // `where()` names the row: only when something is wrong with it.
  template <class Row, class Where>
  void id(Id<Row> i, const Table<Row>& table, bool optional, const Where& where, const char* of_it = "") {
    if (!i.is_set() ? optional : i.value < table.size()) return;
    say(where() + of_it + (i.is_set() ? " refers to a row that does not exist." : " lacks a row it must refer to."));
  }
  template <class Where>
  void needs(const Needs& list, const Where& where) {
    for (const Need& need : list) {
      id(need.condition, system_.conditions, false, where, ": a need");
      for (ConditionId c : need.alternatives) id(c, system_.conditions, false, where, ": a need");
    }
  }
  template <class Where>
  void delay(const Delay& d, const Where& where) {
    if (d.least < Duration{} || d.most < d.least) say(where() + " has a delay that ends before it begins.");
  }
  template <class Where>
  void schedule(const Schedule& s, const Where& where) {
    for (const Phase& phase : s) {
      if (phase.gap < Duration{} || phase.last < Duration{}) say(where() + " has a negative gap.");
      if (phase.attempts < 0 && phase.gap <= Duration{} && phase.last <= Duration{}) {
        say(where() + " tries for ever without a gap.");
      }
    }
  }

  void ids() {
    for (const Condition& c : system_.conditions) {
      const auto name = [&] { return name_of(system_, system_.conditions.id_of(c)); };
      id(c.component, system_.components, true, name);
      needs(c.follows, name);
      delay(c.falls_after, name);
      delay(c.rises_after, name);
      id(c.process, system_.processes, c.kind != Condition::Kind::staffed, name);
      if (c.kind != Condition::Kind::derived && !c.follows.empty()) say(name() + " follows needs but is not derived.");
    }
    for (const Port& p : system_.ports) {
      const auto name = [&] { return name_of(system_, system_.ports.id_of(p)); };
      needs(p.needs, name);
      id(p.process, system_.processes, true, name);
      if (!(p.capacity.per_second() >= 0)) say(name() + " has a capacity below nothing.");
    }
    for (const Store& s : system_.stores) {
      const auto name = [&] { return s.name; };
      needs(s.accepts, name);
      needs(s.readable, name);
      for (ConditionId c : s.lost_with) id(c, system_.conditions, false, name);
      for (ConditionId c : s.emptied_by) id(c, system_.conditions, false, name);
    }
    for (const Hop& h : system_.hops) hop(h);
    for (const Process& p : system_.processes) {
      const auto name = [&] { return p.name; };
      needs(p.start, name);
      needs(p.run, name);
      needs(p.healthy, name);
      schedule(p.restart, name);
      id(p.staffed, system_.conditions, true, name);
      if (p.count == 0) say(name() + " has no workers.");
      if (p.lifetime <= Duration{}) say(name() + " has workers that do not live.");
      if (p.ends_when_unhealthy_for + p.start_time <= Duration{}) say(name() + " restarts without taking any time.");
    }
    for (const Repair& r : system_.repairs) {
      const auto name = [&] { return name_of(system_, system_.repairs.id_of(r)); };
      for (ConditionId c : r.restores) id(c, system_.conditions, false, name);
      for (ConditionId c : r.breaks) id(c, system_.conditions, false, name);
      needs(r.requirements, name);
      id(r.restarts, system_.processes, true, name);
      for (const Repair::Setting& s : r.sets) {
        id(s.store, system_.stores, false, name);
        if (s.holds_for < Duration{}) say(name() + " sets a negative time.");
        delay(s.after, name);
      }
    }
    for (const Action& a : system_.actions) {
      const auto name = [&] { return a.name; };
      for (ConditionId c : a.restores) id(c, system_.conditions, false, name);
      for (ConditionId c : a.breaks) id(c, system_.conditions, false, name);
      for (ActionId c : a.cascade) id(c, system_.actions, false, name);
      needs(a.needs, name);
    }
  }

  void hop(const Hop& h) {
    const auto name = [&] { return h.name; };
    id(h.to, system_.ports, true, name);
    const bool from_port = h.source == Hop::Source::port || h.source == Hop::Source::work;
    id(h.from, system_.ports, !from_port, name);
    id(h.signal, system_.conditions, h.source != Hop::Source::signal, name);
    needs(h.needs, name);
    if (!(h.ratio >= 0)) say(name() + " has a ratio below nothing.");
    if (!(h.size.count() > 0)) say(name() + " carries events of no size.");
    if (h.source == Hop::Source::timetable && h.every <= Duration{}) say(name() + " ticks without a period.");
    if (h.ordered && h.fallbacks.empty()) say(name() + " is ordered but has no store to go through.");
    Duration last = Duration::microseconds(-1);
    for (const ProfileStep& step : h.profile.steps) {
      if (step.offset <= last) say(name() + " has a profile whose steps are not in order.");
      if (!(step.rate.per_second() >= 0)) say(name() + " has a profile with a rate below nothing.");
      last = step.offset;
    }
    for (const Fallback& f : h.fallbacks) {
      needs(f.accepts, name);
      schedule(f.schedule, name);
      id(f.store, system_.stores, f.kind != Fallback::Kind::store, name, ": a fallback");
      id(f.port, system_.ports, f.kind != Fallback::Kind::hand_on, name, ": a fallback");
      id(f.release, system_.repairs, true, name, ": a fallback");
      if (f.limit < Duration{}) say(name() + " has a fallback with a negative limit.");
    }
    for (std::size_t error = 0; error < error_class_count; ++error) {
      const Reaction& r = h.when[error];
      delay(r.pause, name);
      int before = -1;
      for (std::uint8_t i : r.fallbacks) {
        if (i >= h.fallbacks.size() || i <= before) say(name() + " lists a fallback that does not exist, or twice.");
        before = i;
      }
    }
  }

  // Names the rows of a loop in a graph given by `successors(node)`, if there is one.
  template <class Successors, class Name>
  void find_loop(std::size_t nodes, Successors successors, Name name, const std::string& what) {
    enum : std::uint8_t { unseen, open, done };
    std::vector<std::uint8_t> state(nodes, unseen);
    std::vector<std::uint32_t> path;
    std::vector<std::pair<std::uint32_t, std::size_t>> stack;
    for (std::uint32_t root = 0; root < nodes; ++root) {
      if (state[root] != unseen) continue;
      stack.push_back({root, 0});
      state[root] = open;
      path.push_back(root);
      while (!stack.empty()) {
        auto& [node, next] = stack.back();
        const std::vector<std::uint32_t>& to = successors(node);
        if (next == to.size()) {
          state[node] = done;
          path.pop_back();
          stack.pop_back();
          continue;
        }
        const std::uint32_t target = to[next++];
        if (state[target] == open) {
          std::string sentence;
          for (auto at = std::find(path.begin(), path.end(), target); at != path.end(); ++at) {
            sentence += name(*at) + " -> ";
          }
          say(what + sentence + name(target) + ".");
          return;
        }
        if (state[target] == unseen) {
          state[target] = open;
          path.push_back(target);
          stack.push_back({target, 0});
        }
      }
    }
  }

  void condition_loops() {
    std::vector<std::vector<std::uint32_t>> next(system_.conditions.size());
    for (std::uint32_t c = 0; c < system_.conditions.size(); ++c) {
      for (const Need& need : system_.conditions[ConditionId(c)].follows) {
        next[need.condition.value].push_back(c);
        for (ConditionId other : need.alternatives) next[other.value].push_back(c);
      }
    }
    find_loop(
        next.size(), [&](std::uint32_t c) -> const std::vector<std::uint32_t>& { return next[c]; },
        [&](std::uint32_t c) { return name_of(system_, ConditionId(c)); },
        "These need each other, so that none could ever hold: ");
  }

  void hop_loops() {
    std::vector<std::vector<std::uint32_t>> fed(system_.ports.size()), next(system_.hops.size());
    for (std::uint32_t h = 0; h < system_.hops.size(); ++h) {
      const Hop& hop = system_.hops[HopId(h)];
      if (hop.source == Hop::Source::port) fed[hop.from.value].push_back(h);
    }
    for (std::uint32_t h = 0; h < system_.hops.size(); ++h) {
      const Hop& hop = system_.hops[HopId(h)];
      const auto add = [&](PortId p) { next[h].insert(next[h].end(), fed[p.value].begin(), fed[p.value].end()); };
      if (hop.to.is_set()) add(hop.to);
      for (const Fallback& f : hop.fallbacks) {
        if (f.kind == Fallback::Kind::hand_on) add(f.port);
      }
    }
    find_loop(
        next.size(), [&](std::uint32_t h) -> const std::vector<std::uint32_t>& { return next[h]; },
        [&](std::uint32_t h) { return system_.hops[HopId(h)].name; }, "Data would go round for ever: ");
  }

  const System& system_;
  std::vector<std::string> mistakes_;
};

}  // namespace

std::vector<std::string> check(const System& system) { return Checker(system).run(); }

}  // namespace moshimo
