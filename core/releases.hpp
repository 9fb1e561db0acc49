// What somebody could release: data that lies in a place until it is released, while its hop is open.
#pragma once

#include <cstdint>
#include <optional>

#include "core/outcome.hpp"
#include "core/system.hpp"

namespace moshimo {

struct Releasable {
  SimTime from = {};      // data lies there from here on,
  SimTime to = {};        // up to here (never(): to the horizon),
  SimTime open = {};      // and could leave from here on
  Duration pause = {};    // which is so long after what it needs is there again
  SimTime deadline = {};  // the first of it is lost; never(): it is not
  double events = 0;      // at one time
};

// What the ledger of an outcome says of one fallback over time; nothing where no data lay in it while its hop was open.
std::optional<Releasable> releasable(const System& system, const Outcome& outcome, HopId hop, std::uint8_t fallback);

}  // namespace moshimo
