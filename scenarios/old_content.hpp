// What lies in something, or is encrypted with it, stays behind when a plan replaces it: the new one begins without.
#pragma once

#include <vector>

#include "core/system.hpp"

namespace moshimo::scenarios {

// `deleted` is the deletion of the old one, `replaced` the action that happens. Data at rest gets a store of its own,
// which hangs on conditions of the old one; `replaced` breaks those, and repairs that save an old one save it.
// `is_replaced_at_once`: the new one is in use without a gap, so that nothing else of the system sees the deletion.
void leave_content_behind(System& system, ActionId deleted, ActionId replaced, bool is_replaced_at_once);

// The stores that an action empties, of which nobody knows what was in them before the start: queues, streams,
// archives.
std::vector<StoreId> emptied_unseen(const System& system, ActionId action);

}  // namespace moshimo::scenarios
