// A part of a system that is run instead of the whole: all that some actions and their repairs can change, and what
// decides how.
//
// Run alone it comes to the same, to the last bit, as long as nothing else is wrong: what changes or is lost in the
// whole system without these actions is not in the part, and no responder loses time with it.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "core/system.hpp"

namespace moshimo {

struct Cut {
  System system;                  // its facts are those of the whole, by the ids of the whole
  std::vector<ActionId> actions;  // those that were asked for, as ids of the part
  // From ids of the part to those of the whole, ascending.
  std::vector<ComponentId> components;
  std::vector<ConditionId> conditions;
  std::vector<StoreId> stores;
  std::vector<HopId> hops;
};

// Prepared for many cuts of one system, which has to stay where it is.
class Cutter {
 public:
  explicit Cutter(const System& system);
  ~Cutter();

  Cut cut(std::span<const ActionId> actions);

 private:
  class Marks;
  struct Index;
  const System& system_;
  std::unique_ptr<const Index> index_;
  std::unique_ptr<Marks> marks_;
};

}  // namespace moshimo
