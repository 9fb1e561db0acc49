#include "models/import/shape.hpp"

#include <fmt/format.h>

namespace moshimo::models::importing {

namespace {

bool has_kind(Value value, Kind kind) {
  switch (kind) {
    case Kind::text: return value.is_text();
    case Kind::list: return value.is_list();
    case Kind::object: return value.is_map();
  }
  return false;
}

std::string_view in_words(Kind kind) {
  switch (kind) {
    case Kind::text: return "text";
    case Kind::list: return "a list";
    case Kind::object: return "an object";
  }
  return "";
}

}  // namespace

bool have_kind(Value owner, std::initializer_list<const char*> names, Kind kind, input::Diagnostics& diagnostics) {
  bool good = true;
  for (const char* name : names) {
    const Value value = owner.member(name);
    if (!value || has_kind(value, kind)) continue;
    diagnostics.error(value.at(), fmt::format("`{}` should be {}; {}", name, in_words(kind), is_it_terraform));
    good = false;
  }
  return good;
}

}  // namespace moshimo::models::importing
