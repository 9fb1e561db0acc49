#include "report/page.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace moshimo::report {
namespace {

constexpr std::size_t widest_paragraph = 110;

// The arguments of a command line as they are written, quotes included.
std::vector<std::string> arguments(std::string_view command) {
  std::vector<std::string> words;
  std::string word;
  char quote = 0;
  for (const char c : command) {
    if (quote == 0 && (c == ' ' || c == '\n')) {
      if (!word.empty()) words.push_back(std::move(word));
      word.clear();
      continue;
    }
    if (quote == 0 && (c == '\'' || c == '"')) {
      quote = c;
    } else if (c == quote) {
      quote = 0;
    }
    word += c == '\n' ? ' ' : c;
  }
  if (!word.empty()) words.push_back(std::move(word));
  return words;
}

std::string joined(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) {
    text += line;
    text += '\n';
  }
  return text;
}

}  // namespace

std::vector<std::string> wrap_command(std::string_view command, std::size_t width) {
  std::vector<std::string> lines;
  std::string line;
  const std::vector<std::string> words = arguments(command);
  for (std::size_t i = 0; i < words.size(); ++i) {
    // An option stays with its value.
    std::string piece = words[i];
    if (piece.starts_with("--") && i + 1 < words.size() && !words[i + 1].starts_with("--")) piece += " " + words[++i];
    if (!line.empty() && display_width(line) + 1 + display_width(piece) + 2 > width) {
      lines.push_back(line + " \\");
      line = "    " + piece;
    } else {
      line += line.empty() ? piece : " " + piece;
    }
  }
  lines.push_back(line);
  return lines;
}

void Page::title(std::string text) { blocks_.push_back({.kind = Kind::title, .text = std::move(text)}); }
void Page::heading(std::string text) { blocks_.push_back({.kind = Kind::heading, .text = std::move(text)}); }
void Page::paragraph(std::string text, std::size_t indent) {
  blocks_.push_back({.kind = Kind::paragraph, .text = std::move(text), .level = indent});
}
void Page::item(std::string text, std::size_t level) {
  blocks_.push_back({.kind = Kind::item, .text = std::move(text), .level = level});
}
void Page::detail(std::string text, std::size_t level) {
  blocks_.push_back({.kind = Kind::detail, .text = std::move(text), .level = level});
}
void Page::step(std::string label, std::string text) {
  blocks_.push_back({.kind = Kind::step, .text = std::move(text), .label = std::move(label)});
}
void Page::commands(std::vector<std::string> lines, std::size_t level) {
  blocks_.push_back({.kind = Kind::commands, .level = level, .lines = std::move(lines)});
}
void Page::table(TextTable table) { blocks_.push_back({.kind = Kind::table, .table = std::move(table)}); }
void Page::drawing(Drawing drawing) { blocks_.push_back({.kind = Kind::drawing, .drawing = std::move(drawing)}); }
void Page::gap() { blocks_.push_back({.kind = Kind::gap}); }

std::string Page::text(const Style& style) const {
  const std::size_t width = static_cast<std::size_t>(std::clamp(style.width, 40, 240));
  const std::size_t measure = std::min(width, widest_paragraph);
  const auto own = [&](const std::string& t) { return style.ascii ? in_ascii(t) : t; };
  const std::string thin = style.ascii ? "-" : "─";
  const std::string thick = style.ascii ? "=" : "━";
  std::vector<std::string> out;
  const auto blank = [&] {
    if (!out.empty() && !out.back().empty()) out.emplace_back();
  };
  const auto hang = [&](const std::string& first, std::size_t indent, const std::string& text, std::size_t to) {
    const std::size_t room = to > indent + 8 ? to - indent : 8;
    const std::vector<std::string> lines = wrap(text, room);
    for (std::size_t i = 0; i < lines.size(); ++i) {
      out.push_back((i == 0 ? padded(first, indent) : std::string(indent, ' ')) + lines[i]);
    }
  };
  const auto rule_of = [](const std::string& glyph, std::size_t n) {
    std::string line;
    for (std::size_t i = 0; i < n; ++i) line += glyph;
    return line;
  };
  for (const Block& b : blocks_) {
    switch (b.kind) {
      case Kind::title: {
        for (const std::string& line : wrap(strong(own(b.text)), width)) out.push_back(line);
        out.push_back(dim(rule_of(thick, width)));
        break;
      }
      case Kind::heading: {
        blank();
        const std::string t = own(b.text);
        const std::size_t used = display_width(t) + 4;
        out.push_back(dim(rule_of(thin, 2)) + " " + strong(t) + " " +
                      dim(rule_of(thin, width > used ? width - used : 2)));
        out.emplace_back();
        break;
      }
      case Kind::paragraph: hang("", b.level, own(b.text), measure); break;
      case Kind::item:
        hang(std::string(1 + 2 * b.level, ' ') + (style.ascii ? "* " : "• "), 3 + 2 * b.level, own(b.text), measure);
        break;
      case Kind::detail: hang("", 1 + 2 * b.level, own(b.text), measure); break;
      case Kind::step:
        hang(own(b.label), std::max<std::size_t>(display_width(own(b.label)) + 2, 5), own(b.text), measure);
        break;
      case Kind::commands:
        for (const std::string& command : b.lines) {
          const std::size_t indent = 1 + 2 * b.level;
          const std::vector<std::string> lines = wrap_command(command, width - indent - 2);
          for (std::size_t i = 0; i < lines.size(); ++i) {
            out.push_back(std::string(indent, ' ') + (i == 0 ? dim("$ ") : "  ") + code(lines[i]));
          }
        }
        break;
      case Kind::table: {
        TextTable table = b.table;
        for (Column& c : table.columns) c.header = own(c.header);
        for (auto& row : table.rows) {
          for (std::string& cell : row) cell = own(cell);
        }
        for (const std::string& line : draw_table(table, width - 1, thin)) {
          out.push_back(line.empty() ? line : " " + line);
        }
        break;
      }
      case Kind::drawing:
        for (const std::string& line : b.drawing(width, style.ascii)) out.push_back(line);
        break;
      case Kind::gap: blank(); break;
    }
  }
  for (std::string& line : out) {
    while (!line.empty() && (line.back() == ' ' || line.back() == hard_space)) line.pop_back();
  }
  std::string text = joined(out);
  while (text.size() > 1 && text[text.size() - 2] == '\n') text.pop_back();
  return for_terminal(text, style.colour);
}

std::string Page::markdown_of(const Block& b, bool in_step) {
  const std::string indent(2 * b.level, ' ');
  switch (b.kind) {
    case Kind::title: return "# " + for_markdown(b.text) + "\n\n";
    case Kind::heading: return "\n## " + for_markdown(b.text) + "\n\n";
    case Kind::paragraph: return for_markdown(b.text) + "\n\n";
    case Kind::item: return indent + "- " + for_markdown(b.text) + "\n";
    case Kind::detail: return in_step ? for_markdown(b.text) + "\n\n" : indent + "- " + for_markdown(b.text) + "\n";
    case Kind::step:
      return "\n**" + for_markdown(b.label.substr(std::min(b.label.find_first_not_of(' '), b.label.size()))) + "** " +
             for_markdown(b.text) + "\n\n";
    case Kind::commands: {
      std::string text = "\n```sh\n";
      for (const std::string& command : b.lines) text += for_terminal(joined(wrap_command(command, 110)), false);
      return text + "```\n\n";
    }
    case Kind::table: {
      const auto row = [](const std::vector<std::string>& cells) {
        std::string line = "|";
        for (const std::string& cell : cells) {
          std::string written;
          for (const char c : for_markdown(cell)) {
            if (c == '|' && (written.empty() || written.back() != '\\')) written += '\\';
            written += c == '\n' ? "<br>" : std::string(1, c);
          }
          line += " " + written + " |";
        }
        return line + "\n";
      };
      std::string text;
      std::vector<std::string> header;
      std::string rule = "|";
      for (const Column& c : b.table.columns) {
        header.push_back(c.header);
        rule += c.right ? " ---: |" : " --- |";
      }
      text += "\n" + row(header) + rule + "\n";
      constexpr std::size_t most_rows = 60;
      for (std::size_t i = 0; i < b.table.rows.size() && i < most_rows; ++i) text += row(b.table.rows[i]);
      text += "\n";
      if (b.table.rows.size() > most_rows)
        text += fmt::format("… and {} more rows\n\n", b.table.rows.size() - most_rows);
      return text;
    }
    case Kind::drawing: return "\n```text\n" + for_terminal(joined(b.drawing(96, false)), false) + "```\n\n";
    case Kind::gap: return "\n";
  }
  return "";
}

std::string Page::markdown(std::size_t most_characters) const {
  std::vector<std::string> pieces;
  std::size_t total = 0;
  bool in_step = false;
  for (const Block& b : blocks_) {
    if (b.kind == Kind::step) in_step = true;
    if (b.kind == Kind::heading || b.kind == Kind::item) in_step = false;
    pieces.push_back(markdown_of(b, in_step));
    total += pieces.back().size();
  }
  // Too long: blocks are left out of the middle, so that the beginning and the end stay.
  std::size_t first = pieces.size();
  std::size_t last = pieces.size();
  if (total > most_characters) {
    const std::size_t note = 200;
    std::size_t room = most_characters - note;
    std::size_t tail = room / 4;
    while (last > 0 && pieces[last - 1].size() <= tail) {
      tail -= pieces[last - 1].size();
      room -= pieces[last - 1].size();
      --last;
    }
    first = 0;
    while (first < last && pieces[first].size() <= room) room -= pieces[first++].size();
  }
  std::string text;
  for (std::size_t i = 0; i < pieces.size(); ++i) {
    if (i == first && first < last) {
      text += fmt::format("\n\n*{} blocks are left out here to keep this short; the text form has all of them.*\n\n",
                          last - first);
    }
    if (i >= first && i < last) continue;
    text += pieces[i];
  }
  // At most one empty line in a row.
  std::string tidy;
  std::size_t feeds = 2;
  for (const char c : text) {
    feeds = c == '\n' ? feeds + 1 : 0;
    if (feeds > 2) continue;
    tidy += c;
  }
  while (tidy.size() > 1 && tidy[tidy.size() - 2] == '\n') tidy.pop_back();
  return tidy;
}

}  // namespace moshimo::report
