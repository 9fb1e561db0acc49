// What a simulation tells: first the timeline of conditions, hops and processes, then where the data went.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <vector>

#include "core/shared_table.hpp"
#include "core/system.hpp"

namespace moshimo {

// ---- what is done to a system -------------------------------------------------------------------------------------

// Everything that changes a system from outside during a run, each list in order of time.
struct Script {
  struct Change {  // of a free condition, or a repair of a derived one; its delay begins at `at`
    SimTime at;
    ConditionId condition;
    bool to = false;
    bool operator==(const Change&) const = default;
  };
  struct Restart {  // all workers end and start afresh (under the start needs)
    SimTime at;
    ProcessId process;
    bool operator==(const Restart&) const = default;
  };
  struct Release {  // data of an action fallback leaves from `at` on, while its hop is open and the data can be read
    SimTime at;
    HopId hop;
    std::uint8_t fallback = 0;
    Rate rate = Rate::unlimited();  // unlimited: as fast as a drain without a stated rate
    bool operator==(const Release&) const = default;
  };
  struct Setting {  // what a store holds, and what comes, is kept for so long from `at` on; what is older goes at once
    SimTime at;
    StoreId store;
    Duration holds_for;
    bool operator==(const Setting&) const = default;
  };
  std::vector<Change> changes;
  std::vector<Restart> restarts;
  std::vector<Release> releases;
  std::vector<Setting> settings;
  bool operator==(const Script&) const = default;
};

// ---- the timeline (does not depend on flow, save for pauses and stalls) ---------------------------------------------

template <class Value>
struct ChangeTo {
  SimTime at;
  Value value;
};
// Begins with an entry at time 0; ascending; neighbours differ.
template <class Value>
using StepFunction = std::vector<ChangeTo<Value>>;

// Functions of time by index. Most of a large system never changes: what stays at a common value for ever shares one
// function.
template <class Value>
class StepFunctions {
 public:
  StepFunctions() = default;
  StepFunctions(std::initializer_list<StepFunction<Value>> functions) {
    for (const StepFunction<Value>& f : functions) {
      place_.push_back(static_cast<std::uint32_t>(functions_.size()));
      functions_.push_back(f);
    }
  }

  // All at the first of the common values from the start, and for ever.
  void reset(std::size_t count, std::initializer_list<Value> common) {
    common_ = common.size();
    functions_.clear();
    for (const Value& value : common) functions_.push_back({{SimTime{}, value}});
    place_.assign(count, 0);
  }
  void start_with(std::size_t i, std::size_t common) { place_[i] = static_cast<std::uint32_t>(common); }

  // Forgets what became of `i`; its first value has to be set again.
  void restart(std::size_t i) {
    if (place_[i] >= common_) functions_[place_[i]].clear();
  }

  // From `at` on, which is not before any earlier change.
  void set(std::size_t i, SimTime at, const Value& value) {
    if (place_[i] < common_) {
      if (functions_[place_[i]].back().value == value) return;
      functions_.push_back(functions_[place_[i]]);
      place_[i] = static_cast<std::uint32_t>(functions_.size() - 1);
    }
    StepFunction<Value>& f = functions_[place_[i]];
    if (!f.empty() && f.back().at == at) f.pop_back();
    if (f.empty() || !(f.back().value == value)) f.push_back({at, value});
  }

  void swap(std::size_t i, StepFunction<Value>& other) {
    if (place_[i] < common_) {
      functions_.push_back(functions_[place_[i]]);
      place_[i] = static_cast<std::uint32_t>(functions_.size() - 1);
    }
    functions_[place_[i]].swap(other);
  }

  std::size_t size() const { return place_.size(); }
  // At the first of the common values, for ever.
  bool stays_at_first(std::size_t i) const { return place_[i] == 0 && common_ > 0; }
  const StepFunction<Value>& operator[](std::size_t i) const { return functions_[place_[i]]; }

 private:
  std::vector<StepFunction<Value>> functions_;  // the common ones first
  std::vector<std::uint32_t> place_;
  std::size_t common_ = 0;
};

// Why a list of needs fails: the position of the first that does.
struct HopState {
  bool open = true;
  ErrorClass error = ErrorClass::unavailable;
  std::uint16_t need = 0;  // index into the hop's needs; valid while not open
  friend bool operator==(const HopState&, const HopState&) = default;
};

struct Timeline {
  SimTime horizon;
  StepFunctions<bool> conditions;                    // by ConditionId
  std::vector<StepFunction<std::uint32_t>> running;  // by ProcessId: workers that run
};

// ---- the ledger ----------------------------------------------------------------------------------------------------

// A span of arrival times whose data met one fate.
struct LossWindow {
  SimTime arrived_from;
  SimTime arrived_to;
  SimTime lost_from;  // when it stopped being recoverable
  SimTime lost_to;
  double events = 0;
  ErrorClass error = ErrorClass::unavailable;  // with which the hop failed
  int fallback = -1;                           // the fallback that ran out; -1: there was none, lost at once
  enum class Why : std::uint8_t {
    no_fallback,  // nothing accepts this class
    expired,      // its time in the last fallback was up
    full,         // no room
    refused,      // a further fallback exists but refused it
    destroyed,    // the place it waited in is gone for good
  } why = Why::no_fallback;
  double onset_per_s = 0;  // how fast it is lost at first; 0: all at once
};

struct Waiting {
  std::uint8_t fallback = 0;
  double events = 0;
  SimTime oldest_arrival;
  SimTime newest_arrival;
  SimTime first_deadline;  // never(): kept without limit
  bool readable = true;
};

// A span of time in which data lay in a place that somebody has to release.
struct Stay {
  std::uint8_t fallback = 0;
  SimTime from;
  SimTime to = SimTime::never();            // never(): to the horizon
  double most = 0;                          // events at one time
  double released = 0;                      // events that a repair released,
  SimTime arrived_from = SimTime::never();  // and when they had arrived
  SimTime arrived_to;
};

struct HopLedger {
  double offered = 0;
  double on_time = 0;
  double late = 0;         // waited longer than 1 s
  double recovered = 0;    // the part of `late` that a repair released
  double waiting = 0;      // at the end
  double misdirected = 0;  // at the end, where nothing looks for it
  double handed_on = 0;
  double lost = 0;
  Duration longest_delay = {};
  SimTime caught_up;  // when the last of what was late was delivered
  std::vector<LossWindow> losses;
  std::vector<Waiting> places;
  std::vector<Stay> stays;  // in order of their beginning
};

// A component that was held up because a buffer of its own was full.
struct Stall {
  ComponentId component;
  HopId hop;  // whose buffer
  SimTime from;
  SimTime to = SimTime::never();  // never(): to the horizon
};

struct Outcome {
  Timeline timeline;
  std::vector<Stall> stalls;
  SharedTable<HopLedger> hops;         // by HopId
  StepFunctions<HopState> hop_states;  // by HopId; pauses included
};

}  // namespace moshimo
