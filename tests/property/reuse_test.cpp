// A simulation that is run again and again looks only at what differs from the run before; each result is that of a
// simulation that has never run.
#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <regex>
#include <set>

#include "core/simulation.hpp"
#include "tests/property/random_system.hpp"
#include "tests/unit/support/system_text.hpp"

namespace moshimo {
namespace {

template <class Value, class Text>
std::string steps_of(const StepFunction<Value>& f, const Text& text) {
  std::string out;
  for (const ChangeTo<Value>& change : f) out += fmt::format(" {}={}", change.at.us(), text(change.value));
  return out;
}

// Everything an outcome says, to the last digit.
std::string everything(const Outcome& o) {
  std::string out;
  for (std::size_t i = 0; i < o.timeline.conditions.size(); ++i) {
    out += fmt::format("condition {}:{}\n", i, steps_of(o.timeline.conditions[i], [](bool v) { return v ? 1 : 0; }));
  }
  for (std::size_t i = 0; i < o.timeline.running.size(); ++i) {
    out += fmt::format("process {}:{}\n", i, steps_of(o.timeline.running[i], [](std::uint32_t v) { return v; }));
  }
  for (std::size_t i = 0; i < o.hops.size(); ++i) {
    const HopLedger& h = o.hops[i];
    out += fmt::format("hop {}:{}\n", i, steps_of(o.hop_states[i], [](const HopState& s) {
                         return s.open ? std::string("open") : fmt::format("{}.{}", name_of(s.error), s.need);
                       }));
    out += fmt::format("  {} {} {} {} {} {} {} {} {}\n", h.offered, h.on_time, h.late, h.recovered, h.waiting,
                       h.misdirected, h.handed_on, h.lost, h.longest_delay.us());
    for (const LossWindow& w : h.losses) {
      out +=
          fmt::format("  lost {} {} {} {} {} {} {} {} {}\n", w.arrived_from.us(), w.arrived_to.us(), w.lost_from.us(),
                      w.lost_to.us(), w.events, name_of(w.error), w.fallback, static_cast<int>(w.why), w.onset_per_s);
    }
    for (const Waiting& w : h.places) {
      out += fmt::format("  waits {} {} {} {} {} {}\n", w.fallback, w.events, w.oldest_arrival.us(),
                         w.newest_arrival.us(), w.first_deadline.us(), w.readable);
    }
    for (const Stay& s : h.stays) {
      out += fmt::format("  stays {} {} {} {} {}\n", s.fallback, s.from.us(), s.to.us(), s.most, s.released);
    }
  }
  for (const Stall& s : o.stalls) {
    out += fmt::format("stall {} {} {} {}\n", s.component.value, s.hop.value, s.from.us(), s.to.us());
  }
  return out;
}

// Gives all that a text declares, in the second word of a row, a name of its own. Classes of errors, and words that
// begin a line, stay.
std::string renamed(const std::string& text, const std::string& declared_in, std::string_view suffix) {
  static const std::regex row(R"((?:^|\n)(?:condition|process|port|store|hop) (\S+))");
  static const std::regex word(R"([A-Za-z][A-Za-z0-9_./-]*)");
  std::set<std::string> names;
  for (std::sregex_iterator at(declared_in.begin(), declared_in.end(), row), end; at != end; ++at) {
    names.insert((*at)[1]);
  }
  std::string out;
  auto from = text.begin();
  std::string previous;
  bool in_list_of_classes = false;
  for (std::sregex_iterator at(text.begin(), text.end(), word), end; at != end; ++at) {
    out.append(from, (*at)[0].second);
    const std::string before = at->prefix().str();
    const bool in_list = (before == " " && previous == "on") || (before == "," && in_list_of_classes);
    const bool is_word = before.ends_with(':') || before.find('\n') != std::string::npos || in_list ||
                         previous == "overflow" || previous == "rises" || previous == "as";
    if (names.count(at->str()) > 0 && !is_word) out += suffix;
    in_list_of_classes = in_list;
    previous = at->str();
    from = (*at)[0].second;
  }
  return out.append(from, text.end());
}

}  // namespace

TEST_CASE("a run does not depend on the runs before it", "[agreement]") {
  // Three systems side by side, of which each script touches at most two.
  for (std::uint64_t seed = 0; seed < 60; ++seed) {
    std::string text;
    std::vector<std::string> scripts;
    const SimTime horizon = random_case(seed).horizon;
    for (std::uint64_t i = 0; i < 3; ++i) {
      const RandomCase random = random_case(seed + 1000 * i);
      const std::string suffix = fmt::format("_{}", i);
      text += renamed(random.system, random.system, suffix);
      scripts.push_back(renamed(random.script, random.system, suffix));
    }
    INFO(seed << "\n" << text);
    const System system = system_from(text);
    const Script nothing;
    const Script first = script_from(system, scripts[0]);
    const Script second = script_from(system, scripts[1]);
    const Script both = script_from(system, scripts[0] + scripts[2]);
    Simulation used(system);
    for (const Script* now : {&nothing, &first, &first, &second, &nothing, &both, &second}) {
      REQUIRE(everything(used.run(*now, horizon)) == everything(simulate(system, *now, horizon)));
    }
    const SimTime sooner = SimTime::microseconds(horizon.us() / 2);
    CHECK(everything(used.run(first, sooner)) == everything(simulate(system, first, sooner)));
    CHECK(everything(used.run(both, horizon)) == everything(simulate(system, both, horizon)));
  }
}

}  // namespace moshimo
