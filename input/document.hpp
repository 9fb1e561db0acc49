// A YAML or JSON text as a tree of nodes with positions. Scalars stay text: what they mean is for the reader to say.
//
// Nodes live in one array in document order and refer to their text by views, so a file of 25 MB costs a few times its
// size and is read at about the speed of its parser.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "input/diagnostics.hpp"

namespace moshimo::input {

enum class NodeKind : std::uint8_t { null, scalar, list, map };
enum class ScalarStyle : std::uint8_t {
  plain,   // YAML plain, or a JSON number, true or false: may be read as number or yes/no
  quoted,  // quoted or block style in YAML, a string in JSON: text
};

struct Node {
  std::string_view text = {};  // of a scalar; in a map's child the value is a node of its own
  std::string_view key = {};   // this node's key when its parent is a map
  std::string_view tag = {};   // YAML tag such as "!Sub", else empty
  std::uint32_t offset = 0;    // of the value
  std::uint32_t key_offset = 0;
  std::uint32_t first_child = 0;   // 0: none (the root is never a child)
  std::uint32_t next_sibling = 0;  // 0: none
  std::uint32_t children = 0;
  NodeKind kind = NodeKind::null;
  ScalarStyle style = ScalarStyle::plain;
};

enum class Format : std::uint8_t { yaml, json };

// Limits that keep hostile input from costing time or memory.
struct ReadLimits {
  std::size_t most_bytes = 128'000'000;
  std::size_t most_yaml_bytes = 32'000'000;  // YAML is read at a twentieth of the speed of JSON
  std::size_t most_memory = 180'000'000;     // of the text and its values together
  std::size_t longest_token = 8'000'000;     // a text or number of JSON, which its parser copies twice
  std::uint32_t deepest = 200;
  std::size_t most_nodes = 16'000'000;    // after aliases are expanded
  std::size_t most_expanded = 1'000'000;  // of them, copies made by aliases
  bool map_at_top = false;                // anything else is refused before it is read
};

class Document {
 public:
  const SourceFile& file() const { return *file_; }
  std::shared_ptr<const SourceFile> shared_file() const { return file_; }  // for positions that outlive the document
  const Node& root() const { return nodes_.front(); }
  const Node& node(std::uint32_t i) const { return nodes_[i]; }
  Position position(const Node& n) const { return {file_.get(), n.offset}; }
  // Whether reading came to the end. If not, the tree holds what was read up to the mistake, or a null root, and says
  // nothing of what may stand behind it.
  bool is_whole() const { return is_whole_; }

  // Reads `text`. Syntax errors, duplicate keys, too deep or too many nodes go to `diagnostics`. Of a key that appears
  // twice the tree holds the first.
  static Document parse(std::string name, std::string text, Format format, Diagnostics& diagnostics,
                        const ReadLimits& limits = {});

 private:
  friend class DocumentBuilder;
  static Document parse(std::shared_ptr<const SourceFile> file, Format format, Diagnostics& diagnostics,
                        const ReadLimits& limits);
  std::shared_ptr<const SourceFile> file_;
  std::vector<Node> nodes_;
  std::unique_ptr<std::deque<std::string>> unescaped_;  // scalars that do not stand in the file as they read
  bool is_whole_ = true;

  friend Document read_document(const std::string& path, Diagnostics& diagnostics, const ReadLimits& limits);
};

// Reads a whole file or standard input ("-"). YAML or JSON is told by content (a JSON text begins with `{` or `[` and
// parses as such; everything else is YAML). A byte-order mark is skipped, UTF-16 transcoded, binary content refused,
// and so is a list: every file of this program is a map.
Document read_document(const std::string& path, Diagnostics& diagnostics, const ReadLimits& limits = {});
std::string read_file(const std::string& path, Diagnostics& diagnostics, const ReadLimits& limits = {});
Format format_of(std::string_view text);

}  // namespace moshimo::input
