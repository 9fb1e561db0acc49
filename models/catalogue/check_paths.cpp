#include <fmt/format.h>

#include "models/catalogue/checker.hpp"

namespace moshimo::models::checking {

void Checker::add_components(Places& places, const std::vector<std::string>& types, bool any) {
  if (any) places.push_back({});
  for (const std::string& name : types) {
    if (const TypeDef* type = catalogue_.find_type(name)) places.push_back({Place::Kind::component, type, nullptr, {}});
  }
}

Places Checker::value_of(const TypeDef& owner, const AttributeDef& attribute) {
  Places places;
  switch (attribute.kind) {
    case AttributeDef::Kind::refers_to:
    case AttributeDef::Kind::contains: add_components(places, attribute.types, attribute.any_type); break;
    case AttributeDef::Kind::parent: {
      const auto found = parents_.find(owner.name);
      if (found != parents_.end()) {
        for (const TypeDef* parent : found->second) places.push_back({Place::Kind::component, parent, nullptr, {}});
      }
      break;
    }
    case AttributeDef::Kind::object: places.push_back({Place::Kind::object, &owner, &attribute, attribute.name}); break;
    case AttributeDef::Kind::fixed:
      if (attribute.fixed.kind == Expression::Kind::path) {
        if (depth_ > 20) break;
        ++depth_;
        places = resolve(attribute.fixed.path, {&owner, nullptr, nullptr, {}}, true);
        --depth_;
      } else {
        places.push_back({Place::Kind::expression, &owner, &attribute, attribute.name});
      }
      break;
    case AttributeDef::Kind::text:
    case AttributeDef::Kind::count:
    case AttributeDef::Kind::duration:
    case AttributeDef::Kind::bytes:
    case AttributeDef::Kind::rate:
    case AttributeDef::Kind::ratio:
    case AttributeDef::Kind::yes_no:
    case AttributeDef::Kind::one_of:
    case AttributeDef::Kind::map:
    case AttributeDef::Kind::policy:
    case AttributeDef::Kind::port: places.push_back({Place::Kind::value, &owner, &attribute, attribute.name}); break;
  }
  return places;
}

std::vector<std::string_view> Checker::member_names(const TypeDef& type) {
  std::vector<std::string_view> names{"name", "arn", "account", "region", "ok"};
  for (const auto& m : type.attributes) names.push_back(m.name);
  for (const auto& m : type.conditions) names.push_back(m.name);
  for (const auto& m : type.ports) names.push_back(m.name);
  for (const auto& m : type.stores) names.push_back(m.name);
  for (const auto& m : type.hops) names.push_back(m.name);
  for (const auto& m : type.processes) names.push_back(m.name);
  for (const auto& m : type.repairs) names.push_back(m.name);
  return names;
}

Places Checker::member_of(const TypeDef& type, const std::string& name) {
  const Member member = find_member(type, name);
  switch (member.kind) {
    case MemberKind::none: return {};
    case MemberKind::attribute: return value_of(type, type.attributes[member.index]);
    case MemberKind::condition: return {{Place::Kind::condition, &type, nullptr, name}};
    case MemberKind::port: return {{Place::Kind::port, &type, nullptr, name}};
    case MemberKind::store: return {{Place::Kind::store, &type, nullptr, name}};
    case MemberKind::hop: return {{Place::Kind::hop, &type, nullptr, name}};
    case MemberKind::process: return {{Place::Kind::process, &type, nullptr, name}};
    case MemberKind::repair: return {{Place::Kind::repair, &type, nullptr, name}};
    case MemberKind::builtin:
      return {{name == "ok" ? Place::Kind::condition : Place::Kind::text, &type, nullptr, name}};
  }
  return {};
}

Places Checker::narrowed(const Places& places, const std::string& path, const Context& context) {
  Narrowing types;
  for (const Guard& guard : context.guards) types = both_hold(types, narrowing(*guard.test, guard.holds, path));
  if (!types.only && types.except.empty()) return places;
  Places kept;
  bool had_any = false;
  for (const Place& place : places) {
    const bool is_any = place.kind == Place::Kind::component && place.type == nullptr;
    had_any = had_any || is_any;
    const bool stays =
        place.kind != Place::Kind::component || (is_any ? !types.only.has_value() : types.allows(place.type->name));
    if (stays) kept.push_back(place);
  }
  if (had_any && types.only) add_components(kept, {types.only->begin(), types.only->end()}, false);
  return kept;
}

// Empty when the path leads nowhere (reported, unless `quiet`) or only to types that a test excludes.
Places Checker::resolve(const Path& path, const Context& context, bool quiet) {
  if (path.text.empty()) return {};  // was reported when it was read
  Places places;
  switch (path.start) {
    case Path::Start::component: places.push_back({Place::Kind::component, context.type, nullptr, {}}); break;
    case Path::Start::item:
      if (context.each != nullptr) {
        Context outer = context;
        outer.each = nullptr;
        places = resolve(*context.each, outer, true);
      }
      break;
    case Path::Start::caller: {
      const std::vector<std::string>* principals = catalogue_.find_group("principal");
      if (principals != nullptr) {
        add_components(places, *principals, false);
      } else {
        places.push_back({});
      }
      break;
    }
    case Path::Start::type: {
      const TypeDef* type = catalogue_.find_type(path.name);
      if (type == nullptr) {
        if (!quiet)
          error(path.at,
                fmt::format("there is no type '{}'{}", path.name, input::did_you_mean(path.name, type_names_)));
        return {};
      }
      places.push_back({Place::Kind::component, type, nullptr, {}});
      break;
    }
    case Path::Start::parameter: places.push_back({Place::Kind::text, context.type, nullptr, path.name}); break;
  }
  for (std::size_t i = 0; i < path.steps.size(); ++i) {
    const Step& step = path.steps[i];
    const std::string so_far = print(path, i);
    places = narrowed(places, so_far, context);
    Places next;
    for (const Place& place : places) {
      switch (step.kind) {
        case Step::Kind::member: add_member(next, place, step.name, path, so_far, quiet); break;
        case Step::Kind::each: next.push_back(place); break;
        case Step::Kind::matching:
          if (!quiet) matches(place, step, path, context);
          next.push_back(place);
          break;
        case Step::Kind::indexed: next.push_back({Place::Kind::port, place.type, nullptr, ""}); break;
      }
    }
    places = std::move(next);
    if (places.empty()) return {};
  }
  return narrowed(places, print(path, path.steps.size()), context);
}

void Checker::add_member(Places& next, const Place& place, const std::string& name, const Path& path,
                         const std::string& so_far, bool quiet) {
  const auto add = [&next](const Places& found) { next.insert(next.end(), found.begin(), found.end()); };
  switch (place.kind) {
    case Place::Kind::component: {
      if (place.type == nullptr) {
        Places found;
        for (const TypeDef* type : types_) {
          const Places here = member_of(*type, name);
          found.insert(found.end(), here.begin(), here.end());
        }
        if (found.empty() && !quiet)
          error(path.at, fmt::format("no type has a '{}', which `{}` asks for", name, path.text));
        add(found);
        return;
      }
      if (find_member(*place.type, name).kind != MemberKind::none) {
        add(member_of(*place.type, name));
        return;
      }
      if (quiet) return;
      const std::string hint = input::did_you_mean(name, member_names(*place.type));
      if (so_far == "self") {
        error(path.at, fmt::format("{} has no '{}'{}", place.type->name, name, hint));
      } else {
        error(path.at, fmt::format("`{}` can be a {}, which has no '{}'{}", so_far, place.type->name, name, hint));
      }
      return;
    }
    case Place::Kind::object: {
      std::vector<std::string_view> known;
      for (const AttributeDef& member : place.attribute->members) {
        if (member.name == name) {
          add(value_of(*place.type, member));
          return;
        }
        known.push_back(member.name);
      }
      if (!quiet) error(path.at, fmt::format("`{}` has no '{}'{}", so_far, name, input::did_you_mean(name, known)));
      return;
    }
    case Place::Kind::process:
      if (name == "start" || name == "run" || name == "healthy") {
        next.push_back({Place::Kind::process_needs, place.type, nullptr, place.member});
      } else if (!quiet) {
        error(path.at, fmt::format("`{}` is a process and has start, run and healthy, but no '{}'", so_far, name));
      }
      return;
    case Place::Kind::value:
      if (place.attribute->kind == AttributeDef::Kind::map) {
        next.push_back({Place::Kind::text, place.type, nullptr, name});
        return;
      }
      [[fallthrough]];
    case Place::Kind::text:
    case Place::Kind::expression:
    case Place::Kind::condition:
    case Place::Kind::port:
    case Place::Kind::store:
    case Place::Kind::hop:
    case Place::Kind::process_needs:
    case Place::Kind::repair:
      if (!quiet) {
        error(path.at, fmt::format("`{}` is {} and has no '{}'", so_far, name_of(place.kind), name));
      }
      return;
  }
}

void Checker::matches(const Place& place, const Step& step, const Path& path, const Context& context) {
  if (place.kind != Place::Kind::component || place.type == nullptr) return;
  for (const Match& match : step.matches) {
    const AttributeDef* attribute = place.type->find_attribute(match.attribute);
    if (attribute == nullptr && match.attribute != "name") {
      std::vector<std::string_view> known{"name"};
      for (const AttributeDef& a : place.type->attributes) known.push_back(a.name);
      error(path.at, fmt::format("{} has no attribute '{}'{}", place.type->name, match.attribute,
                                 input::did_you_mean(match.attribute, known)));
      continue;
    }
    const Expression& value = match.value.front();
    expression(value, context);
    if (attribute != nullptr) literal_fits(*attribute, value);
  }
}

bool Checker::known_type(const std::string& name, Position at) {
  if (catalogue_.find_type(name) != nullptr) return true;
  error(at, fmt::format("there is no type '{}'{}", name, input::did_you_mean(name, type_names_)));
  return false;
}
}  // namespace moshimo::models::checking
