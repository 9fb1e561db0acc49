#include "input/document_builder.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <functional>
#include <set>

namespace moshimo::input {

DocumentBuilder::DocumentBuilder(Document& document, Diagnostics& diagnostics, const ReadLimits& limits)
    : document_(document), diagnostics_(diagnostics), limits_(limits), source_(document.file().text()) {
  const std::size_t room = limits.most_memory - std::min(limits.most_memory, source_.size());
  limits_.most_nodes = std::min(limits.most_nodes, room / sizeof(Node));
}

std::string_view DocumentBuilder::keep(std::string_view text) { return document_.unescaped_->emplace_back(text); }

bool DocumentBuilder::stop(std::uint32_t offset, std::string message) {
  document_.is_whole_ = false;
  diagnostics_.error({document_.file_.get(), offset}, std::move(message));
  return false;
}

bool DocumentBuilder::too_many_nodes(std::uint32_t offset) {
  return stop(offset, fmt::format("the file holds more than {} values; split it", limits_.most_nodes));
}

void DocumentBuilder::finish() {
  if (document_.nodes_.empty()) document_.nodes_.emplace_back();
}

DocumentBuilder::Anchor& DocumentBuilder::anchor(std::uint32_t id) {
  if (id >= anchors_.size()) anchors_.resize(id + 1);
  return anchors_[id];
}

void DocumentBuilder::key(std::string_view text, std::uint32_t offset, bool may_merge, std::uint32_t anchor_id) {
  key_ = text;
  key_offset_ = offset;
  has_key_ = true;
  if (may_merge && text == "<<") ++frames_.back().merges;
  if (anchor_id != 0) {
    Anchor& a = anchor(anchor_id);
    a.state = Anchor::State::key;
    a.scalar = {.text = text, .offset = offset, .kind = NodeKind::scalar};
  }
}

bool DocumentBuilder::add(Node node) {
  auto& nodes = document_.nodes_;
  if (nodes.size() >= limits_.most_nodes) {
    return too_many_nodes(node.offset);
  }
  if (frames_.empty() && limits_.map_at_top && node.kind == NodeKind::list) {
    return stop(node.offset, "a list stands here; expected keys with values, as in `version: 1`");
  }
  const auto index = static_cast<std::uint32_t>(nodes.size());
  if (!frames_.empty()) {
    Frame& frame = frames_.back();
    Node& parent = nodes[frame.node];
    (frame.last_child == 0 ? parent.first_child : nodes[frame.last_child].next_sibling) = index;
    frame.last_child = index;
    ++parent.children;
    if (parent.kind == NodeKind::map) {
      node.key = key_;
      node.key_offset = key_offset_;
      has_key_ = false;
    }
  }
  nodes.push_back(node);
  return true;
}

bool DocumentBuilder::leaf(const Node& node, std::uint32_t anchor_id) {
  if (!add(node)) return false;
  if (anchor_id != 0) {
    const auto end = static_cast<std::uint32_t>(document_.nodes_.size());
    Anchor& a = anchor(anchor_id);
    a.begin = end - 1;
    a.end = end;
    a.state = Anchor::State::done;
  }
  return true;
}

bool DocumentBuilder::open(const Node& node, std::uint32_t anchor_id) {
  if (frames_.size() >= limits_.deepest) {
    return stop(node.offset, fmt::format("nested deeper than {} levels", limits_.deepest));
  }
  if (!add(node)) return false;
  const auto index = static_cast<std::uint32_t>(document_.nodes_.size() - 1);
  frames_.push_back({.node = index, .anchor = anchor_id});
  if (anchor_id != 0) {
    Anchor& a = anchor(anchor_id);
    a.begin = index;
    a.state = Anchor::State::open;
  }
  return true;
}

bool DocumentBuilder::close() {
  const Frame frame = frames_.back();
  frames_.pop_back();
  Node& node = document_.nodes_[frame.node];
  if (node.kind == NodeKind::map) {
    drop_duplicates(node);
    if (frame.merges > 0) merge(node);
  }
  if (!frames_.empty()) frames_.back().height = std::max(frames_.back().height, frame.height + 1);
  if (frame.anchor != 0) {
    Anchor& a = anchor(frame.anchor);
    a.end = static_cast<std::uint32_t>(document_.nodes_.size());
    a.height = frame.height + 1;
    a.state = Anchor::State::done;
  }
  return true;
}

bool DocumentBuilder::alias(std::uint32_t anchor_id, std::string_view name, std::uint32_t offset) {
  const Anchor a = anchor(anchor_id);
  auto& nodes = document_.nodes_;
  const auto shown = [&] { return std::string(name); };
  if (a.state == Anchor::State::unknown)
    return stop(offset, fmt::format("no anchor '&{}' stands before this alias", shown()));
  if (a.state == Anchor::State::open) {
    return stop(offset, fmt::format("the alias '*{}' stands inside the value it names", shown()));
  }
  const Node original = a.state == Anchor::State::key ? a.scalar : nodes[a.begin];
  if (wants_key()) {
    if (original.kind != NodeKind::scalar) return stop(offset, "a key must be a text, not a map or a list");
    key(original.text, offset, false);
    return true;
  }
  const std::uint32_t count = a.state == Anchor::State::key ? 1 : a.end - a.begin;
  if (count > limits_.most_expanded - expanded_) {
    return stop(offset,
                fmt::format("the aliases of this file expand to more than {} values; write it with fewer aliases",
                            limits_.most_expanded));
  }
  if (frames_.size() + a.height > limits_.deepest) {
    return stop(offset, fmt::format("nested deeper than {} levels, counting what aliases stand for", limits_.deepest));
  }
  if (nodes.size() + count > limits_.most_nodes) {
    return too_many_nodes(offset);
  }
  expanded_ += count;
  Node top = original;
  top.offset = offset;
  top.key = {};
  top.key_offset = 0;
  top.next_sibling = 0;
  const auto shift = static_cast<std::uint32_t>(nodes.size()) - a.begin;
  if (top.first_child != 0) top.first_child += shift;
  if (!add(top)) return false;
  for (std::uint32_t i = a.begin + 1; i < a.begin + count; ++i) {
    Node copy = nodes[i];
    if (copy.first_child != 0) copy.first_child += shift;
    if (copy.next_sibling != 0) copy.next_sibling += shift;
    nodes.push_back(copy);
  }
  if (!frames_.empty()) frames_.back().height = std::max(frames_.back().height, a.height);
  return true;
}

// Of a key that appears twice the first stays; the others are reported and taken out of the map.
void DocumentBuilder::drop_duplicates(Node& map) {
  constexpr std::uint32_t few = 16;
  auto& nodes = document_.nodes_;
  again_.clear();
  if (map.children <= few) {
    for (std::uint32_t i = map.first_child; i != 0; i = nodes[i].next_sibling) {
      for (std::uint32_t j = map.first_child; j != i; j = nodes[j].next_sibling) {
        if (nodes[i].key != nodes[j].key) continue;
        again_.push_back({j, i});
        break;
      }
    }
  } else {
    hashed_.clear();
    for (std::uint32_t i = map.first_child; i != 0; i = nodes[i].next_sibling) {
      hashed_.push_back({std::hash<std::string_view>{}(nodes[i].key), i});
    }
    std::ranges::sort(hashed_, [](const HashedKey& a, const HashedKey& b) { return a.hash < b.hash; });
    for (auto begin = hashed_.begin(); begin != hashed_.end();) {
      const auto end = std::find_if(begin, hashed_.end(), [&](const HashedKey& k) { return k.hash != begin->hash; });
      if (end - begin > 1) {
        std::sort(begin, end, [&](const HashedKey& a, const HashedKey& b) {
          const int order = nodes[a.node].key.compare(nodes[b.node].key);
          return order != 0 ? order < 0 : a.node < b.node;
        });
        for (auto first = begin, k = begin + 1; k != end; ++k) {
          if (nodes[k->node].key == nodes[first->node].key) {
            again_.push_back({first->node, k->node});
          } else {
            first = k;
          }
        }
      }
      begin = end;
    }
    std::ranges::sort(again_, {}, &Again::node);
  }
  if (again_.empty()) return;

  auto dropped = again_.begin();
  std::uint32_t kept = 0;
  for (std::uint32_t i = map.first_child; i != 0; i = nodes[i].next_sibling) {
    if (dropped == again_.end() || dropped->node != i) {
      kept = i;
      continue;
    }
    diagnostics_.error({document_.file_.get(), nodes[i].key_offset}, [&] {
      return fmt::format("key {} appears twice; first at line {}", in_quotes(nodes[i].key),
                         line(nodes[dropped->first].key_offset));
    });
    nodes[kept].next_sibling = nodes[i].next_sibling;
    --map.children;
    ++dropped;
  }
}

// Puts the children of every map under `<<` in its place, where the map itself or an earlier one does not name the key.
void DocumentBuilder::merge(Node& map) {
  auto& nodes = document_.nodes_;
  std::set<std::string_view> named;
  for (std::uint32_t i = map.first_child; i != 0; i = nodes[i].next_sibling) {
    if (nodes[i].key != "<<") named.insert(nodes[i].key);
  }
  const std::uint32_t first = map.first_child;
  std::uint32_t last = 0;
  map.first_child = 0;
  map.children = 0;
  const auto append = [&](std::uint32_t i) {
    (last == 0 ? map.first_child : nodes[last].next_sibling) = i;
    nodes[i].next_sibling = 0;
    last = i;
    ++map.children;
  };
  const auto append_children = [&](const Node& merged) {
    for (std::uint32_t i = merged.first_child, next = 0; i != 0; i = next) {
      next = nodes[i].next_sibling;
      if (named.insert(nodes[i].key).second) append(i);
    }
  };
  for (std::uint32_t i = first, next = 0; i != 0; i = next) {
    next = nodes[i].next_sibling;
    if (nodes[i].key != "<<") {
      append(i);
      continue;
    }
    const Node merged = nodes[i];
    bool maps_only = merged.kind == NodeKind::map || merged.kind == NodeKind::list;
    if (merged.kind == NodeKind::map) append_children(merged);
    if (merged.kind == NodeKind::list) {
      for (std::uint32_t item = merged.first_child; item != 0; item = nodes[item].next_sibling) {
        if (nodes[item].kind == NodeKind::map) {
          append_children(Node(nodes[item]));
        } else {
          maps_only = false;
        }
      }
    }
    if (!maps_only) {
      diagnostics_.error({document_.file_.get(), merged.key_offset},
                         "'<<' needs a map or a list of maps, such as an alias");
    }
  }
}

}  // namespace moshimo::input
