#include "input/diagnostics.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <map>
#include <tuple>

namespace moshimo::input {
namespace {

constexpr std::size_t block_bytes = std::size_t{16} * 1024;
constexpr std::size_t longest_guess = 200;  // of a word that may be a slip of the pen for another

bool begins_character(char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }

void advance(SourceFile::LineColumn& at, std::string_view text) {
  if (const std::size_t last = text.rfind('\n'); last != std::string_view::npos) {
    at.line += static_cast<std::uint32_t>(std::count(text.begin(), text.end(), '\n'));
    at.column = 1;
    text.remove_prefix(last + 1);
  }
  at.column += static_cast<std::uint32_t>(std::count_if(text.begin(), text.end(), begins_character));
}

// Edits that turn one word into the other: insert, remove, replace, swap neighbours. Where more than `most` are needed,
// any number above that.
std::size_t edit_distance(std::string_view a, std::string_view b, std::size_t most) {
  // No allocation: a wrong name may be compared with all of a large account.
  std::array<std::array<std::size_t, 2 * longest_guess>, 3> rows = {};
  std::size_t* before_last = rows[0].data();
  std::size_t* last = rows[1].data();
  std::size_t* row = rows[2].data();
  for (std::size_t j = 0; j <= b.size(); ++j) last[j] = j;
  std::size_t least_before = 0;  // of the row above: two letters that are swapped reach back to it
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    std::size_t least = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const std::size_t replace = last[j - 1] + (a[i - 1] == b[j - 1] ? 0 : 1);
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, replace});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        row[j] = std::min(row[j], before_last[j - 2] + 1);
      least = std::min(least, row[j]);
    }
    if (least > most && least_before >= most) return least;
    least_before = least;
    std::swap(before_last, last);
    std::swap(last, row);
  }
  return last[b.size()];
}

}  // namespace

SourceFile::SourceFile(std::string name, std::string text) : name_(std::move(name)), text_(std::move(text)) {
  landmarks_.reserve(text_.size() / block_bytes + 1);
  LineColumn at;
  for (std::size_t begin = 0; begin < text_.size(); begin += block_bytes) {
    landmarks_.push_back(at);
    advance(at, std::string_view(text_).substr(begin, block_bytes));
  }
}

SourceFile::LineColumn SourceFile::line_column(std::uint32_t offset) const {
  if (landmarks_.empty()) return {};
  const std::size_t end = std::min<std::size_t>(offset, text_.size());
  const std::size_t block = std::min(end / block_bytes, landmarks_.size() - 1);
  LineColumn at = landmarks_[block];
  advance(at, std::string_view(text_).substr(block * block_bytes, end - block * block_bytes));
  return at;
}

void Diagnostics::error(Position at, std::string message) {
  if (errors_.size() < most_kept) {
    errors_.push_back({at, std::move(message)});
  } else {
    ++more_errors_;
  }
}

void Diagnostics::warning(Position at, std::string message) {
  if (warnings_.size() < most_kept) warnings_.push_back({at, std::move(message)});
}

void Diagnostics::take(Diagnostics part) {
  for (Diagnostic& e : part.errors_) error(e.at, std::move(e.message));
  more_errors_ += part.more_errors_;
  for (Diagnostic& w : part.warnings_) {
    const bool is_known = std::any_of(warnings_.begin(), warnings_.end(), [&](const Diagnostic& other) {
      return other.at.file == w.at.file && other.at.offset == w.at.offset && other.message == w.message;
    });
    if (!is_known) warning(w.at, std::move(w.message));
  }
}

void Diagnostics::throw_if_errors(std::size_t most) const {
  if (errors_.empty()) return;
  std::map<const SourceFile*, std::size_t> order;  // files as they were first complained about
  std::vector<std::tuple<std::size_t, std::uint32_t, const Diagnostic*>> sorted;
  for (const Diagnostic& d : errors_) {
    const std::size_t file = order.emplace(d.at.file, order.size()).first->second;
    sorted.emplace_back(file, d.at.offset, &d);
  }
  const auto place = [](const auto& e) { return std::pair(std::get<0>(e), std::get<1>(e)); };
  std::ranges::stable_sort(sorted, {}, place);

  std::vector<const Diagnostic*> different;
  for (std::size_t i = 0, first_here = 0; i < sorted.size(); ++i) {
    if (i > 0 && place(sorted[i]) != place(sorted[i - 1])) first_here = different.size();
    const Diagnostic* d = std::get<2>(sorted[i]);
    const bool said = std::any_of(different.begin() + static_cast<std::ptrdiff_t>(first_here), different.end(),
                                  [&](const Diagnostic* other) { return other->message == d->message; });
    if (!said) different.push_back(d);
  }
  std::string text;
  for (std::size_t i = 0; i < std::min(most, different.size()); ++i) {
    if (!text.empty()) text += '\n';
    text += to_string(*different[i]);
  }
  const std::size_t shown = std::min(most, different.size());
  const std::size_t more = different.size() - shown + more_errors_;
  if (more > 0) text += fmt::format("{}and {} more", text.empty() ? "" : "\n", more);
  throw InputError(text);
}

std::string to_string(const Diagnostic& d) {
  if (d.at.file == nullptr) return d.message;
  const auto at = d.at.file->line_column(d.at.offset);
  return fmt::format("{}:{}:{}: {}", d.at.file->name(), at.line, at.column, d.message);
}

std::string in_quotes(std::string_view text) {
  constexpr std::size_t longest = 60;
  std::string out = "'";
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (i >= longest && begins_character(text[i])) {
      out += "...";
      break;
    }
    if (c == '\n') {
      out += "\\n";
    } else if (c < 0x20 || c == 0x7F) {
      out += fmt::format("\\x{:02x}", c);
    } else {
      out += text[i];
    }
  }
  return out + "'";
}

std::string did_you_mean(std::string_view word, const std::vector<std::string_view>& known) {
  if (word.size() > longest_guess) return "";
  std::size_t best = std::max<std::size_t>(1, word.size() / 3) + 1;
  std::string_view nearest;
  for (const std::string_view k : known) {
    const std::size_t difference = k.size() > word.size() ? k.size() - word.size() : word.size() - k.size();
    if (difference > best) continue;
    const std::size_t distance = edit_distance(word, k, best);
    if (distance >= std::max(word.size(), k.size())) continue;  // nothing in common
    if (distance < best || (distance == best && !nearest.empty() && k < nearest)) {
      best = distance;
      nearest = k;
    }
  }
  return nearest.empty() ? "" : fmt::format("; did you mean {}?", in_quotes(nearest));
}

std::string did_you_mean(std::string_view word, const std::vector<std::string_view>& known, std::string_view advice) {
  std::string hint = did_you_mean(word, known);
  return hint.empty() && !advice.empty() ? fmt::format("; {}", advice) : hint;
}

}  // namespace moshimo::input
