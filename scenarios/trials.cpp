#include "scenarios/trials.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <optional>
#include <set>
#include <stdexcept>
#include <tbb/blocked_range.h>
#include <tbb/enumerable_thread_specific.h>
#include <tbb/info.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

#include "core/foresight.hpp"
#include "input/cursor.hpp"

namespace moshimo::scenarios {
namespace {

constexpr double infinity = std::numeric_limits<double>::infinity();
constexpr double some = 1e-3;                                   // events: less is none
constexpr Duration longest_propagation = Duration::minutes(5);  // what takes longer is a time somebody has set
constexpr std::uint64_t trials_at_once = 16;
// What people do is decided by a plan with the plain figures that is noticed about as late. Of so many, all as likely,
// the time to detect of each trial is next to that of one.
constexpr std::size_t plans = 32;

double in_us(Duration d) { return d.is_forever() ? infinity : static_cast<double>(d.us()); }

// From the first fault until nothing is hurt any more, latent and starved components aside.
double restored_us(const System& system, const Findings& findings, SimTime first_fault) {
  Duration restored;
  if (first_fault.is_never()) return 0;
  for (const Effect& e : findings.effects) {
    if (e.kind == EffectKind::latent || e.kind == EffectKind::starved) continue;
    if (e.to.is_never() && system.components[e.component].is_principal) continue;
    restored = std::max(restored, e.to.is_never() ? Duration::forever() : e.to - first_fault);
  }
  return in_us(restored);
}

// Where a drawn duration goes.
struct Target {
  enum class Kind : std::uint8_t { detection, takes, apply, falls, rises, pause, setting } kind = Kind::detection;
  std::uint32_t row = 0;
};

struct Drawn {
  Target target;
  Stream stream = 0;
};

}  // namespace

struct TrialPlan {
  explicit TrialPlan(const Answer& a) : answer(a) {}

  void find_inputs();
  void find_figures();
  void add_input(UncertainInput::Kind kind, std::string name, const Distribution& distribution, Target target);
  void add_conditions(const std::vector<bool>& changes);
  void add_repairs(const std::vector<bool>& changes, const std::vector<bool>& changing_hops);
  bool ever_shrinks(ProcessId process) const;
  std::vector<double> figures_of(const System& system, const Response& response, const Findings& findings) const;

  const Answer& answer;
  TrialStudy study;
  std::vector<Drawn> drawn;       // by input
  std::vector<RepairId> applied;  // repairs that an apply does
  Duration longest_applied;       // of these
};

void TrialPlan::add_input(UncertainInput::Kind kind, std::string name, const Distribution& distribution,
                          Target target) {
  drawn.push_back({target, stream_of(name)});
  study.inputs.push_back({kind, std::move(name), distribution});
}

// Delays of conditions that change in the run in which nobody acts or with one of the strategies.
void TrialPlan::add_conditions(const std::vector<bool>& changes) {
  const System& system = answer.system();
  const double factor = answer.scenario->uncertainty.propagation;
  for (std::uint32_t c = 0; c < system.conditions.size(); ++c) {
    if (!changes[c]) continue;
    const Condition& row = system.conditions[ConditionId(c)];
    const auto add = [&](const Delay& delay, Target::Kind target, std::string_view what) {
      std::string name = fmt::format("{} {}", name_of(system, ConditionId(c)), what);
      if (delay.least != delay.most) {
        add_input(UncertainInput::Kind::delay, std::move(name), Distribution::uniform(delay.least, delay.most),
                  {target, c});
        return;
      }
      const Duration figure = delay.most;
      const bool propagates = row.kind == Condition::Kind::free && figure > Duration{} && figure <= longest_propagation;
      if (!propagates || factor <= 1) return;
      add_input(UncertainInput::Kind::propagation, std::move(name),
                Distribution::lognormal(figure, Duration::seconds(figure.in_seconds() * factor)), {target, c});
    };
    add(row.falls_after, Target::Kind::falls, "falls after");
    add(row.rises_after, Target::Kind::rises, "rises after");
  }
}

// What people may come to do: restore what changes, start workers, release what waits, give it more time.
void TrialPlan::add_repairs(const std::vector<bool>& changes, const std::vector<bool>& changing_hops) {
  const System& system = answer.system();
  const Strategy strategy = answer.scenario->response.strategy;
  const double factor = answer.scenario->uncertainty.repairs;
  if (strategy == Strategy::none) return;
  std::set<RepairId> releases;
  std::set<StoreId> stores;
  for (std::uint32_t h = 0; h < system.hops.size(); ++h) {
    if (!changing_hops[h]) continue;
    for (const Fallback& f : system.hops[HopId(h)].fallbacks) {
      if (f.release.is_set()) releases.insert(f.release);
      if (f.store.is_set()) stores.insert(f.store);
    }
  }
  for (std::uint32_t r = 0; r < system.repairs.size(); ++r) {
    const Repair& repair = system.repairs[RepairId(r)];
    if (strategy == Strategy::restore_only && !repair.by_apply) continue;
    const bool restores =
        std::any_of(repair.restores.begin(), repair.restores.end(), [&](ConditionId c) { return changes[c.value]; });
    const bool sets = std::any_of(repair.sets.begin(), repair.sets.end(),
                                  [&](const Repair::Setting& s) { return stores.count(s.store) != 0; });
    const bool starts = repair.restarts.is_set() && ever_shrinks(repair.restarts);
    if (!restores && !sets && !starts && releases.count(RepairId(r)) == 0) continue;
    const std::string name = name_of(system, RepairId(r));
    if (repair.by_apply && !answer.scenario->response.by_hand) {
      applied.push_back(RepairId(r));
      longest_applied = std::max(longest_applied, repair.takes);
    } else if (factor > 1 && repair.takes > Duration{}) {
      add_input(UncertainInput::Kind::repair, name + " takes",
                Distribution::lognormal(repair.takes, Duration::seconds(repair.takes.in_seconds() * factor)),
                {Target::Kind::takes, r});
    }
    Delay lag;
    for (const Repair::Setting& s : repair.sets) {
      if (s.after.most > lag.most) lag = s.after;
    }
    if (lag.least != lag.most) {
      add_input(UncertainInput::Kind::delay, name + " shows after", Distribution::uniform(lag.least, lag.most),
                {Target::Kind::setting, r});
    }
  }
  // One apply is quick or slow as a whole: were all of its parts drawn, the slowest of many would decide.
  if (factor > 1 && longest_applied > Duration{}) {
    add_input(UncertainInput::Kind::repair, "apply takes",
              Distribution::lognormal(longest_applied, Duration::seconds(longest_applied.in_seconds() * factor)),
              {Target::Kind::apply, 0});
  }
}

bool TrialPlan::ever_shrinks(ProcessId process) const {
  return std::any_of(answer.runs.begin(), answer.runs.end(), [process](const StrategyRun& run) {
    return run.response.outcome.timeline.running[process.value].size() > 1;
  });
}

void TrialPlan::find_inputs() {
  const System& system = answer.system();
  const Scenario& scenario = *answer.scenario;
  std::vector<bool> changes(system.conditions.size()), changing_hops(system.hops.size());
  for (const StrategyRun& run : answer.runs) {
    const Outcome& outcome = run.response.outcome;
    for (std::uint32_t c = 0; c < changes.size(); ++c) {
      const StepFunction<bool>& f = outcome.timeline.conditions[c];
      const bool differs = f.front().value != answer.healthy.timeline.conditions[c].front().value;
      if (f.size() > 1 || differs) changes[c] = true;
    }
    for (std::uint32_t h = 0; h < changing_hops.size(); ++h) {
      const StepFunction<HopState>& f = outcome.hop_states[h];
      if (f.size() > 1 || !f.front().value.open) changing_hops[h] = true;
    }
  }
  if (scenario.detection && scenario.response.strategy != Strategy::none) {
    add_input(UncertainInput::Kind::detection, "time to detect", *scenario.detection, {Target::Kind::detection, 0});
  }
  add_conditions(changes);
  add_repairs(changes, changing_hops);
  for (std::uint32_t h = 0; h < changing_hops.size(); ++h) {
    if (!changing_hops[h]) continue;
    const Hop& hop = system.hops[HopId(h)];
    Delay pause;
    for (std::size_t error = 0; error < error_class_count; ++error) {
      const Delay& one = hop.when[error].pause;
      if (one.least != one.most && one.most > pause.most) pause = one;
    }
    if (pause.least == pause.most) continue;
    add_input(UncertainInput::Kind::pause, hop.name + " pauses for", Distribution::uniform(pause.least, pause.most),
              {Target::Kind::pause, h});
  }
}

void TrialPlan::find_figures() {
  const System& system = answer.system();
  using Kind = TrialFigure::Kind;
  study.figures = {{Kind::lost, "", 0, some},
                   {Kind::refused, "", 0, some},
                   {Kind::restored, "", 0, infinity},
                   {Kind::destroyed, "", 0, some}};
  for (const Objective& o : answer.main_run().findings.objectives) {
    study.figures.push_back(
        {o.is_rto ? Kind::rto : Kind::rpo, system.components[o.component].name, 0, in_us(o.target)});
  }
  for (const Expectation& e : answer.scenario->expect) {
    if (e.share) study.figures.push_back({Kind::expected, e.text, 0, some});
  }
  std::set<std::string> losing;
  for (const StrategyRun& run : answer.runs) {
    for (std::uint32_t h = 0; h < system.hops.size(); ++h) {
      const Hop& hop = system.hops[HopId(h)];
      const bool loses = run.response.outcome.hops[h].lost > some || run.response.outcome.hop_states[h].size() > 1;
      if (loses && !is_request(hop) && hop.component.is_set()) losing.insert(system.components[hop.component].name);
    }
  }
  for (const std::string& name : losing) study.figures.push_back({Kind::lost_of, name, 0, some});
  const StrategyRun& main = answer.main_run();
  const std::vector<double> plain = figures_of(system, main.response, main.findings);
  for (std::size_t i = 0; i < plain.size(); ++i) study.figures[i].plain = plain[i];
}

// In the order of the study.
std::vector<double> TrialPlan::figures_of(const System& system, const Response& response,
                                          const Findings& findings) const {
  std::vector<double> values(study.figures.size(), 0);
  values[0] = std::max(findings.lost - findings.refused, 0.0);
  values[1] = findings.refused;
  values[2] = restored_us(system, findings, answer.first_fault);
  for (const PointOfNoReturn& p : findings.points) values[3] += p.store.is_set() ? 1 : 0;
  std::size_t at = 4;
  for (const Objective& o : findings.objectives) values[at++] = in_us(o.achieved);
  for (const Expectation& e : answer.scenario->expect) {
    if (!e.share) continue;
    const ExpectationResult result =
        check_expectation(e, system, response, findings, answer.detection, answer.first_fault);
    values[at++] = result.met ? 1 : 0;
  }
  const auto begin = study.figures.begin() + static_cast<std::ptrdiff_t>(at);
  for (std::uint32_t h = 0; h < system.hops.size(); ++h) {
    const Hop& hop = system.hops[HopId(h)];
    const double lost = response.outcome.hops[h].lost;
    if (lost <= 0 || is_request(hop) || !hop.component.is_set()) continue;
    const std::string& name = system.components[hop.component].name;
    const auto figure = std::lower_bound(begin, study.figures.end(), name,
                                         [](const TrialFigure& f, const std::string& n) { return f.component < n; });
    if (figure == study.figures.end() || figure->component != name) continue;
    values[static_cast<std::size_t>(figure - study.figures.begin())] += lost;
  }
  return values;
}

namespace {

// A system of its own to write drawn values into, and what comes of them.
class Worker {
 public:
  explicit Worker(const TrialPlan& plan)
      : plan_(plan),
        answer_(plan.answer),
        study_(plan.study),
        responders_(answer_.scenario->response),
        system_(own_copy(answer_.system())),
        simulation_(system_, Simulation::Checked{}),
        ranks_(study_.inputs.size()) {
    responders_.time_to_detect = answer_.noticed_after;
    counts.figures.resize(study_.figures.size());
    counts.ranks.resize(study_.figures.size());
    counts.squares.resize(study_.inputs.size());
  }

  void run(std::uint64_t trial) {
    const Foresight& foresight = foresight_of(trial);
    for (std::size_t i = 0; i < plan_.drawn.size(); ++i) {
      const double probability = probability_of(i, trial);
      ranks_[i] = rank_of(probability);
      counts.squares[i] += std::uint64_t{ranks_[i]} * ranks_[i];
      set(plan_.drawn[i].target, quantile(study_.inputs[i].distribution, probability), probability);
    }
    const Response response = respond_as_foreseen(simulation_, answer_.faults, responders_, answer_.scenario->horizon,
                                                  answer_.rules, foresight);
    const Findings findings = findings_of(system_, response.outcome, answer_.healthy, Detail::figures);
    const std::vector<double> figures = plan_.figures_of(system_, response, findings);
    for (std::size_t f = 0; f < figures.size(); ++f) {
      counts.figures[f].add(figures[f], trial, study_.figures[f].limit);
      if (is_ranked(study_.figures[f].kind)) counts.ranks[f].add(bucket_of(figures[f]), ranks_);
    }
  }

  TrialCounts counts;

 private:
  double probability_of(std::size_t input, std::uint64_t trial) const {
    return drawn(study_.seed, trial, plan_.drawn[input].stream);
  }

  // Nobody knows what is drawn, save for how late it is.
  const Foresight& foresight_of(std::uint64_t trial) {
    const auto input = std::find_if(plan_.drawn.begin(), plan_.drawn.end(),
                                    [](const Drawn& d) { return d.target.kind == Target::Kind::detection; });
    std::size_t number = 0;
    Responders responders = responders_;
    responders.time_to_detect = answer_.noticed_after;
    if (input != plan_.drawn.end()) {
      const auto i = static_cast<std::size_t>(input - plan_.drawn.begin());
      number = std::min(static_cast<std::size_t>(probability_of(i, trial) * plans), plans - 1);
      responders.time_to_detect =
          quantile(study_.inputs[i].distribution, (static_cast<double>(number) + 0.5) / static_cast<double>(plans));
    }
    std::optional<Foresight>& known = foresights_[number];
    if (!known) {
      for (const Drawn& d : plan_.drawn) set_as_known(d.target);
      known = foresee(simulation_, answer_.faults, responders, answer_.scenario->horizon,
                      answer_.nobody_acts().response.outcome, answer_.rules);
    }
    return *known;
  }

  void set_as_known(Target target) {
    const System& original = answer_.system();
    switch (target.kind) {
      case Target::Kind::detection: break;
      case Target::Kind::takes:
        system_.repairs[RepairId(target.row)].takes = original.repairs[RepairId(target.row)].takes;
        break;
      case Target::Kind::apply:
        for (const RepairId r : plan_.applied) system_.repairs[r].takes = original.repairs[r].takes;
        break;
      case Target::Kind::falls:
        system_.conditions[ConditionId(target.row)].falls_after =
            original.conditions[ConditionId(target.row)].falls_after;
        break;
      case Target::Kind::rises:
        system_.conditions[ConditionId(target.row)].rises_after =
            original.conditions[ConditionId(target.row)].rises_after;
        break;
      case Target::Kind::pause:
        for (std::size_t error = 0; error < error_class_count; ++error) {
          const Delay& pause = original.hops[HopId(target.row)].when[error].pause;
          if (pause.least != pause.most) system_.hops[HopId(target.row)].when[error].pause = pause;
        }
        break;
      case Target::Kind::setting:
        system_.repairs[RepairId(target.row)].sets = original.repairs[RepairId(target.row)].sets;
        break;
    }
  }

  // With names written out, so that threads need not ask the one source of texts.
  static System own_copy(const System& original) {
    System copy = original;
    for (std::uint32_t r = 0; r < copy.repairs.size(); ++r) {
      copy.repairs[RepairId(r)].label = written(name_of(original, RepairId(r)));
    }
    copy.texts.reset();
    return copy;
  }

  void set(Target target, Duration value, double probability) {
    switch (target.kind) {
      case Target::Kind::detection: responders_.time_to_detect = value; break;
      case Target::Kind::takes: system_.repairs[RepairId(target.row)].takes = value; break;
      case Target::Kind::apply: set_apply(value); break;
      case Target::Kind::falls: system_.conditions[ConditionId(target.row)].falls_after = Delay::exactly(value); break;
      case Target::Kind::rises: system_.conditions[ConditionId(target.row)].rises_after = Delay::exactly(value); break;
      case Target::Kind::pause: set_pauses(HopId(target.row), probability); break;
      case Target::Kind::setting: set_lag(RepairId(target.row), probability); break;
    }
  }

  static Delay within(const Delay& bounds, double probability) {
    return Delay::exactly(quantile(Distribution::uniform(bounds.least, bounds.most), probability));
  }

  // `value`: of the repair that takes longest; the others in proportion.
  void set_apply(Duration value) {
    const double factor = value.in_seconds() / plan_.longest_applied.in_seconds();
    for (const RepairId r : plan_.applied) {
      system_.repairs[r].takes = Duration::seconds(answer_.system().repairs[r].takes.in_seconds() * factor);
    }
  }

  void set_pauses(HopId hop, double probability) {
    const Hop& original = answer_.system().hops[hop];
    Hop& mine = system_.hops[hop];
    for (std::size_t error = 0; error < error_class_count; ++error) {
      const Delay& bounds = original.when[error].pause;
      if (bounds.least != bounds.most) mine.when[error].pause = within(bounds, probability);
    }
  }

  void set_lag(RepairId repair, double probability) {
    std::vector<Repair::Setting> settings = answer_.system().repairs[repair].sets.list();
    for (Repair::Setting& s : settings) s.after = within(s.after, probability);
    system_.repairs[repair].sets = std::move(settings);
  }

  const TrialPlan& plan_;
  const Answer& answer_;
  const TrialStudy& study_;
  Responders responders_;
  System system_;
  Simulation simulation_;
  std::vector<Rank> ranks_;
  std::array<std::optional<Foresight>, plans> foresights_;
};

std::vector<std::string> assumptions_of(const Answer& answer, const TrialStudy& study) {
  const Scenario& s = *answer.scenario;
  const auto draws = [&](UncertainInput::Kind kind) {
    return std::any_of(study.inputs.begin(), study.inputs.end(), [&](const auto& i) { return i.kind == kind; });
  };
  std::vector<std::string> list;
  if (!s.detection && s.response.strategy != Strategy::none) {
    const std::string why = s.response.by_alarms ? ", that of the first alarm in a plain run"
                                                 : ", for the scenario gives no distribution of it";
    list.push_back(
        fmt::format("The time to detect is {} in every trial{}.", input::to_text(answer.noticed_after), why));
  }
  if (draws(UncertainInput::Kind::repair)) {
    list.push_back(
        fmt::format("What people do takes longer than its figure half the time, and one time in twenty more than {:g} "
                    "times as long (lognormal); `uncertainty.repairs` of the scenario sets how far.",
                    s.uncertainty.repairs));
  }
  if (draws(UncertainInput::Kind::propagation)) {
    list.push_back(
        fmt::format("A change shows later than its figure half the time, and one time in twenty after more than {:g} "
                    "times as long (lognormal); `uncertainty.propagation` sets how far.",
                    s.uncertainty.propagation));
  }
  if (draws(UncertainInput::Kind::delay) || draws(UncertainInput::Kind::pause)) {
    list.push_back("Of a delay of which bounds are known, all of what lies between them is equally likely.");
  }
  if (!study.inputs.empty()) list.push_back("All that is drawn is drawn independently of everything else.");
  list.push_back(
      "What people do, and what first, they decide by a plan with plain figures that is noticed about as late: nobody "
      "knows what is drawn.");
  return list;
}

}  // namespace

std::string_view name_of(UncertainInput::Kind kind) {
  switch (kind) {
    case UncertainInput::Kind::detection: return "detection";
    case UncertainInput::Kind::repair: return "repair";
    case UncertainInput::Kind::propagation: return "propagation";
    case UncertainInput::Kind::delay: return "delay";
    case UncertainInput::Kind::pause: return "pause";
  }
  return "";
}

std::string_view name_of(TrialFigure::Kind kind) {
  switch (kind) {
    case TrialFigure::Kind::lost: return "lost";
    case TrialFigure::Kind::refused: return "refused";
    case TrialFigure::Kind::restored: return "restored";
    case TrialFigure::Kind::rto: return "rto";
    case TrialFigure::Kind::rpo: return "rpo";
    case TrialFigure::Kind::lost_of: return "lost_of";
    case TrialFigure::Kind::destroyed: return "destroyed";
    case TrialFigure::Kind::expected: return "expected";
  }
  return "";
}

bool is_time(TrialFigure::Kind kind) {
  return kind == TrialFigure::Kind::restored || kind == TrialFigure::Kind::rto || kind == TrialFigure::Kind::rpo;
}

bool is_ranked(TrialFigure::Kind kind) {
  return kind == TrialFigure::Kind::lost || kind == TrialFigure::Kind::restored;
}

void TrialCounts::add(const TrialCounts& other) {
  figures.resize(std::max(figures.size(), other.figures.size()));
  ranks.resize(std::max(ranks.size(), other.ranks.size()));
  squares.resize(std::max(squares.size(), other.squares.size()));
  for (std::size_t f = 0; f < other.figures.size(); ++f) figures[f].add(other.figures[f]);
  for (std::size_t f = 0; f < other.ranks.size(); ++f) ranks[f].add(other.ranks[f]);
  for (std::size_t i = 0; i < other.squares.size(); ++i) squares[i] += other.squares[i];
}

std::uint64_t first_trial(std::uint64_t number, std::uint64_t shards, std::uint64_t trials) {
  return (number - 1) * (trials / shards) + std::min(number - 1, trials % shards);
}

Trials::Trials(const Answer& answer, const TrialOptions& options) {
  auto plan = std::make_unique<TrialPlan>(answer);
  TrialStudy& study = plan->study;
  const Scenario& s = *answer.scenario;
  study.name = s.name;
  study.title = s.title;
  study.strategy = s.response.strategy;
  study.responders = s.response.count;
  study.horizon = s.horizon;
  study.seed = options.seed;
  study.trials = options.trials;
  plan->find_inputs();
  plan->find_figures();
  study.assumptions = assumptions_of(answer, study);
  plan_ = std::move(plan);
}
Trials::~Trials() = default;

const TrialStudy& Trials::study() const { return plan_->study; }

TrialCounts Trials::run(std::uint64_t first, std::uint64_t end, unsigned threads) const {
  const TrialPlan& plan = *plan_;
  tbb::enumerable_thread_specific<std::unique_ptr<Worker>> workers;
  tbb::task_arena arena(threads == 0 ? tbb::info::default_concurrency() : static_cast<int>(threads));
  arena.execute([&] {
    tbb::parallel_for(tbb::blocked_range<std::uint64_t>(first, end, trials_at_once), [&](const auto& range) {
      std::unique_ptr<Worker>& worker = workers.local();
      if (!worker) worker = std::make_unique<Worker>(plan);
      for (std::uint64_t trial = range.begin(); trial != range.end(); ++trial) {
        try {
          worker->run(trial);
        } catch (const std::logic_error& e) {
          throw std::logic_error(fmt::format("in trial {} of seed {}: {}", trial, plan.study.seed, e.what()));
        }
      }
    });
  });
  TrialCounts all;
  all.figures.resize(plan.study.figures.size());
  all.ranks.resize(plan.study.figures.size());
  all.squares.resize(plan.study.inputs.size());
  for (const std::unique_ptr<Worker>& worker : workers) {
    if (worker) all.add(worker->counts);
  }
  return all;
}

bool is_expectation_met(const TrialShard& all, std::size_t figure) {
  input::Diagnostics ignored;  // it was read once, or a damaged file is not met
  const auto expected = parse_expectation(all.study.figures[figure].component, {}, ignored);
  if (!expected || !expected->share) return false;
  return is_met(*expected->share,
                static_cast<double>(all.counts.figures[figure].over) / static_cast<double>(all.study.trials));
}

std::vector<std::string> unmet_probabilities(const TrialShard& all) {
  std::vector<std::string> unmet;
  for (std::size_t f = 0; f < all.study.figures.size(); ++f) {
    const TrialFigure& figure = all.study.figures[f];
    if (figure.kind == TrialFigure::Kind::expected && !is_expectation_met(all, f)) unmet.push_back(figure.component);
  }
  return unmet;
}

TrialShard run_trials(const Answer& answer, const TrialOptions& options, std::string version, std::string digest) {
  const Trials trials(answer, options);
  TrialShard shard{options.shard, options.shards, trials.study(), {}};
  shard.study.version = std::move(version);
  shard.study.digest = std::move(digest);
  shard.counts = trials.run(first_trial(options.shard, options.shards, options.trials),
                            first_trial(options.shard + 1, options.shards, options.trials), options.threads);
  return shard;
}

}  // namespace moshimo::scenarios
