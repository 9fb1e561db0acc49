// The commands of the program: a table of rows, each of which declares its options and says what to do.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "input/diagnostics.hpp"
#include "models/catalogue.hpp"
#include "report/report.hpp"

namespace CLI {
class App;
}

namespace moshimo::cli {

// What every command shares: where the catalogue comes from, and how and where a report is written.
struct Common {
  std::string form = "text";
  std::string output;      // "": standard output
  std::string models_dir;  // "": the built-in catalogue alone
  int width = 0;           // 0: that of the terminal, or 80
  bool ascii = false;
  bool no_colour = false;
  bool quiet = false;

  report::Style style() const;
  // Null, with errors in `diagnostics`, when the files of `models_dir` have mistakes.
  const models::Catalogue* find_catalogue(input::Diagnostics& diagnostics) const;
  const models::Catalogue& catalogue() const;                        // throws InputError instead
  void write(const std::string& text) const;                         // a report: in ASCII if that is asked for
  void write_data(const std::string& text) const;                    // as it is
  void print_warnings(const input::Diagnostics& diagnostics) const;  // to standard error, unless quiet

 private:
  mutable std::unique_ptr<models::Catalogue> extended_;
  mutable bool is_extended_well_ = true;
};

// Does the work; the result is the exit status.
using Job = std::function<int(const Common&)>;

struct Command {
  const char* name;
  const char* summary;
  const char* takes;  // what has to be given, as a noun
  const char* example;
  Job (*declare)(CLI::App& app);
  std::vector<std::string> forms;  // values of --format; the first is the usual one
  bool draws = true;               // takes --width, --ascii, --no-color
};

const std::vector<Command>& commands();

Job declare_run(CLI::App& app);
Job declare_blast(CLI::App& app);
Job declare_recover(CLI::App& app);
Job declare_soak(CLI::App& app);
Job declare_merge(CLI::App& app);
Job declare_sweep(CLI::App& app);
Job declare_diagnose(CLI::App& app);
Job declare_review(CLI::App& app);
Job declare_import(CLI::App& app);
Job declare_validate(CLI::App& app);
Job declare_explain(CLI::App& app);
Job declare_list(CLI::App& app);
Job declare_inspect(CLI::App& app);
Job declare_graph(CLI::App& app);

// Checks of option values; what is wrong is said in a sentence.
using Check = std::function<std::string(const std::string&)>;
Check one_of(std::vector<std::string> known);
Check number_from(int least, int most);
Check duration_from(Duration least, Duration most);
Check a_duration();
Check a_horizon();
Duration duration_of(const std::string& checked);

// Values of options that do not go together, or a command line that is wrong in a way the options alone do not tell.
struct UsageError : input::InputError {
  using InputError::InputError;
};

// Says on standard error what is wrong, and returns the exit status for it.
int tell(const input::InputError& mistakes);

// Throws UsageError where the same file, or standard input, is given more than once.
void refuse_twice(const std::vector<std::string>& files);

// Exit statuses.
inline constexpr int done = 0;
inline constexpr int gate_failed = 1;
inline constexpr int wrong_input = 2;
inline constexpr int internal_error = 3;

// A scenario by path, or by its name in the library: `state-key-mixup`, `state-key-mixup/undetected-2h`.
std::string find_scenario(const std::string& path_or_name);
// The library's scenarios by name, sorted; empty when the library is not at hand.
std::vector<std::string> library_scenarios();

// Everything but the process itself: what `main` calls.
int run(int count, const char* const* arguments);

}  // namespace moshimo::cli
