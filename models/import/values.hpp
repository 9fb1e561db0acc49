// Values inside files: a place in a document that knows whether it must not be shown.
//
// What is marked as sensitive reads as absent everywhere but in policy documents, which name principals and are
// never printed. A value is cheap to copy and valid as long as its `Documents`.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include "input/document.hpp"

namespace moshimo::models::importing {

class Documents;

class Value {
 public:
  Value() = default;

  // There, not null and not sensitive.
  explicit operator bool() const { return node_ != nullptr; }
  bool is_map() const { return node_ && node_->kind == input::NodeKind::map; }
  bool is_list() const { return node_ && node_->kind == input::NodeKind::list; }
  bool is_scalar() const { return node_ && node_->kind == input::NodeKind::scalar; }
  bool is_text() const { return is_scalar() && node_->style == input::ScalarStyle::quoted; }
  bool is_true() const { return is_scalar() && !is_text() && node_->text == "true"; }
  std::size_t size() const { return node_ ? node_->children : 0; }

  std::string_view text() const { return is_scalar() ? node_->text : std::string_view(); }
  std::string_view tag() const { return node_ ? node_->tag : std::string_view(); }
  std::string_view key() const { return node_ ? node_->key : std::string_view(); }
  std::optional<double> number() const;
  input::Position at() const;

  Value member(std::string_view name) const;
  Value first() const;
  Value next() const;                // the next sibling, known or not; null ones are passed over
  std::vector<Value> items() const;  // of a list; a null item is an empty value

  // The catalogue makes something of it, and of all that it holds.
  void mark_read() const;
  bool is_read() const;

  // A scalar's text read as JSON; empty when it is none. A map or list stands for itself.
  Value decoded() const;

  friend bool operator==(const Value& a, const Value& b) { return a.node_ == b.node_; }

 private:
  friend class Documents;
  Value(Documents* documents, const input::Document* document, const input::Node* node)
      : documents_(documents), document_(document), node_(node) {}
  Value at_index(std::uint32_t index) const;

  Documents* documents_ = nullptr;
  const input::Document* document_ = nullptr;
  const input::Node* node_ = nullptr;
};

std::string to_json(Value value);

// Owns the documents an import reads, those inside strings included, and knows which nodes are sensitive.
class Documents {
 public:
  Value add(std::shared_ptr<const input::Document> document);
  // Hides what `mask` marks: true, or the same shape as `value` with true where it is sensitive.
  void hide(Value value, Value mask);
  // Hides the value at one path of a raw state's `sensitive_attributes`.
  void hide_path(Value value, Value path);
  // The member as it stands, sensitive or not: for policy documents only.
  Value policy_text(Value parent, std::string_view name) const;
  bool is_hidden(Value parent, std::string_view name) const;
  std::size_t hidden_count() const { return hidden_.size(); }

 private:
  friend class Value;
  Value decode(const input::Node* node);

  std::vector<std::shared_ptr<const input::Document>> documents_;
  std::unordered_set<const input::Node*> hidden_;
  std::unordered_set<const input::Node*> read_;
  std::unordered_map<const input::Node*, Value> decoded_;
};

}  // namespace moshimo::models::importing
