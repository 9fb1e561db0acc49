// Mistakes in what the user wrote: collected with their positions, reported all at once.
#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

namespace moshimo::input {

class SourceFile;

// A byte in a source file; line and column (from 1) are worked out only when a message is printed.
struct Position {
  const SourceFile* file = nullptr;
  std::uint32_t offset = 0;
};

// A named text that was read whole. Outlives every `Position` into it.
class SourceFile {
 public:
  SourceFile(std::string name, std::string text);
  const std::string& name() const { return name_; }
  std::string_view text() const { return text_; }
  struct LineColumn {
    std::uint32_t line = 1;
    std::uint32_t column = 1;  // in code points
  };
  LineColumn line_column(std::uint32_t offset) const;

 private:
  std::string name_;
  std::string text_;
  std::vector<LineColumn> landmarks_;  // of the first byte of every block, so that a position costs one block
};

struct Diagnostic {
  Position at;          // file unset: about no place in particular
  std::string message;  // one sentence, what is wrong and what to do
};

// Thrown once, when input cannot be used; `what()` holds every message, a line each: `file:line:column: sentence`.
class InputError : public std::runtime_error {
 public:
  using std::runtime_error::runtime_error;
};

class Diagnostics {
 public:
  void error(Position at, std::string message);
  // `says` is asked for the message only while messages are kept: for one that takes work, such as a search.
  template <std::invocable Says>
  void error(Position at, const Says& says) {
    if (errors_.size() < most_kept)
      error(at, std::string(says()));
    else
      ++more_errors_;
  }
  void warning(Position at, std::string message);  // reported, ends nothing
  // Moves in what was found in one part, which was looked at apart so that mistakes elsewhere did not hide its own.
  void take(Diagnostics part);
  bool has_errors() const { return !errors_.empty(); }
  const std::vector<Diagnostic>& errors() const { return errors_; }
  const std::vector<Diagnostic>& warnings() const { return warnings_; }
  // Throws InputError with all messages in order of file and place (at most `most`, then "and N more").
  void throw_if_errors(std::size_t most = 50) const;

 private:
  static constexpr std::size_t most_kept = 1'000;
  std::vector<Diagnostic> errors_;
  std::vector<Diagnostic> warnings_;
  std::size_t more_errors_ = 0;  // after so many, the others are only counted
};

std::string to_string(const Diagnostic& d);

// What the user wrote, as it stands in a message: 'text', cut when long, control characters made visible.
std::string in_quotes(std::string_view text);

// "; did you mean 'x'?" for the nearest of `known` within a third of the word's length, else "".
std::string did_you_mean(std::string_view word, const std::vector<std::string_view>& known);

// The same, or else "; " and the advice.
std::string did_you_mean(std::string_view word, const std::vector<std::string_view>& known, std::string_view advice);

}  // namespace moshimo::input
