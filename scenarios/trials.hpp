// Many runs of one scenario, each with what is not known exactly drawn anew; what came of them is kept as counts.
//
// A trial depends on the scenario, the seed and its own number only, and counts are joined without rounding: the same
// trials give the same bits however they are spread over threads, files and machines. Room is taken by the buckets of
// the counts, not by the trials.
#pragma once

#include <cstdint>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "core/random.hpp"
#include "core/statistics.hpp"
#include "scenarios/answer.hpp"

namespace moshimo::scenarios {

// Something that is drawn. Its name is that of its stream too.
struct UncertainInput {
  enum class Kind : std::uint8_t { detection, repair, propagation, delay, pause };
  Kind kind = Kind::detection;
  std::string name;
  Distribution distribution;
  friend bool operator==(const UncertainInput&, const UncertainInput&) = default;
};
std::string_view name_of(UncertainInput::Kind kind);

// A figure of every trial: events, or microseconds (infinity: not within the horizon).
struct TrialFigure {
  enum class Kind : std::uint8_t {
    lost,      // events in all, without refused requests
    refused,   // requests
    restored,  // from the first fault until nothing is hurt any more
    rto,       // of `component`, as its objective counts
    rpo,
    lost_of,    // events of `component`
    destroyed,  // places whose content is gone for good
    expected,   // 1 where what `component` is the probability of holds; as the scenario expects it
  };
  Kind kind = Kind::lost;
  std::string component;
  double plain = 0;                                        // without anything drawn
  double limit = std::numeric_limits<double>::infinity();  // trials above it are counted
  friend bool operator==(const TrialFigure&, const TrialFigure&) = default;
};
std::string_view name_of(TrialFigure::Kind kind);
bool is_time(TrialFigure::Kind kind);
bool is_ranked(TrialFigure::Kind kind);  // how much each input matters is told of these

// What was asked: the same in all shards.
struct TrialStudy {
  std::string version;  // of the program
  std::string digest;   // of scenario and inventory
  std::string name;
  std::string title;
  Strategy strategy = Strategy::full;
  std::uint32_t responders = 1;
  SimTime horizon;
  std::uint64_t seed = 1;
  std::uint64_t trials = 0;  // of all shards
  std::vector<UncertainInput> inputs;
  std::vector<TrialFigure> figures;
  std::vector<std::string> assumptions;  // sentences
  friend bool operator==(const TrialStudy&, const TrialStudy&) = default;
};

struct TrialCounts {
  std::vector<Tally> figures;          // by figure
  std::vector<RankSums> ranks;         // by figure; empty where it is not ranked
  std::vector<std::uint64_t> squares;  // by input: the sum of squares of its ranks
  void add(const TrialCounts& other);
  friend bool operator==(const TrialCounts&, const TrialCounts&) = default;
};

// Some of the trials of a study: all of them as 1 of 1.
struct TrialShard {
  std::uint64_t number = 1;
  std::uint64_t of = 1;
  TrialStudy study;
  TrialCounts counts;
};
// Shard `number` of `shards` begins with this trial, and ends before the next begins.
std::uint64_t first_trial(std::uint64_t number, std::uint64_t shards, std::uint64_t trials);

struct TrialOptions {
  std::uint64_t trials = 1000;
  std::uint64_t seed = 1;
  unsigned threads = 0;  // 0: as many as there are cores
  std::uint64_t shard = 1;
  std::uint64_t shards = 1;
};

struct TrialPlan;  // what is drawn, and what is told of it

// Draws for one answer; `answer` outlives it.
class Trials {
 public:
  Trials(const Answer& answer, const TrialOptions& options);
  ~Trials();

  const TrialStudy& study() const;
  // Those from `first` to before `end`, with so many threads.
  TrialCounts run(std::uint64_t first, std::uint64_t end, unsigned threads) const;

 private:
  std::unique_ptr<const TrialPlan> plan_;
};

// Of a figure of kind `expected`, in all trials: whether its share is as expected.
bool is_expectation_met(const TrialShard& all, std::size_t figure);
std::vector<std::string> unmet_probabilities(const TrialShard& all);  // as they are written

TrialShard run_trials(const Answer& answer, const TrialOptions& options, std::string version, std::string digest);

}  // namespace moshimo::scenarios
