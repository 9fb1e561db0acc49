// What becomes of data that cannot be delivered, in words.
#pragma once

#include <string>

#include "core/findings.hpp"
#include "core/system.hpp"
#include "scenarios/figures.hpp"

namespace moshimo::report {

// "lost at once, since nothing keeps it"; "its 6 h in retries are over"
std::string why_lost(const System& system, const PointOfNoReturn& point);
// What becomes of data a hop cannot deliver: "waits in the queue invoices for 4 d". With a timeline, places that take
// nothing at that time are told as such.
std::string what_becomes_of_data(const System& system, const Hop& hop, ErrorClass error, const Timeline* timeline,
                                 SimTime at);
// "What is unavailable, not denied, is tried again for 24 h.": where this class is not retried, and that one is.
std::string fate_if_unavailable(const System& system, const Hop& hop, ErrorClass error);
// How long data survives in a fallback: the least of its own limit, that of its store, and its last attempt.
Duration limit_of(const System& system, const Fallback& fallback);

}  // namespace moshimo::report
