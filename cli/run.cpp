#include <CLI/CLI.hpp>
#include <charconv>
#include <fmt/ranges.h>
#include <iostream>
#include <limits>

#include "cli/answering.hpp"
#include "cli/command.hpp"
#include "report/run/stamp.hpp"

namespace moshimo::cli {
namespace {

struct Options {
  std::string scenario;
  int trials = 0;  // 0: none
  int seed = 1;
  int threads = 0;
  std::string shard;
};

// `3/8`: the third of eight.
std::string shard_mistake(const std::string& text, scenarios::TrialOptions& options) {
  const auto number = [](std::string_view digits) {
    std::uint64_t value = 0;
    const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return error == std::errc{} && end == digits.data() + digits.size() ? value : 0;
  };
  const std::size_t slash = text.find('/');
  if (slash != std::string::npos) {
    options.shard = number(std::string_view(text).substr(0, slash));
    options.shards = number(std::string_view(text).substr(slash + 1));
  }
  if (slash == std::string::npos || options.shard < 1 || options.shard > options.shards) {
    return fmt::format("'{}' is no shard; write 1/8 for the first of eight, to 8/8", text);
  }
  return "";
}

scenarios::TrialOptions trial_options(const Options& options) {
  scenarios::TrialOptions wanted;
  wanted.trials = static_cast<std::uint64_t>(options.trials);
  wanted.seed = static_cast<std::uint64_t>(options.seed);
  wanted.threads = static_cast<unsigned>(options.threads);
  if (!options.shard.empty()) shard_mistake(options.shard, wanted);
  if (!options.shard.empty() && wanted.shards > wanted.trials) {
    throw UsageError(fmt::format("--shard: {} trials cannot be split into {} shards; take fewer shards", wanted.trials,
                                 wanted.shards));
  }
  return wanted;
}

// The expectations of probabilities that do not hold.
std::vector<std::string> run_trials(const scenarios::Answer& answer, const scenarios::TrialOptions& wanted,
                                    bool is_shard, const Common& common) {
  const report::Style style = common.style();
  const scenarios::TrialShard shard = scenarios::run_trials(answer, wanted, style.version, report::digest_of(answer));
  if (is_shard) {
    common.write_data(report::shard_json(shard));
    return {};
  }
  common.write(report::trials_report(shard, style));
  return scenarios::unmet_probabilities(shard);
}

}  // namespace

Job declare_run(CLI::App& app) {
  constexpr int most_trials = 100'000'000;
  auto options = std::make_shared<Options>();
  app.add_option("scenario", options->scenario, "a scenario file, `-`, or the name of one in the library")->required();
  CLI::Option* trials = app.add_option("--trials", options->trials,
                                       "instead of one run: so many, with all that is not known exactly drawn anew");
  trials->check(number_from(1, most_trials));
  app.add_option("--seed", options->seed, "of what is drawn; 1 unless given")
      ->check(number_from(0, std::numeric_limits<int>::max()))
      ->needs(trials);
  app.add_option("--threads", options->threads, "to run trials with; as many as there are cores unless given")
      ->check(number_from(1, 1024))
      ->needs(trials);
  app.add_option("--shard", options->shard, "I/N: only this part of the trials, for `moshimo merge` to put together")
      ->check(Check([](const std::string& text) {
        scenarios::TrialOptions read;
        return shard_mistake(text, read);
      }))
      ->needs(trials);
  return [options](const Common& common) {
    const scenarios::TrialOptions wanted = trial_options(*options);
    const scenarios::Answer& answer = answer_for(options->scenario, common);
    std::vector<std::string> unmet;
    std::size_t expected = 0;
    if (options->trials > 0) {  // of which only probabilities say something
      unmet = run_trials(answer, wanted, !options->shard.empty(), common);
      expected = answer.scenario->expect.size() - answer.expectations.size();
    } else {
      common.write(report::run_report(answer, common.style()));
      expected = answer.expectations.size();
      for (const scenarios::ExpectationResult& e : answer.expectations) {
        if (!e.met) unmet.push_back(e.expectation->text);
      }
    }
    if (unmet.empty()) return done;
    std::cerr << fmt::format("moshimo: {} of {} expectation{} {} not hold: {}\n", unmet.size(), expected,
                             expected == 1 ? "" : "s", unmet.size() == 1 ? "does" : "do", fmt::join(unmet, "; "));
    return gate_failed;
  };
}

Job declare_inspect(CLI::App& app) {
  auto scenario = std::make_shared<std::string>();
  app.add_option("scenario", *scenario, "a scenario file, `-`, or the name of one in the library")->required();
  return [scenario](const Common& common) {
    common.write(report::inspect_json(answer_for(*scenario, common), common.style()));
    return done;
  };
}

}  // namespace moshimo::cli
