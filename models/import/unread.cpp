#include "models/import/unread.hpp"

#include <algorithm>
#include <fmt/format.h>
#include <map>
#include <set>

#include "models/import/arn.hpp"

namespace moshimo::models::importing {

namespace {

struct Leaf {
  std::string path;   // `rule.expiration.days`: without signs for lists, and for texts that hold JSON
  std::string value;  // empty: not known yet
};
using Leaves = std::vector<Leaf>;

// Null, nothing, no, 0 and -1 are how providers write that nobody has said anything.
bool is_set(Value scalar) {
  if (scalar.text().empty() || scalar.text() == "false") return false;
  const auto number = scalar.number();
  return !number || *number > 0;
}

bool is_within(std::string_view path, std::string_view whole) {
  return path.starts_with(whole) && (path.size() == whole.size() || path[whole.size()] == '.');
}

// `path`, with all below it, or `path = value`.
bool covers(std::string_view listed, const Leaf& leaf) {
  const std::size_t equals = listed.find(" = ");
  if (equals == std::string_view::npos) return is_within(leaf.path, listed);
  return leaf.path == listed.substr(0, equals) && leaf.value == listed.substr(equals + 3);
}

class Looking {
 public:
  Looking(const Places& places, const std::vector<std::string>& without_effect)
      : places_(places), without_effect_(without_effect) {}

  Leaves look(const Place& root, bool is_part) {
    Leaves leaves;
    const bool is_read = look(root, "", leaves);
    if (is_part && !is_read && !leaves.empty()) return {Leaf{}};  // all of it
    std::erase_if(leaves, [&](const Leaf& leaf) { return read_.contains(leaf.value); });
    return leaves;
  }

 private:
  // Whether anything here has been read; what has not goes to `leaves`.
  bool look(const Place& place, const std::string& path, Leaves& leaves) {
    if (!place.value) {
      const bool is_expected = place.is_unknown && !place.is_hidden && !place.is_computed && place.expression;
      if (is_expected && place.expression.is_read()) return true;
      if (is_expected) add({path, {}}, leaves);
      return false;
    }
    if (place.value.is_read()) {
      remember(place.value);
      return true;
    }
    if (place.value.is_scalar()) return look_at_scalar(place, path, leaves);
    Leaves inner;
    bool is_read = false;
    if (place.value.is_list()) {
      for (const Place& item : places_.items(place)) {
        if (item.value == place.value) continue;  // nothing of it is known yet
        is_read = look(item, path, inner) || is_read;
      }
    } else {
      for (const std::string& name : members(place)) {
        const Place member = places_.member(place, name);
        if (path.empty() && is_made_up(place, member)) continue;
        is_read = look(member, path.empty() ? name : fmt::format("{}.{}", path, name), inner) || is_read;
      }
    }
    if (!is_read && !path.empty() && inner.size() > 1) {
      leaves.push_back({path, {}});  // all of it, in one word
    } else {
      leaves.insert(leaves.end(), inner.begin(), inner.end());
    }
    return is_read;
  }

  bool look_at_scalar(const Place& place, const std::string& path, Leaves& leaves) {
    const Value inside = place.value.decoded();
    if (inside.is_map() || inside.is_list()) {
      Place decoded = place;
      decoded.value = inside;
      Leaves inner;
      if (look(decoded, path, inner)) {
        leaves.insert(leaves.end(), inner.begin(), inner.end());
        return true;
      }
      if (inner.empty()) return false;
    }
    if (is_set(place.value) || has_usual_value(path)) add({path, std::string(place.value.text())}, leaves);
    return false;
  }

  // One is listed, so another says something, be it `false`.
  bool has_usual_value(const std::string& path) const {
    return std::any_of(without_effect_.begin(), without_effect_.end(),
                       [&](const std::string& listed) { return listed.starts_with(path + " = "); });
  }

  void add(Leaf leaf, Leaves& leaves) const {
    const bool has_no_effect = std::any_of(without_effect_.begin(), without_effect_.end(),
                                           [&](const std::string& listed) { return covers(listed, leaf); });
    if (!has_no_effect) leaves.push_back(std::move(leaf));
  }

  // An ARN that is read at one place needs no word at the others.
  void remember(Value value) {
    if (value.is_scalar() && is_arn(value.text())) read_.emplace(value.text());
    if (value.is_scalar()) return;
    for (Value part = value.first(); part; part = part.next()) remember(part);
  }

  static std::set<std::string> members(const Place& place) {
    std::set<std::string> names;
    for (Value part = place.value.first(); part; part = part.next()) names.emplace(part.key());
    for (Value part = place.unknown.first(); part; part = part.next()) names.emplace(part.key());
    return names;
  }

  // Where the code of a resource is there and does not set it, AWS or the provider has. Blocks may be made by
  // `dynamic`.
  static bool is_made_up(const Place& root, const Place& member) {
    if (!root.expression.is_map() || member.expression) return false;
    return !member.value.is_map() && !(member.value.is_list() && member.value.first().is_map());
  }

  const Places& places_;
  const std::vector<std::string>& without_effect_;
  std::set<std::string, std::less<>> read_;
};

// What every resource has.
const std::vector<std::string> of_every_resource{"arn",         "description", "Description", "id",
                                                 "name_prefix", "owner_id",    "region",      "tag",
                                                 "tags",        "tags_all",    "Tags",        "timeouts"};

// What need not be told, by the type of the resource.
class WithoutEffect {
 public:
  explicit WithoutEffect(const Catalogue& catalogue) {
    for (const TypeDef* type : catalogue.types()) {
      for (const WithoutEffectDef& listed : type->without_effect) add(listed.type, listed.paths);
      for (const Language language : languages) {
        for (const ImportSource& source : import_sources(*type, language)) add(source);
      }
    }
  }
  const std::vector<std::string>& of(const std::string& resource_type) {
    add(resource_type, {});
    return by_type_[resource_type];
  }
  // Nothing is read from it, and that is known.
  bool is_silent(const std::string& resource_type) const { return silent_.contains(resource_type); }

 private:
  void add(const std::string& resource_type, const std::vector<std::string>& more) {
    std::vector<std::string>& paths = by_type_[resource_type];
    if (paths.empty()) paths = of_every_resource;
    paths.insert(paths.end(), more.begin(), more.end());
  }
  // What tells which one it is, and whether it can be deleted, is read elsewhere.
  void add(const ImportSource& source) {
    add(source.type, source.named_by);
    add(source.type, source.also);
    if (source.refused_unless) add(source.type, {source.refused_unless->attribute});
    for (const ImportSource::Part& part : source.parts) silent_.insert(part.path.other_type);
  }

  std::map<std::string, std::vector<std::string>> by_type_;
  std::set<std::string> silent_;
};

}  // namespace

std::vector<Coverage::Unread> find_unread(const Places& places, const Components& components,
                                          const Attributes& attributes, const Catalogue& catalogue) {
  WithoutEffect without_effect(catalogue);
  std::map<std::pair<std::string, std::string>, std::vector<std::string>> found;
  for (int source = 0; source < static_cast<int>(places.sources().size()); ++source) {
    const auto& instances = places.sources()[static_cast<std::size_t>(source)].world.instances;
    for (int i = 0; i < static_cast<int>(instances.size()); ++i) {
      const Instance& instance = instances[static_cast<std::size_t>(i)];
      const bool is_part = components.of(source, i) < 0;
      if (instance.is_former || instance.is_data || (is_part && !attributes.is_folded(source, i))) continue;
      if (is_part && without_effect.is_silent(instance.type)) continue;
      Looking looking(places, without_effect.of(instance.type));
      for (const Leaf& leaf : looking.look(places.root(source, i), is_part)) {
        std::vector<std::string>& addresses = found[{instance.type, leaf.path}];
        std::string address = full_address(instance);
        if (addresses.empty() || addresses.back() != address) addresses.push_back(std::move(address));
      }
    }
  }
  std::vector<Coverage::Unread> all;
  for (auto& [what, addresses] : found) all.push_back({what.first, what.second, std::move(addresses)});
  return all;
}

}  // namespace moshimo::models::importing
