#include <algorithm>
#include <cstring>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <optional>

#include "input/document_builder.hpp"

namespace moshimo::input {
namespace {

using nlohmann::json;

// Follows the parser through the source: it gives no positions, but every event is the next token of the text.
class JsonEvents {
 public:
  explicit JsonEvents(DocumentBuilder& builder) : builder_(builder), source_(builder.source()) {}

  static constexpr const char* no_comments = "JSON has no comments; remove this one";

  bool null() { return word(NodeKind::null); }
  bool boolean(bool) { return word(NodeKind::scalar); }
  bool number_integer(json::number_integer_t) { return word(NodeKind::scalar); }
  bool number_unsigned(json::number_unsigned_t) { return word(NodeKind::scalar); }
  bool number_float(json::number_float_t, const std::string&) { return word(NodeKind::scalar); }
  bool binary(json::binary_t&) { return false; }

  bool string(const std::string& value) {
    const std::size_t begin = next_token();
    return builder_.leaf({.text = string_at(begin, value),
                          .offset = static_cast<std::uint32_t>(begin),
                          .kind = NodeKind::scalar,
                          .style = ScalarStyle::quoted});
  }
  bool key(const std::string& value) {
    const std::size_t begin = next_token();
    builder_.key(string_at(begin, value), static_cast<std::uint32_t>(begin), false);
    return true;
  }
  bool start_object(std::size_t) { return open(NodeKind::map); }
  bool start_array(std::size_t) { return open(NodeKind::list); }
  bool end_object() { return close(); }
  bool end_array() { return close(); }

  bool parse_error(std::size_t read, const std::string&, const json::exception& e) {
    const std::size_t size = source_.size();
    const std::string_view what = e.what();
    const auto says = [&](std::string_view part) { return what.find(part) != std::string_view::npos; };
    const std::size_t last = std::min(read == 0 ? 0 : read - 1, size);
    const auto refuse = [&](std::size_t offset, std::string message) {
      return builder_.stop(static_cast<std::uint32_t>(offset), std::move(message));
    };
    if (says("missing closing quote"))
      return refuse(after_white(true), "the text in quotes that begins here is not closed");
    if (says("invalid string: control character")) {
      return refuse(last, "a text in quotes cannot hold a line break or control character; write it as \\n or \\u00XX");
    }
    if (says("invalid string")) return refuse(last, "this is no JSON escape; a backslash itself is written \\\\");
    if (says("number overflow")) return refuse(after_white(true), "this number is too large");
    if (says("unexpected end of input") || last >= size) {
      const Node* inner = builder_.container();
      if (inner == nullptr) return refuse(size, "expected a JSON value, but the file ends");
      const bool map = inner->kind == NodeKind::map;
      return refuse(size, fmt::format("the file ends too early: the '{}' of line {} is not closed", map ? '{' : '[',
                                      builder_.line(inner->offset)));
    }
    if (says("expected end of input")) {
      return refuse(after_white(false), "something follows the end of the JSON value; a file holds one value");
    }
    if (last < end_) {
      return refuse(word_, fmt::format("{} is no JSON number", in_quotes(source_.substr(word_, end_ - word_))));
    }
    const std::size_t at = after_white(false);
    const char c = at < size ? source_[at] : '\0';
    const Node* inner = builder_.container();
    const bool in_map = inner != nullptr && inner->kind == NodeKind::map;
    if (c == ',' && at < size) {
      const std::size_t next = source_.find_first_not_of(" \t\r\n", at + 1);
      const char following = next == std::string_view::npos ? '\0' : source_[next];
      if (following == '}' || following == ']')
        return refuse(at, fmt::format("a comma before '{}'; remove it", following));
      if (following == ',') return refuse(next, "a second comma; remove it or write a value before it");
      if (!builder_.has_key() && next != std::string_view::npos && end_ != opened_) {
        return refuse(next, in_map ? wanted_key(following) : wanted_value(following, next));
      }
      return refuse(at, "expected a value before this comma");
    }
    if (begins_comment(c)) return refuse(at, no_comments);
    if (builder_.has_key()) {
      if (c != ':') return refuse(at, "expected ':' after the key");
      const std::size_t next = source_.find_first_not_of(" \t\r\n", at + 1);
      return refuse(next, wanted_value(source_[next], next));
    }
    if (inner == nullptr) return refuse(at, wanted_value(c, at));
    if (end_ == opened_) return refuse(at, in_map ? wanted_key(c) : wanted_value(c, at));
    return refuse(at, in_map ? "expected ',' or '}' after the value" : "expected ',' or ']' after the value");
  }

 private:
  static bool in_word(char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || c == '.' || c == '-' || c == '+' || c == 'E';
  }
  std::size_t after_white(bool and_separators) const {
    const std::size_t p = source_.find_first_not_of(and_separators ? " \t\r\n,:" : " \t\r\n", end_);
    return p == std::string_view::npos ? source_.size() : p;
  }
  std::size_t next_token() const {
    std::size_t p = end_;
    while (p < source_.size()) {
      const char c = source_[p];
      if (c != ' ' && c != '\n' && c != ',' && c != ':' && c != '\t' && c != '\r') break;
      ++p;
    }
    return p;
  }
  std::string_view string_at(std::size_t begin, const std::string& value) {
    const std::size_t close = begin + 1 + value.size();
    if (close < source_.size() && source_[close] == '"' &&
        std::memchr(source_.data() + begin + 1, '\\', value.size()) == nullptr) {
      end_ = close + 1;
      return source_.substr(begin + 1, value.size());
    }
    std::size_t p = begin + 1;
    while (p < source_.size() && source_[p] != '"') p += source_[p] == '\\' ? 2 : 1;
    end_ = p + 1;
    return builder_.keep(value);
  }
  bool word(NodeKind kind) {
    const std::size_t begin = next_token();
    std::size_t end = begin;
    while (end < source_.size() && in_word(source_[end])) ++end;
    end_ = end;
    word_ = begin;
    return builder_.leaf(
        {.text = source_.substr(begin, end - begin), .offset = static_cast<std::uint32_t>(begin), .kind = kind});
  }
  bool open(NodeKind kind) {
    const std::size_t begin = next_token();
    end_ = begin + 1;
    opened_ = end_;
    return builder_.open({.offset = static_cast<std::uint32_t>(begin), .kind = kind});
  }
  bool close() {
    end_ = next_token() + 1;
    return builder_.close();
  }
  static bool begins_comment(char c) { return c == '/' || c == '#'; }
  static std::string wanted_key(char found) {
    if (begins_comment(found)) return no_comments;
    return found == '\'' ? "a JSON key is written in double quotes" : "expected a key in double quotes";
  }
  std::string wanted_value(char found, std::size_t at) const {
    if (begins_comment(found)) return no_comments;
    if (found == '\'') return "a JSON text is written in double quotes";
    const std::size_t end = std::min(source_.find_first_of(" \t\r\n,]}:", at), source_.size());
    if (end == at) return fmt::format("expected a value, found '{}'", found);
    return fmt::format("expected a JSON value, found {}; a text is written in double quotes",
                       in_quotes(source_.substr(at, end - at)));
  }

  DocumentBuilder& builder_;
  std::string_view source_;
  std::size_t end_ = 0;     // of the token of the last event
  std::size_t word_ = 0;    // the last number, true, false or null
  std::size_t opened_ = 0;  // behind the last '{' or '['
};

// Every stretch of half that length holds a quote, except in such a token and in long lists of numbers.
bool may_hold_a_token_longer_than(std::size_t most, std::string_view source) {
  for (std::size_t begin = 0; begin + most / 2 < source.size(); begin += most / 2) {
    std::size_t quote = source.find('"', begin);
    const auto is_escaped = [&] {
      const std::size_t before = source.find_last_not_of('\\', quote - 1);
      return quote > 0 && (quote - 1 - before) % 2 == 1;
    };
    while (quote != std::string_view::npos && quote - begin < most / 2 && is_escaped())
      quote = source.find('"', quote + 1);
    if (quote == std::string_view::npos || quote - begin >= most / 2) return true;
  }
  return false;
}

// Where one begins. Of so many tokens every second is a value, and the parser is stopped before it has read them all.
std::optional<std::size_t> longer_token_than(std::size_t most, std::string_view source, std::size_t most_tokens) {
  if (!may_hold_a_token_longer_than(most, source)) return std::nullopt;
  const auto is_separator = [](char c) {
    return c == ' ' || c == '\t' || c == '\r' || c == '\n' || c == ',' || c == ':' || c == '[' || c == ']' ||
           c == '{' || c == '}';
  };
  for (std::size_t begin = 0, tokens = 0; begin < source.size() && tokens < most_tokens; ++tokens) {
    while (begin < source.size() && is_separator(source[begin])) ++begin;
    if (begin == source.size()) break;
    std::size_t end = begin + 1;
    if (source[begin] == '"') {
      while (end < source.size() && source[end] != '"') end += source[end] == '\\' ? 2 : 1;
      ++end;
    } else {
      while (end < source.size() && !is_separator(source[end])) ++end;
    }
    if (end - begin > most) return begin;
    begin = end;
  }
  return std::nullopt;
}

}  // namespace

void parse_json(DocumentBuilder& builder, const ReadLimits& limits) {
  const std::string_view source = builder.source();
  if (const auto begin = longer_token_than(limits.longest_token, source, 2 * limits.most_memory / sizeof(Node))) {
    builder.stop(
        static_cast<std::uint32_t>(*begin),
        fmt::format("a text or number of more than {} bytes begins here, which is too long", limits.longest_token));
    return;
  }
  const std::size_t values = 2 + static_cast<std::size_t>(std::count(source.begin(), source.end(), ',')) +
                             static_cast<std::size_t>(std::count(source.begin(), source.end(), '{'));
  builder.reserve(std::min(values, source.size() / 12 + 16));
  JsonEvents events(builder);
  json::sax_parse(source.data(), source.data() + source.size(), &events);
}

}  // namespace moshimo::input
