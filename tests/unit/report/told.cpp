#include "tests/unit/report/told.hpp"

#include "input/document.hpp"
#include "report/report.hpp"

namespace moshimo {
namespace {

scenarios::Answer answer_of(std::string_view inventory, std::string_view scenario) {
  input::Diagnostics diagnostics;
  auto read = std::make_shared<models::Inventory>();
  models::read_inventory(
      input::Document::parse("i.yaml", "version: 1\n" + std::string(inventory), input::Format::yaml, diagnostics),
      *read, diagnostics);
  diagnostics.throw_if_errors();
  auto document = std::make_shared<const input::Document>(
      input::Document::parse("s.yaml", "version: 1\nname: small\ninventory: i.yaml\n" + std::string(scenario),
                             input::Format::yaml, diagnostics));
  auto s = std::make_shared<const scenarios::Scenario>(scenarios::read_scenario(document, "s.yaml", diagnostics));
  diagnostics.throw_if_errors();
  scenarios::Answer a = scenarios::answer(s, read, models::embedded_catalogue(), diagnostics);
  diagnostics.throw_if_errors();
  return a;
}

}  // namespace

std::string told(std::string_view inventory, std::string_view scenario) {
  report::Style style;
  style.width = 200;
  const std::string text = report::run_report(answer_of(inventory, scenario), style);
  std::string flat;
  for (const char c : text) {
    const bool is_space = c == ' ' || c == '\n';
    if (!is_space || flat.empty() || flat.back() != ' ') flat += is_space ? ' ' : c;
  }
  return flat;
}

std::string told_as_json(std::string_view inventory, std::string_view scenario) {
  report::Style style;
  style.form = report::Form::json;
  return report::run_report(answer_of(inventory, scenario), style);
}

std::string section(const std::string& text, std::string_view heading) {
  const std::size_t from = text.find(" ── " + std::string(heading));
  if (from == std::string::npos) return "";
  std::size_t to = from;
  do {  // the lines of tables are made of the same strokes
    to = text.find(" ── ", to + 1);
  } while (to != std::string::npos && text.compare(to + 8, 3, "─") == 0);
  return text.substr(from, to == std::string::npos ? to : to - from);
}

bool has(const std::string& text, std::string_view words) { return text.find(words) != std::string::npos; }

}  // namespace moshimo
