#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <istream>
#include <limits>
#include <optional>
#include <streambuf>
#include <tuple>
#include <vector>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include "input/document_builder.hpp"

namespace moshimo::input {
namespace {

struct Stop {};

bool is_white(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

char char_at(std::string_view text, std::size_t p) { return p < text.size() ? text[p] : '\0'; }

bool is_flow_indicator(char c) { return c == ',' || c == '[' || c == ']' || c == '{' || c == '}'; }

bool is_quote(char c) { return c == '"' || c == '\''; }

// Of the text in quotes that begins there.
std::optional<std::size_t> closing_quote(std::string_view text, std::size_t begin) {
  const char quote = text[begin];
  for (std::size_t p = begin + 1; p < text.size(); ++p) {
    if (quote == '"' && text[p] == '\\') {
      ++p;
    } else if (text[p] == quote) {
      if (quote == '"' || p + 1 == text.size() || text[p + 1] != quote) return p;
      ++p;
    }
  }
  return std::nullopt;
}

// Just enough of YAML's tokens to count the brackets in `[...]` and `{...}`.
class FlowText {
 public:
  static bool is_opening(char c) { return c == '[' || c == '{'; }

  FlowText(std::string_view text, std::size_t begin) : text_(text), p_(begin) {}

  std::size_t place() const { return p_; }

  // Goes to the bracket that opens after the token at the beginning; false if another value stands there.
  bool find_opening() {
    if (p_ < text_.size() && !is_opening(text_[p_]) && !is_indicator()) skip_token(false);
    while (p_ < text_.size()) {
      skip_white_and_comments();
      if (p_ >= text_.size()) return false;
      const char c = text_[p_];
      if (is_opening(c)) return true;
      if (c == '!' || c == '&') {
        while (p_ < text_.size() && !is_white(text_[p_])) ++p_;
      } else if (is_indicator() || c == ',' || c == ']' || c == '}') {
        ++p_;
      } else {
        const std::size_t before = p_;
        skip_token(false);
        skip_white_and_comments();
        if (p_ == before || p_ >= text_.size() || text_[p_] != ':') return false;
      }
    }
    return false;
  }

  // The innermost bracket that is open at `end`.
  std::optional<std::size_t> open_at(std::size_t end) {
    std::vector<std::size_t> open;
    while (p_ < end) {
      skip_white_and_comments();
      if (p_ >= end) break;
      const std::size_t begin = p_;
      const char c = text_[p_];
      if (is_opening(c)) open.push_back(p_);
      if ((c == ']' || c == '}') && !open.empty()) open.pop_back();
      if (!is_flow_indicator(c) && !is_indicator()) skip_token(!open.empty());
      if (p_ == begin) ++p_;
    }
    if (open.empty()) return std::nullopt;
    return open.back();
  }

  std::optional<std::size_t> unclosed_quote(bool in_flow) {
    depth_ = in_flow ? 1 : 0;
    while (p_ < text_.size()) {
      skip_white_and_comments();
      if (p_ >= text_.size()) break;
      const std::size_t begin = p_;
      const char c = text_[p_];
      if (is_quote(c) && !closing_quote(text_, begin)) return begin;
      if (is_opening(c)) ++depth_;
      if ((c == ']' || c == '}') && depth_ > 0) --depth_;
      if (!is_opening(c) && !is_indicator() && c != ',' && c != ']' && c != '}') skip_token(depth_ > 0);
      if (p_ == begin) ++p_;
    }
    return std::nullopt;
  }
  bool closes() { return !first_deeper_than(std::numeric_limits<std::uint32_t>::max()) && closed_; }

  std::optional<std::size_t> first_deeper_than(std::uint32_t most) {
    while (p_ < text_.size()) {
      skip_white_and_comments();
      if (p_ >= text_.size()) break;
      const char c = text_[p_];
      if (is_opening(c)) {
        if (++depth_ > most) return p_;
        ++p_;
      } else if (c == ']' || c == '}') {
        ++p_;
        if (--depth_ == 0) {
          closed_ = true;
          break;
        }
      } else if (c == ',' || c == ':' || c == '?') {
        ++p_;
      } else {
        skip_token(true);
      }
    }
    return std::nullopt;
  }

 private:
  bool is_indicator() const {
    const char c = text_[p_];
    return (c == ':' || c == '-' || c == '?') && (p_ + 1 == text_.size() || is_white(text_[p_ + 1]));
  }
  void skip_white_and_comments() {
    while (p_ < text_.size()) {
      if (text_[p_] == '#' && (p_ == 0 || is_white(text_[p_ - 1]))) p_ = std::min(text_.find('\n', p_), text_.size());
      if (p_ >= text_.size() || !is_white(text_[p_])) return;
      ++p_;
    }
  }
  void skip_token(bool in_flow) {
    if (is_quote(text_[p_])) {
      const auto close = closing_quote(text_, p_);
      p_ = close ? *close + 1 : text_.size();
      return;
    }
    for (; p_ < text_.size(); ++p_) {
      const char c = text_[p_];
      const char next = p_ + 1 < text_.size() ? text_[p_ + 1] : ' ';
      if (c == '\n' && !in_flow) return;
      if (c == ':' && (is_white(next) || (in_flow && is_flow_indicator(next)))) return;
      if (is_white(c) && next == '#') return;
      if (in_flow && is_flow_indicator(c)) return;
    }
  }

  std::string_view text_;
  std::size_t p_ = 0;
  std::uint32_t depth_ = 0;
  bool closed_ = false;
};

class YamlEvents : public YAML::EventHandler {
 public:
  explicit YamlEvents(DocumentBuilder& builder) : builder_(builder), source_(builder.source()) {}

  void OnDocumentStart(const YAML::Mark& mark) override {
    const std::uint32_t before = begin_;
    begin_ = offset(mark);
    if (++documents_ > 1 && begin_ == before) {  // yaml-cpp would find empty documents here for ever
      stop(begin_, fmt::format("a text cannot begin with '{}'; put it in quotes", char_at(source_, begin_)));
    }
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    if (documents_ > 1 && !ignores_the_rest_) return;
    one_document();
    std::uint32_t at = offset(mark);
    const std::string_view written = null_at(skip_properties(at));
    if (builder_.wants_key()) {
      if (written.empty()) stop(at, "a key is missing before ':'");
      builder_.key(written, at, false, id(anchor));
      return;
    }
    if (written.empty() && anchor == 0) at = builder_.has_key() ? builder_.key_offset() : dash_before(at);
    go_on(builder_.leaf({.text = written, .offset = at, .kind = NodeKind::null}, id(anchor)));
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    one_document();
    const std::uint32_t at = offset(mark);
    const std::size_t end = std::min(source_.find_first_of(" \t\r\n,[]{}", at), source_.size());
    const std::string_view name = at + 1 < end ? source_.substr(at + 1, end - at - 1) : "";
    go_on(builder_.alias(id(anchor), name, at));
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    one_document();
    const std::uint32_t at = offset(mark);
    const std::size_t begin = skip_properties(at);
    const char first = char_at(source_, begin);
    const bool between_quotes = is_quote(first);
    Node node{.text = stored(begin + (between_quotes ? 1 : 0), value), .offset = at, .kind = NodeKind::scalar};
    const std::size_t after = begin + 1 + value.size();
    if (between_quotes && char_at(source_, after) != first && !closing_quote(source_, begin)) {
      stop(static_cast<std::uint32_t>(begin), "the text in quotes that begins here is not closed");
    }
    const bool plain = !between_quotes && first != '|' && first != '>' && tag != "!";
    node.style = plain ? ScalarStyle::plain : ScalarStyle::quoted;
    set_tag(node, tag);
    if (builder_.wants_key()) {
      builder_.key(node.text, at, plain, id(anchor));
      return;
    }
    go_on(builder_.leaf(node, id(anchor)));
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                       YAML::EmitterStyle::value) override {
    open(NodeKind::list, mark, tag, anchor);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(NodeKind::map, mark, tag, anchor);
  }
  void OnMapEnd() override { close(); }

  void ignore_the_rest() { ignores_the_rest_ = true; }
  std::size_t last_offset() const { return last_offset_; }

 private:
  std::uint32_t offset(const YAML::Mark& mark) {
    if (mark.pos >= 0) last_offset_ = std::min<std::size_t>(mark.pos, source_.size());
    return static_cast<std::uint32_t>(last_offset_);
  }
  void close() {
    if (documents_ <= 1) builder_.close();
  }
  static std::uint32_t id(YAML::anchor_t anchor) { return static_cast<std::uint32_t>(anchor); }
  [[noreturn]] void stop(std::uint32_t at, std::string message) {
    builder_.stop(at, std::move(message));
    throw Stop{};
  }
  static void go_on(bool ok) {
    if (!ok) throw Stop{};
  }
  void one_document() {
    if (ignores_the_rest_) throw Stop{};
    if (documents_ <= 1) return;
    if (!source_.substr(begin_).starts_with("---") && !after_document_end()) {
      stop(begin_, "this does not continue what stands before it; check the indentation");
    }
    stop(begin_, "a second YAML document begins here; put each into a file of its own");
  }
  bool after_document_end() const {
    const std::size_t last = source_.substr(0, begin_).find_last_not_of(" \t\r\n");
    return last != std::string_view::npos && source_.substr(0, last + 1).ends_with("...");
  }
  void open(NodeKind kind, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    one_document();
    if (builder_.wants_key()) {
      const std::uint32_t at = offset(mark);
      const char first = char_at(source_, at);
      const bool closed = (first != '[' && first != '{') || FlowText(source_, at).closes();
      stop(at, closed ? "a key must be a text, not a map or a list"
                      : fmt::format("the '{}' that opens here is not closed", first));
    }
    Node node{.offset = offset(mark), .kind = kind};
    set_tag(node, tag);
    go_on(builder_.open(node, id(anchor)));
  }

  // Where the value itself begins: its mark is that of its tag or anchor, if it has one.
  std::size_t skip_properties(std::size_t p) const {
    while (p < source_.size() && (source_[p] == '!' || source_[p] == '&')) {
      if (source_.substr(p).starts_with("!<")) p = std::min(source_.find('>', p), source_.size());
      while (p < source_.size() && !is_white(source_[p]) && source_[p] != ',') ++p;
      while (p < source_.size() && (is_white(source_[p]) || source_[p] == '#')) {
        if (source_[p] == '#') p = std::min(source_.find('\n', p), source_.size());
        if (p < source_.size()) ++p;
      }
    }
    return p;
  }
  // An empty item of a list is told of with the place of what comes after it.
  std::uint32_t dash_before(std::uint32_t at) const {
    const std::size_t last = source_.substr(0, at).find_last_not_of(" \t\r\n");
    return last != std::string_view::npos && source_[last] == '-' ? static_cast<std::uint32_t>(last) : at;
  }
  std::string_view null_at(std::size_t p) const {
    for (const std::string_view word : {"~", "null", "Null", "NULL"}) {
      if (!source_.substr(p).starts_with(word)) continue;
      const char after = char_at(source_, p + word.size());
      if (after == '\0' || is_white(after) || is_flow_indicator(after) || after == ':')
        return source_.substr(p, word.size());
    }
    return {};
  }
  std::string_view stored(std::size_t p, const std::string& value) {
    if (p <= source_.size() && source_.substr(p).starts_with(value)) return source_.substr(p, value.size());
    return builder_.keep(value);
  }
  void set_tag(Node& node, const std::string& tag) {
    constexpr std::string_view standard = "tag:yaml.org,2002:";
    if (tag.empty() || tag == "?" || tag == "!") return;
    if (tag.starts_with(standard)) {
      const std::string_view name = std::string_view(tag).substr(standard.size());
      if (name == "str") node.style = ScalarStyle::quoted;
      if (name == "null" && node.kind == NodeKind::scalar) node.kind = NodeKind::null;
      return;
    }
    node.tag = stored(node.offset, tag);
  }

  DocumentBuilder& builder_;
  std::string_view source_;
  std::size_t last_offset_ = 0;
  std::uint32_t begin_ = 0;
  int documents_ = 0;
  bool ignores_the_rest_ = false;
};

// Hands the text to yaml-cpp in pieces. Inside brackets yaml-cpp reads on to the closing one before it tells of
// anything, at some 200 bytes of memory for each byte; so what is read ahead is looked over here.
class TextBuffer : public std::streambuf {
 public:
  TextBuffer(DocumentBuilder& builder, YamlEvents& events, const ReadLimits& limits)
      : builder_(builder), events_(events), text_(builder.source()), deepest_(limits.deepest) {}

  bool stopped() const { return stopped_; }

 protected:
  int_type underflow() override {
    if (stopped_ || served_ == text_.size()) return traits_type::eof();
    if (events_.last_offset() != ahead_of_) {
      ahead_of_ = events_.last_offset();
      next_look_ = ahead_of_ + 2 * piece;
    }
    if (served_ >= next_look_) {
      look_ahead();
      next_look_ = served_ + std::min(served_ - ahead_of_, most_ahead / 4);
      if (stopped_) return traits_type::eof();
    }
    const std::size_t copied = text_.copy(piece_.data(), piece, served_);
    served_ += copied;
    setg(piece_.data(), piece_.data(), piece_.data() + copied);
    return traits_type::to_int_type(piece_.front());
  }

 private:
  static constexpr std::size_t most_ahead = std::size_t{1} << 21;
  static constexpr std::size_t piece = std::size_t{1} << 16;

  void look_ahead() {
    FlowText flow(text_.substr(0, served_), ahead_of_);
    const bool in_brackets = flow.find_opening();
    const std::size_t begin = in_brackets ? flow.place() : ahead_of_;
    const Node* inner = builder_.container();
    const bool counted = in_brackets && inner != nullptr && inner->offset == begin;
    const std::uint32_t room = deepest_ - std::min(deepest_, builder_.depth()) + (counted ? 1 : 0);
    if (const auto too_deep = in_brackets ? flow.first_deeper_than(room) : std::nullopt) {
      stop(*too_deep, fmt::format("nested deeper than {} levels", deepest_));
    } else if (served_ - ahead_of_ >= most_ahead) {
      stop(begin,
           "more than 2 MB without an end begin here, too long for one value of YAML; write the file as JSON, or its "
           "lists and maps in lines without brackets");
    }
  }
  void stop(std::size_t at, std::string message) {
    builder_.stop(static_cast<std::uint32_t>(at), std::move(message));
    events_.ignore_the_rest();
    stopped_ = true;
  }

  DocumentBuilder& builder_;
  YamlEvents& events_;
  std::string_view text_;
  std::uint32_t deepest_;
  std::size_t served_ = 0;
  std::size_t ahead_of_ = 0;  // the last event
  std::size_t next_look_ = std::size_t{1} << 17;
  bool stopped_ = false;
  std::vector<char> piece_ = std::vector<char>(piece);
};

struct Refusal {
  std::size_t at = 0;
  std::string message;
};

Refusal refusal(const YAML::Exception& e, const DocumentBuilder& builder, std::size_t last_event) {
  namespace Msg = YAML::ErrorMsg;
  struct Row {
    std::string_view part;
    std::string_view sentence;
  };
  static constexpr std::string_view tab = "a tab in the indentation; use spaces";
  static const std::array rows{
      Row{Msg::TAB_IN_INDENTATION, tab},
      Row{Msg::END_OF_MAP_FLOW, "expected ',' or '}' here: a '{' before it is not closed"},
      Row{Msg::END_OF_SEQ_FLOW, "expected ',' or ']' here: a '[' before it is not closed"},
      Row{Msg::END_OF_MAP,
          "this does not continue the map before it; check the indentation, and that the key ends in ': '"},
      Row{Msg::END_OF_SEQ,
          "this does not continue the list before it; check the indentation, and that it begins with '- '"},
      Row{Msg::EOF_IN_SCALAR, "the text in quotes is not closed before the file ends"},
      Row{Msg::DOC_IN_SCALAR, "a line '---' or '...' stands inside a text in quotes; the text is not closed"},
      Row{Msg::CHAR_IN_SCALAR, "this character cannot stand in a text without quotes; put the text in quotes"},
      Row{Msg::MAP_VALUE, "': ' cannot stand here; put a text that holds it in quotes"},
      Row{Msg::MAP_KEY, "a key cannot stand here; check the indentation"},
      Row{Msg::BLOCK_ENTRY, "'- ' cannot begin a list here; put the list on lines of its own"},
      Row{Msg::FLOW_END, "this bracket closes nothing"},
      Row{Msg::UNKNOWN_ANCHOR, "no anchor of this name stands before the alias"},
      Row{Msg::ALIAS_NOT_FOUND, "a name is missing after '*'; put a text that begins with it in quotes"},
      Row{Msg::ANCHOR_NOT_FOUND, "a name is missing after '&'; put a text that begins with it in quotes"},
      Row{Msg::CHAR_IN_ALIAS,
          "this character cannot stand in the name of an alias; put a text that begins with '*' in quotes"},
      Row{Msg::CHAR_IN_ANCHOR,
          "this character cannot stand in the name of an anchor; put a text that begins with '&' in quotes"},
      Row{Msg::ALIAS_CONTENT, "an alias stands for a value and can have no tag, anchor or content of its own"},
      Row{Msg::MULTIPLE_TAGS, "a value has two tags; remove one"},
      Row{Msg::MULTIPLE_ANCHORS, "a value has two anchors; remove one"},
      Row{Msg::INVALID_ESCAPE, "this is no YAML escape; write a backslash as \\\\, or the text in single quotes"},
      Row{Msg::INVALID_HEX, "the escape needs hexadecimal digits"},
      Row{Msg::INVALID_UNICODE, "the escape names no Unicode character"},
      Row{Msg::ZERO_INDENT_IN_BLOCK, "the indentation of a block text cannot be 0"},
      Row{Msg::CHAR_IN_BLOCK, "only a comment can follow '|' or '>' on its line"},
      Row{Msg::CHAR_IN_TAG_HANDLE, "this character cannot stand in a tag"},
      Row{Msg::TAG_WITH_NO_SUFFIX, "a name is missing after '!'; put a text that begins with it in quotes"},
      Row{Msg::END_OF_VERBATIM_TAG, "the tag that begins with '!<' is not closed"},
  };
  const std::string_view source = builder.source();
  const std::size_t at = std::min<std::size_t>(e.mark.pos < 0 ? 0 : e.mark.pos, source.size());
  const std::size_t line = at == 0 ? 0 : source.rfind('\n', at - 1) + 1;
  if (const std::size_t text = source.find_first_not_of(' ', line); text < at && source[text] == '\t') {
    return {text, std::string(tab)};
  }
  if (e.msg.starts_with(Msg::UNKNOWN_TOKEN)) {
    if (at == source.size()) return {at, "the file ends too early"};
    return {at, fmt::format("a text cannot begin with '{}'; put it in quotes", source[at])};
  }
  if (e.msg.starts_with(Msg::EOF_IN_SCALAR)) {
    const Node* around = builder.container();
    const bool in_flow = around != nullptr && FlowText::is_opening(char_at(source, around->offset));
    if (const auto quote = FlowText(source, last_event).unclosed_quote(in_flow)) {
      return {*quote, "the text in quotes that begins here is not closed"};
    }
  }
  const Node* inner = builder.container();
  for (const auto& [part, opening, closing] :
       {std::tuple(Msg::END_OF_MAP_FLOW, '{', '}'), {Msg::END_OF_SEQ_FLOW, '[', ']'}}) {
    if (!e.msg.starts_with(part) || inner == nullptr || char_at(source, inner->offset) != opening) continue;
    return {at, fmt::format("expected ',' or '{}' here: the '{}' of line {} is not closed", closing, opening,
                            builder.line(inner->offset))};
  }
  if (e.msg.starts_with(Msg::FLOW_END) && at < source.size()) {
    const bool in_flow = inner != nullptr && FlowText::is_opening(char_at(source, inner->offset));
    FlowText flow(source, in_flow ? inner->offset : last_event);
    if (in_flow || flow.find_opening()) {
      if (const auto open = flow.open_at(at)) {
        return {at, fmt::format("expected ',' or '{}' here: the '{}' of line {} is not closed",
                                source[*open] == '[' ? ']' : '}', source[*open],
                                builder.line(static_cast<std::uint32_t>(*open)))};
      }
    }
  }
  if (e.msg.starts_with(Msg::END_OF_MAP) && at > line) {
    const std::size_t before = source.find_last_not_of(' ', at - 1);
    if (before != std::string_view::npos && is_quote(source[before])) {
      return {at, "nothing can follow the closing quote on its line; put the whole text in quotes"};
    }
  }
  for (const Row& row : rows) {
    if (e.msg.starts_with(row.part)) return {at, std::string(row.sentence)};
  }
  return {at, fmt::format("the YAML cannot be read: {}", e.msg)};
}

}  // namespace

void parse_yaml(DocumentBuilder& builder, const ReadLimits& limits) {
  const std::string_view source = builder.source();
  for (std::size_t i = 0; i < source.size(); ++i) {
    const auto c = static_cast<unsigned char>(source[i]);
    if (c < 0x20 && c != '\n' && c != '\t' && c != '\r') {
      builder.stop(static_cast<std::uint32_t>(i),
                   fmt::format("the control character 0x{:02x} cannot stand in YAML", c));
      return;
    }
  }
  YamlEvents events(builder);
  TextBuffer buffer(builder, events, limits);
  std::istream stream(&buffer);
  try {
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(events)) {
    }
  } catch (const Stop&) {
  } catch (const YAML::Exception& e) {
    if (buffer.stopped()) return;
    const Refusal r = refusal(e, builder, events.last_offset());
    builder.stop(static_cast<std::uint32_t>(r.at), r.message);
  }
}

}  // namespace moshimo::input
