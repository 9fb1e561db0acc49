#include "report/layout.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <numeric>
#include <optional>

namespace moshimo::report {
namespace {

constexpr char first_open = '\x01';  // of Mark::strong; the others follow
constexpr char first_close = '\x11';
constexpr std::size_t mark_count = 6;

bool is_open(char c) { return c >= first_open && c < first_open + static_cast<char>(mark_count); }
bool is_close(char c) { return c >= first_close && c < first_close + static_cast<char>(mark_count); }
bool is_mark(char c) { return is_open(c) || is_close(c); }
char close_of(char open) { return static_cast<char>(open - first_open + first_close); }

// The code point that begins at `at`; broken bytes stand for themselves.
char32_t decode(std::string_view text, std::size_t at, std::size_t& length) {
  const auto byte = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned char lead = byte(at);
  length = lead < 0x80 ? 1 : lead >= 0xf0 ? 4 : lead >= 0xe0 ? 3 : lead >= 0xc0 ? 2 : 1;
  if (length == 1 || at + length > text.size()) {
    length = 1;
    return lead;
  }
  char32_t point = lead & (0xffU >> (length + 1));
  for (std::size_t i = 1; i < length; ++i) point = (point << 6) | (byte(at + i) & 0x3fU);
  return point;
}

struct Range {
  char32_t first;
  char32_t last;
};
constexpr std::array<Range, 12> wide = {{{0x1100, 0x115f},
                                         {0x2e80, 0x303e},
                                         {0x3041, 0x33ff},
                                         {0x3400, 0x4dbf},
                                         {0x4e00, 0x9fff},
                                         {0xa000, 0xa4cf},
                                         {0xac00, 0xd7a3},
                                         {0xf900, 0xfaff},
                                         {0xfe30, 0xfe6f},
                                         {0xff00, 0xff60},
                                         {0x1f300, 0x1faff},
                                         {0x20000, 0x3fffd}}};
constexpr std::array<Range, 6> narrow_as_nothing = {
    {{0x0300, 0x036f}, {0x200b, 0x200f}, {0x20d0, 0x20ff}, {0xfe00, 0xfe0f}, {0xfe20, 0xfe2f}, {0x1ab0, 0x1aff}}};

template <std::size_t n>
bool is_in(const std::array<Range, n>& ranges, char32_t point) {
  return std::any_of(ranges.begin(), ranges.end(),
                     [point](const Range& r) { return point >= r.first && point <= r.last; });
}

std::size_t cells(char32_t point) {
  if (point < 0x20 && point != static_cast<char32_t>(hard_space)) return 0;
  if (point < 0x300) return 1;
  if (is_in(narrow_as_nothing, point)) return 0;
  return is_in(wide, point) ? 2 : 1;
}

// The pieces of a word between which a line may break when the word alone is too long: after each slash of a path, and
// between a number and its unit. A URL is never broken, nor is a name that has no slash.
std::vector<std::string_view> pieces_of(std::string_view word) {
  std::vector<std::string_view> pieces;
  if (word.find("://") == std::string_view::npos) {
    for (std::size_t at = 0; at + 1 < word.size();) {
      const bool after_slash = word[at] == '/' && at > 0;
      if (after_slash || word[at] == hard_space) {
        pieces.push_back(word.substr(0, at + 1));
        word.remove_prefix(at + 1);
        at = 0;
      } else {
        ++at;
      }
    }
  }
  pieces.push_back(word);
  return pieces;
}

std::size_t longest_word(std::string_view text) {
  std::size_t longest = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of(" \n"), text.size());
    longest = std::max(longest, display_width(text.substr(0, end)));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return longest;
}

// The least a column needs: values stay whole, paths may break after a slash.
std::size_t longest_piece(std::string_view text) {
  std::size_t longest = 0;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find_first_of(" \n"), text.size());
    const std::string_view word = text.substr(0, end);
    if (word.find(hard_space) != std::string_view::npos) {
      longest = std::max(longest, display_width(word));
    } else {
      for (const std::string_view piece : pieces_of(word)) longest = std::max(longest, display_width(piece));
    }
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return longest;
}

class Wrapper {
 public:
  explicit Wrapper(std::size_t width) : width_(std::max<std::size_t>(width, 8)) {}

  std::vector<std::string> run(std::string_view text) {
    std::size_t at = 0;
    while (at <= text.size()) {
      std::size_t end = at;
      while (end < text.size() && text[end] != ' ' && text[end] != '\n') ++end;
      add_word(text.substr(at, end - at));
      if (end < text.size() && text[end] == '\n') end_line();
      at = end + 1;
    }
    end_line();
    return std::move(lines_);
  }

 private:
  void add_word(std::string_view word) {
    const std::size_t need = display_width(word);
    if (need == 0) {
      append(word);
      return;
    }
    const std::size_t space = used_ > 0 ? 1 : 0;
    if (used_ + space + need > width_ && used_ > 0) end_line();
    if (used_ > 0) {
      line_ += ' ';
      ++used_;
    }
    if (need <= width_) {
      append(word);
      used_ += need;
      return;
    }
    for (const std::string_view piece : pieces_of(word)) {
      const std::size_t piece_needs = display_width(piece);
      if (used_ > 0 && used_ + piece_needs > width_) end_line();
      append(piece);
      used_ += piece_needs;
    }
  }

  void append(std::string_view piece) {
    for (const char c : piece) {
      if (is_open(c)) open_.push_back(c);
      if (is_close(c) && !open_.empty()) open_.pop_back();
      line_ += c;
    }
  }

  void end_line() {
    std::for_each(open_.rbegin(), open_.rend(), [this](char mark) { line_ += close_of(mark); });
    lines_.push_back(std::move(line_));
    line_.clear();
    used_ = 0;
    line_.append(open_.begin(), open_.end());
  }

  std::size_t width_;
  std::size_t used_ = 0;
  std::string line_;
  std::vector<char> open_;
  std::vector<std::string> lines_;
};

}  // namespace

std::string marked(Mark mark, std::string_view text) {
  const char open = static_cast<char>(first_open + static_cast<char>(mark));
  std::string result(1, open);
  result += text;
  result += close_of(open);
  return result;
}

std::string clean(std::string_view text) {
  std::string result;
  result.reserve(text.size());
  for (std::size_t at = 0; at < text.size();) {
    std::size_t length = 1;
    const char32_t point = decode(text, at, length);
    const bool is_control = point < 0x20 || (point >= 0x7f && point < 0xa0) || (point >= 0x202a && point <= 0x202e) ||
                            (point >= 0x2066 && point <= 0x2069);
    if (point == '\n' || point == '\t' || point == '\r') {
      if (!result.empty() && result.back() != ' ') result += ' ';
    } else if (is_control) {
      result += '?';
    } else {
      result.append(text.substr(at, length));
    }
    at += length;
  }
  while (!result.empty() && result.back() == ' ') result.pop_back();
  return result;
}

std::string prose(std::string_view text, bool shows_code) {
  std::string result;
  std::string rest = clean(text);
  while (shows_code) {
    const std::size_t begin = rest.find('`');
    const std::size_t end = begin == std::string::npos ? begin : rest.find('`', begin + 1);
    if (end == std::string::npos) return result + rest;
    result += rest.substr(0, begin) + code(rest.substr(begin + 1, end - begin - 1));
    rest.erase(0, end + 1);
  }
  return rest;
}

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t length = 1;
    width += cells(decode(text, at, length));
    at += length;
  }
  return width;
}

std::vector<std::string> wrap(std::string_view text, std::size_t width) { return Wrapper(width).run(text); }

std::string cut_to(std::string_view text, std::size_t width, bool ascii) {
  const std::size_t total = display_width(text);
  if (total <= width) return std::string(text);
  const std::string_view gap = ascii ? ".." : "…";
  const std::size_t room = std::max<std::size_t>(width, 4) - display_width(gap);
  const std::size_t head = room / 2;
  const std::size_t tail = room - head;
  std::string front;
  std::string back;
  std::size_t used = 0;
  for (std::size_t at = 0; at < text.size();) {
    std::size_t length = 1;
    const std::size_t w = cells(decode(text, at, length));
    if (used + w <= head) front.append(text.substr(at, length));
    if (used >= total - tail) back.append(text.substr(at, length));
    used += w;
    at += length;
  }
  return front + std::string(gap) + back;
}

std::string padded(std::string_view text, std::size_t width, bool right) {
  const std::size_t used = display_width(text);
  const std::string space(width > used ? width - used : 0, ' ');
  return right ? space + std::string(text) : std::string(text) + space;
}

namespace {

bool is_blank(std::string_view text) { return display_width(text) == 0; }

}  // namespace

TextTable without_empty_columns(const TextTable& table) {
  TextTable kept;
  kept.spaced = table.spaced;
  kept.rows.resize(table.rows.size());
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    const bool has_content = std::any_of(table.rows.begin(), table.rows.end(),
                                         [i](const auto& row) { return i < row.size() && !is_blank(row[i]); });
    if (!has_content) continue;
    kept.columns.push_back(table.columns[i]);
    for (std::size_t r = 0; r < table.rows.size(); ++r) {
      kept.rows[r].push_back(i < table.rows[r].size() ? table.rows[r][i] : std::string());
    }
  }
  return kept;
}

namespace {

// Each row as a few lines of its own, for a table that does not fit.
std::vector<std::string> stacked(const TextTable& table, std::size_t width) {
  std::vector<std::string> lines;
  for (const auto& row : table.rows) {
    if (!lines.empty()) lines.emplace_back();
    bool is_first = true;
    for (std::size_t i = 0; i < table.columns.size(); ++i) {
      if (is_blank(row[i])) continue;
      const std::string indent(is_first ? 0 : 2, ' ');
      const std::string& header = table.columns[i].header;
      const std::string text = header.empty() ? row[i] : dim(header + ":") + " " + row[i];
      const std::vector<std::string> wrapped = wrap(text, width - 4);
      for (std::size_t k = 0; k < wrapped.size(); ++k) {
        std::string line = indent + (k > 0 ? "  " : "") + wrapped[k];
        while (!line.empty() && line.back() == ' ') line.pop_back();
        lines.push_back(std::move(line));
      }
      is_first = false;
    }
  }
  return lines;
}

// A column for each row, where there are fewer rows than columns; the first column gives the headers.
std::optional<TextTable> on_its_side(const TextTable& table) {
  if (table.rows.size() >= table.columns.size() || table.rows.size() < 2 || table.columns.front().right) return {};
  TextTable side;
  side.columns.push_back({table.columns.front().header});
  for (const auto& row : table.rows) side.columns.push_back({row.front(), true});
  for (std::size_t i = 1; i < table.columns.size(); ++i) {
    std::vector<std::string>& row = side.rows.emplace_back();
    row.push_back(table.columns[i].header);
    for (const auto& r : table.rows) row.push_back(r[i]);
  }
  return side;
}

std::optional<std::vector<std::string>> in_columns(const TextTable& table, std::size_t width, std::string_view rule) {
  const std::size_t n = table.columns.size();
  // What gives way: headers, which wrap, and columns that may. Values stay whole.
  constexpr std::size_t comfortable = 24;
  std::vector<std::size_t> widths(n, 0);
  std::vector<std::size_t> least(n, 0);
  for (const auto& row : table.rows) {
    for (std::size_t i = 0; i < n; ++i) {
      std::string_view cell = row[i];
      while (!cell.empty()) {
        const std::size_t end = std::min(cell.find('\n'), cell.size());
        widths[i] = std::max(widths[i], display_width(cell.substr(0, end)));
        cell.remove_prefix(std::min(end + 1, cell.size()));
      }
      if (table.columns[i].wraps) least[i] = std::max(least[i], longest_piece(row[i]));
    }
  }
  for (std::size_t i = 0; i < n; ++i) {
    const std::size_t needs = table.columns[i].wraps ? std::max(least[i], std::min(widths[i], comfortable)) : widths[i];
    least[i] = std::max(needs, longest_word(table.columns[i].header));
    widths[i] = std::max(widths[i], display_width(table.columns[i].header));
  }
  const std::size_t between = 2 * (n - 1);
  if (std::accumulate(least.begin(), least.end(), between) > width) return std::nullopt;
  while (std::accumulate(widths.begin(), widths.end(), between) > width) {
    std::size_t widest = n;
    for (std::size_t i = 0; i < n; ++i) {
      if (widths[i] > least[i] && (widest == n || widths[i] - least[i] > widths[widest] - least[widest])) widest = i;
    }
    --widths[widest];
  }
  std::vector<std::string> lines;
  const auto put = [&](const std::vector<std::string>& cells_of_row) {
    std::vector<std::vector<std::string>> wrapped(n);
    std::size_t height = 1;
    for (std::size_t i = 0; i < n; ++i) {
      wrapped[i] = wrap(cells_of_row[i], widths[i]);
      height = std::max(height, wrapped[i].size());
    }
    for (std::size_t k = 0; k < height; ++k) {
      std::string line;
      for (std::size_t i = 0; i < n; ++i) {
        const std::string cell = k < wrapped[i].size() ? wrapped[i][k] : "";
        if (i > 0) line += "  ";
        line += padded(cell, widths[i], table.columns[i].right);
      }
      while (!line.empty() && line.back() == ' ') line.pop_back();
      lines.push_back(std::move(line));
    }
  };
  const bool has_header =
      std::any_of(table.columns.begin(), table.columns.end(), [](const Column& c) { return !c.header.empty(); });
  if (has_header) {
    std::vector<std::string> header;
    for (const Column& c : table.columns) header.push_back(dim(c.header));
    put(header);
    std::string line;
    for (std::size_t i = 0; i < n; ++i) {
      if (i > 0) line += "  ";
      for (std::size_t k = 0; k < widths[i]; ++k) line += rule;
    }
    lines.push_back(dim(line));
  }
  for (std::size_t r = 0; r < table.rows.size(); ++r) {
    if (r > 0 && table.spaced) lines.emplace_back();
    put(table.rows[r]);
  }
  return lines;
}

}  // namespace

std::vector<std::string> draw_table(const TextTable& whole, std::size_t width, std::string_view rule) {
  const TextTable table = without_empty_columns(whole);
  if (table.columns.empty()) return {};
  if (auto lines = in_columns(table, width, rule)) return std::move(*lines);
  if (const auto side = on_its_side(table)) {
    if (auto lines = in_columns(*side, width, rule)) return std::move(*lines);
  }
  return stacked(table, width);
}

std::string for_terminal(std::string_view text, bool colour) {
  static constexpr std::array<std::string_view, mark_count> codes = {"\x1b[1m",  "\x1b[36m", "\x1b[31m",
                                                                     "\x1b[33m", "\x1b[32m", "\x1b[2m"};
  std::string result;
  std::vector<char> open;
  for (const char c : text) {
    if (is_open(c)) {
      open.push_back(c);
      if (colour) result += codes[static_cast<std::size_t>(c - first_open)];
    } else if (is_close(c)) {
      if (!open.empty()) open.pop_back();
      if (!colour) continue;
      result += "\x1b[0m";
      for (const char o : open) result += codes[static_cast<std::size_t>(o - first_open)];
    } else {
      result += c == hard_space ? ' ' : c;
    }
  }
  return result;
}

std::string for_markdown(std::string_view text) {
  std::string result;
  bool in_code = false;
  const char code_open = static_cast<char>(first_open + static_cast<char>(Mark::code));
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    const char next = i + 1 < text.size() ? text[i + 1] : ' ';
    if (c == code_open || c == close_of(code_open)) {
      in_code = c == code_open;
      result += '`';
    } else if (is_mark(c)) {
      const char open = is_open(c) ? c : static_cast<char>(c - first_close + first_open);
      if (!in_code && open == first_open) result += "**";
    } else if (c == hard_space) {
      result += ' ';
    } else if (in_code) {
      result += c == '`' ? '\'' : c;
    } else {
      const bool ends_link_text = c == ']' && (next == '(' || next == '[' || next == ':');
      if (ends_link_text || std::string_view("\\`*_<>|#~").find(c) != std::string_view::npos) result += '\\';
      result += c;
    }
  }
  return result;
}

std::string in_ascii(std::string_view text) {
  static constexpr std::array<std::array<std::string_view, 2>, 18> pairs = {{{"…", "..."},
                                                                             {"–", "-"},
                                                                             {"—", "-"},
                                                                             {"·", "-"},
                                                                             {"✓", "ok"},
                                                                             {"✗", "NO"},
                                                                             {"→", "->"},
                                                                             {"×", "x"},
                                                                             {"•", "*"},
                                                                             {"≤", "<="},
                                                                             {"≥", ">="},
                                                                             {"µ", "u"},
                                                                             {"“", "\""},
                                                                             {"”", "\""},
                                                                             {"‘", "'"},
                                                                             {"’", "'"},
                                                                             {"─", "-"},
                                                                             {"°", " degrees"}}};
  std::string result;
  for (std::size_t at = 0; at < text.size();) {
    if (static_cast<unsigned char>(text[at]) < 0x80) {
      result += text[at++];
      continue;
    }
    const auto found = std::find_if(pairs.begin(), pairs.end(),
                                    [&](const auto& pair) { return text.substr(at).starts_with(pair[0]); });
    if (found != pairs.end()) {
      result += (*found)[1];
      at += (*found)[0].size();
      continue;
    }
    std::size_t length = 1;
    const auto point = static_cast<std::uint32_t>(decode(text, at, length));
    if (point > 0xffff) {
      result += fmt::format("\\u{:04x}\\u{:04x}", 0xd800 + ((point - 0x10000) >> 10), 0xdc00 + (point & 0x3ff));
    } else {
      result += fmt::format("\\u{:04x}", point);
    }
    at += length;
  }
  return result;
}

std::string listing(const std::vector<std::string>& items, std::size_t most) {
  std::string text;
  const bool cut = items.size() > most + 1;
  const std::size_t shown = cut ? most : items.size();
  for (std::size_t i = 0; i < shown; ++i) {
    if (i > 0) text += i + 1 == items.size() ? " and " : ", ";
    text += items[i];
  }
  if (cut) text += fmt::format(" and {}{}more", items.size() - shown, hard_space);
  return text;
}

std::string told_once(TextTable& table, const std::vector<std::string_view>& headers) {
  std::vector<std::string> said;
  for (const std::string_view header : headers) {
    const auto column =
        std::find_if(table.columns.begin(), table.columns.end(), [&](const Column& c) { return c.header == header; });
    if (column == table.columns.end()) continue;
    const auto i = column - table.columns.begin();
    const std::string value = table.rows.front()[static_cast<std::size_t>(i)];
    const bool is_same = std::all_of(table.rows.begin(), table.rows.end(),
                                     [&](const auto& row) { return row[static_cast<std::size_t>(i)] == value; });
    if (!is_same) continue;
    said.push_back(fmt::format("{} {}", value, header));
    table.columns.erase(column);
    for (auto& row : table.rows) row.erase(row.begin() + i);
  }
  return said.empty() ? "" : fmt::format("The same in all of them: {}.", listing(said));
}

}  // namespace moshimo::report
