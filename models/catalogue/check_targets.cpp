#include <algorithm>
#include <fmt/format.h>

#include "models/catalogue/checker.hpp"

namespace moshimo::models::checking {

// A word compared with an attribute that has only certain values has to be one of them.
void Checker::literal_fits(const AttributeDef& attribute, const Expression& value) {
  if (value.kind == Expression::Kind::path &&
      std::find(attribute.options.begin(), attribute.options.end(), value.path.text) != attribute.options.end()) {
    error(value.at, fmt::format("`{0}` is read as a path here; write '{0}' in quotes for the option of '{1}'",
                                value.path.text, attribute.name));
  }
  const auto plain = value.kind == Expression::Kind::text ? value.text.plain() : std::nullopt;
  if (!plain) return;
  if (attribute.kind == AttributeDef::Kind::one_of) {
    if (std::find(attribute.options.begin(), attribute.options.end(), *plain) != attribute.options.end()) return;
    const std::vector<std::string_view> options(attribute.options.begin(), attribute.options.end());
    error(value.at, fmt::format("'{}' cannot be '{}'; it is one of {}{}", attribute.name, *plain,
                                fmt::join(attribute.options, ", "), input::did_you_mean(*plain, options)));
  } else if (attribute.kind == AttributeDef::Kind::yes_no) {
    error(value.at, fmt::format("'{}' is yes or no, not '{}'", attribute.name, *plain));
  }
}

Places Checker::expect(const Path& path, const Context& context, const Kinds& wanted, std::string_view what) {
  Places places = resolve(path, context);
  for (const Place& place : places) {
    if (std::find(wanted.begin(), wanted.end(), place.kind) != wanted.end()) continue;
    if (place.kind == Place::Kind::text && place.member == "name") continue;
    error(path.at, fmt::format("`{}` leads to {}; {} is wanted here", path.text, name_of(place.kind), what));
    break;
  }
  return places;
}

// A component stands for its port `in`.
void Checker::expect_port(const Path& path, const Context& context) {
  const Places places = expect(path, context, {Place::Kind::port, Place::Kind::component}, "a port");
  for (const Place& place : places) {
    if (place.kind == Place::Kind::component && place.type != nullptr && place.type->find_port("in") == nullptr) {
      error(path.at,
            fmt::format("`{}` can be a {}, which has no port `in`; name the port", path.text, place.type->name));
    }
  }
}

void Checker::expect_place_for_data(const Path& path, const Context& context) {
  const Places places =
      expect(path, context, {Place::Kind::store, Place::Kind::port, Place::Kind::component}, "a store or a port");
  for (const Place& place : places) {
    if (place.kind == Place::Kind::component && place.type != nullptr && place.type->find_store("kept") == nullptr &&
        place.type->find_port("in") == nullptr) {
      error(path.at, fmt::format("`{}` can be a {}, which has neither a store `kept` nor a port `in`; name the place",
                                 path.text, place.type->name));
    }
  }
}

void Checker::principals(const std::vector<PrincipalDef>& as, const Context& context) {
  for (const PrincipalDef& principal : as) {
    test(principal.test, context);
    if (principal.is_service) continue;
    const Places places = expect(principal.path, context.with(principal.test),
                                 {Place::Kind::component, Place::Kind::text}, "a principal");
    for (const Place& place : places) {
      if (place.kind == Place::Kind::component && place.type != nullptr && place.type->find_port("act") == nullptr) {
        error(principal.path.at, fmt::format("`{}` can be a {}, which has no port `act` and so is no principal",
                                             principal.path.text, place.type->name));
      }
    }
  }
}

void Checker::needs(const NeedDefs& list, const Context& context) {
  for (const NeedDef& need : list) {
    test(need.test, context);
    const Context inner = context.with(need.test);
    principals(need.as, inner);
    for (const Path& path : need.paths) {
      expect(path, inner,
             {Place::Kind::condition, Place::Kind::port, Place::Kind::hop, Place::Kind::process,
              Place::Kind::process_needs},
             "a condition, port, hop or process");
    }
  }
}
}  // namespace moshimo::models::checking
