#include "models/inventory.hpp"

#include <algorithm>
#include <array>
#include <fmt/format.h>
#include <functional>
#include <set>
#include <unordered_map>
#include <utility>

#include "input/cursor.hpp"
#include "models/file_kind.hpp"

namespace moshimo::models {

Value Value::scalar(std::string text) {
  Value v;
  v.kind = Kind::scalar;
  v.text = std::move(text);
  return v;
}

Value Value::list(std::vector<Value> items) {
  Value v;
  v.kind = Kind::list;
  v.children = std::move(items);
  return v;
}

Value Value::map() {
  Value v;
  v.kind = Kind::map;
  return v;
}

Value& Value::set(std::string name, Value value) {
  value.key = std::move(name);
  for (Value& child : children) {
    if (child.key == value.key) return child = std::move(value);
  }
  return children.emplace_back(std::move(value));
}

Value& Value::add(Value item) { return children.emplace_back(std::move(item)); }

const Value* Value::find(std::string_view name) const {
  for (const Value& child : children) {
    if (child.key == name) return &child;
  }
  return nullptr;
}

Value* Value::find(std::string_view name) {
  const Value* found = std::as_const(*this).find(name);
  return found ? &children[static_cast<std::size_t>(found - children.data())] : nullptr;
}

std::string found(const Value& value) {
  switch (value.kind) {
    case Value::Kind::null: return "nothing";
    case Value::Kind::scalar: return fmt::format("'{}'", value.text);
    case Value::Kind::list: return "a list";
    case Value::Kind::map: return "a map";
  }
  return "";
}

Resource& Inventory::add(std::string resource_name, std::string type) {
  Resource& r = resources.emplace_back();
  r.name = std::move(resource_name);
  r.type = std::move(type);
  r.account = account;
  r.region = region;
  return r;
}

// ---- reading --------------------------------------------------------------------------------------------------------

namespace {

void fill(Value& value, const input::Document& document, const input::Node& node) {
  value.file = &document.file();
  value.offset = node.offset;
  value.key_offset = node.key_offset;
  value.key = node.key;
  switch (node.kind) {
    case input::NodeKind::null: value.kind = Value::Kind::null; return;
    case input::NodeKind::scalar:
      value.kind = Value::Kind::scalar;
      value.text = node.text;
      return;
    case input::NodeKind::list:
    case input::NodeKind::map: break;
  }
  value.kind = node.kind == input::NodeKind::list ? Value::Kind::list : Value::Kind::map;
  value.children.reserve(node.children);
  for (std::uint32_t child = node.first_child; child != 0; child = document.node(child).next_sibling) {
    fill(value.children.emplace_back(), document, document.node(child));
  }
}

}  // namespace

Value value_from(const input::Document& document, const input::Node& node) {
  Value value;
  fill(value, document, node);
  return value;
}

namespace {

class Reader {
 public:
  Reader(const input::Document& document, Inventory& inventory, input::Diagnostics& diagnostics)
      : document_(document), inventory_(inventory), diagnostics_(diagnostics) {
    for (const Resource& r : inventory.resources) known_.emplace(r.name, r.at);
    inventory.files.push_back(document.shared_file());
  }

  void read() {
    const input::Cursor root(document_, diagnostics_);
    if (!root.expect_map("an inventory")) return;
    root.allow_only({"version", "name", "account", "region", "resources", "traffic", "imported", "unknowns"});
    if (const auto version = root.require("version")) {
      if (version.text() != "1") version.error("this program reads version 1 of inventories");
    }
    if (const auto name = root.find("name"); name && inventory_.name.empty()) {
      inventory_.name = name.text().value_or("");
    }
    const std::string account = text_of(root, "account");
    const std::string region = text_of(root, "region");
    if (const auto c = root.find("account")) check_account(c.at(), account);
    if (const auto c = root.find("region")) check_region(c.at(), region);
    if (inventory_.account.empty()) inventory_.account = account;
    if (inventory_.region.empty()) inventory_.region = region;
    if (const auto resources = root.require("resources"); resources && resources.expect_map("the resources")) {
      read_resources(resources, account, region);
    }
    if (const auto traffic = root.find("traffic"); traffic && !traffic.is_null()) {
      for (const input::Cursor& entry : traffic.items()) read_traffic(entry);
    }
    if (const auto imported = root.find("imported")) {
      inventory_.imported = imported.yes_no().value_or(false) || inventory_.imported;
    }
    if (const auto unknowns = root.find("unknowns"); unknowns && !unknowns.is_null()) {
      for (const input::Cursor& entry : unknowns.items()) {
        if (auto sentence = entry.text()) inventory_.unknowns.push_back(std::move(*sentence));
      }
    }
  }

 private:
  static std::string text_of(const input::Cursor& map, std::string_view key) {
    const auto found = map.find(key);
    return found ? found.text().value_or("") : std::string();
  }

  void check_account(const input::Position& at, const std::string& account) {
    const bool is_number = account.find_first_not_of("0123456789") == std::string::npos;
    if ((is_number && account.size() == 12) || !doubted_.insert(account).second) return;
    diagnostics_.warning(at, fmt::format("'{}' is no AWS account; that is a number of 12 digits", account));
  }

  // `ap-northeast-1`, `us-gov-west-1`: a part of the world, a direction, a number.
  void check_region(const input::Position& at, const std::string& region) {
    static constexpr std::array<std::string_view, 12> worlds = {"us", "eu", "ap", "sa", "ca",     "me",
                                                                "af", "il", "mx", "cn", "us-gov", "eusc"};
    const bool has_world = std::any_of(worlds.begin(), worlds.end(), [&](std::string_view w) {
      return region.size() > w.size() && region.compare(0, w.size(), w) == 0 && region[w.size()] == '-';
    });
    const bool has_number =
        region.size() > 2 && region[region.size() - 2] == '-' && region.back() >= '1' && region.back() <= '9';
    if (has_world && has_number && std::count(region.begin(), region.end(), '-') >= 2) return;
    if (!doubted_.insert(region).second) return;
    diagnostics_.warning(
        at, fmt::format("'{}' is no AWS region that is known here; is it ap-northeast-1 or the like?", region));
  }

  void read_resources(const input::Cursor& resources, const std::string& account, const std::string& region) {
    inventory_.resources.reserve(inventory_.resources.size() + resources.size());
    known_.reserve(inventory_.resources.size() + resources.size());
    for (auto c = resources.first_child(); c; c = c.next_sibling()) {
      const input::Position at = c.key_at();
      if (c.key().empty()) {
        diagnostics_.error(at, "a resource needs a name");
        continue;
      }
      if (!c.is_map()) {
        diagnostics_.error(c.at(), fmt::format("'{0}' must be a map that names its type, as in"
                                               " {0}: {{ type: iam:role }}",
                                               c.key()));
        continue;
      }
      const auto [earlier, is_new] = known_.emplace(c.key(), at);
      if (!is_new) {
        // Within one document the reader of the document has said so already.
        if (earlier->second.file != at.file) {
          diagnostics_.error(at, fmt::format("there is a resource '{}' in {} already; names are unique over all files",
                                             c.key(), earlier->second.file->name()));
        }
        continue;
      }
      Resource& r = inventory_.resources.emplace_back();
      r.name = c.key();
      r.at = at;
      r.account = account;
      r.region = region;
      read_attributes(c.node(), r);
      if (r.type.empty() && !r.type_at.file) {
        diagnostics_.error(at, fmt::format("'{}' does not say its type; add one, as in type: iam:role", r.name));
      }
    }
  }

  // What every resource has goes where it belongs, the rest is kept as it is written.
  void read_attributes(const input::Node& node, Resource& r) {
    const auto own = [&](std::string_view key) -> std::string* {
      return key == "type"       ? &r.type
             : key == "aws_name" ? &r.aws_name
             : key == "account"  ? &r.account
             : key == "region"   ? &r.region
                                 : nullptr;
    };
    const auto for_each = [&](const auto& f) {
      for (std::uint32_t i = node.first_child; i != 0; i = document_.node(i).next_sibling) f(document_.node(i));
    };
    std::size_t others = 0;
    for_each([&](const input::Node& child) { others += own(child.key) == nullptr ? 1 : 0; });
    Value& attributes = r.attributes;
    attributes.file = &document_.file();
    attributes.offset = node.offset;
    attributes.key_offset = node.key_offset;
    attributes.children.reserve(others);
    for_each([&](const input::Node& child) {
      std::string* const into = own(child.key);
      if (into == nullptr) {
        fill(attributes.children.emplace_back(), document_, child);
        return;
      }
      const input::Position at{&document_.file(), child.offset};
      if (child.key == "type") r.type_at = at;
      if (child.kind != input::NodeKind::scalar) {
        diagnostics_.error(at, fmt::format("the {} of '{}' must be a word", child.key, r.name));
        return;
      }
      *into = child.text;
      if (into == &r.account) check_account(at, r.account);
      if (into == &r.region) check_region(at, r.region);
    });
  }

  void read_traffic(const input::Cursor& entry) {
    if (!entry.expect_map("an entry of the traffic")) return;
    entry.allow_only({"to", "via", "rate", "size", "profile"});
    Traffic t;
    t.at = entry.at();
    if (const auto to = entry.require("to")) {
      t.to = to.text().value_or("");
      t.to_at = to.at();
    }
    t.via_at = t.to_at;
    if (const auto via = entry.find("via")) {
      t.via = via.text().value_or("in");
      t.via_at = via.at();
    }
    const auto rate = entry.find("rate");
    if (rate) {
      t.rate = rate.rate().value_or(t.rate);
      if (t.rate.is_unlimited()) {
        rate.error("traffic needs a rate with an end");
        t.rate = Rate::per_second(1);
      }
    }
    if (const auto size = entry.find("size")) t.size = size.bytes();
    const auto profile = entry.find("profile");
    if (profile && profile.is_list()) {
      t.pattern = Traffic::Pattern::listed;
      if (rate) profile.error("a listed profile has its rates written in it; remove 'rate' or write daily or weekly");
      read_steps(profile, t);
    } else if (profile) {
      const auto word = profile.text();
      if (word == "daily")
        t.pattern = Traffic::Pattern::daily;
      else if (word == "weekly")
        t.pattern = Traffic::Pattern::weekly;
      else if (word && word != "constant") {
        profile.error(
            fmt::format("'{}' is no profile; write constant, daily, weekly or a list as in"
                        " [[0h, 20/s], [8h, 200/s]]",
                        *word));
      }
    }
    if (!rate && t.pattern != Traffic::Pattern::listed) entry.error("traffic needs a 'rate', as in rate: 50/s");
    inventory_.traffic.push_back(std::move(t));
  }

  void read_steps(const input::Cursor& list, Traffic& t) {
    for (const input::Cursor& step : list.items()) {
      const auto parts = step.is_list() ? step.items() : std::vector<input::Cursor>{};
      if (parts.size() != 2) {
        step.error("a step of a profile is a time and a rate, as in [8h, 200/s]");
        continue;
      }
      const auto offset = parts[0].duration();
      const auto rate = parts[1].rate();
      if (!offset || !rate) continue;
      if (rate->is_unlimited())
        parts[1].error("traffic needs a rate with an end");
      else if (!t.steps.empty() && *offset <= t.steps.back().offset)
        parts[0].error("the steps of a profile go forward");
      else if (*offset >= Duration::days(7))
        parts[0].error("a profile repeats after a week at most");
      else
        t.steps.push_back({*offset, *rate});
    }
    if (list.size() == 0) list.error("a listed profile needs a step at least, as in [[0h, 20/s]]");
  }

  const input::Document& document_;
  Inventory& inventory_;
  input::Diagnostics& diagnostics_;
  std::unordered_map<std::string, input::Position> known_;
  std::set<std::string, std::less<>> doubted_;  // accounts and regions that have been told, once each
};

}  // namespace

void read_inventory(const input::Document& document, Inventory& inventory, input::Diagnostics& diagnostics) {
  Reader(document, inventory, diagnostics).read();
}

Inventory read_inventory(const std::vector<std::string>& paths, input::Diagnostics& diagnostics) {
  Inventory inventory;
  for (const std::string& path : paths) {
    const input::Document document = input::read_document(path, diagnostics);
    if (!document.is_whole() || is_another_kind(document, FileKind::inventory, diagnostics)) {
      inventory.is_whole = false;
      inventory.files.push_back(document.shared_file());
    } else {
      read_inventory(document, inventory, diagnostics);
    }
  }
  return inventory;
}

// ---- writing --------------------------------------------------------------------------------------------------------

namespace {

bool needs_quotes(std::string_view text) {
  if (text.empty() || text == "null" || text == "~" || text == "Null" || text == "NULL") return true;
  if (std::string_view("-?:,[]{}#&*!|>'\"%@` ").find(text.front()) != std::string_view::npos) {
    const bool is_word = (text.front() == '-' || text.front() == '?' || text.front() == ':') && text.size() > 1 &&
                         text[1] != ' ' && text != "---";
    if (!is_word) return true;
  }
  if (text.back() == ' ' || text.back() == ':') return true;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) return true;
    if (c == ',' || c == '[' || c == ']' || c == '{' || c == '}' || c == '"') return true;
    if (c == '#' && i > 0 && text[i - 1] == ' ') return true;
    if (c == ':' && i + 1 < text.size() && text[i + 1] == ' ') return true;
  }
  return text.substr(0, 3) == "---" || text.substr(0, 3) == "...";
}

std::string in_double_quotes(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    switch (c) {
      case '"': out += "\\\""; break;
      case '\\': out += "\\\\"; break;
      case '\n': out += "\\n"; break;
      case '\t': out += "\\t"; break;
      case '\r': out += "\\r"; break;
      default:
        if (static_cast<unsigned char>(c) < 0x20 || c == 0x7f) {
          out += fmt::format("\\x{:02x}", static_cast<unsigned>(static_cast<unsigned char>(c)));
        } else {
          out += c;
        }
    }
  }
  return out + '"';
}

std::string quoted(std::string_view text) { return needs_quotes(text) ? in_double_quotes(text) : std::string(text); }

std::string in_one_line(const Value& value) {
  switch (value.kind) {
    case Value::Kind::null: return "null";
    case Value::Kind::scalar:  // of an account the first digit may be 0, which other readers drop
      return value.key == "account" ? in_double_quotes(value.text) : quoted(value.text);
    case Value::Kind::list:
    case Value::Kind::map: break;
  }
  const bool is_map = value.kind == Value::Kind::map;
  if (value.children.empty()) return is_map ? "{}" : "[]";
  std::string out = is_map ? "{ " : "[";
  for (const Value& child : value.children) {
    if (&child != &value.children.front()) out += ", ";
    if (is_map) out += quoted(child.key) + ": ";
    out += in_one_line(child);
  }
  return out + (is_map ? " }" : "]");
}

constexpr std::size_t widest_line = 110;

void write_children(std::string& out, const Value& value, std::size_t indent);

// After `key:` or `-`, on the same line if it fits.
void write_after(std::string& out, const Value& value, std::size_t indent, std::size_t column) {
  const std::string line = in_one_line(value);
  if (value.children.empty() || column + line.size() <= widest_line) {
    out += ' ' + line + '\n';
    return;
  }
  out += '\n';
  write_children(out, value, indent + 2);
}

void write_children(std::string& out, const Value& value, std::size_t indent) {
  for (const Value& child : value.children) {
    const std::string head = value.kind == Value::Kind::map ? quoted(child.key) + ':' : std::string("-");
    out += std::string(indent, ' ') + head;
    write_after(out, child, indent, indent + head.size() + 1);
  }
}

std::string_view word(Traffic::Pattern pattern) {
  switch (pattern) {
    case Traffic::Pattern::constant: return "constant";
    case Traffic::Pattern::daily: return "daily";
    case Traffic::Pattern::weekly: return "weekly";
    case Traffic::Pattern::listed: return "listed";
  }
  return "";
}

Value written(const Traffic& t) {
  Value entry = Value::map();
  entry.set("to", t.to);
  if (t.via != "in") entry.set("via", t.via);
  if (t.pattern != Traffic::Pattern::listed) entry.set("rate", input::to_text(t.rate));
  if (t.size) entry.set("size", t.size->is_unlimited() ? "unlimited" : fmt::format("{}B", t.size->count()));
  if (t.pattern == Traffic::Pattern::listed) {
    Value& steps = entry.set("profile", Value::list());
    for (const ProfileStep& step : t.steps) {
      steps.add(Value::list({Value::scalar(input::to_text(step.offset)), Value::scalar(input::to_text(step.rate))}));
    }
  } else if (t.pattern != Traffic::Pattern::constant) {
    entry.set("profile", std::string(word(t.pattern)));
  }
  return entry;
}

}  // namespace

std::string to_yaml(const Inventory& inventory) {
  std::string out = "version: 1\n";
  if (!inventory.name.empty()) out += "name: " + quoted(inventory.name) + '\n';
  if (!inventory.account.empty()) out += "account: " + in_double_quotes(inventory.account) + '\n';
  if (!inventory.region.empty()) out += "region: " + quoted(inventory.region) + '\n';
  if (inventory.imported) out += "imported: true\n";
  out += inventory.resources.empty() ? "resources: {}\n" : "resources:\n";
  for (const Resource& r : inventory.resources) {
    Value all = Value::map();
    all.set("type", r.type);
    if (!r.aws_name.empty()) all.set("aws_name", r.aws_name);
    if (r.account != inventory.account) all.set("account", r.account);
    if (r.region != inventory.region) all.set("region", r.region);
    all.children.insert(all.children.end(), r.attributes.children.begin(), r.attributes.children.end());
    const std::string head = quoted(r.name) + ':';
    out += "  " + head;
    write_after(out, all, 2, 2 + head.size() + 1);
  }
  if (!inventory.traffic.empty()) out += "traffic:\n";
  for (const Traffic& t : inventory.traffic) out += "  - " + in_one_line(written(t)) + '\n';
  if (!inventory.unknowns.empty()) out += "unknowns:\n";
  for (const std::string& sentence : inventory.unknowns) out += "  - " + quoted(sentence) + '\n';
  return out;
}

}  // namespace moshimo::models
