// Three hops in a row, run again and again: how long one run takes, and what the length does not depend on.
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

Script one_outage(const System& system) { return script_from(system, "at 12h role falls\nat 14h role rises\n"); }

// As many changes as named, evenly over the horizon; down for a quarter of the time.
Script flapping(const System& system, std::int64_t changes) {
  Script script;
  const std::int64_t cycle = horizon.us() / (changes / 2);
  for (std::int64_t i = 0; i < changes / 2; ++i) {
    const SimTime begin = SimTime::microseconds(i * cycle + cycle / 2);
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

// What a run found is kept for when the same happens again, so each happens a microsecond later than the one before.
void run_each_later(benchmark::State& state, const System& system, Script script) {
  Simulation simulation(system);
  const Outcome* outcome = &simulation.run(script, horizon);
  for (auto _ : state) {
    for (Script::Change& change : script.changes) change.at = change.at + Duration::microseconds(1);
    benchmark::DoNotOptimize(outcome = &simulation.run(script, horizon));
  }
  count(state, system, outcome->hops);
}

void chain_run(benchmark::State& state) {
  const System system = chain(static_cast<double>(state.range(0)));
  run_each_later(state, system, one_outage(system));
}

void chain_changes(benchmark::State& state) {
  const System system = chain(100);
  run_each_later(state, system, flapping(system, state.range(0)));
}

// The judge of the fast engine, a message each.
void chain_by_message(benchmark::State& state) {
  const System system = chain(static_cast<double>(state.range(0)));
  const Script script = one_outage(system);
  reference::ReferenceResult result;
  for (auto _ : state) result = reference::simulate_by_message(system, script, horizon);
  count(state, system, result.hops);
}

BENCHMARK(chain_run)->Arg(100)->Arg(1'000'000)->Unit(benchmark::kMicrosecond);
BENCHMARK(chain_changes)->RangeMultiplier(10)->Range(10, 10'000)->Unit(benchmark::kMicrosecond);
BENCHMARK(chain_by_message)->Arg(5)->Iterations(1)->Unit(benchmark::kMillisecond);

}  // namespace
