// Trials of the flagship scenario after it has been compiled: what one costs, and what a second thread brings.
#include "scenarios/trials.hpp"

#include <benchmark/benchmark.h>

#include "models/catalogue.hpp"

namespace {

using namespace moshimo;

// Noticed after 40 minutes half the time, and after more than 6 hours one time in twenty.
const scenarios::Answer& flagship() {
  static const scenarios::Answer answer = [] {
    input::Diagnostics diagnostics;
    auto scenario = std::make_shared<scenarios::Scenario>(scenarios::read_scenario(
        MOSHIMO_SOURCE_DIR "/scenarios/library/state-key-mixup/as-it-happened.scenario.yaml", diagnostics));
    scenario->detection = Distribution::lognormal(Duration::minutes(40), Duration::hours(6));
    scenarios::Answer a = scenarios::answer(scenario, models::embedded_catalogue(), diagnostics);
    diagnostics.throw_if_errors();
    return a;
  }();
  return answer;
}

constexpr std::uint64_t count = 2000;

void trials(benchmark::State& state) {
  const scenarios::Trials all(flagship(), {.trials = count});
  for (auto _ : state) {
    benchmark::DoNotOptimize(all.run(0, count, static_cast<unsigned>(state.range(0))));
  }
  state.counters["trials"] = static_cast<double>(count);
}

BENCHMARK(trials)->Arg(1)->Arg(2)->MeasureProcessCPUTime()->UseRealTime()->Unit(benchmark::kMillisecond);

}  // namespace
