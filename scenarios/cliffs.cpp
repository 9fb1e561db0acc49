#include "scenarios/cliffs.hpp"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <set>
#include <string>
#include <utility>

#include "scenarios/sweep_axis.hpp"

namespace moshimo::scenarios {

namespace {

constexpr std::size_t most_runs = 20000;          // of one sweep
constexpr std::size_t most_runs_for_bends = 500;  // of one strategy at one value of the second axis
constexpr double bend = 0.001;                    // how far from straight, relative to what changes in all, is a bend

class CliffFinder {
 public:
  CliffFinder(Sweeper& sweeper, const Sweep& sweep, Strategy strategy, std::optional<double> other)
      : sweeper_(sweeper), sweep_(sweep), axis_(sweep.axes.front()), strategy_(strategy), other_(other) {
    for (std::uint32_t h = 0; h < sweep.base->system().hops.size(); ++h) {
      const Hop& hop = sweep.base->system().hops[HopId(h)];
      if (hop.source == Hop::Source::timetable || hop.source == Hop::Source::signal) in_steps_.insert(hop.name);
    }
  }

  std::vector<Cliff> find() {
    const std::vector<double>& values = axis_.values;
    for (std::size_t i = 0; i + 1 < values.size(); ++i) {
      if (!std::isinf(values[i + 1])) look(values[i], values[i + 1], false);
    }
    join_bends();
    std::stable_sort(found_.begin(), found_.end(), [](const Cliff& a, const Cliff& b) { return a.below < b.below; });
    for (Cliff& cliff : found_) explain(cliff);
    return std::move(found_);
  }

  bool is_cut_short() const { return is_cut_short_; }

 private:
  std::vector<double> point(double value) const {
    return other_ ? std::vector<double>{value, *other_} : std::vector<double>{value};
  }
  const SweepResult* at(double value) { return sweeper_.result(point(value), strategy_); }

  // Hops whose loss halfway is not what a straight line would have it.
  bool is_bent(const SweepResult& low, const SweepResult& middle, const SweepResult& high, double share) const {
    std::set<std::string> hops;
    for (const SweepResult* r : {&low, &middle, &high}) {
      for (const auto& [hop, lost] : r->losses) hops.insert(hop);
    }
    const double changes = std::abs(high.lost() - low.lost());
    return std::any_of(hops.begin(), hops.end(), [&](const std::string& hop) {
      if (in_steps_.count(hop) != 0) return false;
      const double a = loss_of(low, hop);
      const double b = loss_of(high, hop);
      const double straight = a + (b - a) * share;
      const double most = std::max({a, b, loss_of(middle, hop)});
      return std::abs(loss_of(middle, hop) - straight) > bend * std::max(changes, std::abs(b - a)) + 0.1 + 1e-8 * most;
    });
  }

  // Whether there is anything between the two.
  bool look(double low, double high, bool bent) {
    const SweepResult* a = at(low);
    const SweepResult* b = at(high);
    if (!a || !b) return false;
    if (high - low <= grain_of(axis_) * 1.0001) {
      note(low, high, *a, *b, bent);
      return true;
    }
    if (sweeper_.runs() > most_runs) {
      is_cut_short_ = true;
      return false;
    }
    const double middle = halfway(low, high, axis_);
    if (middle <= low || middle >= high) return false;
    const SweepResult* m = at(middle);
    if (!m) return false;
    const bool is_otherwise = a->traits != b->traits || a->traits != m->traits;
    const bool is_bent_here = is_bent(*a, *m, *b, (middle - low) / (high - low)) && bends_left_ > 0;
    if (!is_bent_here && !is_otherwise) return false;
    if (!is_otherwise) --bends_left_;
    const bool is_left = look(low, middle, is_bent_here);
    const bool is_right = look(middle, high, is_bent_here);
    if (is_left || is_right) return true;
    const double before = std::max(middle - grain_of(axis_), low);  // it is straight on both sides: here it bends
    note(before, middle, *at(before), *m, true);
    return true;
  }

  Cliff cliff(Cliff::Kind kind, double low, double high) const {
    Cliff c;
    c.kind = kind;
    c.strategy = strategy_;
    c.below = low;
    c.above = high;
    c.other = other_;
    return c;
  }

  void note(double low, double high, const SweepResult& a, const SweepResult& b, bool bent) {
    std::vector<Trait> begun, ended;
    std::set_difference(b.traits.begin(), b.traits.end(), a.traits.begin(), a.traits.end(), std::back_inserter(begun));
    std::set_difference(a.traits.begin(), a.traits.end(), b.traits.begin(), b.traits.end(), std::back_inserter(ended));
    for (const auto& [list, kind] : {std::pair(&begun, Cliff::Kind::begins), std::pair(&ended, Cliff::Kind::ends)}) {
      for (const Trait& t : *list) {
        Cliff c = cliff(kind, low, high);
        c.trait = t;
        if (t.kind == Trait::Kind::loses && loss_of(a, t.what) > 0.5 && loss_of(b, t.what) > 0.5 &&
            has_both_sides(low, high) && !bend_of(t.what, low, high)) {
          if (kind == Cliff::Kind::ends) continue;
          c.kind = Cliff::Kind::reason;
        }
        found_.push_back(std::move(c));
      }
    }
    if (!bent) return;
    std::set<std::string> hops;
    for (const SweepResult* r : {&a, &b}) {
      for (const auto& [hop, lost] : r->losses) hops.insert(hop);
    }
    for (const std::string& hop : hops) {
      const auto is_its_own = [&](const Trait& t) { return t.kind == Trait::Kind::loses && t.what == hop; };
      if (in_steps_.count(hop) != 0 || std::any_of(begun.begin(), begun.end(), is_its_own) ||
          std::any_of(ended.begin(), ended.end(), is_its_own)) {
        continue;
      }
      if (std::optional<Cliff> c = bend_of(hop, low, high)) found_.push_back(*std::move(c));
    }
  }

  bool has_both_sides(double low, double high) const {
    return low > axis_.values.front() && high < axis_.values.back();
  }

  // Slopes a little away from it tell whether the loss of a hop bends here, and which way.
  std::optional<Cliff> bend_of(const std::string& hop, double low, double high) {
    const double far = std::max(grain_of(axis_) * 30, grain_of(axis_));
    if (!has_both_sides(low, high)) return std::nullopt;
    const double left = std::max(low - far, axis_.values.front());
    const double right = std::min(high + far, axis_.values.back());
    const double l = loss_of(*at(left), hop);
    const double a = loss_of(*at(low), hop);
    const double b = loss_of(*at(high), hop);
    const double r = loss_of(*at(right), hop);
    const double before = (a - l) / (low - left);
    const double after = (r - b) / (right - high);
    const double across = (b - a) / (high - low);
    const double scale = std::max(std::abs(before), std::abs(after));
    const double of_all = std::abs(at(right)->lost() - at(left)->lost()) / (right - left);
    const double beyond = std::abs(across - (before + after) / 2) * (high - low);
    Cliff c;
    if (beyond > 1 && std::abs(across) > 10 * std::max(scale, of_all)) {
      c = cliff(Cliff::Kind::jump, low, high);
      c.before = a;
      c.after = b;
    } else if (std::abs(after - before) > 0.02 * std::max(scale, of_all) && std::abs(after - before) > 1e-6) {
      c = cliff(after > before ? Cliff::Kind::costs_more : Cliff::Kind::costs_less, low, high);
      c.before = before;
      c.after = after;
    } else {
      return std::nullopt;
    }
    c.trait.what = hop;
    return c;
  }

  // A bend at a value itself shows on both sides of it.
  void join_bends() {
    std::vector<Cliff> kept;
    for (Cliff& c : found_) {
      const bool is_bend = c.kind == Cliff::Kind::costs_more || c.kind == Cliff::Kind::costs_less;
      const auto same = std::find_if(kept.begin(), kept.end(), [&](const Cliff& k) {
        return is_bend && k.kind == c.kind && k.trait.what == c.trait.what && c.below - k.above <= 40 * grain_of(axis_);
      });
      if (same == kept.end()) {
        kept.push_back(std::move(c));
      } else {
        same->after = c.after;
      }
    }
    found_ = std::move(kept);
  }

  // Which point of no return was passed, and which step was too late for it.
  void explain(Cliff& c) {
    Sweeper::Ground* ground = sweeper_.ground(point(c.below));
    if (!ground) return;
    c.compiled = ground->world.compiled;
    if (c.kind != Cliff::Kind::begins && c.kind != Cliff::Kind::ends) return;
    if (c.trait.kind != Trait::Kind::loses && c.trait.kind != Trait::Kind::gone) return;
    c.point = point_about(*ground, c);
    if (!c.point && c.kind == Cliff::Kind::begins && !sweep_.over_detection()) {  // it may come only with this value
      ground = sweeper_.ground(point(c.above));
      if (!ground) return;
      c.point = point_about(*ground, c);
      if (c.point) c.compiled = ground->world.compiled;
      return;
    }
    if (!c.point || c.kind != Cliff::Kind::begins || strategy_ == Strategy::none) return;
    const auto run = sweeper_.run(*ground, point(c.below), strategy_);
    c.deciding = deciding_step(c.compiled->system, run, ground->nobody, *c.point);
    // Else it is not for want of time that it is lost, but for want of a repair.
    const Duration spare = c.deciding ? c.point->at - c.deciding->effective : Duration{};
    if (spare > Duration::seconds(2 * grain_of(axis_)) && axis_.unit == models::Unit::seconds) c.deciding.reset();
  }

  std::optional<PointOfNoReturn> point_about(const Sweeper::Ground& ground, const Cliff& c) const {
    // Over the time to detect, what is lost before anybody acts is no cliff.
    const SimTime from = sweep_.over_detection() ? ground.first_fault + Duration::seconds(c.below) : SimTime{};
    for (const bool exactly : {true, false}) {
      for (const PointOfNoReturn& p : ground.nobody.findings.points) {
        if (p.until >= from && is_about(ground.world.compiled->system, p, c.trait, exactly)) return p;
      }
    }
    return std::nullopt;
  }

  static bool is_about(const System& system, const PointOfNoReturn& p, const Trait& trait, bool exactly) {
    if (trait.kind == Trait::Kind::gone) {
      return (p.store.is_set() && system.stores[p.store].name == trait.what) ||
             (p.condition.is_set() && name_of(system, p.condition) == trait.what);
    }
    if (!p.hop.is_set() || system.hops[p.hop].name != trait.what) return false;
    return !exactly || (p.fallback == trait.fallback && p.why == trait.why);
  }

  Sweeper& sweeper_;
  const Sweep& sweep_;
  const Axis& axis_;
  Strategy strategy_;
  std::optional<double> other_;
  std::set<std::string> in_steps_;  // hops that lose whole runs
  std::vector<Cliff> found_;
  std::size_t bends_left_ = most_runs_for_bends;
  bool is_cut_short_ = false;
};

}  // namespace

Cliffs find_cliffs(Sweeper& sweeper, const Sweep& sweep, Strategy strategy, std::optional<double> other) {
  CliffFinder finder(sweeper, sweep, strategy, other);
  Cliffs cliffs;
  cliffs.found = finder.find();
  cliffs.is_cut_short = finder.is_cut_short();
  return cliffs;
}

}  // namespace moshimo::scenarios
