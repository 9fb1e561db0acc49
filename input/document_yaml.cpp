#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <array>
#include <istream>
#include <streambuf>

#include "input/document_builder.hpp"

namespace moshimo::input {
namespace {

struct Stop {};

class TextBuffer : public std::streambuf {
 public:
  explicit TextBuffer(std::string_view text) {
    char* begin = const_cast<char*>(text.data());  // never written: there is no put area
    setg(begin, begin, begin + text.size());
  }
};

bool is_white(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }

class YamlEvents : public YAML::EventHandler {
 public:
  explicit YamlEvents(DocumentBuilder& builder) : builder_(builder), source_(builder.source()) {}

  void OnDocumentStart(const YAML::Mark& mark) override {
    ++documents_;
    begin_ = offset(mark);
  }
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    if (documents_ > 1) return;
    std::uint32_t at = offset(mark);
    const std::string_view written = null_at(skip_properties(at));
    if (builder_.wants_key()) {
      if (written.empty()) stop(at, "a key is missing before ':'");
      builder_.key(written, at, false, id(anchor));
      return;
    }
    if (written.empty() && builder_.has_key() && anchor == 0) at = builder_.key_offset();
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
    const char first = begin < source_.size() ? source_[begin] : '\0';
    const bool between_quotes = first == '"' || first == '\'';
    Node node{.text = stored(begin + (between_quotes ? 1 : 0), value), .offset = at, .kind = NodeKind::scalar};
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
  void OnSequenceEnd() override { builder_.close(); }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(NodeKind::map, mark, tag, anchor);
  }
  void OnMapEnd() override { builder_.close(); }

 private:
  std::uint32_t offset(const YAML::Mark& mark) const {
    return mark.pos < 0 ? 0 : static_cast<std::uint32_t>(std::min<std::size_t>(mark.pos, source_.size()));
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
    if (documents_ > 1) stop(begin_, "a second YAML document begins here; put each into a file of its own");
  }
  void open(NodeKind kind, const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
    one_document();
    if (builder_.wants_key()) stop(offset(mark), "a key must be a text, not a map or a list");
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
  std::string_view null_at(std::size_t p) const {
    for (const std::string_view word : {"~", "null", "Null", "NULL"}) {
      if (source_.substr(p).starts_with(word)) return source_.substr(p, word.size());
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
  std::uint32_t begin_ = 0;
  int documents_ = 0;
};

std::string sentence(const YAML::Exception& e, std::string_view source, std::size_t at) {
  namespace Msg = YAML::ErrorMsg;
  struct Row {
    std::string_view part;
    std::string_view sentence;
  };
  static const std::array rows{
      Row{Msg::TAB_IN_INDENTATION, "a tab in the indentation; use spaces"},
      Row{Msg::END_OF_MAP_FLOW, "expected ',' or '}' here: a '{' before it is not closed"},
      Row{Msg::END_OF_SEQ_FLOW, "expected ',' or ']' here: a '[' before it is not closed"},
      Row{Msg::END_OF_MAP, "this does not continue the map before it; check the indentation, and that the key ends in ': '"},
      Row{Msg::END_OF_SEQ, "this does not continue the list before it; check the indentation, and that it begins with '- '"},
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
      Row{Msg::CHAR_IN_ALIAS, "this character cannot stand in the name of an alias; put a text that begins with '*' in quotes"},
      Row{Msg::CHAR_IN_ANCHOR, "this character cannot stand in the name of an anchor; put a text that begins with '&' in quotes"},
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
  if (e.msg.starts_with(Msg::UNKNOWN_TOKEN)) {
    if (at < source.size()) return fmt::format("a text cannot begin with '{}'; put it in quotes", source[at]);
    return "the file ends too early";
  }
  for (const Row& row : rows) {
    if (e.msg.starts_with(row.part)) return std::string(row.sentence);
  }
  return fmt::format("the YAML cannot be read: {}", e.msg);
}

}  // namespace

void parse_yaml(DocumentBuilder& builder) {
  const std::string_view source = builder.source();
  for (std::size_t i = 0; i < source.size(); ++i) {
    const auto c = static_cast<unsigned char>(source[i]);
    if (c < 0x20 && c != '\n' && c != '\t' && c != '\r') {
      builder.stop(static_cast<std::uint32_t>(i), fmt::format("the control character 0x{:02x} cannot stand in YAML", c));
      return;
    }
  }
  TextBuffer buffer(source);
  std::istream stream(&buffer);
  YamlEvents events(builder);
  try {
    YAML::Parser parser(stream);
    while (parser.HandleNextDocument(events)) {
    }
  } catch (const Stop&) {
  } catch (const YAML::Exception& e) {
    const std::size_t at = std::min<std::size_t>(e.mark.pos < 0 ? 0 : e.mark.pos, source.size());
    builder.stop(static_cast<std::uint32_t>(at), sentence(e, source, at));
  }
}

}  // namespace moshimo::input
