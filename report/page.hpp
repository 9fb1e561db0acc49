// A page: headings, paragraphs, tables and drawings in order, to be laid out for a terminal or written as Markdown.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "report/layout.hpp"
#include "report/report.hpp"

namespace moshimo::report {

class Page {
 public:
  // Draws something for a number of columns.
  using Drawing = std::function<std::vector<std::string>(std::size_t width, bool ascii)>;

  void title(std::string text);
  void heading(std::string text);
  void paragraph(std::string text, std::size_t indent = 0);
  void item(std::string text, std::size_t level = 0);    // of a list
  void detail(std::string text, std::size_t level = 1);  // below an item
  void step(std::string label, std::string text);        // `label` stands out in a column of its own
  void task(std::string label, std::string text);        // a step to tick off
  void commands(std::vector<std::string> lines, std::size_t level = 1);
  void table(TextTable table);
  void drawing(Drawing drawing);
  void gap();
  void fold();  // the sections that follow: in Markdown each opens when its heading is clicked

  std::string text(const Style& style) const;
  // Where it is too long the largest sections are cut, and say so.
  std::string markdown(std::size_t most_characters = 64000, bool ascii = false) const;

  std::string render(const Style& style) const {
    constexpr std::size_t most_characters = 64000;  // GitHub takes 65,536 for a comment
    return style.form == Form::markdown ? markdown(most_characters, style.ascii) : text(style);
  }

 private:
  enum class Kind { title, heading, paragraph, item, detail, step, task, commands, table, drawing, gap, fold };
  struct Block {
    Kind kind;
    std::string text = {};
    std::string label = {};
    std::size_t level = 0;
    std::vector<std::string> lines = {};
    TextTable table = {};
    Drawing drawing = {};
  };
  static std::string markdown_of(const Block& block, bool in_step, bool ascii);  // below a step details are paragraphs
  std::vector<Block> blocks_;
};

// A command line over several lines: with `\` between arguments, and inside quoted JSON after a comma.
std::vector<std::string> wrap_command(std::string_view command, std::size_t width);

}  // namespace moshimo::report
