#include "models/catalogue/import_path.hpp"

#include <fmt/format.h>

namespace moshimo::models {

namespace {

class ImportScanner {
 public:
  explicit ImportScanner(std::string_view text) : text_(text) {}

  ImportPath read() {
    ImportPath path;
    path.text = text_;
    suffixes(path);
    if (text_.substr(0, 5) == "rate(" && text_.back() == ')') {
      path.is_schedule = true;
      text_ = text_.substr(5, text_.size() - 6);
    }
    const std::size_t open = text_.find('(');
    if (open != std::string_view::npos) {
      path.other_type = text_.substr(0, open);
      const std::size_t close = text_.find(')', open);
      if (close == std::string_view::npos) fail("the closing parenthesis is missing");
      path.joined_by = steps(text_.substr(open + 1, close - open - 1));
      if (path.joined_by.empty()) fail("the attribute that names this resource is missing in the parentheses");
      text_.remove_prefix(close + 1);
      if (!text_.empty() && text_.front() == ':') {
        text_.remove_prefix(1);
        if (text_.empty()) fail("a path is missing after the colon");
      } else if (!text_.empty() && text_.front() != '[') {
        fail("a colon is missing after the parenthesis");
      } else if (!text_.empty()) {  // `TYPE(attr)[k = v]`, `TYPE(attr)[k = v]:path`
        const std::size_t end = text_.find(']');
        if (end == std::string_view::npos) fail("']' is missing");
        path.steps = steps(text_.substr(0, end + 1));
        text_.remove_prefix(end + 1);
        if (!text_.empty() && text_.front() == ':') text_.remove_prefix(1);
      }
    }
    for (ImportStep& step : steps(text_)) path.steps.push_back(std::move(step));
    if (path.steps.empty() && path.other_type.empty()) fail("a path is missing");
    return path;
  }

  struct Mistake {
    std::string message;
  };

 private:
  [[noreturn]] static void fail(std::string message) { throw Mistake{std::move(message)}; }

  void suffixes(ImportPath& path) {
    if (const std::size_t times = text_.find(" * "); times != std::string_view::npos) {
      path.times = parse_quantity(text_.substr(times + 3));
      if (!path.times) fail(fmt::format("'{}' is no duration, size or number", text_.substr(times + 3)));
      text_ = text_.substr(0, times);
    }
    if (const std::size_t more = text_.find(" > "); more != std::string_view::npos) {
      const auto than = parse_quantity(text_.substr(more + 3));
      if (!than || than->unit != Unit::none) fail(fmt::format("'{}' is no number", text_.substr(more + 3)));
      path.more_than = than->value;
      text_ = text_.substr(0, more);
    }
  }

  static bool is_name_char(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' ||
           c == ':' || c == '/' || c == '@';
  }

  static std::vector<ImportStep> steps(std::string_view text) {
    std::vector<ImportStep> found;
    std::size_t i = 0;
    while (i < text.size() && text[i] == '^') {
      found.push_back({ImportStep::Kind::up, {}, {}});
      ++i;
      if (i < text.size() && text[i] == '.') ++i;
    }
    bool name_wanted = i < text.size() && text[i] != '[';
    while (i < text.size() || name_wanted) {
      if (name_wanted) {
        const std::size_t begin = i;
        while (i < text.size() && is_name_char(text[i])) ++i;
        if (i == begin) fail(fmt::format("a name is missing before '{}'", text.substr(i)));
        found.push_back({ImportStep::Kind::member, std::string(text.substr(begin, i - begin)), {}});
        name_wanted = false;
      } else if (text[i] == '.') {
        ++i;
        name_wanted = true;
      } else if (text[i] == '#') {
        const std::size_t begin = ++i;
        while (i < text.size() && is_name_char(text[i])) ++i;
        const std::string_view word = text.substr(begin, i - begin);
        if (word == "json") {
          found.push_back({ImportStep::Kind::json, {}, {}});
        } else if (word == "statements") {
          found.push_back({ImportStep::Kind::statements, {}, {}});
        } else {
          fail(fmt::format("'#{}' is not known; there are #json and #statements", word));
        }
      } else if (text[i] == '[') {
        const std::size_t end = text.find(']', i);
        if (end == std::string_view::npos) fail("']' is missing");
        const std::string_view inside = text.substr(i + 1, end - i - 1);
        i = end + 1;
        if (inside.empty()) {
          found.push_back({ImportStep::Kind::each, {}, {}});
          continue;
        }
        const std::size_t equals = inside.find('=');
        if (equals == std::string_view::npos) fail(fmt::format("'[{}]' is neither [] nor [key = value]", inside));
        const auto trim = [](std::string_view t) {
          while (!t.empty() && t.front() == ' ') t.remove_prefix(1);
          while (!t.empty() && t.back() == ' ') t.remove_suffix(1);
          return std::string(t);
        };
        found.push_back({ImportStep::Kind::matching, trim(inside.substr(0, equals)), trim(inside.substr(equals + 1))});
      } else {
        fail(fmt::format("'{}' was not expected here", text.substr(i)));
      }
    }
    return found;
  }

  std::string_view text_;
};

}  // namespace

std::optional<ImportPath> parse_import_path(std::string_view text, std::string* mistake) {
  try {
    return ImportScanner(text).read();
  } catch (const ImportScanner::Mistake& found) {
    if (mistake != nullptr) *mistake = found.message;
    return std::nullopt;
  }
}

}  // namespace moshimo::models
