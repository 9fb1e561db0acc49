// A tiny language for systems and scripts, so that a test is text in, text out.
//
// One row per line; an indented line continues the one above; `#` begins a comment; whatever a row names stands above
// it. D is a duration (`1d12h`, `90s`, `250ms`), D..D a delay of which the bounds are known, R a rate (`100/s`, `5/h`).
// NEEDS are checked in order: `role:denied,key|spare:key` is the role, failing as denied, then any of two keys.
// Without `:class` a need fails in the class of its condition, which is unavailable unless `as` says otherwise.
//
//   condition NAME [false] [as CLASS] [follows NEEDS] [falls D] [rises D|repair|never]
//             [renewed-with PROCESS]   it rises as the workers are replaced
//   process   NAME [count N] [lifetime D] [start NEEDS] [run NEEDS] [healthy NEEDS] [starts D] [ends D] [restart
//   SCHEDULE]
//             [once]             also declares the condition NAME: at least one worker runs. `starts`: the start time,
//                                `ends`: after so long unhealthy, `once`: no restarts
//   port      NAME [capacity R] [needs NEEDS] [by PROCESS]
//   store     NAME [kept D] [accepts NEEDS] [readable NEEDS] [lost-with NAME,NAME] [ordered] [at-rest]
//   hop       NAME SOURCE to PORT|outside [needs NEEDS] [ratio X] [size BYTES] [drain R] [ordered]
//             [pauses D [on CLASSES]] FALLBACK ...
//     SOURCE    from R [D:R ...] [every D]            a profile
//               from PORT                             what enters the port
//               from work R [D:R ...] [every D] at PORT
//               from timetable every D [first D]
//               from signal CONDITION
//     FALLBACK  retry SCHEDULE | store [NAME] | buffer | hand-on PORT, each followed by any of
//               [limit D | kept D] [since-entry] [holds EVENTS] [overflow next|drop_newest|drop_oldest|block]
//               [accepts NEEDS] [by-action] [on CLASSES]        without `on`: every class uses it
//     SCHEDULE  PHASE [then PHASE ...] with PHASE = [N x] D | [N x] linear D..D | [N x] exponential D..D
//
// A port's needs grow by those of its process, a hop's by those of its target port, a fallback's by those of its store
// or port, as a compiler would write them out.
//
// A script is read the same way: `at D CONDITION falls|rises`, `at D restart PROCESS`, `at D release HOP N [R]`,
// `at D set STORE kept D`.
#pragma once

#include <string>
#include <string_view>

#include "core/outcome.hpp"
#include "core/system.hpp"

namespace moshimo {

System system_from(std::string_view text);
Script script_from(const System& system, std::string_view text);

// The way back: `system_from(text_of(s))` is `s` again, save for sentences and facts.
std::string text_of(const System& system);
std::string text_of(const System& system, const Script& script);
std::string text_of(Duration d);

// The row of that name; throws when there is none.
ConditionId condition_named(const System& system, std::string_view name);
PortId port_named(const System& system, std::string_view name);
StoreId store_named(const System& system, std::string_view name);
HopId hop_named(const System& system, std::string_view name);
ProcessId process_named(const System& system, std::string_view name);

}  // namespace moshimo
