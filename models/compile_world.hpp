// The components of an inventory while they are compiled: their attributes, and what paths, expressions, tests and
// texts of the catalogue mean for them.
//
// Attributes are looked at when first asked for: a given value is checked, an absent one takes its default, which may
// lead through other components. Results are kept, so every attribute is worked out once.
#pragma once

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <deque>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "input/diagnostics.hpp"
#include "models/catalogue.hpp"
#include "models/compile.hpp"
#include "models/inventory.hpp"

namespace moshimo::models {

using Index = std::uint32_t;
inline constexpr Index nothing = static_cast<Index>(-1);

// What a path or expression leads to.
struct Thing {
  enum class Kind : std::uint8_t {
    component,
    quantity,
    text,
    yes_no,
    object,
    map,
    condition,
    port,
    store,
    hop,
    repair,
    process,
    process_start,
    process_run,
    process_healthy,
    health,  // `ok`
  };
  Kind kind = Kind::text;
  bool yes = false;
  Unit unit = Unit::none;
  Index component = nothing;  // it, or the one it belongs to
  Index index = 0;            // of a member in its type; of an object its first slot; of a text its length

  static Thing of_component(Index c);
  static Thing of_text(std::string_view words);
  static Thing of_quantity(Quantity q);
  static Thing of_yes_no(bool yes);
  static Thing of_object(const AttributeDef& attribute, Index component, Index first_slot);
  static Thing of_map(const Value& map);

  // What it is; nothing where it is of another kind.
  std::string_view text() const { return kind == Kind::text ? std::string_view(content_.text, index) : ""; }
  double number() const { return kind == Kind::quantity ? content_.number : 0; }
  const AttributeDef* object() const { return kind == Kind::object ? content_.object : nullptr; }
  const Value* map() const { return kind == Kind::map ? content_.map : nullptr; }
  Quantity quantity() const { return {number(), unit}; }
  bool is_condition_like() const { return kind >= Kind::condition; }

 private:
  union Content {  // of a large inventory there are millions
    const char* text = nullptr;
    double number;
    const AttributeDef* object;
    const Value* map;
  };
  Content content_;
};
bool same(const Thing& a, const Thing& b);

// Where something of the catalogue is looked at: for which component, inside which `each`, on behalf of whom.
struct Scope {
  Index component = nothing;
  const Thing* item = nullptr;
  const Thing* caller = nullptr;
  const std::vector<std::pair<std::string_view, Thing>>* parameters = nullptr;
  bool for_reader = false;  // names as in the inventory; else those of AWS, for commands
};

// Room for what a path leads to, lent by the world and given back; the last lent is the first given back.
class World;
class Things {
 public:
  explicit Things(World& world);
  ~Things();
  Things(const Things&) = delete;
  Things& operator=(const Things&) = delete;
  std::vector<Thing>& operator*() { return list_; }
  const std::vector<Thing>& operator*() const { return list_; }
  std::vector<Thing>* operator->() { return &list_; }
  auto begin() const { return list_.begin(); }
  auto end() const { return list_.end(); }
  bool empty() const { return list_.empty(); }
  const Thing& front() const { return list_.front(); }

 private:
  World& world_;
  std::vector<Thing>& list_;
};

// One component on its way into the system.
struct Part {
  const TypeDef* type = nullptr;
  Index type_index = 0;
  std::string name;
  std::string_view short_name;  // of a part, its own name without that of its parent
  std::string_view aws_name;
  const Resource* resource = nullptr;
  Index parent = nothing;
  Index first_slot = 0;
  Index first_member = 0;
  input::Position at;
};

class World {
 public:
  World(const Inventory& inventory, const Catalogue& catalogue, std::optional<Moment> start, input::Diagnostics& diags);

  const std::vector<Part>& parts() const { return parts_; }
  const Part& part(Index c) const { return parts_[c]; }
  Index find(std::string_view name) const;
  std::string unknown_name(std::string_view name) const;  // "; did you mean ...?" or ""
  // Of what is not found: it is wrong in itself, which has been said, or may stand in a file that could not be read.
  bool may_exist(std::string_view name) const { return !inventory_.is_whole || unusable_.count(name) != 0; }
  const std::vector<Index>& of_type(std::string_view type) const;

  // Values of an attribute, none if it is absent.
  void values(Index component, std::string_view attribute, std::vector<Thing>& out);
  // What they would be if this were written for it.
  void values_if(const Value& written, Index component, std::string_view attribute, std::vector<Thing>& out);

  // Paths belong to the catalogue, and stay where they are.
  void follow(const Path& path, const Scope& scope, std::vector<Thing>& out) {
    follow(path, path.steps.size(), scope, out);
  }
  void follow(const Path& path, std::size_t steps, const Scope& scope, std::vector<Thing>& out);
  void evaluate(const Expression& expression, const Scope& scope, std::vector<Thing>& out);
  std::optional<Thing> one(const Expression& expression, const Scope& scope);
  bool holds(const Test& test, const Scope& scope);
  std::string text(const Text& words, const Scope& scope, std::string_view between = ", ");
  std::string sentence(const Text& words, Scope scope);  // names as in the inventory
  void append(std::string& to, const Text& words, const Scope& scope, std::string_view between);
  bool applies(std::optional<Moment> since, std::optional<Moment> until) const;

  std::optional<Duration> duration(const Expression& e, const Scope& s);
  std::optional<Rate> rate(const Expression& e, const Scope& s);
  std::optional<Bytes> bytes(const Expression& e, const Scope& s);
  std::optional<double> number(const Expression& e, const Scope& s);

  Member member(Index component, std::string_view name) const;

  // Members of a component exist unless their `if` says otherwise; then they have an id, once it is assigned.
  bool exists(MemberKind kind, Index component, Index index);
  Index id(MemberKind kind, Index component, Index index) const;
  void set_id(MemberKind kind, Index component, Index index, Index id);

  std::string_view keep(std::string words);
  std::string account_of(Index component) const;
  std::string region_of(Index component) const;

  // Did anybody ask who calls? Set by `follow`, cleared by whoever wants to know.
  bool caller_was_asked = false;

  // Attributes whose default was used although nobody published it, and facts of cases that were chosen.
  struct UsedDefault {
    const TypeDef* type = nullptr;
    const AttributeDef* attribute = nullptr;
    std::string name;  // `logs.ratio`
    std::vector<Index> components;
    std::string value;
    std::string_view fact;  // set: it was published, and is of its time
  };
  std::vector<UsedDefault> used_defaults() const;
  const std::set<std::string, std::less<>>& used_facts() const { return used_facts_; }
  std::string describe(const Thing& thing) const;
  void describe(std::string& to, const Thing& thing, bool for_reader = true) const;

  // Works out every attribute, so that every mistake is found.
  void check_all();
  // Where an attribute is written, or the component where it is not.
  input::Position where(Index component, std::string_view attribute) const;

  input::Diagnostics* diagnostics;  // of whoever asks at the moment

 private:
  struct WordHash {  // names of members are short and differ at their ends
    std::size_t operator()(std::string_view word) const {
      std::uint64_t head = 0;
      std::uint64_t tail = 0;
      const std::size_t n = std::min<std::size_t>(word.size(), 8);
      std::memcpy(&head, word.data(), n);
      std::memcpy(&tail, word.data() + word.size() - n, n);
      return (head * 0x9e3779b97f4a7c15ULL) ^ (tail * 0xc2b2ae3d27d4eb4fULL) ^ (word.size() << 56);
    }
  };
  struct TypeInfo {
    const TypeDef* type = nullptr;
    std::unordered_map<std::string_view, Member, WordHash> members;
    std::vector<Index> parts;
    Index conditions = 0, ports = 0, stores = 0, hops = 0, processes = 0, repairs = 0, all = 0;  // where each begins
  };
  struct Slot {
    enum class State : std::uint8_t { open, busy, done };
    Index first = 0;
    Index count : 28 = 0;  // of a large inventory there are millions of slots, too
    State state : 2 = State::open;

    // What is written for it: in the inventory, or by a default of what it is a part of.
    const Value* value() const { return is_expression_ ? nullptr : static_cast<const Value*>(written_); }
    const Expression* expression() const { return is_expression_ ? static_cast<const Expression*>(written_) : nullptr; }
    void write(const Value* value) {
      written_ = value;
      is_expression_ = false;
    }
    void write(const Expression* expression) {
      written_ = expression;
      is_expression_ = true;
    }

   private:
    bool is_expression_ : 1 = false;
    const void* written_ = nullptr;
  };
  struct Draft;
  struct Reverse {  // who names whom in an attribute
    std::unordered_map<Index, std::vector<Index>> by_component;
    std::unordered_map<std::string_view, std::vector<Index>> by_text;
  };

  Index type_index(const TypeDef& type);
  Member member_at(const Step& step, Index component);
  void create_parts(const Inventory& inventory);
  void draft_children(Index parent, std::vector<Draft>& drafts);
  void attach_separate_parts(std::vector<std::pair<Index, Index>>& contained);
  void give(const std::vector<AttributeDef>& attributes, Index first, const Value* value, const Expression* expression,
            Index component, const std::string& prefix);

  Slot slot(Index slot_index, const AttributeDef& attribute, Index component, std::string_view prefix);
  Thing object(const AttributeDef& attribute, const Value* value, const Expression* expression, Index component,
               const std::string& label);
  void note_default(const AttributeDef& attribute, Index component, std::string_view prefix, const Thing& value);
  bool is_of_its_time(const Expression& e, const Scope& scope);
  void settle(std::vector<Thing>& things, const AttributeDef& attribute);
  static bool fits(const AttributeDef& attribute, const TypeDef& type);
  void convert(const Value& value, const AttributeDef& attribute, Index component, const std::string& label,
               std::vector<Thing>& out);
  std::optional<Thing> convert_one(const Value& value, const AttributeDef& attribute, Index component,
                                   const std::string& label);
  std::optional<Thing> reference(const Value& value, const AttributeDef& attribute, Index component,
                                 const std::string& label);
  std::string nearest_name(std::string_view name, const AttributeDef& attribute);
  bool stands_for_itself(const Value& value, const AttributeDef& attribute, Index component, const std::string& label);
  void check_range(const Value& value, const AttributeDef& attribute, const Thing& thing, Index component,
                   const std::string& label);
  void check_slots(const std::vector<AttributeDef>& attributes, Index first, Index component,
                   const std::string& prefix);
  std::string whose(Index component, std::string_view label) const;

  void walk(const Thing& from, const Step* step, const Step* end, const Scope& scope, std::vector<Thing>& out);
  void walk_member(const Thing& from, const Step* step, const Step* end, std::string_view name, const Scope& scope,
                   std::vector<Thing>& out);
  bool matches(const Thing& item, const std::vector<Match>& all, const Scope& scope, bool absent_matches);
  std::optional<std::pair<Index, Index>> own_values(const Expression& e, const Scope& scope);
  void of_type_matching(const Path& path, const Step* end, const Scope& scope, std::vector<Thing>& out);
  const Reverse& reverse(Index type, std::string_view attribute);
  std::size_t member_cell(MemberKind kind, Index component, Index index) const;  // where in member_cells_

  const Catalogue& catalogue_;
  const Inventory& inventory_;
  std::optional<Moment> start_;
  std::vector<Part> parts_;
  std::unordered_map<std::string_view, Index> by_name_;
  std::vector<TypeInfo> types_;
  std::unordered_map<const TypeDef*, Index> type_indices_;
  std::vector<Slot> slots_;
  std::vector<Thing> things_;
  static constexpr Index unknown_yet = static_cast<Index>(-2);  // whether a member exists, or
  static constexpr Index there = static_cast<Index>(-3);        // it does and has no id yet
  std::vector<Index> member_cells_;
  std::unordered_map<Index, std::unordered_map<std::string_view, Reverse>> reverse_;
  std::deque<std::string> kept_;
  std::unordered_map<const AttributeDef*, UsedDefault> used_defaults_;
  std::set<std::string, std::less<>> used_facts_;
  std::unordered_set<std::string_view> unusable_;  // names of resources that are wrong in themselves
  std::size_t suggestions_ = 0;
  struct StepMember {  // what a step of a path is in a type
    const Step* step = nullptr;
    Index type = nothing;
    Member member;
  };
  std::vector<StepMember> step_members_;  // those met last, by a hash
  friend class Things;
  std::vector<std::unique_ptr<std::vector<Thing>>> rooms_;  // those before `lent_` are lent to a `Things`
  std::size_t lent_ = 0;
  std::string spare_text_;
};

inline Things::Things(World& world)
    : world_(world),
      list_(world.lent_ < world.rooms_.size() ? *world.rooms_[world.lent_]
                                              : *world.rooms_.emplace_back(std::make_unique<std::vector<Thing>>())) {
  ++world_.lent_;
}

inline Things::~Things() {
  list_.clear();
  --world_.lent_;
}

}  // namespace moshimo::models
