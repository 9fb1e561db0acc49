// Who is told of what happens, when and by which way; and who looks out for something and still tells nobody.
//
// A hop with a `Watch` sends a message when it sees what it looks for. The message goes along hops like data, one piece
// of it, with the waits and retries these have, until it enters a port behind which somebody reads. What happened
// may have broken its way.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/findings.hpp"
#include "core/outcome.hpp"
#include "core/response.hpp"
#include "core/system.hpp"

namespace moshimo {

// What became of the messages of one hop that looks out for something.
struct Telling {
  enum class Fate : std::uint8_t {
    told,         // somebody reads it
    late,         // it is still on its way at the horizon
    unseen,       // what it looks for did not happen
    elsewhere,    // it did, and is seen at another place alone
    unknown,      // nothing in the system is ever seen under this name
    unheard,      // what it measures came to an end, which it takes for good
    below,        // there is less of it than it looks for
    blocked,      // its way is broken
    unaddressed,  // nobody reads where its way ends
  };
  struct Passed {
    SimTime at;  // when the message left the hop
    HopId hop;
  };
  HopId hop;  // that looks out
  Fate fate = Fate::unseen;
  SimTime seen = SimTime::never();  // what it looks for
  std::string sign;                 // in words
  ComponentId of;                   // of whom
  FactId fact;                      // why it is seen
  std::vector<std::string> place;   // elsewhere: where it is
  std::vector<Passed> way;          // as far as it came
  PortId reader;                    // told
  SimTime told = SimTime::never();
  // Blocked, or late:
  HopId stopped_at;
  ErrorClass error = ErrorClass::unavailable;
  CauseChain chain;
  int waits_in = -1;  // the fallback of `stopped_at` it lies in, for somebody to look; -1: it is lost
};

struct Detection {
  std::vector<Telling> tellings;  // those who told first, by time; then by the name of the hop
  const Telling* first() const;   // null: nobody is told
};

// Of a run in which nobody acts; `response` tells what happened and what was stopped.
Detection detection_of(const System& system, const std::vector<Fault>& faults, const Response& response,
                       const Findings& findings, const Outcome& healthy);
bool is_watched(const System& system);  // whether anything looks out for something
std::string_view name_of(Telling::Fate fate);

}  // namespace moshimo
