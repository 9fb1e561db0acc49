// The control plane: conditions and processes over time. It knows nothing of data and does not depend on it.
//
// Events of one instant happen in the order of docs/semantics.md: requested changes, changes that have propagated,
// derived conditions to a fixed point, restarts, ends and starts of workers; then the instant is closed.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "core/outcome.hpp"
#include "core/schedule.hpp"
#include "core/system.hpp"

namespace moshimo {

// A condition that changed, as the flow of data will see it; or a process whose number of running workers changed.
struct Transition {
  SimTime at;
  std::uint32_t index = 0;  // ConditionId, or ProcessId where `is_process`
  std::uint32_t value = 0;
  bool is_process = false;
  bool is_old = false;  // of a condition that is renewed with its process: `value` old workers still run
};
inline constexpr std::uint32_t all_are_old = 0xffffffff;

class ControlPlane {
 public:
  explicit ControlPlane(const System& system);

  void reset();                      // everything as at the start
  void apply(const Script& script);  // changes and restarts of the script, from now on
  void request(SimTime at, ConditionId condition, bool to);
  void restart(SimTime at, ProcessId process);

  SimTime now() const { return now_; }
  SimTime next_event() const;   // never() when nothing is to come
  void advance(SimTime until);  // all events up to and including `until`

  bool holds(ConditionId c) const { return value_[c.value] != 0; }
  bool holds(const Need& need) const;
  bool holds(const Needs& needs) const;
  // As far as is known: the end of delays under way; never() without one.
  SimTime holds_from(ConditionId c) const;
  SimTime holds_from(const Needs& needs) const;
  SimTime falls_at(ConditionId c) const;  // likewise
  bool starting_value(ConditionId c) const { return initial_value_[c.value] != 0; }
  std::uint32_t running(ProcessId p) const { return processes_[p.value].running; }
  bool can_start(ProcessId p) const { return processes_[p.value].can_start; }
  const std::vector<Transition>& transitions() const { return transitions_; }  // in order of time

 private:
  enum class EventKind : std::uint8_t { request, propagated, derived, restart, worker };
  struct Event {
    SimTime at;
    EventKind kind = EventKind::request;
    std::uint32_t index = 0;       // condition or process
    std::uint32_t detail = 0;      // new value, or worker
    std::uint32_t generation = 0;  // stale when the target's generation has moved on
    std::uint64_t order = 0;
  };
  struct Later {
    bool operator()(const Event& a, const Event& b) const {
      if (a.at != b.at) return a.at > b.at;
      if (a.kind != b.kind) return a.kind > b.kind;
      if (a.index != b.index) return a.index > b.index;
      return a.order > b.order;
    }
  };
  struct Worker {
    enum class State : std::uint8_t { running, empty, starting } state = State::running;
    SimTime born;   // since when its age counts (may lie before the start)
    SimTime since;  // running: since when; empty: when the attempts to start began
    SimTime fresh;  // when it began to start, or was renewed: what it was handed dates from then
    std::uint32_t generation = 0;
  };
  struct ProcessState {
    std::uint32_t first_worker = 0;
    std::uint32_t running = 0;
    bool can_start = true;
    bool is_healthy = true;
    bool touched = false;
    SimTime unhealthy_since;
  };

  void push(SimTime at, EventKind kind, std::uint32_t index, std::uint32_t detail, std::uint32_t generation);
  void set_value(std::uint32_t condition, bool to);
  void look_at_derived();
  void look_at_process(std::uint32_t process);
  void handle(const Event& event);
  void handle_worker(std::uint32_t process, std::uint32_t worker);
  void schedule_worker(std::uint32_t process, std::uint32_t worker);
  void end_worker(std::uint32_t process, std::uint32_t worker);
  void change_running(std::uint32_t process, int by);
  bool is_renewed(std::uint32_t condition) const;  // worker by worker
  void look_at_renewed(std::uint32_t condition, bool hold, bool asked_for);
  void count_old(std::uint32_t process);
  void handle_restart(std::uint32_t process);
  void handle_request(std::uint32_t condition, bool to);
  void touch(std::uint32_t process);
  void reset_process(std::uint32_t process);
  void change_after(std::uint32_t condition, bool to, Duration delay, EventKind kind);
  void cancel(std::uint32_t condition);
  SimTime changes_at(ConditionId c) const;
  void remember(std::uint32_t condition);
  void mark(std::uint32_t condition);
  void mark_dependents(std::uint32_t condition);
  void settle();
  Worker& worker(std::uint32_t process, std::uint32_t w) { return workers_[processes_[process].first_worker + w]; }

  const System* system_;
  // compiled once
  std::vector<std::uint8_t> initial_value_;
  std::vector<std::uint32_t> rank_;                                 // of derived conditions, in order of dependence
  std::vector<std::uint32_t> dependents_begin_, dependents_;        // condition -> derived conditions
  std::vector<std::uint32_t> process_users_begin_, process_users_;  // condition -> processes
  std::vector<std::uint8_t> initial_can_start_, initial_healthy_;
  std::vector<AttemptTable> restart_tables_;
  std::multimap<std::uint32_t, std::uint32_t> renewed_;  // process -> conditions that are renewed with it
  // the run
  SimTime now_;
  std::uint64_t order_ = 0;
  std::vector<std::uint8_t> value_;
  std::vector<std::uint32_t> generation_;
  std::vector<std::uint8_t> pending_;  // 0 none, 1 to false, 2 to true
  std::vector<ProcessState> processes_;
  std::vector<Worker> workers_;
  std::vector<Event> events_;         // a heap
  std::vector<std::uint32_t> dirty_;  // derived conditions to look at, a heap by rank
  std::vector<std::uint8_t> is_dirty_;
  std::vector<std::uint8_t> is_asked_for_;  // by a repair, at this instant
  std::vector<std::uint32_t> dirty_processes_;
  std::vector<std::uint8_t> is_dirty_process_;
  std::vector<std::uint32_t> touched_;  // conditions to restore on reset
  std::vector<std::uint8_t> is_touched_;
  std::vector<Transition> transitions_;
  std::map<std::uint32_t, SimTime> renewing_;  // conditions that wait for their workers -> since when they could hold
};

}  // namespace moshimo
