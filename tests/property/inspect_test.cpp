// What the program reports against a simulation of its own, a message each, that knows only the JSON of `inspect`.
//
// A month of the scenario is a billion events. Nothing in it but the sizes of buffers, capacities and drains depends on
// how many there are, so everything that is connected by data is scaled to some thousand messages, those sizes with it.

#include <array>
#include <catch2/catch.hpp>
#include <cmath>
#include <cstdio>
#include <fmt/format.h>
#include <memory>
#include <numeric>
#include <string>

#include "tests/reference/inspected.hpp"
#include "tests/reference/ledger_figures.hpp"
#include "tests/reference/reference.hpp"
#include "tests/reference/tolerance.hpp"

using namespace moshimo;
using namespace moshimo::reference;

namespace {

constexpr double most_messages = 30'000;  // of one hop

std::string output_of(const std::string& arguments) {
  const std::string command = MOSHIMO_BINARY_DIR "/moshimo " + arguments;
  const std::unique_ptr<FILE, int (*)(FILE*)> pipe(popen(command.c_str(), "r"), pclose);
  REQUIRE(pipe);
  std::string text;
  std::array<char, 1 << 16> part{};
  while (const std::size_t n = std::fread(part.data(), 1, part.size(), pipe.get())) text.append(part.data(), n);
  return text;
}

// By hop: the factor that brings what it is connected with by data down (or up) to `most_messages`.
std::vector<double> factors(const System& system, const std::vector<HopLedger>& ledgers) {
  const std::size_t hops = system.hops.size();
  std::vector<std::size_t> group(hops + system.ports.size());
  std::iota(group.begin(), group.end(), 0);
  const auto find = [&](std::size_t i) {
    while (group[i] != i) i = group[i] = group[group[i]];
    return i;
  };
  for (std::size_t h = 0; h < hops; ++h) {
    const Hop& hop = system.hops[HopId(h)];
    const auto join = [&](PortId p) {
      if (p.is_set()) group[find(hops + p.value)] = find(h);
    };
    join(hop.from);
    join(hop.to);
    for (const Fallback& f : hop.fallbacks) join(f.port);
  }
  std::vector<double> most(group.size(), 0), factor(hops, 1);
  for (std::size_t h = 0; h < hops; ++h) most[find(h)] = std::max(most[find(h)], ledgers[h].offered);
  for (std::size_t h = 0; h < hops; ++h) {
    if (most[find(h)] > 0) factor[h] = most_messages / most[find(h)];
  }
  return factor;
}

void scale(System& system, Script& script, const std::vector<double>& factor) {
  std::vector<bool> scaled(system.ports.size(), false);
  for (std::size_t i = 0; i < factor.size(); ++i) {
    Hop& h = system.hops[HopId(i)];
    for (ProfileStep& step : h.profile.steps) step.rate = Rate::per_second(step.rate.per_second() * factor[i]);
    if (h.source == Hop::Source::timetable || h.source == Hop::Source::signal) h.ratio *= factor[i];
    if (h.drain) h.drain = Rate::per_second(h.drain->per_second() * factor[i]);
    for (Fallback& f : h.fallbacks) f.capacity = Bytes::count(f.capacity.count() * factor[i]);
    if (h.to.is_set() && !scaled[h.to.value]) {
      Port& port = system.ports[h.to];
      port.capacity = Rate::per_second(port.capacity.per_second() * factor[i]);
      scaled[h.to.value] = true;
    }
  }
  for (Script::Release& r : script.releases) r.rate = Rate::per_second(r.rate.per_second() * factor[r.hop.value]);
}

std::string disagreements(const Inspected& inspected, const InspectedRun& run, const std::string& run_json) {
  std::string text;
  const std::vector<HopLedger> reported = read_ledgers(run_json, run.strategy);
  if (reported.size() != inspected.system.hops.size()) return "run and inspect do not list the same hops";
  System system = inspected.system;
  Script script = run.script;
  const std::vector<double> factor = factors(system, reported);
  scale(system, script, factor);
  const ReferenceResult found = simulate_by_message(system, script, run.horizon);
  for (std::size_t c = 0; c < run.conditions.size(); ++c) {
    const StepFunction<bool>& expected = found.timeline.conditions[c];
    const bool same = run.conditions[c].empty()
                          ? expected.size() == 1
                          : std::equal(expected.begin(), expected.end(), run.conditions[c].begin(),
                                       run.conditions[c].end(), [](const auto& x, const auto& y) {
                                         return x.value == y.value && std::abs(x.at.us() - y.at.us()) <= 10;
                                       });
    if (!same) text += fmt::format("condition {}\n", name_of(system, ConditionId(c)));
  }
  const std::vector<double> tolerance = tolerances(system, found, run.horizon, 0);
  for (std::size_t h = 0; h < reported.size(); ++h) {
    for (const LedgerFigure& f : ledger_figures) {
      if (reported[h].*f.value != run.ledger[h].*f.value) {
        text += fmt::format("{}: {} differs between run and inspect\n", system.hops[HopId(h)].name, f.name);
      }
      const double expected = found.hops[h].*f.value / factor[h];
      if (std::abs(reported[h].*f.value - expected) <= tolerance[h] / factor[h]) continue;
      text += fmt::format(
          "{}: {} is {:.0f}, a message each gives {:.0f} (tolerance {:.0f}, which are {:.0f} messages)\n",
          system.hops[HopId(h)].name, f.name, reported[h].*f.value, expected, tolerance[h] / factor[h], tolerance[h]);
    }
  }
  return text;
}

void check_scenario(const std::string& name) {
  const std::string file = MOSHIMO_SOURCE_DIR "/scenarios/library/state-key-mixup/" + name + ".scenario.yaml";
  const Inspected inspected = read_inspected(output_of("inspect " + file + " --format json"));
  const std::string run_json = output_of("run " + file + " --format json");
  REQUIRE_FALSE(inspected.runs.empty());
  for (const InspectedRun& run : inspected.runs) {
    const std::string what = disagreements(inspected, run, run_json);
    INFO(name << ", " << run.strategy << "\n" << what);
    CHECK(what.empty());
  }
}

}  // namespace

TEST_CASE("a simulation of what inspect writes gives what run reports", "[inspect]") {
  for (const char* name : {"as-it-happened", "undetected-2h", "undetected-25h"}) check_scenario(name);
}
