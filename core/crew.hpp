// People at work: what each begins when they get free, and what comes of it for conditions and processes.
//
// By themselves they begin what serves the earliest point of no return; with a list, what is next on it.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/control.hpp"
#include "core/releases.hpp"
#include "core/repair_plan.hpp"
#include "core/response.hpp"
#include "core/stand_ins.hpp"
#include "core/urgency.hpp"

namespace moshimo {

// Infrastructure code retries for about as long when what it has just made is not yet there for the next call.
inline constexpr Duration apply_waits = Duration::minutes(2);

// Beyond the damage they see by themselves.
struct Opportunities {
  std::map<ReleaseTask, Releasable> releases;
  std::map<RepairId, Urgency> brakes;  // repairs that give what waits more time
};

class Crew {
 public:
  // All by reference: they have to live as long.
  Crew(const System& system, const RepairPlan& plan, ControlPlane& control, const Responders& responders,
       const PlanRules& rules);

  // From `begin` to `horizon`, after the faults. Where it ends is told by steps() and script().
  void work(const Script& faults, SimTime begin, SimTime horizon, const Urgencies& urgencies,
            const Opportunities& opportunities);

  std::vector<Step>& steps() { return steps_; }
  const Script& script() const { return script_; }

 private:
  struct Open {  // a repair under way
    SimTime done;
    std::size_t step = 0;
    RepairId repair;
    bool is_last = false;  // of those of its step that began with it
  };
  struct Candidate {
    Urgency urgency;
    RepairId repair;
    std::optional<ReleaseTask> release;
  };

  void note_falls();
  void concern(std::span<const std::uint32_t> repairs);
  void note_openings();
  bool finish_one();
  void finish(RepairId id, const Step& step);
  void fail(const Open& open);
  void sort_script();

  bool is_damage(ConditionId c) const;
  bool is_missing(ConditionId c) const { return is_damage(c) || stand_ins_.is_needed(c); }
  bool is_missed_by(RepairId id, ConditionId c) const;
  bool can_take_effect(ConditionId c) const;
  bool saves_time(const Repair& repair, ConditionId c) const;
  bool is_handled(ConditionId c) const;
  bool is_wanted(RepairId id) const;
  bool is_anything_held() const;  // and will be set free
  bool does(const Task& task, const Candidate& c) const;
  bool is_applied(RepairId id) const { return system_.repairs[id].by_apply && !responders_.by_hand; }
  bool is_applying() const;
  void plan_applying();
  void go_on_applying();
  void end_applying();
  struct ApplyScope {
    std::vector<RepairId> repairs, left_out;
  };
  ApplyScope to_apply(bool begins) const;
  bool does_harm(RepairId id) const;
  bool would_take_for_gone(RepairId id) const;
  bool can_be_done(RepairId id) const;
  bool came_too_late(RepairId id) const;
  bool is_for_good(ConditionId c) const;
  // Nobody who looks at what an apply would do begins one for its sake.
  bool is_left_to_chance(RepairId id) const { return system_.repairs[id].only_by_apply && is_careful_; }
  SimTime more_to_apply_from() const;
  Urgency urgency_of(RepairId id) const;

  std::vector<Candidate> candidates(bool by_an_apply_too) const;
  bool comes_before(const Candidate& a, const Candidate& b) const;
  const std::string& name(RepairId id) const;
  const Candidate& first_of(const std::vector<Candidate>& candidates) const;
  bool start_one();
  enum class Listed : std::uint8_t { started, waits, is_at_its_end };
  Listed start_listed(std::uint32_t responder, const std::vector<Candidate>& candidates);
  void start(const Candidate& chosen, std::uint32_t responder);
  void start_in_vain(const Task& task, std::uint32_t responder);
  void begin(Step step);
  void take_up(std::size_t number, const std::vector<RepairId>& repairs);
  bool waits_for_a_more_urgent_one(const Candidate& chosen) const;
  std::optional<std::uint32_t> free_responder() const;

  // When, as far as is known; never() where nothing tells.
  SimTime is_wanted_from(RepairId id) const;
  SimTime is_readable_from(const ReleaseTask& task) const;
  SimTime is_ready_from(const Task& task) const;
  SimTime is_ready_from(const ReleaseTask& task) const;
  SimTime is_held_until(RepairId id) const { return held_until_[id.value]; }
  SimTime is_held_until(const Task& task) const;
  SimTime next_moment() const;

  const System& system_;
  const RepairPlan& plan_;
  const Adjacency& repairs_of_;  // condition -> repairs that these people may do and that restore it
  ControlPlane& control_;
  const Responders& responders_;
  const PlanRules& rules_;
  std::vector<SimTime> held_until_;  // by repair
  StandIns stand_ins_;
  std::optional<StandIns> stand_ins_of_code_;  // what a plain apply puts in the place of what only people bring back
  mutable std::unordered_map<std::uint32_t, std::string> names_;  // of repairs, as far as somebody asked

  // one pass
  const Urgencies* urgencies_ = nullptr;
  const Opportunities* opportunities_ = nullptr;
  SimTime begin_, now_;
  SimTime wakes_ = SimTime::never();  // who waits for the next on the list goes on
  std::vector<RepairId> concerned_;   // repairs of what fell or shrank so far, each once
  std::vector<bool> is_concerned_;
  std::vector<Open> under_way_;
  std::optional<std::size_t> open_apply_;  // the step whose repairs are all done, while more may become possible
  std::set<RepairId> planned_;  // by the apply under way, when it looked: it goes on with them, whatever people do
  bool is_careful_ = false;     // as of the apply that is looked at: it leaves out what would do harm
  std::vector<bool> busy_, active_;
  std::vector<SimTime> last_done_, last_fall_;
  std::size_t seen_transitions_ = 0;
  std::set<ReleaseTask> started_releases_;
  std::map<ReleaseTask, SimTime> held_since_;  // what the hop needs holds
  std::vector<bool> is_dealt_with_;            // by position in the list
  std::vector<Step> steps_;
  Script script_;
};

}  // namespace moshimo
