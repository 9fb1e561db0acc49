// The simulated world in the engine's own words: conditions, components, ports, stores, hops, processes, repairs.
//
// A `System` is built once (by the compiler in models/, or from a text in tests), checked by `check()` and constant
// from then on. It knows nothing of any cloud: every service is a set of these rows. docs/semantics.md defines what
// they do.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <initializer_list>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/ids.hpp"
#include "core/quantity.hpp"

namespace moshimo {

// Why something was refused or failed. Which classes a hop retries is told by its fallbacks.
enum class ErrorClass : std::uint8_t {
  denied,       // 401, 403, a principal that cannot be assumed
  key,          // an encryption key refused
  missing,      // no such target
  throttled,    // too much at once
  unavailable,  // 5xx, network, nobody running
  unhealthy,    // runs, but fails its checks
  stalled,      // a full buffer holds its producer up
  failed,       // the receiver ran and failed
};
inline constexpr std::size_t error_class_count = 8;
std::string_view name_of(ErrorClass c);

// A set of error classes, one bit each.
struct ClassSet {
  std::uint8_t bits = 0;
  constexpr bool has(ErrorClass c) const { return (bits >> static_cast<unsigned>(c)) & 1U; }
  constexpr void add(ErrorClass c) { bits = static_cast<std::uint8_t>(bits | (1U << static_cast<unsigned>(c))); }
  static constexpr ClassSet all() { return {0xff}; }
};

enum class Confidence : std::uint8_t { documented, observed, inferred, assumed };
std::string_view name_of(Confidence c);

// A statement about the real world with its source. Every number of a report leads to one.
struct Fact {
  std::string id;
  std::string says;
  std::string source;
  Confidence confidence = Confidence::assumed;
};

struct Component;
struct Condition;
struct Port;
struct Store;
struct Hop;
struct Process;
struct Repair;
struct Action;
using FactId = Id<Fact>;
using ComponentId = Id<Component>;
using ConditionId = Id<Condition>;
using PortId = Id<Port>;
using StoreId = Id<Store>;
using HopId = Id<Hop>;
using ProcessId = Id<Process>;
using RepairId = Id<Repair>;
using ActionId = Id<Action>;

// A list that is empty nearly everywhere, in the room of a pointer: a large system has millions of them.
template <class Item>
class Few {
 public:
  Few() = default;
  Few(std::initializer_list<Item> items) : Few(std::vector<Item>(items)) {}
  Few(std::vector<Item> items) {
    if (!items.empty()) items_ = std::make_unique<std::vector<Item>>(std::move(items));
  }
  Few(const Few& other) : items_(other.items_ ? std::make_unique<std::vector<Item>>(*other.items_) : nullptr) {}
  Few(Few&&) noexcept = default;
  Few& operator=(const Few& other) {
    Few copy(other);
    items_ = std::move(copy.items_);
    return *this;
  }
  Few& operator=(Few&&) noexcept = default;
  ~Few() = default;
  operator const std::vector<Item>&() const { return list(); }
  const std::vector<Item>& list() const { return items_ ? *items_ : none; }
  bool empty() const { return !items_; }
  std::size_t size() const { return list().size(); }
  auto begin() const { return list().begin(); }
  auto end() const { return list().end(); }
  const Item& operator[](std::size_t i) const { return list()[i]; }
  void push_back(Item item) {
    if (!items_) items_ = std::make_unique<std::vector<Item>>();
    items_->push_back(std::move(item));
  }
  void clear() { items_.reset(); }
  friend bool operator==(const Few& a, const Few& b) { return a.list() == b.list(); }

 private:
  static inline const std::vector<Item> none;
  std::unique_ptr<std::vector<Item>> items_;  // not set: none
};

// One condition, or any one of several; `error` is the class in which its absence shows here.
// Lists of needs are checked in order; the first that fails is the cause and gives the class.
struct Need {
  ErrorClass error = ErrorClass::unavailable;
  ConditionId condition;          // always set
  Few<ConditionId> alternatives;  // one of which is enough
};
using Needs = std::vector<Need>;

// A run of attempts: `attempts` tries whose gaps go from `gap` (before the first of them) to `last` (before the last).
// `attempts` < 0: without end. `exponential` doubles from `gap` until `last` where `attempts` < 0, and is geometric
// from `gap` to `last` over the stated number of attempts otherwise; `linear` grows by equal steps.
enum class Shape : std::uint8_t { constant, linear, exponential };
struct Phase {
  std::int64_t attempts = -1;
  Duration gap = {};
  Duration last = {};
  Shape shape = Shape::constant;
  auto operator<=>(const Phase&) const = default;
};
using Schedule = std::vector<Phase>;

// What an operator would notice, or would wait for in vain (`silent`).
enum class SymptomKind : std::uint8_t { metric, error, event, log, status, silent };
std::string_view name_of(SymptomKind k);
struct Symptom {
  SymptomKind kind = SymptomKind::error;
  std::string text;
  Duration after = {};    // from the moment the failure begins
  Needs only_while;       // seen only from when these hold too
  bool ends = false;      // something measured comes to an end: whoever waits for a sign of trouble gets none
  bool is_tried = false;  // seen only by whoever does what the text says, and in a run nobody does
  FactId fact;
};

// A list of symptoms, which rows that look the same share.
class Symptoms {
 public:
  Symptoms() = default;
  Symptoms(std::vector<Symptom> list) {
    if (!list.empty()) list_ = std::make_shared<const std::vector<Symptom>>(std::move(list));
  }
  operator const std::vector<Symptom>&() const { return list(); }
  bool empty() const { return !list_; }
  std::size_t size() const { return list().size(); }
  auto begin() const { return list().begin(); }
  auto end() const { return list().end(); }

 private:
  const std::vector<Symptom>& list() const { return list_ ? *list_ : none; }
  friend bool operator==(const Symptoms&, const Symptoms&) = default;
  static inline const std::vector<Symptom> none;
  std::shared_ptr<const std::vector<Symptom>> list_;  // not set: none
};

// What people read of a row. Where a row has none, the `RowTexts` of its system tell it when somebody asks.
struct Label {
  std::string name;  // `component/condition`, `component.port`, `component/repair`
  std::string says;  // a sentence: of a condition, what is true while it holds
};
using WrittenLabel = std::shared_ptr<const Label>;
WrittenLabel written(std::string name, std::string says = "");

// A boolean about the world. `free`: changed by faults and repairs, each after its delay. `derived`: follows needs;
// falls when they have failed without a break for `falls_after`; rises when they have held for `rises_after`, or only
// by a repair, or never. `staffed`: true while at least one worker of `process` runs (kept by the engine).
struct Condition {
  enum class Kind : std::uint8_t { free, derived, staffed };
  enum class Rises : std::uint8_t { after_delay, by_repair, never };
  WrittenLabel label;
  ComponentId component;
  Kind kind = Kind::free;
  ErrorClass error = ErrorClass::unavailable;
  bool initially = true;
  bool is_of_the_past = false;  // something that is gone on purpose; only what data hangs on it counts
  Rises rises = Rises::after_delay;
  Needs follows;
  ProcessId process;
  FactId fact;
  Delay falls_after;
  Delay rises_after;
  Symptoms symptoms;
};

// A way into a component. All needs are written out here (those of the principal, the key, ... included).
struct Port {
  WrittenLabel label;
  ComponentId component;
  ProcessId process;  // served by these workers, if set
  Needs needs;
  Rate capacity = Rate::unlimited();  // with a process: that of all its workers together
  bool tells_people = false;          // what enters is read by somebody
  FactId fact;
};

// A place where data waits, declared by its component.
struct Store {
  std::string name;  // `component/store`
  std::string says;
  ComponentId component;
  Duration holds_for = Duration::forever();
  Bytes capacity = Bytes::unlimited();
  Needs accepts;
  Needs readable;
  std::vector<ConditionId> lost_with;   // the content is lost when one of these falls for good,
  std::vector<ConditionId> emptied_by;  // or when one of these falls at all
  bool ordered = false;
  bool holds_data = false;  // full before the start: data at rest
  Symptoms symptoms;        // of data that waits here for somebody
  FactId fact;
};

enum class Overflow : std::uint8_t { next, drop_newest, drop_oldest, block };

// A use of a store by a hop, a retry or a buffer of the hop itself, or a port the data is handed on to.
struct Fallback {
  enum class Kind : std::uint8_t { store, retry, buffer, hand_on };
  enum class Age : std::uint8_t { since_arrival, since_entry };
  Kind kind = Kind::store;
  std::string says;                      // where the data waits: "the queue spare", "retries", "log driver"
  StoreId store;                         // kind store
  PortId port;                           // kind hand_on
  Schedule schedule;                     // kind retry
  Duration limit = Duration::forever();  // of this use; that of its store counts too, see place_limit
  Age age = Age::since_arrival;
  Bytes capacity = Bytes::unlimited();
  Overflow overflow = Overflow::next;
  Needs accepts;            // all needs of putting data here: the writer's, the store's, the port's
  RepairId release;         // set: data leaves only by this repair; else by itself when the hop is open
  bool misdirects = false;  // what lies here went by its target unnoticed, and waits for nothing
  FactId fact;
};

// What a hop does when it fails with a given class.
struct Reaction {
  std::vector<std::uint8_t> fallbacks;  // positions in the hop's list, ascending
  Delay pause;                          // how long it stays closed after its needs hold again, if it refused something
  Symptoms symptoms;
  FactId fact;
  friend bool operator==(const Reaction&, const Reaction&) = default;
};

// What a hop does by error class. Classes and hops that do the same share it; changing it makes it one's own.
using ReactionRows = std::array<Reaction, error_class_count>;
class Reactions {
 public:
  Reactions() = default;
  explicit Reactions(const ReactionRows& rows);
  const Reaction& operator[](std::size_t error) const { return list_ ? list_->rows[list_->row_of[error]] : none; }
  Reaction& operator[](std::size_t error);
  friend bool operator==(const Reactions& a, const ReactionRows& b);

 private:
  struct List {
    std::array<std::uint8_t, error_class_count> row_of = {};
    std::vector<Reaction> rows = std::vector<Reaction>(1);
  };
  static inline const Reaction none;
  std::shared_ptr<List> list_;  // not set: nothing is kept and nobody sees anything
};

// A piecewise constant rate that repeats. `steps` begin at offset 0, ascending; `period` forever: does not repeat.
struct ProfileStep {
  Duration offset = {};
  Rate rate;
};
struct Profile {
  std::vector<ProfileStep> steps;
  Duration period = Duration::forever();
};

// What a hop has to do with people being told (core/detection.hpp); the flow of data knows nothing of it.
struct Watch {
  enum class For : std::uint8_t {
    nothing,  // it passes on what comes to it
    symptom,  // something that is seen
    action,   // something that somebody does, or was kept from doing
    refusal,  // that somebody is refused for want of a component's conditions
    alarms,   // that others have seen what they look for, by `rule`
  };
  enum class Outcome : std::uint8_t { any, happened, stopped };  // of an action
  For what = For::nothing;
  std::vector<ComponentId> of;     // whose, with their parts; none: anybody's
  std::vector<std::string> words;  // one of these is a word of what is seen
  bool hears_silence = false;      // an end of what is measured counts, too, and so does an end of arrivals
  bool counts_arrivals = false;    // it measures what arrives
  Outcome outcome = Outcome::any;
  std::vector<std::string> place;  // where actions are seen; an empty word is anywhere
  Duration takes;                  // until the message leaves
  // How much has to be there before it counts.
  enum class Amount : std::uint8_t {
    any,
    level,       // what waits reaches `threshold`
    per_period,  // as much happens in a `period`
  };
  Amount amount = Amount::any;
  double threshold = 0;
  Duration period;
  // In reverse Polish order: others (`alarm`: has a hop of this component seen what it looks for?), and what joins
  // them.
  struct Rule {
    enum class Kind : std::uint8_t { alarm, both, either, negation, never };
    Kind kind = Kind::never;
    ComponentId of;
  };
  std::vector<Rule> rule;
};

// Data moving to a port, or out of the system (`to` unset).
struct Hop {
  enum class Source : std::uint8_t {
    port,       // what enters port `from`, times `ratio`
    work,       // `profile` while port `from` is open, in proportion to its running workers, times `ratio`
    profile,    // from outside
    timetable,  // one event (times `ratio`) at `first`, `first` + `every`, ...
    signal,     // one event (times `ratio`) whenever condition `signal` falls
    sign,       // no data: a message when `watch` sees what it looks for
  };
  std::string name;  // `component/hop`
  std::string says;
  ComponentId component;
  Source source = Source::port;
  PortId from;
  Profile profile;
  Duration every = Duration::forever();
  Duration first = {};
  ConditionId signal;
  double ratio = 1;
  Bytes size = Bytes::count(1000);  // of one event
  PortId to;
  Needs needs;                      // written out: principal, own, the target port's, its process's
  std::vector<Fallback> fallbacks;  // in order
  Reactions when;
  std::optional<Rate> drain;  // unset: the backlog per second plus what flows in
  bool ordered = false;       // everything goes through the first fallback
  // Why a class keeps data in a fallback, where that is another fact than the fallback's own.
  struct Reason {
    ErrorClass error = ErrorClass::unavailable;
    std::uint8_t fallback = 0;
    FactId fact;
  };
  std::vector<Reason> reasons;
  std::shared_ptr<const Watch> watch;  // not set: nothing, and a message takes no time
  FactId fact;
  FactId fact_of(ErrorClass error, std::size_t fallback) const;
  const Reaction& reaction(ErrorClass c) const { return when[static_cast<std::size_t>(c)]; }
};

// Workers of a component. Each lives for `lifetime`; one that ends is replaced if the start needs hold.
struct Process {
  std::string name;
  std::string says;
  ComponentId component;
  std::uint32_t count = 1;
  Duration lifetime = Duration::forever();
  Needs start;
  Needs run;      // idle while they fail
  Needs healthy;  // ended when they have failed for `ends_when_unhealthy_for`
  Duration start_time = {};
  Duration ends_when_unhealthy_for = Duration::forever();
  bool restarts = true;
  Schedule restart;  // gaps between attempts to start; empty: as soon as the needs hold
  ConditionId staffed;
  Symptoms symptoms_start;
  Symptoms symptoms_run;
  Symptoms symptoms_healthy;
  FactId fact;
};

// A way to put something right. What people read of it is told by `text_of`.
struct Repair {
  WrittenLabel label;
  ComponentId component;
  ProcessId restarts;
  std::vector<ConditionId> restores;
  Few<ConditionId> breaks;
  Few<ConditionId> refreshes;  // come right along with it where they can, though nobody does it for their sake
  Few<Need> requirements;
  struct Setting {  // some time after it is done the store keeps for so long what it holds and what comes
    StoreId store;
    Duration holds_for;
    Delay after;
  };
  Few<Setting> sets;
  std::optional<Rate> rate;  // of a release; unset: as fast as a drain
  Duration takes = {};
  FactId fact;
  FactId limits;
  bool by_apply = false;       // re-applying the infrastructure code does it
  bool only_by_apply = false;  // and nobody would do it by itself
};

// A repair in words. They may hold `{gap.start}` and the like, filled in by the report.
struct RepairText {
  std::string title;
  std::string who;
  std::vector<std::string> commands;
  std::string verify;
};

// Puts together what people read when somebody asks: of the rows of a large system few are ever read.
class RowTexts {
 public:
  virtual ~RowTexts() = default;
  virtual Label label(ConditionId condition) = 0;
  virtual Label label(PortId port) = 0;
  virtual Label label(RepairId repair) = 0;
  virtual RepairText repair(RepairId repair) = 0;
};

// Something somebody may do to a component: a fault when it was not meant.
struct Action {
  std::string name;  // `component/verb`
  ComponentId component;
  std::vector<ConditionId> breaks;
  std::vector<ConditionId> restores;
  Needs needs;  // fails: the action is stopped and changes nothing
  std::vector<ActionId> cascade;
  std::vector<std::string> seen_as;  // by whoever watches what is done
  std::vector<std::string> place;    // and where it is seen
  FactId fact;
};

// One resource of the inventory, or a part of one.
struct Component {
  std::string name;
  std::string type;           // in the inventory's words, for reports only
  ComponentId parent;         // set for a part
  bool is_principal = false;  // something whose removal can be asked about: an identity or a key
  std::optional<Duration> rto = {};
  std::optional<Duration> rpo = {};
};

struct System {
  Table<Fact> facts;
  Table<Component> components;
  Table<Condition> conditions;
  Table<Port> ports;
  Table<Store> stores;
  Table<Hop> hops;
  Table<Process> processes;
  Table<Repair> repairs;
  Table<Action> actions;
  std::shared_ptr<RowTexts> texts;  // not set: all labels are written, and repairs have no texts
};
std::string name_of(const System& system, ConditionId condition);
std::string name_of(const System& system, PortId port);
std::string name_of(const System& system, RepairId repair);
std::string says(const System& system, ConditionId condition);
std::string says(const System& system, PortId port);
RepairText text_of(const System& system, RepairId repair);

// How long data stays in a fallback at most, while nobody has set another time for its store: the shorter of its own
// limit and the store's.
Duration place_limit(const System& system, const Fallback& fallback);

}  // namespace moshimo
