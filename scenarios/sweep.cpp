#include "scenarios/sweep.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <fmt/format.h>
#include <map>
#include <set>
#include <tuple>

#include "scenarios/vary.hpp"

namespace moshimo::scenarios {
namespace {

constexpr std::size_t most_runs = 20000;          // of one sweep
constexpr std::size_t most_runs_for_bends = 500;  // of one strategy at one value of the second axis
constexpr double bend = 0.001;                    // how far from straight, relative to what changes in all, is a bend
constexpr double something = 1e-6;                // events: less is nothing

// ---- what a name stands for

struct Parameter {
  enum class Kind : std::uint8_t {
    detect,
    responders,
    horizon,
    fault_time,
    fault_end,
    fault_parameter,
    traffic,
    takes,
    attribute
  };
  Kind kind = Kind::detect;
  std::size_t index = 0;  // of a fault or a flow of traffic
  std::string component;  // attribute, takes
  std::string key;        // of a fault's parameter, attribute, repair
  input::Position at;
  bool compiles() const { return kind != Kind::detect && kind != Kind::responders && kind != Kind::horizon; }
};

// `faults[2].at` with `list` = "faults": 2, and the rest.
std::optional<std::pair<std::size_t, std::string>> item_of(std::string_view name, std::string_view list) {
  if (!name.starts_with(list) || name.size() <= list.size() || name[list.size()] != '[') return std::nullopt;
  const std::string_view rest = name.substr(list.size() + 1);
  std::size_t number = 0;
  const auto [end, error] = std::from_chars(rest.data(), rest.data() + rest.size(), number);
  const auto used = static_cast<std::size_t>(end - rest.data());
  if (error != std::errc() || rest.substr(used, 2) != "].") return std::nullopt;
  return std::pair(number, std::string(rest.substr(used + 2)));
}

std::optional<Parameter> parameter_named(const Vary& vary, const Answer& base, input::Diagnostics& diagnostics) {
  Parameter p;
  p.at = vary.at;
  std::string_view name = vary.name;
  if (name.starts_with("response.")) name.remove_prefix(9);
  using Kind = Parameter::Kind;
  if (name == "detect" || name == "responders" || name == "horizon") {
    p.kind = name == "detect" ? Kind::detect : name == "responders" ? Kind::responders : Kind::horizon;
    return p;
  }
  if (const auto item = item_of(name, "faults")) {
    p.index = item->first;
    p.key = item->second;
    if (p.index >= base.scenario->faults.size()) {
      diagnostics.error(vary.at,
                        fmt::format("{}: the scenario has {} fault{}, counted from 0", vary.name,
                                    base.scenario->faults.size(), base.scenario->faults.size() == 1 ? "" : "s"));
      return std::nullopt;
    }
    p.kind = p.key == "at" ? Kind::fault_time : p.key == "for" ? Kind::fault_end : Kind::fault_parameter;
    return p;
  }
  if (const auto item = item_of(name, "traffic"); item && item->second == "rate") {
    p.kind = Kind::traffic;
    p.index = item->first;
    if (p.index < base.inventory->traffic.size()) return p;
    diagnostics.error(vary.at, fmt::format("{}: the inventory has {} flows of traffic, counted from 0", vary.name,
                                           base.inventory->traffic.size()));
    return std::nullopt;
  }
  for (std::size_t dot = name.rfind('.'); dot != std::string_view::npos && dot > 0; dot = name.rfind('.', dot - 1)) {
    const ComponentId c = base.compiled->component(name.substr(0, dot));
    if (!c.is_set()) continue;
    p.component = name.substr(0, dot);
    p.key = name.substr(dot + 1);
    p.kind = Kind::attribute;
    if (p.key.ends_with(".takes")) {
      const std::string repair = p.key.substr(0, p.key.size() - 6);
      if (base.compiled->repair(c, repair).is_set()) {
        p.kind = Kind::takes;
        p.key = repair;
      }
    }
    return p;
  }
  std::vector<std::string_view> known = {"detect", "responders", "horizon"};
  for (const models::Resource& r : base.inventory->resources) known.push_back(r.name);
  const std::string_view first = name.substr(0, name.find('.'));
  diagnostics.error(vary.at, fmt::format("there is nothing called '{}' to vary{}", vary.name,
                                         input::did_you_mean(first, known,
                                                             "write detect, responders, horizon, faults[0].at, or "
                                                             "RESOURCE.ATTRIBUTE such as orders-queue.retention")));
  return std::nullopt;
}

bool check_values(const Vary& vary, const Parameter& p, const Answer& base, input::Diagnostics& diagnostics) {
  using Kind = Parameter::Kind;
  const bool is_time = p.kind == Kind::detect || p.kind == Kind::horizon || p.kind == Kind::fault_time ||
                       p.kind == Kind::fault_end || p.kind == Kind::takes;
  bool is_well = true;
  for (std::size_t i = 0; i < vary.values.size(); ++i) {
    const models::Quantity v = vary.values[i];
    std::string wrong;
    if (is_time && v.unit != models::Unit::seconds && v.value != 0 && !v.is_infinite()) {
      wrong = fmt::format("{} takes durations such as 40m; '{}' is none", vary.name, to_text(v));
    } else if (p.kind == Kind::responders && (!vary.is_whole || v.value < 1 || v.value > 1000)) {
      wrong = "there must be 1 to 1000 responders";
    } else if (p.kind == Kind::horizon && (v.value <= 0 || v.value > 3660 * 86400.0)) {
      wrong = "the horizon must lie between 1s and ten years";
    } else if (p.kind == Kind::fault_time && v.value > base.scenario->horizon.in_seconds()) {
      wrong = fmt::format("{}: {} lies beyond the horizon of the scenario", vary.name, to_text(v));
    } else if (p.kind == Kind::traffic && v.unit != models::Unit::per_second && v.value != 0) {
      wrong = fmt::format("{} takes rates such as 5/s; '{}' is none", vary.name, to_text(v));
    } else if (v.is_infinite() && p.kind != Kind::detect && p.kind != Kind::attribute) {
      wrong = fmt::format("{} has to have an end", vary.name);
    }
    if (wrong.empty()) continue;
    diagnostics.error(i < vary.value_at.size() ? vary.value_at[i] : input::Position{}, wrong);
    is_well = false;
  }
  return is_well;
}

// ---- the values

double rounded(double value, const Axis& axis) {
  if (axis.is_whole) return std::round(value);
  if (axis.unit == models::Unit::seconds) {
    const double grain = value < 120 ? 1 : value < 7200 ? 60 : value < 2 * 86400 ? 600 : 3600;
    return std::round(value / grain) * grain;
  }
  if (axis.unit == models::Unit::bytes) return std::round(value);
  if (value <= 0) return value;
  const double grain = std::pow(10, std::floor(std::log10(value)) - 2);
  return std::round(value / grain) * grain;
}

Axis axis_of(const Vary& vary, std::size_t points) {
  Axis axis;
  axis.name = vary.name;
  axis.is_range = vary.is_range;
  axis.is_whole = vary.is_whole;
  for (const models::Quantity& v : vary.values) {
    if (v.unit != models::Unit::none) axis.unit = v.unit;
    axis.values.push_back(v.value);
  }
  if (axis.unit != models::Unit::none) axis.is_whole = false;
  std::sort(axis.values.begin(), axis.values.end());
  const double low = axis.values.front();
  const double high = axis.values.back();
  const bool is_time = axis.unit == models::Unit::seconds;
  const double least = low > 0 ? low : is_time ? std::min(60.0, high / 20) : high / 1000;
  constexpr double large = 20;
  axis.is_logarithmic = high / least >= large && !std::isinf(high) && (low > 0 || is_time);
  if (!vary.is_range) return axis;
  axis.values = {low};
  for (std::size_t i = low > 0 ? 1 : 0; i + 1 < points; ++i) {
    const double share = static_cast<double>(i) / static_cast<double>(points - 1);
    const double value = axis.is_logarithmic ? least * std::pow(high / least, share) : low + (high - low) * share;
    const double round = rounded(value, axis);
    if (round > axis.values.back() && round < high) axis.values.push_back(round);
  }
  if (high > axis.values.back()) axis.values.push_back(high);
  return axis;
}

// The least distance of two values that is told apart.
double grain_of(const Axis& axis) {
  if (axis.is_whole || axis.unit == models::Unit::seconds || axis.unit == models::Unit::bytes) return 1;
  return std::max((axis.values.back() - axis.values.front()) * 1e-6, 1e-9);
}

double halfway(double low, double high, const Axis& axis) {
  const double grain = grain_of(axis);
  const double middle = low + (high - low) / 2;
  if (grain < 1) return middle;
  return std::clamp(std::floor(middle), low + grain, high - grain);
}

// ---- one outcome

double threshold(const HopLedger& ledger) { return something + 1e-10 * ledger.offered; }

SweepResult result_of(const System& system, const StrategyRun& run, SimTime first_fault) {
  SweepResult result;
  result.strategy = run.response.strategy;
  result.figures = figures_of(system, run, first_fault);
  std::set<Trait> traits;
  for (std::uint32_t h = 0; h < system.hops.size(); ++h) {
    const HopLedger& ledger = run.response.outcome.hops[h];
    if (ledger.lost <= threshold(ledger)) continue;
    result.losses.emplace_back(system.hops[HopId(h)].name, ledger.lost);
    std::map<std::pair<int, LossWindow::Why>, double> by_reason;
    for (const LossWindow& w : ledger.losses) by_reason[{w.fallback, w.why}] += w.events;
    for (const auto& [reason, events] : by_reason) {
      if (events <= threshold(ledger)) continue;
      traits.insert({Trait::Kind::loses, system.hops[HopId(h)].name, reason.first, reason.second, false});
    }
  }
  std::sort(result.losses.begin(), result.losses.end());
  for (const PointOfNoReturn& p : run.findings.points) {
    if (p.store.is_set()) traits.insert({Trait::Kind::gone, system.stores[p.store].name, -1, {}, false});
    if (p.condition.is_set()) traits.insert({Trait::Kind::gone, name_of(system, p.condition), -1, {}, false});
  }
  for (const ConditionId c : run.response.still_broken) {
    traits.insert({Trait::Kind::broken, name_of(system, c), -1, {}, false});
  }
  for (const HopId h : run.response.unreleased) {
    traits.insert({Trait::Kind::left, system.hops[h].name, -1, {}, false});
  }
  for (const Objective& o : run.findings.objectives) {
    if (!o.met) traits.insert({Trait::Kind::misses, system.components[o.component].name, -1, {}, o.is_rto});
  }
  result.traits.assign(traits.begin(), traits.end());
  for (const Step& step : run.response.steps) {
    for (const RepairId r : step.repairs) result.steps.push_back(name_of(system, r));
  }
  std::sort(result.steps.begin(), result.steps.end());
  return result;
}

double loss_of(const SweepResult& result, const std::string& hop) {
  const auto found = std::lower_bound(result.losses.begin(), result.losses.end(), std::pair(hop, 0.0),
                                      [](const auto& a, const auto& b) { return a.first < b.first; });
  return found != result.losses.end() && found->first == hop ? found->second : 0;
}

// What nobody can tell apart: half an event, or a billionth.
bool same_amount(double a, double b) { return std::abs(a - b) <= 0.5 + 1e-9 * std::max(std::abs(a), std::abs(b)); }

// ---- everything that is run

class Sweeper {
 public:
  Sweeper(const Answer& base, const models::Catalogue& catalogue, std::vector<Parameter> parameters,
          input::Diagnostics& diagnostics)
      : base_(base), catalogue_(catalogue), parameters_(std::move(parameters)), diagnostics_(diagnostics) {}

  struct Ground {  // a compiled world, and what comes of it without anybody
    std::vector<double> key;
    World world;
    Scenario scenario;
    SimTime first_fault = SimTime::never();
    std::unique_ptr<Simulation> simulation;
    Outcome healthy;
    StrategyRun nobody;
    PlanRules runbook;
  };

  // Null when the values make no world; that has been said.
  Ground* ground(const std::vector<double>& at, const std::vector<Axis>& axes) {
    std::vector<double> key;
    for (std::size_t i = 0; i < at.size(); ++i) {
      const Parameter::Kind kind = parameters_[i].kind;
      if (kind != Parameter::Kind::detect && kind != Parameter::Kind::responders) key.push_back(at[i]);
    }
    if (ground_ && ground_->key == key) return ground_.get();
    ground_.reset();
    auto made = std::make_unique<Ground>();
    made->key = std::move(key);
    made->scenario = *base_.scenario;
    bool compiles = false;
    std::vector<models::Override> overrides;
    std::shared_ptr<const models::Inventory> inventory = base_.inventory;
    for (std::size_t i = 0; i < at.size(); ++i) {
      compiles = compiles || parameters_[i].compiles();
      set(parameters_[i], models::Quantity{at[i], axes[i].unit}, made->scenario, overrides, inventory);
    }
    if (compiles) {
      input::Diagnostics compiling;
      made->world = compile_world(made->scenario, inventory, catalogue_, overrides, compiling);
      if (compiling.has_errors()) {
        if (!diagnostics_.has_errors()) diagnostics_.take(std::move(compiling));
        return nullptr;
      }
      for (std::size_t i = 0; i < at.size(); ++i) {
        if (parameters_[i].kind != Parameter::Kind::takes) continue;
        models::Compiled& compiled = *made->world.compiled;
        const RepairId repair = compiled.repair(compiled.component(parameters_[i].component), parameters_[i].key);
        if (repair.is_set()) compiled.system.repairs[repair].takes = Duration::seconds(at[i]);
      }
    } else {
      made->world = {base_.compiled, base_.faults};
    }
    for (const Fault& f : made->world.faults) made->first_fault = std::min(made->first_fault, f.at);
    made->simulation = std::make_unique<Simulation>(made->world.compiled->system, Simulation::Checked{});
    made->healthy = made->simulation->run({}, made->scenario.horizon);
    made->runbook = base_.rules;
    if (compiles && base_.scenario->runbook) {
      input::Diagnostics ignored;  // a step may have nothing to do with other values
      made->runbook.order = tasks_of(*base_.scenario->runbook, made->world.compiled->system, ignored);
    }
    Responders nobody = made->scenario.response;
    nobody.strategy = Strategy::none;
    made->nobody = run_strategy(*made->simulation, made->healthy, made->world.faults, nobody, made->scenario.horizon);
    runs_ += 2;
    ground_ = std::move(made);
    return ground_.get();
  }

  std::optional<StrategyRun> run(Ground& ground, const std::vector<double>& at, Strategy strategy) {
    if (strategy == Strategy::none) return ground.nobody;
    Responders responders = ground.scenario.response;
    responders.strategy = strategy;
    responders.time_to_detect = base_.noticed_after;
    for (std::size_t i = 0; i < at.size(); ++i) {
      if (parameters_[i].kind == Parameter::Kind::detect) responders.time_to_detect = Duration::seconds(at[i]);
      if (parameters_[i].kind == Parameter::Kind::responders) responders.count = static_cast<std::uint32_t>(at[i]);
    }
    ++runs_;
    return run_strategy(*ground.simulation, ground.healthy, ground.world.faults, responders, ground.scenario.horizon,
                        &ground.nobody.response.outcome, ground.runbook);
  }

  const SweepResult* result(const std::vector<double>& at, Strategy strategy, const std::vector<Axis>& axes) {
    const auto key = std::pair(strategy, strategy == Strategy::none ? without_response(at) : at);
    const auto found = results_.find(key);
    if (found != results_.end()) return &found->second;
    Ground* g = ground(at, axes);
    if (!g) return nullptr;
    const auto run_here = run(*g, at, strategy);
    return &results_.emplace(key, result_of(g->world.compiled->system, *run_here, g->first_fault)).first->second;
  }

  std::size_t runs() const { return runs_; }

 private:
  // What matters when nobody acts.
  std::vector<double> without_response(std::vector<double> at) const {
    for (std::size_t i = 0; i < at.size(); ++i) {
      const Parameter::Kind kind = parameters_[i].kind;
      if (kind == Parameter::Kind::detect || kind == Parameter::Kind::responders) at[i] = 0;
    }
    return at;
  }

  static void set(const Parameter& p, models::Quantity value, Scenario& scenario,
                  std::vector<models::Override>& overrides, std::shared_ptr<const models::Inventory>& inventory) {
    models::Value written = models::Value::scalar(to_text(value));
    switch (p.kind) {
      case Parameter::Kind::detect:
      case Parameter::Kind::responders:
      case Parameter::Kind::takes: return;
      case Parameter::Kind::horizon: scenario.horizon = SimTime::after_start(Duration::seconds(value.value)); return;
      case Parameter::Kind::fault_time:
        scenario.faults[p.index].at = SimTime::after_start(Duration::seconds(value.value));
        return;
      case Parameter::Kind::fault_end: scenario.faults[p.index].over_after = Duration::seconds(value.value); return;
      case Parameter::Kind::fault_parameter: {
        auto& all = scenario.faults[p.index].parameters;
        const auto found = std::find_if(all.begin(), all.end(), [&](const auto& one) { return one.first == p.key; });
        if (found != all.end())
          found->second = std::move(written);
        else
          all.emplace_back(p.key, std::move(written));
        return;
      }
      case Parameter::Kind::traffic: {
        const auto changed = std::make_shared<models::Inventory>(*inventory);
        changed->traffic[p.index].rate = Rate::per_second(value.value);
        inventory = changed;
        return;
      }
      case Parameter::Kind::attribute: overrides.push_back({p.component, p.key, std::move(written), p.at}); return;
    }
  }

  const Answer& base_;
  const models::Catalogue& catalogue_;
  std::vector<Parameter> parameters_;
  input::Diagnostics& diagnostics_;
  std::unique_ptr<Ground> ground_;
  std::map<std::pair<Strategy, std::vector<double>>, SweepResult> results_;
  std::size_t runs_ = 0;
};

// ---- cliffs along the first axis, for one strategy and one value of the second

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
  const SweepResult* at(double value) { return sweeper_.result(point(value), strategy_, sweep_.axes); }

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
      note_bend(hop, low, high);
    }
  }

  // Slopes a little away from it tell whether a hop bends here, and which way.
  void note_bend(const std::string& hop, double low, double high) {
    const double far = std::max(grain_of(axis_) * 30, grain_of(axis_));
    const double left = std::max(low - far, axis_.values.front());
    const double right = std::min(high + far, axis_.values.back());
    if (left >= low || right <= high) return;
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
      return;
    }
    c.trait.what = hop;
    found_.push_back(std::move(c));
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

  // ---- which point of no return was passed, and which step was too late for it
  void explain(Cliff& c) {
    Sweeper::Ground* ground = sweeper_.ground(point(c.below), sweep_.axes);
    if (!ground) return;
    c.compiled = ground->world.compiled;
    if (c.kind != Cliff::Kind::begins && c.kind != Cliff::Kind::ends) return;
    if (c.trait.kind != Trait::Kind::loses && c.trait.kind != Trait::Kind::gone) return;
    const System& system = c.compiled->system;
    for (const bool exactly : {true, false}) {
      for (const PointOfNoReturn& p : ground->nobody.findings.points) {
        if (c.point || !is_about(system, p, c.trait, exactly)) continue;
        c.point = p;
      }
    }
    if (!c.point || c.kind != Cliff::Kind::begins || strategy_ == Strategy::none) return;
    const auto run = sweeper_.run(*ground, point(c.below), strategy_);
    c.deciding = c.point->hop.is_set() ? deciding_for_hop(system, *run, ground->nobody, *c.point)
                                       : deciding_for_condition(system, *run, ground->nobody, *c.point);
    // Else it is not for want of time that it is lost, but for want of a repair.
    const Duration spare = c.deciding ? c.point->at - c.deciding->effective : Duration{};
    if (spare > Duration::seconds(2 * grain_of(axis_)) && axis_.unit == models::Unit::seconds) c.deciding.reset();
  }

  static bool is_about(const System& system, const PointOfNoReturn& p, const Trait& trait, bool exactly) {
    if (trait.kind == Trait::Kind::gone) {
      return (p.store.is_set() && system.stores[p.store].name == trait.what) ||
             (p.condition.is_set() && name_of(system, p.condition) == trait.what);
    }
    if (!p.hop.is_set() || system.hops[p.hop].name != trait.what) return false;
    return !exactly || (p.fallback == trait.fallback && p.why == trait.why);
  }

  // The repair, of those that were done by `until`, that was done last and restores one of these.
  static std::optional<Deciding> last_repair(const System& system, const StrategyRun& run,
                                             const std::set<ConditionId>& conditions, SimTime until) {
    std::optional<Deciding> last;
    for (const Step& step : run.response.steps) {
      for (const RepairId r : step.repairs) {
        const Repair& repair = system.repairs[r];
        const SimTime done = std::min(step.start + repair.takes, step.done);
        const bool restores = std::any_of(repair.restores.begin(), repair.restores.end(),
                                          [&](ConditionId c) { return conditions.count(c) != 0; }) ||
                              std::any_of(repair.refreshes.begin(), repair.refreshes.end(),
                                          [&](ConditionId c) { return conditions.count(c) != 0; });
        if (!restores || done > until || (last && last->done >= done)) continue;
        last = Deciding{r, {}, done, done};
        for (const ConditionId c : repair.restores) {  // what it restores may show only some time later
          if (conditions.count(c) == 0) continue;
          for (const ChangeTo<bool>& change : run.response.outcome.timeline.conditions[c.value]) {
            if (change.value && change.at >= done && change.at > last->effective) {
              last->effective = change.at;
              break;
            }
          }
        }
      }
    }
    return last;
  }

  // All that does not hold of what these need, directly or not.
  static std::set<ConditionId> failing(const System& system, const Timeline& timeline, const Needs& needs, SimTime at) {
    std::set<ConditionId> found;
    std::vector<ConditionId> todo;
    const auto look_at = [&](const Needs& list) {
      for (const Need& need : list) {
        std::vector<ConditionId> any = need.alternatives;
        any.push_back(need.condition);
        const bool holds = std::any_of(any.begin(), any.end(), [&](ConditionId c) { return held_at(timeline, c, at); });
        for (const ConditionId c : any) {
          if (!holds && found.insert(c).second) todo.push_back(c);
        }
      }
    };
    look_at(needs);
    while (!todo.empty()) {
      const Condition& row = system.conditions[todo.back()];
      todo.pop_back();
      look_at(row.follows);
      if (!row.process.is_set()) continue;
      for (const Needs* list : {&system.processes[row.process].start, &system.processes[row.process].run,
                                &system.processes[row.process].healthy}) {
        look_at(*list);
      }
    }
    return found;
  }

  // The step after which the place of `p` keeps its data longer.
  static std::optional<Deciding> longer_in_place(const System& system, const StrategyRun& run,
                                                 const PointOfNoReturn& p) {
    if (p.fallback < 0) return std::nullopt;
    const StoreId store = system.hops[p.hop].fallbacks[static_cast<std::size_t>(p.fallback)].store;
    for (const Step& step : run.response.steps) {
      for (const RepairId r : step.repairs) {
        for (const Repair::Setting& setting : system.repairs[r].sets) {
          if (store.is_set() && setting.store == store)
            return Deciding{r, {}, step.done, step.done + setting.after.most};
        }
      }
    }
    return std::nullopt;
  }

  static std::optional<Deciding> deciding_for_hop(const System& system, const StrategyRun& run,
                                                  const StrategyRun& nobody, const PointOfNoReturn& p) {
    const Hop& hop = system.hops[p.hop];
    if (p.fallback >= 0 && hop.fallbacks[static_cast<std::size_t>(p.fallback)].release.is_set()) {
      for (const Step& step : run.response.steps) {
        if (step.hop == p.hop && step.fallback == p.fallback) {
          return Deciding{step.repairs.front(), p.hop, step.done, step.done};
        }
      }
    }
    const Timeline& timeline = run.response.outcome.timeline;
    const StepFunction<HopState>& states = run.response.outcome.hop_states[p.hop.value];
    SimTime opened = SimTime::never();
    for (std::size_t i = 1; i < states.size(); ++i) {
      if (!states[i].value.open || states[i - 1].value.open) continue;
      if (opened.is_never() || states[i].at <= p.at) opened = states[i].at;  // the last one that is in time
    }
    if (opened > p.at) {  // too late by itself: what waits was given more time
      if (const auto brake = longer_in_place(system, run, p)) return brake;
    }
    if (opened.is_never()) {  // it did not come to that: what would have brought it about was put right in time
      const std::set<ConditionId> would_have = failing(system, nobody.response.outcome.timeline, hop.needs, p.at);
      return last_repair(system, run, would_have, SimTime::never());
    }
    SimTime held;  // when its needs held: a pause may follow
    for (const FailureSpan& span : failures(hop.needs, timeline)) {
      if (span.to <= opened) held = std::max(held, span.to);
    }
    const SimTime just_before = held - Duration::microseconds(1);
    auto deciding = last_repair(system, run, failing(system, timeline, hop.needs, just_before), held);
    if (deciding) deciding->effective = opened;
    return deciding;
  }

  static std::optional<Deciding> deciding_for_condition(const System& system, const StrategyRun& run,
                                                        const StrategyRun& nobody, const PointOfNoReturn& p) {
    std::set<ConditionId> chain;
    const auto add = [&](ConditionId c) {
      Need need;
      need.condition = c;
      for (const ConditionId cause : cause_of(system, nobody.response.outcome.timeline, need, p.at)) {
        chain.insert(cause);
        for (const Need& n : system.conditions[cause].follows) chain.insert(n.condition);
      }
    };
    if (p.condition.is_set()) add(p.condition);
    if (p.store.is_set()) {
      for (const ConditionId c : system.stores[p.store].lost_with) add(c);
    }
    return last_repair(system, run, chain, SimTime::never());
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

// ---- what is told of the whole

// Every point of no return, once, and what became of it over the times to detect.
std::vector<Passed> passed_of(const Sweep& sweep) {
  std::vector<Passed> all;
  const System& system = sweep.base->system();
  std::set<std::tuple<HopId, StoreId, ConditionId, int, LossWindow::Why>> seen;
  for (const PointOfNoReturn& p : sweep.base->nobody_acts().findings.points) {
    if (!seen.insert({p.hop, p.store, p.condition, p.fallback, p.why}).second) continue;
    Passed passed;
    passed.point = p;
    passed.what = p.hop.is_set()     ? system.hops[p.hop].name
                  : p.store.is_set() ? system.stores[p.store].name
                                     : name_of(system, p.condition);
    const auto same = [&](const Trait& t) {
      if (t.what != passed.what) return false;
      return t.kind == Trait::Kind::gone ||
             (t.kind == Trait::Kind::loses && t.fallback == p.fallback && t.why == p.why);
    };
    const auto has = [&](const SweepPoint& point) {
      const std::vector<Trait>& traits = point.of(sweep.main)->traits;
      return std::any_of(traits.begin(), traits.end(), same);
    };
    const bool at_a_cliff = std::any_of(sweep.cliffs.begin(), sweep.cliffs.end(), [&](const Cliff& c) {
      return c.strategy == sweep.main && c.kind == Cliff::Kind::begins && same(c.trait);
    });
    const double last = sweep.axes.front().values.back();
    if (at_a_cliff)
      passed.kind = Passed::Kind::at_a_cliff;
    else if (has(sweep.points.front()))
      passed.kind = Passed::Kind::before;
    else if (p.at > sweep.base->first_fault + Duration::seconds(last))
      passed.kind = Passed::Kind::beyond;
    else
      passed.kind = Passed::Kind::in_no_reaction;
    all.push_back(std::move(passed));
  }
  return all;
}

// Hops of which `a` loses more than `b`.
std::vector<std::string> losing_more(const SweepResult& a, const SweepResult& b) {
  std::vector<std::string> hops;
  for (const auto& [hop, lost] : a.losses) {
    if (lost > loss_of(b, hop) && !same_amount(lost, loss_of(b, hop))) hops.push_back(hop);
  }
  return hops;
}

std::optional<Comparing::Kind> compared(const SweepResult& more, const SweepResult& less) {
  if (same_amount(more.lost(), less.lost())) {
    if (more.lost() <= 0.5) return Comparing::Kind::nothing_lost;
    if (more.steps.empty() && less.steps.empty()) return Comparing::Kind::too_late;
    return more.steps == less.steps ? Comparing::Kind::same_steps : Comparing::Kind::saves_nothing;
  }
  if (more.lost() > less.lost()) return Comparing::Kind::worse;
  return std::nullopt;
}

std::vector<Comparing> comparing_of(const Sweep& sweep) {
  std::vector<Comparing> all;
  if (sweep.axes.size() != 1) return all;
  for (const auto& [more, less] :
       {std::pair(Strategy::full, Strategy::restore_only), std::pair(Strategy::restore_only, Strategy::none),
        std::pair(Strategy::full, Strategy::none)}) {
    bool goes_on = false;
    for (const SweepPoint& point : sweep.points) {
      const SweepResult* a = point.of(more);
      const SweepResult* b = point.of(less);
      const auto kind = a && b ? compared(*a, *b) : std::nullopt;
      if (!kind) {
        goes_on = false;
        continue;
      }
      if (goes_on && all.back().kind == *kind) {
        all.back().to = point.at.front();
        continue;
      }
      Comparing c;
      c.kind = *kind;
      c.more = more;
      c.less = less;
      c.from = c.to = point.at.front();
      if (*kind == Comparing::Kind::worse) c.hops = losing_more(*a, *b);
      all.push_back(std::move(c));
      goes_on = true;
    }
  }
  return all;
}

std::vector<Inversion> inversions_of(const Sweep& sweep) {
  std::vector<Inversion> all;
  if (!sweep.over_detection()) return all;
  for (const Strategy s : sweep.strategies) {
    bool goes_on = false;
    for (std::size_t i = 0; i + 1 < sweep.points.size(); ++i) {
      const SweepResult* a = sweep.points[i].of(s);
      const SweepResult* b = sweep.points[i + 1].of(s);
      if (!a || !b || a->lost() <= b->lost() || same_amount(a->lost(), b->lost())) {
        goes_on = false;
        continue;
      }
      if (goes_on) {
        all.back().to = sweep.points[i + 1].at.front();
        all.back().more += a->lost() - b->lost();
        continue;
      }
      all.push_back(
          {s, sweep.points[i].at.front(), sweep.points[i + 1].at.front(), a->lost() - b->lost(), losing_more(*a, *b)});
      goes_on = true;
    }
  }
  return all;
}

}  // namespace

const SweepResult* SweepPoint::of(Strategy s) const {
  const auto found =
      std::find_if(results.begin(), results.end(), [s](const SweepResult& r) { return r.strategy == s; });
  return found == results.end() ? nullptr : &*found;
}

Sweep sweep(const Answer& base, const std::vector<Vary>& varied, const models::Catalogue& catalogue,
            const SweepOptions& options, input::Diagnostics& diagnostics) {
  Sweep sweep;
  sweep.base = &base;
  sweep.main = base.scenario->response.strategy;
  std::vector<Parameter> parameters;
  bool is_well = true;
  const std::size_t points = options.points > 0 ? options.points : varied.size() == 1 ? 25 : 9;
  for (const Vary& vary : varied) {
    const auto p = parameter_named(vary, base, diagnostics);
    if (!p || !check_values(vary, *p, base, diagnostics)) {
      is_well = false;
      continue;
    }
    parameters.push_back(*p);
    sweep.axes.push_back(axis_of(vary, points));
    if (p->kind != Parameter::Kind::detect && p->kind != Parameter::Kind::responders) continue;
    sweep.axes.back().name = p->kind == Parameter::Kind::detect ? "detect" : "responders";
  }
  if (!is_well || sweep.axes.empty()) return sweep;
  if (options.compares) {
    for (const StrategyRun& run : base.runs) {
      const Strategy s = run.response.strategy;
      const bool was_asked = s == sweep.main || std::find(base.scenario->compare.begin(), base.scenario->compare.end(),
                                                          s) != base.scenario->compare.end();
      if (was_asked) sweep.strategies.push_back(s);
    }
  } else {
    sweep.strategies.push_back(sweep.main);
  }
  Sweeper sweeper(base, catalogue, parameters, diagnostics);
  const std::vector<double> once = {0};
  const std::vector<double>& others = sweep.axes.size() > 1 ? sweep.axes[1].values : once;
  for (const double other : others) {
    const auto second = sweep.axes.size() > 1 ? std::optional(other) : std::nullopt;
    for (const double value : sweep.axes.front().values) {
      SweepPoint point;
      point.at = second ? std::vector<double>{value, other} : std::vector<double>{value};
      for (const Strategy s : sweep.strategies) {
        const SweepResult* result = sweeper.result(point.at, s, sweep.axes);
        if (!result) return sweep;
        point.results.push_back(*result);
      }
      sweep.points.push_back(std::move(point));
    }
  }
  if (options.finds_cliffs) {
    for (const Strategy s : sweep.strategies) {
      for (const double other : others) {
        const auto second = sweep.axes.size() > 1 ? std::optional(other) : std::nullopt;
        CliffFinder finder(sweeper, sweep, s, second);
        for (Cliff& c : finder.find()) sweep.cliffs.push_back(std::move(c));
        sweep.is_cut_short = sweep.is_cut_short || finder.is_cut_short();
      }
    }
    if (sweep.over_detection()) sweep.passed = passed_of(sweep);
  }
  sweep.comparing = comparing_of(sweep);
  sweep.inversions = inversions_of(sweep);
  sweep.runs = sweeper.runs();
  return sweep;
}

}  // namespace moshimo::scenarios
