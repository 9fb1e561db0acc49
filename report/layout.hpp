// Text in columns of a terminal: how wide it is, where it breaks, how tables share the width.
//
// Inside the report texts carry marks (control characters) for emphasis and for spaces that must not break. Whatever
// comes from outside is freed of control characters first, so that a name cannot write to the terminal.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace moshimo::report {

inline constexpr char hard_space = '\x1f';

enum class Mark : std::uint8_t { strong, code, bad, warn, good, dim };
std::string marked(Mark mark, std::string_view text);
inline std::string strong(std::string_view text) { return marked(Mark::strong, text); }
inline std::string code(std::string_view text) { return marked(Mark::code, text); }
inline std::string bad(std::string_view text) { return marked(Mark::bad, text); }
inline std::string warn(std::string_view text) { return marked(Mark::warn, text); }
inline std::string good(std::string_view text) { return marked(Mark::good, text); }
inline std::string dim(std::string_view text) { return marked(Mark::dim, text); }

// Without control characters; line feeds and tabs become spaces.
std::string clean(std::string_view text);
// The same, with what stands between backticks as code, where that is shown.
std::string prose(std::string_view text, bool shows_code);

// In terminal cells: marks take none, wide East Asian characters two.
std::size_t display_width(std::string_view text);

// Lines of at most `width` cells. Breaks at spaces, within a word only when it alone is too long, and then only after a
// slash or between a number and its unit: a name or a URL stays whole, if need be beyond the width. Marks are closed at
// the end of each line and opened again in the next.
std::vector<std::string> wrap(std::string_view text, std::size_t width);

// Cut in the middle with an ellipsis so that it fits.
std::string cut_to(std::string_view text, std::size_t width, bool ascii = false);
std::string padded(std::string_view text, std::size_t width, bool right = false);

struct Column {
  std::string header;
  bool right = false;  // numbers
  bool wraps = false;  // gives way when the table is too wide
};

struct TextTable {
  std::vector<Column> columns;
  std::vector<std::vector<std::string>> rows;  // a line feed inside a cell starts a new line
  bool spaced = false;                         // an empty line between rows
};

TextTable without_empty_columns(const TextTable& table);
// Takes out the columns of these headers in which every row says the same, and tells it once: "0 refused".
std::string told_once(TextTable& table, const std::vector<std::string_view>& headers);

// Columns in which nothing stands are left out. Where even the least the columns need is too wide, rows and columns
// change places if that fits, and else each row becomes a few lines of its own.
std::vector<std::string> draw_table(const TextTable& whole, std::size_t width, std::string_view rule);

// With marks turned into terminal colours, or removed.
std::string for_terminal(std::string_view text, bool colour);
// With marks turned into Markdown, everything else escaped.
std::string for_markdown(std::string_view text);
// Nothing but ASCII: symbols by what they look like, any other character as \u and its number, as in JSON.
std::string in_ascii(std::string_view text);

// "a", "a and b", "a, b and 3 more"
std::string listing(const std::vector<std::string>& items, std::size_t most = 100);

}  // namespace moshimo::report
