#include "models/import/values.hpp"

#include <charconv>

#include "models/import/json_text.hpp"

namespace moshimo::models::importing {

using input::Node;
using input::NodeKind;

namespace {

const Node* child(const input::Document& document, const Node& parent, std::string_view name) {
  if (parent.kind != NodeKind::map) return nullptr;
  for (std::uint32_t i = parent.first_child; i != 0; i = document.node(i).next_sibling) {
    if (document.node(i).key == name) return &document.node(i);
  }
  return nullptr;
}

}  // namespace

Value Value::at_index(std::uint32_t index) const {
  if (index == 0) return {};
  const Node& node = document_->node(index);
  if (node.kind == NodeKind::null || documents_->hidden_.contains(&node)) return {};
  return {documents_, document_, &node};
}

std::optional<double> Value::number() const {
  const std::string_view digits = text();
  double number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (digits.empty() || error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return number;
}

input::Position Value::at() const { return node_ ? document_->position(*node_) : input::Position{}; }

Value Value::member(std::string_view name) const {
  if (!is_map()) return {};
  const Node* found = child(*document_, *node_, name);
  if (!found || found->kind == NodeKind::null || documents_->hidden_.contains(found)) return {};
  return {documents_, document_, found};
}

Value Value::first() const {
  if (!node_ || node_->first_child == 0) return {};
  const Value value = at_index(node_->first_child);
  if (value) return value;
  return Value(documents_, document_, &document_->node(node_->first_child)).next();
}

Value Value::next() const {
  if (!node_) return {};
  for (std::uint32_t i = node_->next_sibling; i != 0; i = document_->node(i).next_sibling) {
    if (const Value value = at_index(i)) return value;
  }
  return {};
}

std::vector<Value> Value::items() const {
  std::vector<Value> items;
  if (!is_list()) return items;
  items.reserve(node_->children);
  for (std::uint32_t i = node_->first_child; i != 0; i = document_->node(i).next_sibling) items.push_back(at_index(i));
  return items;
}

void Value::mark_read() const {
  if (node_) documents_->read_.insert(node_);
}

bool Value::is_read() const { return node_ && documents_->read_.contains(node_); }

Value Value::decoded() const {
  if (!is_scalar()) return *this;
  return documents_->decode(node_);
}

namespace {

void write_json(Value value, std::string& out) {
  if (value.is_scalar()) {
    if (value.is_text()) {
      append_json_text(value.text(), out);
    } else {
      out += value.text();
    }
    return;
  }
  out += value.is_map() ? '{' : '[';
  bool is_first = true;
  for (Value child = value.first(); child; child = child.next()) {
    if (!is_first) out += ',';
    is_first = false;
    if (value.is_map()) {
      append_json_text(child.key(), out);
      out += ':';
    }
    write_json(child, out);
  }
  out += value.is_map() ? '}' : ']';
}

}  // namespace

std::string to_json(Value value) {
  std::string out;
  if (value) write_json(value, out);
  return out;
}

Value Documents::add(std::shared_ptr<const input::Document> document) {
  documents_.push_back(std::move(document));
  const input::Document& kept = *documents_.back();
  if (kept.root().kind == NodeKind::null) return {};
  return {this, &kept, &kept.root()};
}

Value Documents::decode(const Node* node) {
  const auto known = decoded_.find(node);
  if (known != decoded_.end()) return known->second;
  Value root;
  const std::size_t start = node->text.find_first_not_of(" \t\r\n");
  if (start != std::string_view::npos && (node->text[start] == '{' || node->text[start] == '[')) {
    input::Diagnostics ignored;
    input::Document inner = input::Document::parse("", std::string(node->text), input::Format::json, ignored);
    if (inner.is_whole()) root = add(std::make_shared<const input::Document>(std::move(inner)));
  }
  decoded_.emplace(node, root);
  return root;
}

void Documents::hide(Value value, Value mask) {
  if (!value || !mask) return;
  if (mask.is_true()) {
    hidden_.insert(value.node_);
    for (Value part = value.first(); part; part = part.next()) hidden_.insert(part.node_);  // of a whole object
    return;
  }
  if (mask.is_map()) {
    for (Value part = mask.first(); part; part = part.next()) hide(value.member(part.key()), part);
  } else if (mask.is_list() && value.is_list()) {
    const std::vector<Value> masks = mask.items();
    const std::vector<Value> values = value.items();
    for (std::size_t i = 0; i < masks.size() && i < values.size(); ++i) hide(values[i], masks[i]);
  }
}

void Documents::hide_path(Value value, Value path) {
  for (const Value& step : path.items()) {
    Value name = step.member("value");
    if (name.is_map()) name = name.member("value");
    Value inner;
    if (value.is_map()) {
      inner = value.member(name.text());
    } else if (value.is_list()) {
      const auto index = name.number();
      const std::vector<Value> items = value.items();
      if (index && *index >= 0 && *index < static_cast<double>(items.size())) {
        inner = items[static_cast<std::size_t>(*index)];
      }
    }
    if (!inner) {
      // An element of a set cannot be found by its path: the whole set is hidden. An absent member needs no hiding.
      if (value.is_map()) return;
      break;
    }
    value = inner;
  }
  if (value) hidden_.insert(value.node_);
}

Value Documents::policy_text(Value parent, std::string_view name) const {
  if (!parent.is_map()) return {};
  const Node* found = child(*parent.document_, *parent.node_, name);
  if (!found || found->kind == NodeKind::null) return {};
  return {parent.documents_, parent.document_, found};
}

bool Documents::is_hidden(Value parent, std::string_view name) const {
  if (!parent.is_map()) return false;
  const Node* found = child(*parent.document_, *parent.node_, name);
  return found && hidden_.contains(found);
}

}  // namespace moshimo::models::importing
