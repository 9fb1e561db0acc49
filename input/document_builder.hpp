// Puts the events of a parser into a document's node array: links, duplicate keys, aliases, merge keys and limits.
//
// A function that returns false has reported why reading must stop.
#pragma once

#include <algorithm>
#include <string>
#include <string_view>
#include <vector>

#include "input/document.hpp"

namespace moshimo::input {

class DocumentBuilder {
 public:
  DocumentBuilder(Document& document, Diagnostics& diagnostics, const ReadLimits& limits);

  std::string_view source() const { return source_; }
  bool wants_key() const { return !frames_.empty() && frame_is_map() && !has_key_; }
  bool has_key() const { return has_key_; }
  std::uint32_t key_offset() const { return key_offset_; }
  std::uint32_t depth() const { return static_cast<std::uint32_t>(frames_.size()); }
  std::uint32_t line(std::uint32_t offset) const { return document_.file_->line_column(offset).line; }
  const Node* container() const { return frames_.empty() ? nullptr : &document_.nodes_[frames_.back().node]; }

  void reserve(std::size_t nodes) { document_.nodes_.reserve(std::min(nodes, limits_.most_nodes)); }
  std::string_view keep(std::string_view text);  // for text that does not stand in the source

  void key(std::string_view text, std::uint32_t offset, bool may_merge, std::uint32_t anchor = 0);
  bool leaf(const Node& node, std::uint32_t anchor = 0);  // a scalar or null
  bool open(const Node& node, std::uint32_t anchor = 0);  // a list or map
  bool close();
  bool alias(std::uint32_t anchor, std::string_view name, std::uint32_t offset);

  bool stop(std::uint32_t offset, std::string message);
  void finish();  // a root there always is

 private:
  struct Frame {
    std::uint32_t node = 0;
    std::uint32_t last_child = 0;
    std::uint32_t height = 0;  // levels below it
    std::uint32_t anchor = 0;
    std::uint32_t merges = 0;
  };
  struct Anchor {
    Node scalar;  // when it stands at a key
    std::uint32_t begin = 0;
    std::uint32_t end = 0;
    std::uint32_t height = 0;
    enum class State : std::uint8_t { unknown, open, key, done } state = State::unknown;
  };
  bool frame_is_map() const { return document_.nodes_[frames_.back().node].kind == NodeKind::map; }
  bool add(Node node);
  Anchor& anchor(std::uint32_t id);
  bool too_many_nodes(std::uint32_t offset);
  void drop_duplicates(Node& map);
  void merge(Node& map);

  Document& document_;
  Diagnostics& diagnostics_;
  ReadLimits limits_;
  std::string_view source_;
  std::vector<Frame> frames_;
  std::vector<Anchor> anchors_;
  std::string_view key_;
  std::uint32_t key_offset_ = 0;
  bool has_key_ = false;
  std::size_t expanded_ = 0;
  struct HashedKey {
    std::size_t hash = 0;
    std::uint32_t node = 0;
  };
  std::vector<HashedKey> hashed_;
  struct Again {
    std::uint32_t first = 0;
    std::uint32_t node = 0;
  };
  std::vector<Again> again_;
};

// The two parsers. Each reports what it refuses.
void parse_json(DocumentBuilder& builder, const ReadLimits& limits);
void parse_yaml(DocumentBuilder& builder, const ReadLimits& limits);

}  // namespace moshimo::input
