#include "scenarios/old_content.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <memory>
#include <utility>

namespace moshimo::scenarios {
namespace {

constexpr const char* of_the_old_one = " of the old one";

bool never_held(const System& system, ConditionId c) {
  return system.conditions[c].kind == Condition::Kind::free && !system.conditions[c].initially;
}

// The conditions of a system as they would be for the old one, made when they are asked for.
class OldOne {
 public:
  OldOne(System& system, ActionId deleted) : system_(system), broken_(system.actions[deleted].breaks) {}

  // It is broken, or follows something that is.
  bool concerns(ConditionId c) {
    if (const auto known = concerns_.find(c.value); known != concerns_.end()) return known->second;
    concerns_[c.value] = false;
    bool result = std::find(broken_.begin(), broken_.end(), c) != broken_.end();
    if (!result && system_.conditions[c].kind == Condition::Kind::derived) {
      result = concerns_any(system_.conditions[c].follows);
    }
    return concerns_[c.value] = result;
  }

  bool concerns_any(const Needs& needs) {
    return std::any_of(needs.begin(), needs.end(),
                       [&](const Need& n) { return has_no_other_way(n) && concerns(n.condition); });
  }

  bool concerns_any(const std::vector<ConditionId>& conditions) {
    return std::any_of(conditions.begin(), conditions.end(), [&](ConditionId c) { return concerns(c); });
  }

  ConditionId old(ConditionId c) {
    if (!concerns(c)) return c;
    if (const auto known = made_.find(c.value); known != made_.end()) return known->second;
    Condition row = system_.conditions[c];
    row.label = written(name_of(system_, c) + of_the_old_one, says(system_, c));
    row.is_of_the_past = true;
    row.follows = old(row.follows);
    if (std::find(broken_.begin(), broken_.end(), c) != broken_.end()) {
      row.kind = Condition::Kind::free;
      row.follows.clear();
    }
    return made_[c.value] = system_.conditions.add(std::move(row));
  }

  Needs old(Needs needs) {
    for (Need& need : needs) {
      if (!has_no_other_way(need) || !concerns(need.condition)) continue;
      need.condition = old(need.condition);
      need.alternatives = {};
    }
    return needs;
  }

  std::vector<ConditionId> old(std::vector<ConditionId> conditions) {
    for (ConditionId& c : conditions) c = old(c);
    return conditions;
  }

  std::vector<ConditionId> broken() const {
    std::vector<ConditionId> all;
    for (ConditionId c : broken_) {
      if (const auto made = made_.find(c.value); made != made_.end()) all.push_back(made->second);
    }
    return all;
  }

  bool is_made(ConditionId c) const { return made_.count(c.value) != 0; }

 private:
  // What only a repair can open is no way for the old one.
  bool has_no_other_way(const Need& need) const {
    return std::all_of(need.alternatives.begin(), need.alternatives.end(),
                       [&](ConditionId c) { return never_held(system_, c); });
  }

  System& system_;
  std::vector<ConditionId> broken_;
  std::map<std::uint32_t, bool> concerns_;
  std::map<std::uint32_t, ConditionId> made_;
};

// A repair of the old one reads like the repair it was made from.
class OldTexts : public RowTexts {
 public:
  explicit OldTexts(std::shared_ptr<RowTexts> texts) : texts_(std::move(texts)) {}
  Label label(ConditionId condition) override { return texts_ ? texts_->label(condition) : Label{}; }
  Label label(PortId port) override { return texts_ ? texts_->label(port) : Label{}; }
  Label label(RepairId repair) override { return texts_ ? texts_->label(repair) : Label{}; }
  RepairText repair(RepairId repair) override {
    const auto model = models_.find(repair.value);
    return texts_ ? texts_->repair(model == models_.end() ? repair : model->second) : RepairText{};
  }
  void add(RepairId repair, RepairId model) { models_[repair.value] = model; }

 private:
  std::shared_ptr<RowTexts> texts_;
  std::map<std::uint32_t, RepairId> models_;
};

void save_the_old_one(System& system, OldOne& old) {
  const auto texts = std::make_shared<OldTexts>(system.texts);
  const auto count = static_cast<std::uint32_t>(system.repairs.size());
  for (std::uint32_t r = 0; r < count; ++r) {
    Repair row = system.repairs[RepairId(r)];
    if (row.by_apply) continue;
    std::erase_if(row.restores, [&](ConditionId c) { return !old.is_made(c); });
    if (row.restores.empty()) continue;
    row.label = written(name_of(system, RepairId(r)) + of_the_old_one);
    row.restores = old.old(row.restores);
    row.requirements = old.old(row.requirements);
    row.breaks.clear();
    row.refreshes.clear();
    row.restarts = {};
    texts->add(system.repairs.add(std::move(row)), RepairId(r));
  }
  system.texts = texts;
}

}  // namespace

void leave_content_behind(System& system, ActionId deleted, ActionId replaced, bool is_replaced_at_once) {
  OldOne old(system, deleted);
  const ComponentId self = system.actions[deleted].component;
  const auto count = static_cast<std::uint32_t>(system.stores.size());
  for (std::uint32_t s = 0; s < count; ++s) {
    Store row = system.stores[StoreId(s)];
    const bool is_emptied = old.concerns_any(row.emptied_by);
    const bool is_lost = old.concerns_any(row.lost_with);
    if (!is_emptied && !is_lost) continue;
    if (is_emptied && is_replaced_at_once) {  // what waits in it
      for (ConditionId c : std::vector<ConditionId>(row.emptied_by)) {
        if (old.concerns(c)) row.emptied_by.push_back(old.old(c));
      }
      system.stores[StoreId(s)].emptied_by = row.emptied_by;
    }
    const bool holds_some = row.holds_data || (row.component == self && is_emptied);
    if (!holds_some || (row.holds_data && is_emptied && !is_replaced_at_once)) continue;
    row.name += " before";
    row.says += ", with what was put there before";
    row.holds_data = true;
    row.ordered = false;
    row.accepts.clear();
    row.readable = old.old(row.readable);
    row.lost_with = old.old(row.lost_with);
    row.emptied_by = old.old(row.emptied_by);
    system.stores.add(std::move(row));
  }
  const std::vector<ConditionId> broken = old.broken();
  std::vector<ConditionId>& breaks = system.actions[replaced].breaks;
  breaks.insert(breaks.end(), broken.begin(), broken.end());
  save_the_old_one(system, old);
}

std::vector<StoreId> emptied_unseen(const System& system, ActionId action) {
  std::vector<StoreId> found;
  const std::vector<ConditionId>& broken = system.actions[action].breaks;
  for (std::uint32_t s = 0; s < system.stores.size(); ++s) {
    const Store& store = system.stores[StoreId(s)];
    if (store.holds_data || store.component != system.actions[action].component) continue;
    const bool is_emptied = std::any_of(store.emptied_by.begin(), store.emptied_by.end(), [&](ConditionId c) {
      return std::find(broken.begin(), broken.end(), c) != broken.end();
    });
    if (is_emptied) found.push_back(StoreId(s));
  }
  return found;
}

}  // namespace moshimo::scenarios
