#include "cli/command.hpp"

#include <CLI/CLI.hpp>
#include <algorithm>
#include <charconv>
#include <cstdlib>
#include <filesystem>
#include <fmt/format.h>
#include <fmt/ranges.h>
#include <fstream>
#include <iostream>
#include <sstream>
#include <sys/ioctl.h>
#include <unistd.h>

#include "cli/help.hpp"
#include "cli/rank.hpp"
#include "input/cursor.hpp"
#include "input/phrases.hpp"
#include "input/written.hpp"
#include "report/layout.hpp"

namespace moshimo::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::string_view scenario_ending = ".scenario.yaml";
constexpr std::string_view usual_scenario = "as-it-happened";
constexpr std::string_view no_library =
    "this program finds no library of scenarios: it looks for a folder share/moshimo/scenarios beside itself or above; "
    "install the package, copy scenarios/library of the source there, or give the path of a scenario file";

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
  style.form = form == "json"                       ? report::Form::json
               : form == "markdown" || form == "md" ? report::Form::markdown
                                                    : report::Form::text;
  style.width = width > 0 ? width : output.empty() ? terminal_width() : 80;
  style.ascii = ascii;
  const char* no_color = std::getenv("NO_COLOR");
  const char* terminal = std::getenv("TERM");
  const bool forbidden = no_colour || (no_color != nullptr && *no_color != '\0') ||
                         (terminal != nullptr && std::string_view(terminal) == "dumb");
  style.colour = !forbidden && output.empty() && isatty(STDOUT_FILENO) == 1;
  style.version = MOSHIMO_VERSION;
  return style;
}

const models::Catalogue* Common::find_catalogue(input::Diagnostics& diagnostics) const {
  if (models_dir.empty()) return &models::embedded_catalogue();
  if (!extended_) {
    input::Diagnostics reading;
    extended_ = std::make_unique<models::Catalogue>(models::embedded_catalogue_with({models_dir}, reading));
    is_extended_well_ = !reading.has_errors();
    diagnostics.take(std::move(reading));
  }
  return is_extended_well_ ? extended_.get() : nullptr;
}

const models::Catalogue& Common::catalogue() const {
  input::Diagnostics diagnostics;
  const models::Catalogue* found = find_catalogue(diagnostics);
  diagnostics.throw_if_errors();
  return *found;
}

void Common::write(const std::string& text) const { write_data(ascii ? report::in_ascii(text) : text); }

void Common::write_data(const std::string& text) const {
  if (output.empty()) {
    std::cout << text << std::flush;
    if (!std::cout) throw input::InputError("standard output cannot be written to; is the disk full?");
    return;
  }
  std::ofstream file(output, std::ios::binary);
  file << text;
  file.close();
  if (!file) throw input::InputError(fmt::format("{}: cannot be written; check the folder and your rights", output));
}

void Common::print_warnings(const input::Diagnostics& diagnostics) const {
  if (quiet) return;
  constexpr std::size_t most = 50;
  const std::vector<input::Diagnostic>& all = diagnostics.warnings();
  for (std::size_t i = 0; i < std::min(most, all.size()); ++i) {
    std::cerr << "warning: " << input::to_string(all[i]) << '\n';
  }
  if (all.size() > most) std::cerr << fmt::format("and {} more warnings\n", all.size() - most);
}

const std::vector<Command>& commands() {
  static const std::vector<std::string> reports = {"text", "json", "markdown"};
  static const std::vector<Command> table = {
      {"run", "Simulate a scenario: who breaks, what is lost, how to get back",
       "a scenario: a file, `-`, or a name of `moshimo list scenarios`",
       "moshimo run state-key-mixup\n  moshimo run my.scenario.yaml --format markdown -o report.md", declare_run,
       reports},
      {"merge", "Put together the trials that several machines or processes have run",
       "the files of all shards of `moshimo run --trials N --shard I/N`", "moshimo merge shard-*.json", declare_merge,
       reports},
      {"blast", "Who is reached when these go, and by which path; without time",
       "an inventory, and the names of what goes",
       "moshimo blast staging.inventory.yaml orders-role\n  moshimo blast staging.inventory.yaml orders --reverse",
       declare_blast, reports},
      {"recover", "The way back as a runbook: what to do in which order, until when, and what each step saves",
       "a scenario: a file, `-`, or a name of `moshimo list scenarios`",
       "moshimo recover state-key-mixup --format markdown -o runbook.md", declare_recover, reports},
      {"soak", "How long something has to be switched off before it is deleted, so that all who use it complain",
       "an inventory, and the names of what is to go", "moshimo soak staging.inventory.yaml batch-key", declare_soak,
       reports},
      {"rank", "Which principal or key would hurt most: each is deleted in turn",
       "an inventory; with names, only these take their turn",
       "moshimo rank staging.inventory.yaml\n  moshimo rank staging.inventory.yaml --sort reach --pairs", declare_rank,
       reports},
      {"sweep",
       "How the loss depends on one or two numbers, and the values at which something changes",
       "a scenario: a file, `-`, or a name of `moshimo list scenarios`",
       "moshimo sweep state-key-mixup --vary detect=5m..40d\n  "
       "moshimo sweep my.scenario.yaml --vary detect=5m,1h,1d --vary responders=1..4 --format csv",
       declare_sweep,
       {"text", "json", "markdown", "csv"}},
      {"diagnose", "Which single fault explains what is seen, and shows nothing that is not",
       "an inventory, and what is seen, with --seen",
       "moshimo diagnose shop.inventory.yaml --seen \"failed health checks\" --changed sg-front,app", declare_diagnose,
       reports},
      {"review", "What a Terraform plan would break and lose, before it is applied", "a Terraform plan as JSON, or `-`",
       "terraform show -json plan.out | moshimo review - --fail-on loss,irreversible", declare_review, reports},
      {"import", "Make an inventory of Terraform plans and states, CloudFormation templates, IAM account details",
       "Terraform plans or states as JSON, templates, account details, or `-`",
       "moshimo import state.json > staging.inventory.yaml", declare_import, reports},
      {"validate",
       "Check inventories, scenarios and catalogue files",
       "the files to check",
       "moshimo validate staging.inventory.yaml drill.scenario.yaml",
       declare_validate,
       {"text", "json"}},
      {"explain", "What is known of a resource type or a fact, with its source; or how a file is written",
       "a name of `moshimo list types` or `moshimo list facts`, or scenario or inventory",
       "moshimo explain lambda:function\n  moshimo explain fh.s3-retry\n  moshimo explain scenario", declare_explain,
       reports},
      {"list", "List the types or facts that are built in, or the scenarios beside the program",
       "what to list: types, facts or scenarios", "moshimo list types", declare_list, reports},
      {"inspect",
       "Everything of a simulation as JSON, to check or to go on with",
       "a scenario: a file, `-`, or a name of `moshimo list scenarios`",
       "moshimo inspect state-key-mixup -o system.json",
       declare_inspect,
       {"json"},
       false},
      {"graph",
       "The dependencies of an inventory, to draw",
       "an inventory",
       "moshimo graph staging.inventory.yaml | dot -Tsvg -o staging.svg",
       declare_graph,
       {"dot", "mermaid", "json"},
       false},
  };
  return table;
}

namespace {

const Command* command_named(std::string_view name) {
  const auto found =
      std::find_if(commands().begin(), commands().end(), [&](const Command& c) { return name == c.name; });
  return found == commands().end() ? nullptr : &*found;
}

std::string no_command(std::string_view name) {
  std::vector<std::string_view> known = {"help", "version"};
  for (const Command& command : commands()) known.push_back(command.name);
  return fmt::format("there is no command '{}'{}", name, input::did_you_mean(name, known));
}

using Lines = std::vector<std::string>;

void add(Lines& lines, std::string line) {
  if (std::find(lines.begin(), lines.end(), line) == lines.end()) lines.push_back(std::move(line));
}

// What the check of an option says of one of its values.
std::string mistake_in(CLI::Option& option, std::string value) {
  try {
    return (*option.get_validator())(value);
  } catch (const CLI::OptionNotFound&) {
    return "";  // takes whatever is given
  }
}

// Everything that is wrong with the options of a command, of which the parser tells the first only.
Lines mistakes_in(CLI::App& sub, const Command& command) {
  Lines lines;
  std::vector<std::string> names;
  bool is_incomplete = false;
  for (CLI::Option* option : sub.get_options()) {
    for (const std::string& n : option->get_lnames()) names.push_back("--" + n);
    for (const std::string& n : option->get_snames()) names.push_back("-" + n);
    for (const std::string& value : option->results()) {
      const std::string mistake = mistake_in(*option, value);
      if (!mistake.empty()) add(lines, fmt::format("{}: {}", option->get_name(), mistake));
    }
    for (const CLI::Option* other : option->get_needs()) {
      if (option->count() == 0 || other->count() > 0) continue;
      add(lines, fmt::format("{0} says something about {1}; add {1}", option->get_name(), other->get_name()));
    }
    is_incomplete = is_incomplete || (option->get_required() && option->count() == 0);
  }
  std::string one_too_many;
  for (const std::string& word : sub.remaining(true)) {
    if (word.size() > 1 && word.front() == '-') {
      const std::string option = word.substr(0, word.find('='));
      add(lines, fmt::format("there is no option '{}' for {}{}", option, command.name,
                             input::did_you_mean(option, {names.begin(), names.end()})));
    } else if (one_too_many.empty()) {
      one_too_many = word;
    }
  }
  // Behind an option that is not known may stand its value.
  if (!one_too_many.empty() && lines.empty()) {
    add(lines, fmt::format("{} takes {}; '{}' is one too many", command.name, command.takes, one_too_many));
  }
  if (is_incomplete) {
    const std::string example = command.example;
    add(lines,
        fmt::format("{} needs {}, as in `{}`", command.name, command.takes, example.substr(0, example.find('\n'))));
  }
  return lines;
}

// What is wrong with a command line the parser refused.
Lines refusal(CLI::App& app, const CLI::ParseError& e, std::string_view first_word) {
  const std::vector<CLI::App*> parsed = app.get_subcommands([](const CLI::App* s) { return s->parsed(); });
  if (parsed.empty()) {
    if (!first_word.empty() && first_word.front() != '-') return {no_command(first_word)};
    if (first_word.empty()) return {"name a command, as in `moshimo run state-key-mixup`"};
    return {
        fmt::format("the command comes first, as in `moshimo run state-key-mixup`; '{}' stands before it", first_word)};
  }
  CLI::App& sub = *parsed.front();
  const Command& command = *command_named(sub.get_name());
  for (const std::string& word : app.remaining(false)) {
    if (word.size() < 2 || word.front() != '-') continue;
    return {fmt::format("'{}' stands before the command; write it after '{}'", word, command.name)};
  }
  const std::string said = e.what();
  if (dynamic_cast<const CLI::ArgumentMismatch*>(&e) != nullptr) {
    return {fmt::format("{} needs a value", said.substr(0, said.find(':')))};
  }
  Lines lines = mistakes_in(sub, command);
  if (lines.empty()) lines.push_back(said);
  return lines;
}

// `input.yaml:3:7: ` begins what is about a place.
bool names_a_place(std::string_view line) {
  const auto number_before = [&](std::size_t end) {
    std::size_t begin = end;
    while (begin > 0 && line[begin - 1] >= '0' && line[begin - 1] <= '9') --begin;
    return begin < end && begin > 1 && line[begin - 1] == ':' ? begin - 1 : std::string_view::npos;
  };
  for (std::size_t at = line.find(": "); at != std::string_view::npos; at = line.find(": ", at + 1)) {
    const std::size_t column = number_before(at);
    if (column != std::string_view::npos && number_before(column) != std::string_view::npos) return true;
  }
  return false;
}

Lines lines_of(const std::string& text) {
  Lines lines;
  std::istringstream in(text);
  for (std::string line; std::getline(in, line);) lines.push_back(line);
  return lines;
}

// A line that is about no place says who speaks.
int tell_lines(const Lines& lines) {
  for (const std::string& line : lines) {
    const bool is_rest = line.starts_with("and ") && line.ends_with(" more");
    std::cerr << (names_a_place(line) || is_rest ? "" : "moshimo: ") << line << '\n';
  }
  return wrong_input;
}

int tell_usage(const Lines& lines, const Command* command) {
  tell_lines(lines);
  std::cerr << (command ? fmt::format("`moshimo {} --help` tells more.\n", command->name)
                        : std::string("`moshimo --help` lists the commands.\n"));
  return wrong_input;
}

}  // namespace

int tell(const input::InputError& mistakes) { return tell_lines(lines_of(mistakes.what())); }

Check one_of(std::vector<std::string> known) {
  return [known = std::move(known)](const std::string& text) -> std::string {
    if (std::find(known.begin(), known.end(), text) != known.end()) return "";
    if (text == "md" && std::find(known.begin(), known.end(), "markdown") != known.end()) return "";
    const std::string hint = input::did_you_mean(text, {known.begin(), known.end()});
    return fmt::format("there is no '{}'{}{}", text, hint.empty() ? "; write " : hint + " It is one of ",
                       input::enumerated(known, "or"));
  };
}

Check number_from(int least, int most) {
  return [least, most](const std::string& text) -> std::string {
    int value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    const bool is_number = error == std::errc{} && end == text.data() + text.size();
    if (is_number && value >= least && value <= most) return "";
    return fmt::format("'{}' is no number from {} to {}", text, least, most);
  };
}

Check duration_from(Duration least, Duration most) {
  return [least, most](const std::string& text) -> std::string {
    const auto duration = input::parse_duration(text);
    if (!duration || *duration < Duration{}) {
      return fmt::format("'{}' is no duration; write one such as 40m, 6h or 2d", text);
    }
    if (*duration >= least && *duration <= most) return "";
    return fmt::format("{} does not lie between {} and {}", text, input::to_text(least), input::to_text(most));
  };
}

Check a_duration() { return duration_from(Duration{}, Duration::forever()); }

Check a_horizon() { return duration_from(Duration::seconds(1), Duration::days(3660)); }

Duration duration_of(const std::string& checked) { return input::parse_duration(checked).value(); }

void refuse_twice(const std::vector<std::string>& files) {
  const auto is_same = [](const std::string& a, const std::string& b) {
    std::error_code none_such;
    return a == b || fs::equivalent(a, b, none_such);
  };
  for (std::size_t i = 0; i < files.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      if (!is_same(files[i], files[j])) continue;
      if (files[i] == "-") throw UsageError("standard input is given twice, and can be read only once; name it once");
      throw UsageError(fmt::format("'{}' is given twice{}; name every file once", files[i],
                                   files[i] == files[j] ? "" : fmt::format(", first as '{}'", files[j])));
    }
  }
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
  const auto is_known = [&](const std::string& name) {
    return std::any_of(names.begin(), names.end(),
                       [&](const std::string& n) { return n == name || n.starts_with(name + "/"); });
  };
  const auto none_such = [&](const std::string& what_to_do) {
    return input::InputError(fmt::format("there is no file and no library scenario '{}'{}", path_or_name, what_to_do));
  };
  if (fs::exists(path_or_name, error)) return path_or_name;
  if (const std::size_t end = path_or_name.find('.'); end != std::string::npos && end > 0) {
    const std::string name = path_or_name.substr(0, end);
    if (is_known(name)) throw none_such(fmt::format("; did you mean '{}'?", name));
  }
  if (fs::path(path_or_name).has_extension()) return path_or_name;  // whoever reads it says that it is not there
  for (const std::string_view ending : {scenario_ending, std::string_view(".yaml"), std::string_view(".yml")}) {
    const std::string file = fmt::format("{}{}", path_or_name, ending);
    if (fs::is_regular_file(file, error)) throw none_such(fmt::format("; did you mean '{}'?", file));
  }
  std::vector<std::string> words = names, inside;
  for (const std::string& name : names) {
    if (name.starts_with(path_or_name + "/")) inside.push_back(name);
    if (name.ends_with(fmt::format("/{}", usual_scenario))) words.push_back(name.substr(0, name.find('/')));
  }
  if (!inside.empty()) {
    throw input::InputError(
        fmt::format("'{}' holds several scenarios; name one of them: {}", path_or_name, fmt::join(inside, ", ")));
  }
  if (words.empty()) throw input::InputError(fmt::format("there is no file '{}', and {}", path_or_name, no_library));
  const std::vector<std::string_view> known(words.begin(), words.end());
  throw none_such(input::did_you_mean(path_or_name, known, "`moshimo list scenarios` shows what there is"));
}

int run(int count, const char* const* arguments) {
  CLI::App app(
      "If this role or key disappears, who breaks and when, what data is lost and until when can it still be saved, "
      "and "
      "how do we get back?",
      "moshimo");
  app.set_version_flag("--version", "moshimo " MOSHIMO_VERSION);
  app.require_subcommand(1);
  app.formatter(help_formatter(static_cast<std::size_t>(terminal_width())));
  app.footer(
      "`moshimo COMMAND --help` tells more. A first look: moshimo run state-key-mixup\n"
      "Exit status: 0 done; 1 an expectation or gate failed; 2 wrong usage or input;\n3 internal error.");
  // `help`, `help COMMAND` and `version` are what people try first.
  std::vector<const char*> words(arguments, arguments + count);
  const std::string_view first_word = words.size() > 1 ? words[1] : "";
  if (first_word == "version") words[1] = "--version";
  if (first_word == "help") {
    if (words.size() > 2) {
      if (!command_named(words[2])) {
        return tell_usage({no_command(words[2])}, nullptr);
      }
      words[1] = words[2];
      words.resize(3);
      words[2] = "--help";
    } else {
      words[1] = "--help";
    }
  }
  Common common;
  std::vector<std::pair<CLI::App*, Job>> jobs;
  for (const Command& command : commands()) {
    CLI::App* sub = app.add_subcommand(command.name, command.summary);
    sub->footer(fmt::format("Examples:\n  {}", command.example));
    jobs.emplace_back(sub, command.declare(*sub));
    sub->add_option("--format", common.form, input::enumerated(command.forms, "or"))->check(one_of(command.forms));
    sub->add_option("-o,--output", common.output, "write to a file instead of standard output");
    sub->add_option("--models", common.models_dir, "a folder of catalogue files that add to or override the built-in");
    if (command.draws) {
      sub->add_option("--width", common.width, "columns of the text report, 40 to 400")->check(number_from(40, 400));
      sub->add_flag("--ascii", common.ascii, "nothing but ASCII in reports");
      sub->add_flag("--no-color,--no-colour", common.no_colour, "no colours; NO_COLOR does the same");
    }
    sub->add_flag("-q,--quiet", common.quiet, "no warnings");
  }
  try {
    app.parse(static_cast<int>(words.size()), words.data());
  } catch (const CLI::Success& e) {  // help and version
    return app.exit(e);
  } catch (const CLI::ParseError& e) {
    return tell_usage(refusal(app, e, first_word), command_named(first_word));
  }
  input::will_be_written(common.output);
  try {
    for (const auto& [sub, job] : jobs) {
      if (sub->parsed()) return job(common);
    }
  } catch (const UsageError& e) {
    return tell_usage(lines_of(e.what()), command_named(first_word));
  } catch (const input::InputError& e) {
    return tell(e);
  }
  return wrong_input;
}

}  // namespace moshimo::cli
