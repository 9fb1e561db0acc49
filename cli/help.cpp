#include "cli/help.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <fmt/ranges.h>

#include "report/layout.hpp"

namespace moshimo::cli {
namespace {

constexpr std::size_t name_column = 30;

class HelpFormatter : public CLI::Formatter {
 public:
  explicit HelpFormatter(std::size_t width) : width_(width) {
    column_width(name_column);
    for (const char* type : {"UINT", "INT"}) label(type, "NUMBER");
  }

  std::string make_option(const CLI::Option* option, bool is_positional) const override {
    return entry(make_option_name(option, is_positional) + make_option_opts(option), make_option_desc(option));
  }

  std::string make_option_opts(const CLI::Option* option) const override {
    if (option->get_type_size() == 0) return "";  // a flag
    const bool takes_many = option->get_expected_max() > 1;
    const char more = option->get_delimiter();
    std::string text = option->get_positional() ? "" : " " + get_label(option->get_type_name());
    if (takes_many) text += more == '\0' ? "..." : std::string(1, more) + "...";
    return text;
  }

  std::string make_description(const CLI::App* command) const override {
    return fmt::format("{}\n", fmt::join(report::wrap(command->get_description(), width_), "\n"));
  }

  std::string make_subcommand(const CLI::App* command) const override {
    return entry(command->get_display_name(true), command->get_description());
  }

 private:
  std::string entry(const std::string& name, const std::string& says) const {
    std::string out = "  " + name;
    std::size_t column = out.size();
    if (column + 2 > name_column) {
      out += '\n';
      column = 0;
    }
    for (const std::string& line : report::wrap(says, width_ - name_column)) {
      out += fmt::format("{:{}}{}\n", "", name_column - column, line);
      column = 0;
    }
    return out;
  }

  std::size_t width_;
};

}  // namespace

std::shared_ptr<CLI::FormatterBase> help_formatter(std::size_t width) { return std::make_shared<HelpFormatter>(width); }

}  // namespace moshimo::cli
