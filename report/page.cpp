#include "report/page.hpp"

#include <algorithm>
#include <fmt/format.h>

namespace moshimo::report {
namespace {

constexpr std::size_t widest_paragraph = 110;

// The arguments of a command line as they are written, quotes included; `<what to fill in>` is one.
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
    if (quote == 0 && (c == '\'' || c == '"' || c == '<')) {
      quote = c == '<' ? '>' : c;
    } else if (c == quote) {
      quote = 0;
    }
    word += c == '\n' ? ' ' : c;
  }
  if (!word.empty()) words.push_back(std::move(word));
  return words;
}

std::string in_html(std::string_view text) {
  std::string result;
  for (const char c : text) {
    switch (c) {
      case '&': result += "&amp;"; break;
      case '<': result += "&lt;"; break;
      case '>': result += "&gt;"; break;
      default: result += c;
    }
  }
  return result;
}

// Below the text of a list item, so that Markdown takes it for a part of that.
std::string indented(std::string_view text) {
  std::string result;
  bool at_start = true;
  for (const char c : text) {
    if (at_start && c != '\n') result += "  ";
    result += c;
    at_start = c == '\n';
  }
  return result;
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

namespace {

// Where quoted JSON or a query begins in an argument with its option, which may be broken inside; npos: nowhere.
std::size_t breakable_from(std::string_view option_and_value) {
  if (option_and_value.starts_with("--query '")) return option_and_value.find('\'');
  return std::min(option_and_value.find("'{"), option_and_value.find("'["));
}

// A quoted JSON argument or query over several lines: outside of its strings a line may end after a comma, a space or
// an opening bracket, since neither the shell nor JSON nor the query minds. `before`: columns taken in front of it.
std::vector<std::string> wrap_quoted(std::string_view argument, std::size_t before, std::size_t width) {
  std::vector<std::string> lines;
  std::string line;
  bool in_string = false;
  std::size_t from = 0;
  const auto put = [&](std::string_view piece) {
    const std::size_t indent = (lines.empty() ? before : 8) + 2;
    const std::size_t room = width > indent ? width - indent : 0;
    if (!line.empty() && display_width(line) + display_width(piece) > room) {
      if (line.back() == ' ') line.pop_back();
      lines.push_back(std::move(line));
      line.clear();
    }
    line += piece;
  };
  for (std::size_t i = 0; i < argument.size(); ++i) {
    if ((argument[i] == '"' && argument[i - 1] != '\\') || argument[i] == '`') in_string = !in_string;
    if (in_string || std::string_view(",{[ ").find(argument[i]) == std::string_view::npos) continue;
    put(argument.substr(from, i + 1 - from));
    from = i + 1;
  }
  put(argument.substr(from));
  lines.push_back(std::move(line));
  return lines;
}

}  // namespace

std::vector<std::string> wrap_command(std::string_view command, std::size_t width) {
  std::vector<std::string> lines;
  std::string line;
  bool ends_broken = false;
  const auto next_line = [&] {
    if (!line.empty()) lines.push_back(line + " \\");
    line.clear();
  };
  const auto put = [&](const std::string& piece) {
    const std::size_t indent = lines.empty() ? 0 : 4;
    if (!line.empty() && (ends_broken || display_width(line) + 1 + display_width(piece) + 2 > width)) next_line();
    line += line.empty() ? std::string(lines.empty() ? 0 : 4, ' ') + piece : " " + piece;
    ends_broken = false;
    if (display_width(piece) + indent + 2 <= width) return;
    if (breakable_from(piece) == std::string::npos) return;
    const std::size_t quote = line.rfind(piece) + breakable_from(piece);
    const std::vector<std::string> parts =
        wrap_quoted(std::string_view(line).substr(quote), display_width(line.substr(0, quote)), width);
    std::string first = line.substr(0, quote) + parts.front();
    for (std::size_t i = 1; i < parts.size(); ++i) {
      lines.push_back(std::move(first));
      first = std::string(8, ' ') + parts[i];
    }
    line = std::move(first);
    ends_broken = parts.size() > 1;
  };
  const std::vector<std::string> words = arguments(command);
  for (std::size_t i = 0; i < words.size(); ++i) {
    // An option stays with its value where both fit.
    const bool has_value = words[i].starts_with("--") && i + 1 < words.size() && !words[i + 1].starts_with("--");
    const std::string both = has_value ? words[i] + " " + words[i + 1] : words[i];
    if (has_value && breakable_from(both) == std::string::npos && display_width(both) + 6 > width) {
      put(words[i]);
      next_line();
      put(words[++i]);
      continue;
    }
    put(both);
    if (has_value) ++i;
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
void Page::task(std::string label, std::string text) {
  blocks_.push_back({.kind = Kind::task, .text = std::move(text), .label = std::move(label)});
}
void Page::commands(std::vector<std::string> lines, std::size_t level) {
  blocks_.push_back({.kind = Kind::commands, .level = level, .lines = std::move(lines)});
}
void Page::table(TextTable table) { blocks_.push_back({.kind = Kind::table, .table = std::move(table)}); }
void Page::drawing(Drawing drawing) { blocks_.push_back({.kind = Kind::drawing, .drawing = std::move(drawing)}); }
void Page::gap() { blocks_.push_back({.kind = Kind::gap}); }
void Page::fold() { blocks_.push_back({.kind = Kind::fold}); }

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
        const std::vector<std::string> lines = wrap(strong(own(b.text)), width - 3);
        for (std::size_t i = 0; i < lines.size(); ++i) {
          const std::size_t used = display_width(lines[i]) + 4;
          std::string line = (i == 0 ? dim(rule_of(thin, 2)) + " " : "   ") + lines[i];
          if (lines.size() == 1 && width > used) line += " " + dim(rule_of(thin, width - used));
          out.push_back(std::move(line));
        }
        out.emplace_back();
        break;
      }
      case Kind::paragraph: hang("", b.level, own(b.text), measure); break;
      case Kind::item:
        hang(std::string(1 + 2 * b.level, ' ') + (style.ascii ? "* " : "• "), 3 + 2 * b.level, own(b.text), measure);
        break;
      case Kind::detail: hang("", 1 + 2 * b.level, own(b.text), measure); break;
      case Kind::step:
      case Kind::task:
        hang(own(b.label), std::max<std::size_t>(display_width(own(b.label)) + 2, 5), own(b.text), measure);
        break;
      case Kind::commands:
        for (const std::string& command : b.lines) {
          const std::size_t indent = 1 + 2 * b.level;
          const std::vector<std::string> lines = wrap_command(own(command), width - indent - 2);
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
      case Kind::fold: break;
    }
  }
  for (std::string& line : out) {
    while (!line.empty() && (line.back() == ' ' || line.back() == hard_space)) line.pop_back();
  }
  std::string text = joined(out);
  while (text.size() > 1 && text[text.size() - 2] == '\n') text.pop_back();
  return for_terminal(text, style.colour);
}

std::string Page::markdown_of(const Block& b, bool in_step, bool ascii) {
  const std::string indent(2 * b.level, ' ');
  const auto for_markdown = [ascii](const std::string& text) {
    return report::for_markdown(ascii ? in_ascii(text) : text);
  };
  switch (b.kind) {
    case Kind::title: return "# " + for_markdown(b.text) + "\n\n";
    case Kind::heading: return "\n## " + for_markdown(b.text) + "\n\n";
    case Kind::paragraph: return for_markdown(b.text) + "\n\n";
    case Kind::item: return indent + "- " + for_markdown(b.text) + "\n";
    case Kind::detail: return in_step ? for_markdown(b.text) + "\n\n" : indent + "- " + for_markdown(b.text) + "\n";
    case Kind::step:
      return "\n**" + for_markdown(b.label.substr(std::min(b.label.find_first_not_of(' '), b.label.size()))) + "** " +
             for_markdown(b.text) + "\n\n";
    case Kind::task:
      return "\n- [ ] **" + for_markdown(b.label.substr(std::min(b.label.find_first_not_of(' '), b.label.size()))) +
             "** " + for_markdown(b.text) + "\n\n";
    case Kind::commands: {
      std::string text = "\n```sh\n";
      for (const std::string& command : b.lines) {
        const std::string lines = for_terminal(joined(wrap_command(command, 110)), false);
        text += ascii ? in_ascii(lines) : lines;
      }
      return text + "```\n\n";
    }
    case Kind::table: {
      const TextTable table = without_empty_columns(b.table);
      const auto written = [&](const std::string& cell) {
        std::string text;
        for (const char c : for_markdown(cell)) {
          if (c == '|' && (text.empty() || text.back() != '\\')) text += '\\';
          text += c == '\n' ? "<br>" : std::string(1, c);
        }
        return text;
      };
      constexpr std::size_t most_rows = 60;
      const std::size_t shown = std::min(table.rows.size(), most_rows);
      std::string text = "\n";
      const bool has_header =
          std::any_of(table.columns.begin(), table.columns.end(), [](const Column& c) { return !c.header.empty(); });
      if (!has_header) {  // words and their meanings
        for (std::size_t i = 0; i < shown; ++i) {
          text += "- ";
          for (std::size_t k = 0; k < table.rows[i].size(); ++k) {
            text += (k == 0 ? "" : ": ") + written(table.rows[i][k]);
          }
          text += "\n";
        }
      } else {
        std::string header = "|";
        std::string rule = "|";
        std::vector<std::size_t> columns;  // one without a header is a drawing
        for (std::size_t k = 0; k < table.columns.size(); ++k) {
          if (table.columns[k].header.empty()) continue;
          columns.push_back(k);
          header += " " + written(table.columns[k].header) + " |";
          rule += table.columns[k].right ? " ---: |" : " --- |";
        }
        text += header + "\n" + rule + "\n";
        for (std::size_t i = 0; i < shown; ++i) {
          text += "|";
          for (const std::size_t k : columns) text += " " + written(table.rows[i][k]) + " |";
          text += "\n";
        }
      }
      text += "\n";
      if (table.rows.size() > shown) text += fmt::format("and {} more rows\n\n", table.rows.size() - shown);
      return text;
    }
    case Kind::drawing: return "\n```text\n" + for_terminal(joined(b.drawing(96, ascii)), false) + "```\n\n";
    case Kind::gap: return "\n";
    case Kind::fold: return "";
  }
  return "";
}

std::string Page::markdown(std::size_t most_characters, bool ascii) const {
  struct Section {
    std::string begin, end;
    std::vector<std::string> pieces;
    std::size_t size = 0;
    std::size_t left_out = 0;
  };
  std::vector<Section> sections(1);
  bool in_step = false;
  bool in_task = false;
  bool folds = false;
  for (const Block& b : blocks_) {
    if (b.kind == Kind::step || b.kind == Kind::task) in_step = true;
    if (b.kind == Kind::heading || b.kind == Kind::item) in_step = false;
    in_task = in_step && (in_task || b.kind == Kind::task);
    if (b.kind == Kind::fold) folds = true;
    if (b.kind == Kind::heading) {
      Section& section = sections.emplace_back();
      section.begin = markdown_of(b, in_step, ascii);
      if (folds) {
        const std::string heading = for_terminal(ascii ? in_ascii(b.text) : b.text, false);
        section.begin = fmt::format("\n<details><summary><b>{}</b></summary>\n\n", in_html(heading));
        section.end = "\n</details>\n";
      }
      section.size = section.begin.size() + section.end.size();
      continue;
    }
    const std::string piece = markdown_of(b, in_step, ascii);
    sections.back().pieces.push_back(in_task && b.kind != Kind::task ? indented(piece) : piece);
    sections.back().size += sections.back().pieces.back().size();
  }
  const auto note = [](const Section& s) {
    if (s.left_out == 0) return std::string();
    return fmt::format("\n*{} here to keep this short; the text form has all of it.*\n",
                       s.left_out == 1 ? "1 block is left out" : fmt::format("{} blocks are left out", s.left_out));
  };
  constexpr std::size_t room_for_note = 100;
  const auto length = [&] {
    std::size_t total = 0;
    for (const Section& s : sections) total += s.size + (s.left_out > 0 ? room_for_note : 0);
    return total;
  };
  for (std::size_t total = length(); total > most_characters; total = length()) {
    const auto largest = std::max_element(sections.begin(), sections.end(), [](const Section& a, const Section& b) {
      return (a.pieces.empty() ? 0 : a.size) < (b.pieces.empty() ? 0 : b.size);
    });
    if (largest->pieces.empty()) break;
    largest->size -= largest->pieces.back().size();
    largest->pieces.pop_back();
    ++largest->left_out;
  }
  std::string text;
  for (const Section& s : sections) {
    text += s.begin;
    for (const std::string& piece : s.pieces) text += piece;
    text += note(s) + s.end;
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
