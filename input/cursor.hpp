// A place in a document, for readers: typed access, with every mistake reported at its position and reading going on.
//
// A cursor that was not found is empty: reading from it gives the default and reports nothing more.
#pragma once

#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/quantity.hpp"
#include "input/document.hpp"

namespace moshimo::input {

class Cursor {
 public:
  Cursor() = default;
  Cursor(const Document& document, Diagnostics& diagnostics);  // at the root

  explicit operator bool() const { return node_ != nullptr; }
  const Node& node() const { return *node_; }
  const Document& document() const { return *document_; }
  Diagnostics& diagnostics() const { return *diagnostics_; }
  Position at() const;
  Position key_at() const;
  std::string_view key() const;  // in a map
  std::string where() const;     // "resources.web.logs", for messages

  bool is_map() const;
  bool is_list() const;
  bool is_scalar() const;
  bool is_null() const;
  std::size_t size() const;  // children of a list or map

  Cursor find(std::string_view key) const;                              // empty when absent; no message
  Cursor require(std::string_view key) const;                           // reports "key 'x' is missing"
  void allow_only(std::initializer_list<std::string_view> keys) const;  // reports every other key, with the nearest
  void allow_only(const std::vector<std::string_view>& keys) const;
  std::vector<Cursor> items() const;        // children of a list; a message if it is no list
  std::vector<Cursor> entries() const;      // children of a map; a message if it is no map
  std::vector<Cursor> one_or_many() const;  // a list's items, or this itself

  // Children without building a vector, for large documents.
  Cursor first_child() const;
  Cursor next_sibling() const;

  void error(std::string message) const;  // at this place
  bool expect_map(std::string_view what) const;
  bool expect_list(std::string_view what) const;

  // Each reports what it expected, and returns nothing, when the node is something else.
  std::optional<std::string> text() const;  // any scalar as it is written
  std::optional<bool> yes_no() const;       // true/false/yes/no
  std::optional<double> number() const;
  std::optional<std::int64_t> integer() const;
  std::optional<Duration> duration() const;
  std::optional<Bytes> bytes() const;
  std::optional<Rate> rate() const;

 private:
  Cursor(const Document* d, const Node* n, Diagnostics* diag);
  bool expect_scalar(std::string_view what) const;
  bool expect_plain(std::string_view what) const;
  const Document* document_ = nullptr;
  const Node* node_ = nullptr;
  Diagnostics* diagnostics_ = nullptr;
};

// Text forms (no position): empty when the text is none.
std::optional<Duration> parse_duration(std::string_view text);  // 90s 15m 24h 7d 1d12h 1.5h PT15M P1DT2H 500ms forever
std::optional<Bytes> parse_bytes(std::string_view text);  // 600B 2KB 1MiB 5MB 1GiB, a bare number: bytes; unlimited
std::optional<Rate> parse_rate(std::string_view text);    // 400/s 30/min 5/h 1000/d; unlimited
std::string to_text(Duration d);                          // 1d12h, 90s, 250ms, forever
std::string to_text(Bytes b);                             // 600 B, 1.5 MiB
std::string to_text(Rate r);                              // 400/s, 30/min

}  // namespace moshimo::input
