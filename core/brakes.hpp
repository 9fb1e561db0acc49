// Emergency brakes: repairs that put nothing right, but buy time. They give what waits in a store more time, open a
// fallback that was closed at the start (and let by what a full one would hold up), or stop what would carry data to
// where it is lost.
#pragma once

#include <cstdint>
#include <vector>

#include "core/system.hpp"

namespace moshimo {

// A fallback that somebody has to bring about is, as long as that is not done, as if it were not there. What has to
// hold for it to be there; not set: it is there from the start.
ConditionId opening_of(const System& system, const Fallback& fallback);

struct Brake {
  enum class Does : std::uint8_t { gives_time, opens, lets_by, stops };
  struct Place {  // where it makes itself felt
    Does does = Does::opens;
    HopId hop;
    Duration after = {};                         // from when it is done
    std::uint8_t fallback = 0;                   // of what gives_time or opens
    ConditionId opening = {};                    // opens: what then holds
    Duration holds_for = {};                     // gives_time
    ErrorClass error = ErrorClass::unavailable;  // lets_by: in which class the hop fails
  };
  RepairId repair;
  std::vector<Place> places;
};

class Brakes {
 public:
  explicit Brakes(const System& system);

  const std::vector<Brake>& all() const { return all_; }  // in order of their repairs
  const Brake* find(RepairId repair) const;

 private:
  std::vector<Brake> all_;
};

}  // namespace moshimo
