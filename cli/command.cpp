#include "cli/command.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fmt/format.h>
#include <fstream>
#include <iostream>
#include <sys/ioctl.h>
#include <unistd.h>

namespace moshimo::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view scenario_ending = ".scenario.yaml";
constexpr std::string_view usual_scenario = "as-it-happened";

int terminal_width() {
  winsize size{};
  if (ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return std::clamp<int>(size.ws_col, 40, 160);
  return 80;
}

// The folder of the scenario library: beside an installed program, or in the checkout it was built in.
fs::path library() {
  std::error_code error;
  fs::path folder = fs::read_symlink("/proc/self/exe", error).parent_path();
  for (; !folder.empty(); folder = folder.parent_path()) {
    for (const char* place : {"share/moshimo/scenarios", "scenarios/library"}) {
      if (fs::is_directory(folder / place, error)) return folder / place;
    }
    if (folder == folder.root_path()) break;
  }
  return {};
}

}  // namespace

report::Style Common::style() const {
  report::Style style;
  style.form = form == "json" ? report::Form::json : form == "markdown" ? report::Form::markdown : report::Form::text;
  style.width = width > 0 ? width : output.empty() ? terminal_width() : 80;
  style.ascii = ascii;
  const char* no_color = std::getenv("NO_COLOR");
  const bool forbidden = no_colour || (no_color != nullptr && *no_color != '\0');
  style.colour = !forbidden && output.empty() && isatty(STDOUT_FILENO) == 1;
  style.version = MOSHIMO_VERSION;
  return style;
}

const models::Catalogue& Common::catalogue() const {
  if (models_dir.empty()) return models::embedded_catalogue();
  if (!extended_) {
    input::Diagnostics diagnostics;
    extended_ = std::make_unique<models::Catalogue>(models::embedded_catalogue_with(models_dir, diagnostics));
    diagnostics.throw_if_errors();
  }
  return *extended_;
}

void Common::write(const std::string& text) const {
  if (output.empty()) {
    std::cout << text << std::flush;
    return;
  }
  std::ofstream file(output, std::ios::binary);
  file << text;
  file.close();
  if (!file) throw input::InputError(fmt::format("{}: cannot be written; check the folder and your rights", output));
}

void Common::print_warnings(const input::Diagnostics& diagnostics) const {
  if (quiet) return;
  for (const input::Diagnostic& w : diagnostics.warnings()) std::cerr << "warning: " << input::to_string(w) << '\n';
}

const std::vector<Command>& commands() {
  static const std::vector<Command> table = {
      {"run", "Simulate a scenario: who breaks, what is lost, how to get back",
       "moshimo run state-key-mixup\n  moshimo run my.scenario.yaml --format markdown -o report.md", declare_run},
      {"blast", "Who is reached when these go, and by which path; without time",
       "moshimo blast staging.inventory.yaml orders-role\n  moshimo blast staging.inventory.yaml orders --reverse",
       declare_blast},
      {"review", "What a Terraform plan would break and lose, before it is applied",
       "terraform show -json plan.out | moshimo review - --fail-on loss,irreversible", declare_review},
      {"import", "Make an inventory of Terraform plans and states",
       "moshimo import state.json > staging.inventory.yaml", declare_import},
      {"validate", "Check inventories, scenarios and catalogue files",
       "moshimo validate staging.inventory.yaml drill.scenario.yaml", declare_validate},
      {"explain", "What is known of a resource type or a fact, with its source",
       "moshimo explain lambda:function\n  moshimo explain fh.s3-retry", declare_explain},
      {"list", "List the types, facts or scenarios that are built in", "moshimo list types", declare_list},
      {"inspect", "Everything of a simulation as JSON, to check or to go on with",
       "moshimo inspect state-key-mixup -o system.json", declare_inspect},
      {"graph", "The dependencies of an inventory, to draw",
       "moshimo graph staging.inventory.yaml | dot -Tsvg -o staging.svg", declare_graph},
  };
  return table;
}

std::vector<std::string> library_scenarios() {
  std::vector<std::string> names;
  const fs::path folder = library();
  if (folder.empty()) return names;
  for (const fs::directory_entry& entry : fs::recursive_directory_iterator(folder)) {
    const std::string name = fs::relative(entry.path(), folder).generic_string();
    const std::size_t at = name.rfind(scenario_ending);
    if (at == std::string::npos || at + scenario_ending.size() != name.size()) continue;
    names.push_back(name.substr(0, at));
  }
  std::sort(names.begin(), names.end());
  return names;
}

std::string find_scenario(const std::string& path_or_name) {
  std::error_code error;
  if (path_or_name == "-" || fs::is_regular_file(path_or_name, error)) return path_or_name;
  const std::vector<std::string> names = library_scenarios();
  for (const std::string& name : {path_or_name, fmt::format("{}/{}", path_or_name, usual_scenario)}) {
    if (std::find(names.begin(), names.end(), name) == names.end()) continue;
    return (library() / fmt::format("{}{}", name, scenario_ending)).string();
  }
  if (fs::exists(path_or_name, error) || fs::path(path_or_name).has_extension()) return path_or_name;
  std::vector<std::string> words = names;
  for (const std::string& name : names) words.push_back(name.substr(0, name.find('/')));
  const std::vector<std::string_view> known(words.begin(), words.end());
  throw input::InputError(
      fmt::format("there is no file and no library scenario '{}'{}; `moshimo list scenarios` shows what there is",
                  path_or_name, input::did_you_mean(path_or_name, known)));
}

int run(int count, const char* const* arguments) {
  CLI::App app(
      "If this role or key disappears, who breaks and when, what data is lost and until when\n"
      "can it still be saved, and how do we get back?",
      "moshimo");
  app.set_version_flag("--version", "moshimo " MOSHIMO_VERSION);
  app.require_subcommand(1);
  app.get_formatter()->column_width(30);
  app.footer(
      "`moshimo COMMAND --help` tells more. A first look: moshimo run state-key-mixup\n"
      "Exit status: 0 done; 1 an expectation or gate failed; 2 wrong usage or input; 3 internal error.");
  Common common;
  std::vector<std::pair<CLI::App*, Job>> jobs;
  for (const Command& command : commands()) {
    CLI::App* sub = app.add_subcommand(command.name, command.summary);
    sub->footer(fmt::format("Examples:\n  {}", command.example));
    jobs.emplace_back(sub, command.declare(*sub));
    if (sub->get_option_no_throw("--format") == nullptr) {
      sub->add_option("--format", common.form, "text, json or markdown")
          ->check(CLI::IsMember({"text", "json", "markdown"}));
    }
    sub->add_option("-o,--output", common.output, "write to a file instead of standard output");
    sub->add_option("--models", common.models_dir, "a folder of catalogue files that add to or override the built-in");
    sub->add_option("--width", common.width, "columns of the text report")->check(CLI::Range(40, 400));
    sub->add_flag("--ascii", common.ascii, "draw with plain ASCII");
    sub->add_flag("--no-color", common.no_colour, "no colours; NO_COLOR does the same");
    sub->add_flag("-q,--quiet", common.quiet, "no warnings");
  }
  try {
    app.parse(count, arguments);
  } catch (const CLI::Success& e) {  // help and version
    return app.exit(e);
  } catch (const CLI::ParseError& e) {
    if (count > 1 && app.get_subcommands().empty() && arguments[1][0] != '-') {
      std::vector<std::string_view> known;
      for (const Command& command : commands()) known.push_back(command.name);
      std::cerr << fmt::format("moshimo: there is no command '{}'{}\n", arguments[1],
                               input::did_you_mean(arguments[1], known));
    } else {
      std::cerr << "moshimo: " << e.what() << '\n';
    }
    std::cerr << "Run `moshimo --help`, or `moshimo COMMAND --help`.\n";
    return wrong_input;
  }
  for (const auto& [sub, job] : jobs) {
    if (sub->parsed()) return job(common);
  }
  return wrong_input;
}

}  // namespace moshimo::cli
