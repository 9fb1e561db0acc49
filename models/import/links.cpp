#include "models/import/links.hpp"

#include <algorithm>
#include <fmt/format.h>

#include "models/import/arn.hpp"
#include "models/import/identity.hpp"
#include "models/import/placeholders.hpp"

namespace moshimo::models::importing {

// ---- parts ----------------------------------------------------------------------------------------------------------

std::string Links::key_of(const TypeDef& type, const ImportPath& path) {
  std::string key = type.name + "|" + path.other_type;
  for (const ImportStep& step : path.joined_by) key += "|" + step.name;
  return key;
}

void Links::join_parts() {
  for (const TypeDef* type : catalogue_.types()) {
    for (const AttributeDef& attribute : type->attributes) join(*type, attribute);
    for (const Language language : languages) {
      for (const ImportSource& source : import_sources(*type, language)) {
        for (const ImportSource::Part& part : source.parts) join(*type, part.path);
        for (const ImportSource::Mention& mention : source.mentions) {
          if (!mention.path.other_type.empty()) join(*type, mention.path);
        }
      }
    }
  }
}

void Links::join(const TypeDef& type, const AttributeDef& attribute) {
  for (const Language language : languages) {
    for (const ImportPath& path : import_paths(attribute, language)) {
      if (!path.other_type.empty()) join(type, path);
    }
  }
  for (const AttributeDef& member : attribute.members) join(type, member);
}

// A part, while its owner is looked for.
Component Links::stand_in(int source, int instance, const TypeDef& type) const {
  Component user;
  user.source = source;
  user.instance = instance;
  user.type = &type;
  user.address = full_address(places_.instance(source, instance));
  components_.locate(user);
  return user;
}

void Links::join(const TypeDef& type, const ImportPath& path) {
  const auto& instances = components_.instances_of(path.other_type);
  if (instances.empty()) return;
  const auto [at, is_new] = joins_.try_emplace(key_of(type, path));
  if (!is_new) return;
  Join& joined = at->second;
  joined.type = &type;
  joined.path = path;
  AttributeDef joining;
  joining.kind = AttributeDef::Kind::refers_to;
  joining.types = {type.name};
  for (const std::pair<int, int>& part : instances) {
    const Component user = stand_in(part.first, part.second, type);
    std::vector<Place> places{places_.root(part.first, part.second)};
    for (const ImportStep& step : path.joined_by) places_.step(step, places);
    for (const Place& place : places) {
      for (const Place& leaf : places_.items(place)) {
        std::vector<Found> found;
        leaf.mark_read();
        if (leaf.value.is_scalar()) {
          const int owner = find(leaf.value.text(), joining, user);
          if (owner >= 0) found.push_back({owner, {}, ImportedEdge::How::value});
          if (owner < 0) joined.ownerless.push_back({part, std::string(leaf.value.text()), user});
        } else if (leaf.is_unknown) {
          refer_by_expression(leaf, leaf.expression, joining, user, "", 0, found);
        }
        for (const Found& f : found) {
          if (f.component < 0 || components_[f.component].instance < 0) continue;
          auto& parts = joined.by_owner[f.component];
          if (std::find(parts.begin(), parts.end(), part) == parts.end()) parts.push_back(part);
          owned_.insert(part);
        }
      }
    }
  }
}

void Links::make_owners() {
  for (auto& [key, joined] : joins_) {
    AttributeDef joining;
    joining.kind = AttributeDef::Kind::refers_to;
    joining.types = {joined.type->name};
    for (const Join::Ownerless& o : joined.ownerless) {
      const int owner = make_external(o.text, joining, o.user);
      if (owner < 0) continue;
      auto& parts = joined.by_owner[owner];
      if (std::find(parts.begin(), parts.end(), o.part) == parts.end()) parts.push_back(o.part);
      owned_.insert(o.part);
    }
    for (const auto& [owner, parts] : joined.by_owner) components_.want(owner);
  }
}

const std::vector<std::pair<int, int>>& Links::parts_of(const Component& owner, const ImportPath& path) const {
  static const std::vector<std::pair<int, int>> none;
  const auto joined = joins_.find(key_of(*owner.type, path));
  if (joined == joins_.end()) return none;
  const auto parts = joined->second.by_owner.find(owner.id);
  return parts == joined->second.by_owner.end() ? none : parts->second;
}

std::vector<const ImportPath*> Links::paths_of(const AttributeDef& attribute, const Place& from) const {
  std::vector<const ImportPath*> paths;
  const Language own = places_.sources().empty() ? Language::terraform : places_.language(from.source);
  for (const ImportPath& path : import_paths(attribute, own)) {
    if (from.instance >= 0 || !path.other_type.empty()) paths.push_back(&path);
  }
  for (const Language language : languages) {
    if (language == own) continue;
    for (const ImportPath& path : import_paths(attribute, language)) {
      if (!path.other_type.empty()) paths.push_back(&path);
    }
  }
  return paths;
}

std::vector<Place> Links::walk(const Place& from, const ImportPath& path, const Component& c) const {
  std::vector<Place> places;
  if (path.other_type.empty()) {
    places.push_back(from);
  } else {
    for (const auto& [source, instance] : parts_of(c, path)) places.push_back(places_.root(source, instance));
  }
  for (const ImportStep& step : path.steps) places_.step(step, places);
  std::erase_if(places, [](const Place& p) { return !p.value && !p.policy && !p.is_unknown; });
  return places;
}

// ---- what texts name ------------------------------------------------------------------------------------------------

bool Links::fits(const Component& c, const AttributeDef& attribute) {
  return attribute.any_type ||
         std::find(attribute.types.begin(), attribute.types.end(), c.type->name) != attribute.types.end();
}

std::vector<const TypeDef*> Links::types_of(const AttributeDef& attribute) const {
  if (attribute.any_type) return all_types_;
  std::vector<const TypeDef*> types;
  for (const std::string& name : attribute.types) {
    if (const TypeDef* type = catalogue_.find_type(name)) types.push_back(type);
  }
  return types;
}

std::vector<int> Links::identified(std::string_view text, const AttributeDef& attribute) const {
  std::vector<int> fitting;
  const auto look_up = [&](std::string_view identity, const TypeDef* type) {
    // A bare name means something only where the type is known.
    if (attribute.any_type && !is_whole_identity(identity) && !is_placeholder(identity)) return;
    for (const int i : components_.identified_by(std::string(identity))) {
      if (type ? components_[i].type == type : fits(components_[i], attribute)) fitting.push_back(i);
    }
  };
  look_up(text, nullptr);
  if (fitting.empty() && is_placeholder(text)) look_up(without_attribute(text), nullptr);
  if (!fitting.empty()) return fitting;
  for (const TypeDef* type : types_of(attribute)) {
    if (const auto named = named_by(*type, text); named && named->identity != text) look_up(named->identity, type);
  }
  return fitting;
}

// What can be named in place of what is wanted, as an alias of a key.
int Links::stood_for_by(const Component& other, const AttributeDef& attribute) const {
  if (other.instance < 0) return -1;
  for (const AttributeDef& own : other.type->attributes) {
    if (own.kind != AttributeDef::Kind::refers_to || own.types.size() != 1) continue;
    if (std::find(attribute.types.begin(), attribute.types.end(), own.types.front()) == attribute.types.end()) continue;
    const Place from = places_.root(other.source, other.instance);
    for (const ImportPath* path : paths_of(own, from)) {
      for (const Place& place : walk(from, *path, other)) {
        if (!place.value.is_scalar()) continue;
        const int target = components_.nearest(identified(place.value.text(), own), other);
        if (target >= 0) return target;
      }
    }
  }
  return -1;
}

// An ARN or a URL of something whose own ARN is not known yet.
int Links::find_by_name_in(std::string_view text, const TypeDef& type, const Component& user) const {
  const auto named = named_by(type, text);
  if (!named || named->name.empty()) return -1;
  std::vector<int> possible;
  for (const int i : components_.identified_by(std::string(named->name))) {
    const Component& c = components_[i];
    if (c.type == &type && c.instance >= 0 && !places_.instance(c.source, c.instance).values.member("arn")) {
      possible.push_back(i);
    }
  }
  return components_.nearest(possible, user);
}

int Links::find(std::string_view text, const AttributeDef& attribute, const Component& user) const {
  if (text.empty()) return -1;
  const int direct = components_.nearest(identified(text, attribute), user);
  if (direct >= 0 || attribute.any_type) return direct;
  if (is_placeholder(text)) {
    const int other = components_.nearest(components_.identified_by(without_attribute(text)), user);
    return other >= 0 ? stood_for_by(components_[other], attribute) : -1;
  }
  for (const TypeDef* type : types_of(attribute)) {
    if (const int named = find_by_name_in(text, *type, user); named >= 0) return named;
  }
  for (const TypeDef* type : types_of(attribute)) {
    AttributeDef in_its_place;
    in_its_place.types = type->identity.stood_for_by;
    const int other = components_.nearest(identified(text, in_its_place), user);
    if (other >= 0) return stood_for_by(components_[other], attribute);
  }
  return -1;
}

int Links::find_or_external(std::string_view text, const AttributeDef& attribute, const Component& user) {
  const int found = find(text, attribute, user);
  return found >= 0 ? found : make_external(text, attribute, user);
}

bool Links::is_owned_by_aws(std::string_view text, const AttributeDef& attribute) const {
  const std::vector<const TypeDef*> types = types_of(attribute);
  return std::any_of(types.begin(), types.end(), [&](const TypeDef* type) { return is_of_aws(*type, text); });
}

// Whether a text that is no ARN can name one of the type. What is left open could be anything of it.
bool Links::can_mean(std::string_view text, const TypeDef& type, const std::vector<const TypeDef*>& among) const {
  if (!is_left_open(text) || is_whole_identity(text)) return can_name(type, text, catalogue_);
  return std::none_of(among.begin(), among.end(), [&](const TypeDef* other) {
    const std::vector<std::string>& names = other->identity.stood_for_by;
    return std::find(names.begin(), names.end(), type.name) != names.end();
  });
}

int Links::make_external(std::string_view text, const AttributeDef& attribute, const Component& user) {
  if (text.find('*') != std::string_view::npos || text.find("${") != std::string_view::npos) return -1;
  if (is_owned_by_aws(text, attribute)) return -1;
  const std::vector<const TypeDef*> types = types_of(attribute);
  const auto make = [&](const TypeDef& type, const std::optional<Named>& named) {
    const Named whole = named.value_or(Named{text, text, {}, {}});
    return components_.external(type, std::string(whole.name), std::string(whole.identity), user, nullptr);
  };
  if (is_arn(text)) {
    for (const TypeDef* type : types) {
      if (const auto named = named_by(*type, text); named && !named->name.empty()) return make(*type, named);
    }
    return -1;
  }
  if (attribute.any_type) return -1;
  // A bare name says nothing about its type.
  std::vector<const TypeDef*> possible;
  for (const TypeDef* type : types) {
    if (!type->name.starts_with("outside:") && can_mean(text, *type, types)) possible.push_back(type);
  }
  return possible.size() == 1 ? make(*possible.front(), named_by(*possible.front(), text)) : -1;
}

void Links::refer_by_text(std::string_view text, ImportedEdge::How how, const AttributeDef& attribute,
                          const Component& user, const std::string& where, std::vector<Found>& found) {
  if (text.empty()) return;
  if (how == ImportedEdge::How::value && has_placeholder(text)) how = ImportedEdge::How::reference;
  int target = find(text, attribute, user);
  if (target < 0 && !attribute.or_text && is_owned_by_aws(text, attribute)) return;
  if (target < 0) {
    const auto fixed = attribute.default_value.text.plain();
    if (attribute.default_value.kind == Expression::Kind::text && fixed && *fixed == text) return;
  }
  if (target < 0 && (!attribute.or_text || is_arn(text))) {
    target = make_external(text, attribute, user);
  }
  const std::vector<const TypeDef*> types = types_of(attribute);
  const bool can_be_meant =
      attribute.any_type || is_arn(text) ||
      std::any_of(types.begin(), types.end(), [&](const TypeDef* type) { return can_name(*type, text, catalogue_); });
  if (target >= 0) {
    found.push_back({target, {}, how});
  } else if (attribute.or_text) {
    found.push_back({-1, shown(text), how});
  } else if (!where.empty() && can_be_meant) {
    unresolved(user, where, fmt::format("{} is nothing that is modelled here", shown(text)));
  }
}

namespace {

// Not one resource in several ways.
bool names_several(const std::vector<Found>& found, std::size_t from) {
  return std::any_of(found.begin() + static_cast<std::ptrdiff_t>(from), found.end(), [&](const Found& f) {
    return f.component >= 0 && found[from].component >= 0 && f.component != found[from].component;
  });
}

}  // namespace

void Links::refer_by_expression(const Place& place, Value expression, const AttributeDef& attribute,
                                const Component& user, const std::string& where, int depth, std::vector<Found>& found) {
  if (depth > 10) return;
  const Instance& instance = places_.instance(place.source, place.instance);
  if (!expression) {
    if (!where.empty() && !place.is_computed) {
      unresolved(user, where,
                 place.is_hidden ? "it is marked as sensitive, so it is not read"
                                 : "the value is not known before apply, and the plan does not say what it comes from");
    }
    return;
  }
  const References& references = places_.references(place.source);
  const Resolution resolution = references.resolve(expression, instance);
  const std::size_t before = found.size();
  for (const std::string& constant : resolution.constants) {
    const int target = find(constant, attribute, user);
    if (target >= 0) found.push_back({target, {}, ImportedEdge::How::reference});
  }
  for (const Target& target : resolution.targets) {
    const int meant = components_.of(place.source, target.instance);
    if (meant >= 0 && fits(components_[meant], attribute)) {
      found.push_back({meant, {}, ImportedEdge::How::reference});
      continue;
    }
    if (meant >= 0 && !attribute.any_type) {
      const int key = stood_for_by(components_[meant], attribute);
      if (key >= 0) {
        found.push_back({key, {}, ImportedEdge::How::reference});
        continue;
      }
    }
    if (target.attribute.empty()) continue;
    // aws_lambda_function.f.role, data.aws_iam_role.r.arn: what that attribute holds.
    Place inner = places_.root(place.source, target.instance);
    inner = places_.member(inner, target.attribute.substr(0, target.attribute.find('.')));
    if (inner.value.is_scalar()) {
      refer_by_text(inner.value.text(), ImportedEdge::How::reference, attribute, user, "", found);
    } else if (inner.is_unknown && inner.expression) {
      refer_by_expression(inner, inner.expression, attribute, user, "", depth + 1, found);
    }
  }
  if (where.empty()) return;
  if (!attribute.many && names_several(found, before)) {
    std::string names;
    for (std::size_t i = before; i < found.size(); ++i) {
      if (found[i].component >= 0) names += (names.empty() ? "" : ", ") + components_[found[i].component].name;
    }
    found.resize(before);
    unresolved(user, where, fmt::format("the plan does not tell which of these it is: {}", names));
    return;
  }
  if (found.size() > before) return;
  // A dead end, such as a local value: sure only where nothing else can be meant.
  if (!resolution.dead_ends.empty()) {
    std::vector<int> possible;
    for (const int c : components_.in_module(place.source, instance.module)) {
      if (fits(components_[c], attribute) && components_[c].instance != place.instance) possible.push_back(c);
    }
    if (possible.size() == 1 && !attribute.any_type) {
      found.push_back({possible.front(), {}, ImportedEdge::How::inferred});
      return;
    }
    unresolved(user, where,
               fmt::format("{} cannot be followed in the plan{}", resolution.dead_ends.front(),
                           possible.empty() ? "" : fmt::format(", and {} resources could be meant", possible.size())));
    return;
  }
  unresolved(user, where,
             place.is_hidden ? "it is marked as sensitive, and comes from nothing that is modelled"
                             : "the value is not known before apply and comes from nothing that is modelled");
}

std::vector<Found> Links::refer(const Place& place, const AttributeDef& attribute, const Component& user,
                                const std::string& where) {
  std::vector<Found> found;
  place.mark_read();
  if (place.value.is_scalar()) {
    refer_by_text(place.value.text(), ImportedEdge::How::value, attribute, user, where, found);
  } else if (place.value.is_list()) {
    for (const Value& item : place.value.items()) {
      if (item.is_scalar()) refer_by_text(item.text(), ImportedEdge::How::value, attribute, user, where, found);
    }
    if (place.unknown.is_true()) refer_by_expression(place, place.expression, attribute, user, where, 0, found);
  } else if (place.is_unknown) {
    mark_unknown(user, where, place);
    refer_by_expression(place, place.expression, attribute, user, where, 0, found);
  }
  return found;
}

std::vector<Found> Links::mentioned(const Place& place, const ImportSource::Mention& mention, const Component& user) {
  AttributeDef attribute;
  attribute.kind = AttributeDef::Kind::refers_to;
  attribute.types = mention.types;
  attribute.any_type = mention.any_type;
  std::vector<Found> found;
  place.mark_read();
  const auto look_up = [&](std::string_view text) {
    const int target = find(text, attribute, user);
    const auto how = has_placeholder(text) ? ImportedEdge::How::reference : ImportedEdge::How::value;
    if (target >= 0) found.push_back({target, {}, how});
  };
  if (place.value.is_map()) {  // variables of an environment
    for (Value entry = place.value.first(); entry; entry = entry.next()) look_up(entry.text());
  } else if (place.value) {
    for (const Place& leaf : places_.items(place)) look_up(leaf.value.text());
  } else if (place.is_unknown && place.expression) {
    refer_by_expression(place, place.expression, attribute, user, "", 0, found);
  }
  std::erase_if(found, [](const Found& f) { return f.component < 0; });
  return found;
}

void Links::unresolved(const Component& c, const std::string& attribute, std::string why) {
  const std::string& address = c.address.empty() ? c.name : c.address;
  if (!said_.insert(fmt::format("{}\n{}\n{}", address, attribute, why)).second) return;
  unresolved_.push_back({address, attribute, std::move(why)});
}

void Links::needed(const Component& c, const std::string& attribute, const std::string& stand_in_name) {
  const std::string& address = c.address.empty() ? c.name : c.address;
  const auto said = std::find_if(unresolved_.rbegin(), unresolved_.rend(), [&](const Coverage::Unresolved& u) {
    return u.address == address && u.attribute == attribute;
  });
  if (said != unresolved_.rend()) {
    said->why += fmt::format("; '{}' stands for it", stand_in_name);
  } else {
    unresolved(c, attribute,
               fmt::format("it is needed, and the files do not tell what it is; '{}' stands for it", stand_in_name));
  }
}

}  // namespace moshimo::models::importing
