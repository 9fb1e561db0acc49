#include "scenarios/review.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <fmt/format.h>
#include <iostream>

#include "cli/command.hpp"
#include "models/import/importer.hpp"
#include "report/layout.hpp"

namespace moshimo::cli {
namespace {

// A line for each gate that was asked about; those that stop the plan in any case.
void tell_gates(const std::vector<scenarios::GateResult>& gates, const Common& common) {
  for (const scenarios::GateResult& gate : gates) {
    if (common.quiet && !gate.is_met) continue;
    const std::string line = fmt::format("{} {}", gate.is_met ? "✗" : "✓", gate.says);
    std::cerr << (common.ascii ? report::in_ascii(line) : line) << '\n';
  }
}

}  // namespace

Job declare_review(CLI::App& app) {
  struct Options {
    std::vector<std::string> files;
    std::vector<std::string> gates;
    std::string detect = "1h";
    std::string horizon = "30d";
    std::uint32_t responders = 1;
  };
  auto options = std::make_shared<Options>();
  app.add_option("plan", options->files, "`terraform show -json` of a plan, or `-`")->required();
  app.add_option("--fail-on", options->gates,
                 "exit with status 1 on any of these, separated by commas. blast: something else than what is deleted "
                 "is hurt. loss: data is lost although, --detect after the apply, every repair is done (a refused "
                 "request is none). irreversible: after that something stays broken, or data at rest is gone for good "
                 "or cannot be read")
      ->delimiter(',')
      ->allow_extra_args(false)  // the plan may stand behind it
      ->check(one_of({"blast", "loss", "irreversible"}));
  app.add_option("--detect", options->detect, "how long nobody notices, from the apply on (1h)")->check(a_duration());
  app.add_option("--horizon", options->horizon, "how far to look ahead (30d)")->check(a_horizon());
  app.add_option("--responders", options->responders, "people who repair (1)")->check(number_from(1, 1000));
  return [options](const Common& common) {
    scenarios::ReviewOptions review;
    review.time_to_detect = duration_of(options->detect);
    const Duration horizon = duration_of(options->horizon);
    review.horizon = SimTime::after_start(horizon);
    if (review.time_to_detect > horizon && !review.time_to_detect.is_forever()) {
      throw UsageError(
          fmt::format("--detect: {} lies beyond the {} that are looked at; take a shorter time, or a longer --horizon",
                      options->detect, options->horizon));
    }
    review.responders = options->responders;
    std::vector<scenarios::Gate> gates;
    for (const std::string& gate : options->gates) {
      gates.push_back(gate == "blast"  ? scenarios::Gate::blast
                      : gate == "loss" ? scenarios::Gate::loss
                                       : scenarios::Gate::irreversible);
    }
    refuse_twice(options->files);
    input::Diagnostics diagnostics;
    const models::ImportResult import = models::import_files(options->files, common.catalogue(), diagnostics);
    diagnostics.throw_if_errors();
    if (!import.has_plan) {
      throw input::InputError(
          "review needs a plan; make one with `terraform plan -out=plan.out` and `terraform show -json plan.out`");
    }
    report::ReviewView view;
    view.import = &import;
    scenarios::Answer answer;
    if (auto scenario = scenarios::review_scenario(import, review)) {
      auto inventory = std::make_shared<const models::Inventory>(import.met_by_faults());
      answer = scenarios::answer(std::move(scenario), std::move(inventory), common.catalogue(), diagnostics);
      diagnostics.throw_if_errors();
      view.answer = &answer;
    }
    view.gates = scenarios::gate_results(view.answer, import, gates);
    common.print_warnings(diagnostics);
    common.write(report::review_report(view, common.style()));
    tell_gates(view.gates, common);
    const bool stops = std::any_of(view.gates.begin(), view.gates.end(), [](const auto& gate) { return gate.is_met; });
    return stops ? gate_failed : done;
  };
}

Job declare_import(CLI::App& app) {
  struct Options {
    std::vector<std::string> files;
    bool coverage_only = false;
    bool after = false;
  };
  auto options = std::make_shared<Options>();
  app.add_option("files", options->files, "Terraform plans and states as JSON, templates, account details, or `-`")
      ->required();
  app.add_flag("--coverage", options->coverage_only, "what was modelled and what was not, instead of the inventory");
  app.add_flag("--after", options->after, "of a plan: the world after it, instead of before");
  return [options](const Common& common) {
    refuse_twice(options->files);
    input::Diagnostics diagnostics;
    models::ImportOptions how;
    if (options->after) how.world = models::ImportOptions::World::after;
    const models::ImportResult import = models::import_files(options->files, common.catalogue(), diagnostics, how);
    diagnostics.throw_if_errors();
    common.print_warnings(diagnostics);
    if (options->coverage_only) {
      common.write(report::coverage_report(import, common.style()));
      return done;
    }
    common.write_data(common.form == "json" ? report::inventory_json(import.inventory)
                                            : models::to_yaml(import.inventory));
    if (!common.quiet) std::cerr << report::coverage_report(import, common.style());
    return done;
  };
}

}  // namespace moshimo::cli
