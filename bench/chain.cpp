// Three hops in a row, run again and again: how long one run takes, and what the length does not depend on.
#include <array>
#include <benchmark/benchmark.h>
#include <fmt/format.h>
#include <string>

#include "core/simulation.hpp"
#include "tests/reference/reference.hpp"
#include "tests/unit/support/system_text.hpp"

namespace {

using namespace moshimo;

// Retries through an outage, then a queue with retention whose consumer takes no more than 130 % of what arrives.
System chain(double per_second) {
  return system_from(
      fmt::format("condition role\n"
                  "port relay\n"
                  "port queue\n"
                  "port sink\n"
                  "hop send from {0}/s to relay needs role:denied retry exponential 1s..300s limit 6h\n"
                  "hop forward from relay to queue\n"
                  "store waiting kept 4d ordered\n"
                  "hop consume from queue to sink ordered drain {1}/s store waiting\n",
                  per_second, 1.3 * per_second));
}

constexpr SimTime horizon = SimTime::after_start(Duration::hours(48));

// What happens as in the run before is not run again, so of each script there are two that take turns: one is a second
// later.
using Scripts = std::array<Script, 2>;

Scripts one_outage(const System& system) {
  return {script_from(system, "at 12h role falls\nat 14h role rises\n"),
          script_from(system, "at 43201s role falls\nat 50401s role rises\n")};
}

// As many changes as named, evenly over the horizon; down for a quarter of the time.
Script flapping(const System& system, std::int64_t changes, Duration later) {
  Script script;
  const std::int64_t cycle = horizon.us() / (changes / 2);
  for (std::int64_t i = 0; i < changes / 2; ++i) {
    const SimTime begin = SimTime::microseconds(i * cycle + cycle / 2) + later;
    script.changes.push_back({begin, condition_named(system, "role"), false});
    script.changes.push_back({begin + Duration::microseconds(cycle / 4), condition_named(system, "role"), true});
  }
  return script;
}

template <class Ledgers>  // by HopId
void count(benchmark::State& state, const System& system, const Ledgers& hops) {
  const HopLedger& sent = hops[hop_named(system, "send").value];
  const HopLedger& consumed = hops[hop_named(system, "consume").value];
  state.counters["messages"] = sent.offered;
  state.counters["late_sent"] = sent.late;
  state.counters["lost"] = sent.lost + consumed.lost;
  state.counters["late_consumed"] = consumed.late;
  state.counters["waiting"] = sent.waiting + consumed.waiting;
}

void run_in_turn(benchmark::State& state, const System& system, const Scripts& scripts) {
  Simulation simulation(system);
  const Outcome* outcome = &simulation.run(scripts[0], horizon);
  std::size_t turn = 0;
  for (auto _ : state) benchmark::DoNotOptimize(outcome = &simulation.run(scripts[++turn % 2], horizon));
  count(state, system, outcome->hops);
}

void chain_run(benchmark::State& state) {
  const System system = chain(static_cast<double>(state.range(0)));
  run_in_turn(state, system, one_outage(system));
}

void chain_changes(benchmark::State& state) {
  const System system = chain(100);
  run_in_turn(state, system,
              {flapping(system, state.range(0), {}), flapping(system, state.range(0), Duration::seconds(1))});
}

// The judge of the fast engine, a message each.
void chain_by_message(benchmark::State& state) {
  const System system = chain(static_cast<double>(state.range(0)));
  const Script script = one_outage(system)[0];
  reference::ReferenceResult result;
  for (auto _ : state) result = reference::simulate_by_message(system, script, horizon);
  count(state, system, result.hops);
}

BENCHMARK(chain_run)->Arg(100)->Arg(1'000'000)->Unit(benchmark::kMicrosecond);
BENCHMARK(chain_changes)->RangeMultiplier(10)->Range(10, 10'000)->Unit(benchmark::kMicrosecond);
BENCHMARK(chain_by_message)->Arg(5)->Iterations(1)->Unit(benchmark::kMillisecond);

}  // namespace
